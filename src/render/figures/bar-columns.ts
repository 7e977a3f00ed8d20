import { numberText } from "../number.ts"
import { shorten, width } from "../plain.ts"
import type { Bar } from "./bars.ts"
import { Canvas } from "./canvas.ts"
import { isDrawable, type Look, listed, note } from "./look.ts"
import { eighths } from "./signs.ts"

/** Rows of the longest bars, columns of all of them, and of a label. */
const most = { rows: 8, columns: 100, label: 12 }

/** Many bars side by side, standing on a line; of too many, the largest of some neighbours. */
export function columnsLines(bars: readonly Bar[], look: Look): string[] {
  const { limit, paint, precision } = look
  const scale = scaleOf(bars)
  const bottom = scale.above + scale.below
  const ends = [
    { row: 0, text: numberText(scale.high, precision) },
    { row: scale.above, text: "0" },
    { row: bottom, text: numberText(scale.low, precision) },
  ]
  const left = Math.max(...ends.map(({ text }) => width(text))) + 1
  const room = Math.min(most.columns, limit - left - 1)
  const size = groupSize(bars.length, room)
  const groups = grouped(bars, size)
  const pitch = Math.min(3, Math.floor(room / groups.length))
  const columnOf = (i: number) => left + 1 + i * pitch

  const canvas = new Canvas(left + 1 + room, bottom + 3)
  canvas.rule([left, 0], [left, bottom], 1, paint.faint)
  canvas.rule([left, scale.above], [columnOf(groups.length), scale.above], 1, paint.faint)
  for (const { row, text } of ends) canvas.write(left - 1 - width(text), row, text, paint.faint)
  const plain = (text: string) => paint.series(text, 0)
  for (const [i, { value, marked }] of groups.entries()) {
    const stroke = marked ? paint.spot : plain
    for (const [row, sign] of stackOf(value, scale)) {
      canvas.write(columnOf(i), row, sign.repeat(Math.max(1, pitch - 1)), stroke)
    }
    if (marked) canvas.write(columnOf(i), bottom + 1, "▲", paint.spot)
  }
  const labelRow = groups.some(({ marked }) => marked) ? bottom + 2 : bottom + 1
  for (const [i, label] of labelled(groups, pitch)) {
    if (columnOf(i) + width(label) <= canvas.columns) {
      canvas.write(columnOf(i), labelRow, label, paint.faint)
    }
  }
  const told = (chosen: readonly Bar[]) =>
    listed(chosen.map(({ label, value }) => `${label}: ${numberText(value, precision)}`))
  const marked = bars.filter(bar => bar.marked)
  const undrawn = bars.filter(({ value }) => !isDrawable(value))
  const which = scale.low < 0 ? "the one farthest from 0" : "the largest"
  return [
    ...canvas.lines().slice(0, labelRow + 1),
    ...note(size > 1 ? `Each column is ${which} of ${size} neighbouring bars.` : "", look),
    ...note(marked.length > 0 ? `▲ ${told(marked)}` : "", look),
    ...note(undrawn.length > 0 ? `Not drawn: ${told(undrawn)}` : "", look),
  ]
}

interface Scale {
  low: number
  high: number
  /** Rows above and below the line at 0. */
  above: number
  below: number
  /** Rows of a bar of 1. */
  unit: number
}

function scaleOf(bars: readonly Bar[]): Scale {
  const drawn = bars.map(({ value }) => value).filter(isDrawable)
  const [low, high] = [Math.min(0, ...drawn), Math.max(0, ...drawn)]
  const share = high === low ? 1 : high / (high - low)
  const least = (side: number) => (side === 0 ? 0 : 1)
  const above = Math.min(
    most.rows - least(low),
    Math.max(least(high), Math.round(most.rows * share)),
  )
  const below = most.rows - above
  const units = [high === 0 ? 0 : above / high, low === 0 ? 0 : below / -low]
  return { low, high, above, below, unit: Math.min(...units.filter(unit => unit > 0)) }
}

/** The cells of one bar by their rows: eighths above the line, halves below it. */
function stackOf(value: number, { above, unit }: Scale): [row: number, sign: string][] {
  if (value === 0 || !isDrawable(value)) return []
  const fine = value > 0 ? 8 : 2
  const parts = Math.max(1, Math.round(Math.abs(value) * unit * fine))
  return Array.from({ length: Math.ceil(parts / fine) }, (_, i) => {
    const filled = Math.min(fine, parts - i * fine)
    if (value > 0) return [above - 1 - i, eighths.up[filled] ?? ""]
    return [above + 1 + i, filled === 1 ? "▀" : "█"]
  })
}

/** How many neighbours share a column so that all fit: a number that is easy to count with. */
function groupSize(count: number, room: number): number {
  const sizes = [1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 50, 64, 100, 128]
  return sizes.find(size => Math.ceil(count / size) <= room) ?? Math.ceil(count / room)
}

function grouped(bars: readonly Bar[], size: number): Bar[] {
  return Array.from({ length: Math.ceil(bars.length / size) }, (_, i) => {
    const group = bars.slice(i * size, (i + 1) * size)
    const drawn = group.map(({ value }) => value).filter(isDrawable)
    return {
      label: group[0]?.label ?? "",
      value: drawn.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0),
      marked: group.some(({ marked }) => marked),
    }
  })
}

/** As many labels at even distances as have room. */
function labelled(groups: readonly Bar[], pitch: number): [index: number, label: string][] {
  const labels = groups.map(({ label }) => shorten(label, most.label))
  const widest = Math.max(...labels.map(width))
  const every = [1, 2, 4, 5, 8, 10, 16, 20, 32, 64].find(step => step * pitch >= widest + 2) ?? 64
  return labels.flatMap((label, i): [number, string][] => (i % every === 0 ? [[i, label]] : []))
}
