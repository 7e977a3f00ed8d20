import { padEnd, shorten, visible, width } from "../plain.ts"
import { Canvas } from "./canvas.ts"
import type { Look } from "./look.ts"

export interface Edge {
  from: string
  to: string
  label: string
}

/** What is drawn; larger nets are only listed. Between two columns, so many labels can be read. */
const most = { units: 6, edges: 36, name: 14, label: 9, labels: 6 }
/** Cells between columns of units, and rows from one unit to the next. */
const apart = { least: 10, most: 24, rows: 4 }

interface Unit {
  layer: number
  left: number
  right: number
  row: number
  text: string
}

/** The cells of a drawn edge, from left to right. */
interface Line {
  edge: Edge
  cells: readonly (readonly [column: number, row: number])[]
}

/** A net as it is drawn. */
export interface Net {
  lines: string[]
  /** Whether every label stands on its line. */
  labelled: boolean
  /** Edges that cannot be drawn straight to the right. */
  undrawn: readonly Edge[]
}

/** A net in lines; nothing if it is too large to draw. */
export function drawnNet(
  layers: readonly (readonly string[])[],
  edges: readonly Edge[],
  { limit, paint }: Look,
): Net | undefined {
  const tallest = Math.max(0, ...layers.map(({ length }) => length))
  if (tallest === 0 || tallest > most.units || edges.length > most.edges) return undefined
  const units = placed(layers, tallest, limit)
  if (!units) return undefined
  const all = [...units.values()]
  const canvas = new Canvas(limit, (tallest - 1) * apart.rows + 1)
  for (const { left, row, text } of all) canvas.write(left, row, text, paint.name)

  const lines = edges.flatMap((edge): Line[] => {
    const [from, to] = [units.get(edge.from), units.get(edge.to)]
    if (!from || !to || to.layer <= from.layer) return []
    const cells = cellsBetween(from, to)
    const others = all.filter(unit => unit !== from && unit !== to)
    const crosses = cells.some(([column, row]) => others.some(unit => covers(unit, column, row)))
    if (crosses) return []
    const start = [2 * (from.right + 1) + 1, 4 * from.row + 2] as const
    canvas.line(start, [2 * (to.left - 1), 4 * to.row + 2], paint.faint)
    return [{ edge, cells }]
  })
  const labels = isCrowded(lines, units) ? undefined : labelled(canvas, lines)
  if (labels) for (const { column, row, text } of labels) canvas.write(column - 1, row, ` ${text} `)
  const drawn = new Set(lines.map(({ edge }) => edge))
  return {
    lines: canvas.lines(),
    labelled: labels !== undefined || edges.every(({ label }) => label === ""),
    undrawn: edges.filter(edge => !drawn.has(edge)),
  }
}

/** Where each unit stands; nothing if they do not all fit. */
function placed(
  layers: readonly (readonly string[])[],
  tallest: number,
  limit: number,
): Map<string, Unit> | undefined {
  const names = layers.map(units => units.map(unit => shorten(visible(unit), most.name)))
  const widths = names.map(units => Math.max(0, ...units.map(width)) + 2)
  const taken = widths.reduce((sum, each) => sum + each, 0)
  const gaps = Math.max(1, layers.length - 1)
  const gap = Math.min(apart.most, Math.floor((limit - taken) / gaps))
  if (gap < apart.least) return undefined
  const middle = ((tallest - 1) * apart.rows) / 2
  const units = new Map<string, Unit>()
  let left = 0
  for (const [layer, list] of layers.entries()) {
    const wide = widths[layer] ?? 0
    for (const [i, name] of list.entries()) {
      if (units.has(name)) return undefined
      const text = `(${centred(names[layer]?.[i] ?? "", wide - 2)})`
      const row = Math.floor(middle + (i - (list.length - 1) / 2) * apart.rows)
      units.set(name, { layer, left, right: left + wide - 1, row, text })
    }
    left += wide + gap
  }
  return units
}

function centred(text: string, to: number): string {
  return padEnd(" ".repeat((to - width(text)) >> 1) + text, to)
}

function cellsBetween(from: Unit, to: Unit): [number, number][] {
  const count = to.left - from.right - 1
  return Array.from({ length: count }, (_, i) => [
    from.right + 1 + i,
    Math.round(from.row + ((to.row - from.row) * (i + 0.5)) / count),
  ])
}

/** Whether a line there would run into a unit that it does not belong to. */
function covers({ left, right, row }: Unit, column: number, at: number): boolean {
  return column >= left - 1 && column <= right + 1 && Math.abs(at - row) < 1
}

function isCrowded(lines: readonly Line[], units: ReadonlyMap<string, Unit>): boolean {
  const layers = lines.map(({ edge }) => units.get(edge.from)?.layer)
  return layers.some(layer => layers.filter(each => each === layer).length > most.labels)
}

interface Label {
  column: number
  row: number
  text: string
}

/** Every label on its own line and on no other; nothing if one of them finds no place. */
function labelled(canvas: Canvas, lines: readonly Line[]): Label[] | undefined {
  const owners = new Map<string, number>()
  for (const { cells } of lines) {
    for (const cell of cells) owners.set(String(cell), (owners.get(String(cell)) ?? 0) + 1)
  }
  const labels: Label[] = []
  for (const { edge, cells } of lines) {
    const wide = width(edge.label)
    if (wide > most.label) return undefined
    if (wide === 0) continue
    const own = new Set(cells.map(String))
    const isOpen = (column: number, row: number) =>
      Array.from({ length: wide + 2 }, (_, i) => column - 1 + i).every(at => {
        const others = (owners.get(String([at, row])) ?? 0) - (own.has(String([at, row])) ? 1 : 0)
        const isTaken = labels.some(
          label =>
            label.row === row && at >= label.column - 1 && at <= label.column + width(label.text),
        )
        return others === 0 && !isTaken && canvas.isFree(at, row, 1, true)
      })
    const middleFirst = cells.toSorted((a, b) => fromMiddle(cells, a) - fromMiddle(cells, b))
    const at = middleFirst.find(([column, row]) => isOpen(column - (wide >> 1), row))
    if (!at) return undefined
    labels.push({ column: at[0] - (wide >> 1), row: at[1], text: edge.label })
  }
  return labels
}

function fromMiddle(cells: Line["cells"], [column]: readonly [number, number]): number {
  const [first = [0], last = [0]] = [cells[0], cells.at(-1)]
  return Math.abs(column - (first[0] + last[0]) / 2)
}
