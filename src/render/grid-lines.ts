import type { GridBlock } from "../core/blocks.ts"
import { gridCellTexts, isNumeric } from "./cells.ts"
import { alignPoints } from "./columns.ts"
import { plainOf } from "./inline.ts"
import type { Precision } from "./number.ts"
import type { Paint } from "./paint.ts"
import { cut, padEnd, padStart, shorten, visible, width } from "./plain.ts"

/** Lines of text with the width that they take; colours are already in them. */
export interface Box {
  lines: string[]
  width: number
}

/** Larger grids are cut: who wants them whole reads the JSON. */
const most = { whole: 16, shown: 12 }
const widestLabel = 24

/** A grid as a box that is no wider than the limit. */
export function gridBox(block: GridBlock, limit: number, precision: Precision, paint: Paint): Box {
  const columns = gridColumns(block, precision, paint)
  const parts = chunked(columns, limit)
  const { caption = "", foot } = block
  const above = cut(plainOf(caption, precision), limit).filter(line => line !== "")
  const below = [...sizeNote(block), ...(foot ? cut(plainOf(foot, precision), limit) : [])]
  const all = columns.values.length
  const lines = parts.flatMap(part => [
    ...(parts.length > 1 ? [paint.faint(partTitle(part, all))] : []),
    ...partLines(part, columns, paint),
  ])
  const widest = Math.max(
    ...parts.map(part => columns.heads.width + sum(part.map(each => each.width))),
    ...[...above, ...below].map(width),
    parts.length > 1 ? width(`columns ${all}–${all}`) : 0,
  )
  return { lines: [...above, ...lines, ...below.map(paint.faint)], width: widest }
}

/** Boxes side by side as far as they fit, the rest below. */
export function sideBySide(boxes: readonly Box[], limit: number): string[] {
  const rows: Box[][] = []
  let room = 0
  for (const box of boxes) {
    const row = rows.at(-1)
    if (row && box.width + gap <= room) {
      row.push(box)
      room -= box.width + gap
    } else {
      rows.push([box])
      room = limit - box.width
    }
  }
  return rows.flatMap((row, i) => [...(i > 0 ? [""] : []), ...rowLines(row)])
}

const gap = 5

function rowLines(row: readonly Box[]): string[] {
  const height = Math.max(...row.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, i) =>
    row
      .map(box => padEnd(box.lines[i] ?? "", box.width))
      .join(" ".repeat(gap))
      .trimEnd(),
  )
}

interface GridColumn {
  index: number
  head: string
  cells: readonly string[]
  marked: readonly boolean[]
  /** With the space before it. */
  width: number
}

interface GridColumns {
  heads: { texts: readonly string[]; width: number }
  values: readonly GridColumn[]
  headed: boolean
}

function gridColumns(block: GridBlock, precision: Precision, paint: Paint): GridColumns {
  const { cells, rows = [], columns = [], marks = [] } = block
  const count = Math.max(0, ...cells.map(row => row.length))
  const shownRows = shownOf(cells.length)
  const shownColumns = shownOf(count)
  const shown = cells.slice(0, shownRows).map(row => row.slice(0, shownColumns))
  const texts = gridCellTexts(shown, precision)
  const values = Array.from({ length: shownColumns }, (_, j): GridColumn => {
    const column = shown.map(row => row[j] ?? null)
    const plain = texts.map(row => row[j] ?? "")
    const aligned = isNumeric(column) ? alignPoints(plain) : plain
    const marked = shown.map((_, i) => marks.some(([row, at]) => row === i && at === j))
    const bracketed = !paint.color && marked.includes(true)
    const inside = bracketed
      ? aligned.map((text, i) => (marked[i] ? bracket(text) : ` ${text} `))
      : aligned
    const head = shorten(visible(columns[j] ?? ""), widestLabel) + (bracketed ? " " : "")
    const widest = Math.max(width(head), ...inside.map(width))
    const align = isNumeric(column) ? padStart : padEnd
    return {
      index: j,
      head: align(head, widest),
      cells: inside.map(text => align(text, widest)),
      marked,
      width: widest + 2,
    }
  })
  if (shownColumns < count) values.push(ellipsis(shownColumns, shown.length))
  const labels = shown.map((_, i) => shorten(visible(rows[i] ?? ""), widestLabel))
  const labelled = labels.some(label => label !== "")
  const heads = labelled ? Math.max(...labels.map(width)) : 0
  return { heads: { texts: labels, width: heads }, values, headed: columns.length > 0 }
}

function shownOf(count: number): number {
  return count > most.whole ? most.shown : count
}

function ellipsis(index: number, rows: number): GridColumn {
  const cells = Array.from({ length: rows }, () => "…")
  return { index, head: " ", cells, marked: [], width: 3 }
}

/** The brackets hug the number, wherever it stands in its column. */
function bracket(text: string): string {
  const inner = text.trim()
  const at = text.indexOf(inner)
  return `${text.slice(0, at)}[${inner}]${text.slice(at + inner.length)}`
}

/** Columns in parts that fit beside the row heads. */
function chunked({ heads, values }: GridColumns, limit: number): GridColumn[][] {
  const parts: GridColumn[][] = [[]]
  let room = limit - heads.width
  for (const column of values) {
    if (column.width > room && (parts.at(-1)?.length ?? 0) > 0) {
      parts.push([])
      room = limit - heads.width
    }
    parts.at(-1)?.push(column)
    room -= column.width
  }
  return parts
}

function partTitle(part: readonly GridColumn[], all: number): string {
  const [first, last] = [part[0]?.index ?? 0, part.at(-1)?.index ?? 0]
  return `columns ${first + 1}–${Math.min(last + 1, all)}`
}

function partLines(part: readonly GridColumn[], { heads, headed }: GridColumns, paint: Paint) {
  const head = part.map(column => `  ${paint.faint(column.head)}`).join("")
  const rows = heads.texts.map((label, i) => {
    const cells = part.map(({ cells, marked }) => {
      const text = cells[i] ?? ""
      return `  ${marked[i] ? marking(text, paint) : text}`
    })
    return (paint.faint(padEnd(label, heads.width)) + cells.join("")).trimEnd()
  })
  return headed ? [" ".repeat(heads.width) + head, ...rows] : rows
}

/** Colours the number and not the space around it. */
function marking(text: string, paint: Paint): string {
  const inner = text.trim()
  return text.replace(inner, () => paint.mark(inner))
}

function sizeNote({ cells }: GridBlock): string[] {
  const columns = Math.max(0, ...cells.map(row => row.length))
  const cutRows = shownOf(cells.length) < cells.length
  if (!cutRows && shownOf(columns) === columns) return []
  return [`… ${cells.length}×${columns}, whole in the JSON`]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
