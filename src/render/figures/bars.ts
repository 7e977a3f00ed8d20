import type { BarsFigure } from "../../core/blocks.ts"
import { alignPoints } from "../columns.ts"
import { gridTexts } from "../number.ts"
import { padEnd, padStart, shorten, visible, width } from "../plain.ts"
import { columnsLines } from "./bar-columns.ts"
import { isDrawable, type Look, note } from "./look.ts"
import { eighths } from "./signs.ts"

export interface Bar {
  label: string
  value: number
  marked: boolean
}

/** So many bars lie below each other; more of them stand side by side. */
const most = 24
/** Columns that the longest bar takes at most; with less than the least there are only words. */
const lengths = { most: 60, least: 8 }

/** A bar on each line; of very many, those that are not 0, or narrow ones side by side. */
export function barsLines({ labels, values, marks = [] }: BarsFigure, look: Look): string[] {
  const all = values.map(
    (value, i): Bar => ({ label: visible(labels[i] ?? ""), value, marked: marks.includes(i) }),
  )
  if (all.length <= most) return rowsLines(all, look)
  const told = all.filter(({ value, marked }) => value !== 0 || marked)
  if (told.length > most) return columnsLines(all, look)
  const left = all.length - told.length
  const others = told.length === 0 ? `All ${left} bars are 0.` : `The other ${left} bars are 0.`
  return [...rowsLines(told, look), ...note(others, look)]
}

function rowsLines(bars: readonly Bar[], look: Look): string[] {
  if (bars.length === 0) return []
  const { limit, paint } = look
  const values = valueTexts(bars, look)
  const valueWidth = Math.max(...values.map(width))
  const longest = Math.max(4, Math.min(limit / 3, limit - valueWidth - lengths.least - 4))
  const labels = bars.map(({ label }) => shorten(label, Math.floor(longest)))
  const labelWidth = Math.max(...labels.map(width))
  const numeric = labels.every(label => /^[−-]?[\d.]+$/.test(label))
  const room = limit - labelWidth - valueWidth - 4
  if (room < lengths.least) {
    return bars.flatMap((_, i) => note(`${labels[i]}: ${values[i]?.trim()}`, look))
  }
  const scale = scaleOf(bars, Math.min(lengths.most, room))
  return bars.map((bar, i) => {
    const label = (numeric ? padStart : padEnd)(labels[i] ?? "", labelWidth)
    const value = padStart(values[i] ?? "", valueWidth)
    const [head, told] = bar.marked ? [paint.spot(label), paint.spot(value)] : [label, value]
    const drawn = barText(bar.value, scale)
    const stroke = bar.marked ? paint.spot : (text: string) => paint.series(text, 0)
    const painted = drawn.replace(/[^ │]+/g, blocks => stroke(blocks))
    return `${head}  ${told}  ${painted.replace("│", () => paint.faint("│"))}`.trimEnd()
  })
}

/** The values with their points in line; brackets point out where there is no colour. */
function valueTexts(bars: readonly Bar[], { paint, precision }: Look): string[] {
  const texts = gridTexts(
    bars.map(({ value }) => [value]),
    precision,
  ).map(([text = ""]) => text)
  const bracketed = !paint.color && bars.some(({ marked }) => marked)
  const ends = (i: number) => (bars[i]?.marked ? ["[", "]"] : [" ", " "])
  return alignPoints(texts).map((text, i) => {
    if (!bracketed) return text
    const [open = "", close = ""] = ends(i)
    const space = /^ */.exec(text)?.[0] ?? ""
    return `${space}${open}${text.slice(space.length).trimEnd()}${close}${/ *$/.exec(text)?.[0]}`
  })
}

interface Scale {
  /** Cells for what is below 0; without them there is no line at 0. */
  below: number
  /** Cells of a bar of 1. */
  unit: number
}

function scaleOf(bars: readonly Bar[], room: number): Scale {
  const drawn = bars.map(({ value }) => value).filter(isDrawable)
  const [low, high] = [Math.min(0, ...drawn), Math.max(0, ...drawn)]
  if (low === 0) return { below: 0, unit: high === 0 ? 0 : room / high }
  const cells = room - 1
  const least = high === 0 ? 0 : 1
  const below = Math.min(cells - least, Math.max(1, Math.round((cells * -low) / (high - low))))
  const above = cells - below
  return {
    below,
    unit: Math.min(below / -low, high === 0 ? Number.POSITIVE_INFINITY : above / high),
  }
}

/** A bar with eighths of a cell at its end; to the left of 0 there are only halves. */
function barText(value: number, { below, unit }: Scale): string {
  const isDrawn = value !== 0 && isDrawable(value)
  const size = isDrawn ? Math.abs(value) * unit : 0
  if (value >= 0 || !isDrawn) {
    const parts = isDrawn ? Math.max(1, Math.round(size * 8)) : 0
    const end = parts % 8 === 0 ? "" : (eighths.across[parts % 8] ?? "")
    return `${below > 0 ? `${" ".repeat(below)}│` : ""}${"█".repeat(parts >> 3)}${end}`
  }
  const parts = Math.max(1, Math.round(size * 2))
  return `${padStart(`${parts % 2 === 1 ? "▐" : ""}${"█".repeat(parts >> 1)}`, below)}│`
}
