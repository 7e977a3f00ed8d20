import type { GridBlock } from "../core/blocks.ts"
import { gridCellTexts, isNumeric } from "./cells.ts"
import { cellColumns, type GridCell, paintedCell } from "./grid-cells.ts"
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
  const columns = fitting(block, limit, precision, paint)
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
  cells: readonly GridCell[]
  /** With the space before it. */
  width: number
}

interface GridColumns {
  heads: { texts: readonly string[]; width: number }
  values: readonly GridColumn[]
  headed: boolean
  /** Whether the ground of cells is coloured, so that they touch. */
  shaded: boolean
}

/** The columns; without the signs that tell heat where these would tear them apart. */
function fitting(block: GridBlock, limit: number, precision: Precision, paint: Paint) {
  const columns = gridColumns(block, precision, paint)
  if (!block.heat || columns.shaded || chunked(columns, limit).length === 1) return columns
  return gridColumns({ ...block, heat: false }, precision, paint)
}

function gridColumns(block: GridBlock, precision: Precision, paint: Paint): GridColumns {
  const { cells, rows = [], columns = [], heat = false } = block
  const count = Math.max(0, ...cells.map(row => row.length))
  const shownRows = shownOf(cells.length)
  const shownColumns = shownOf(count)
  const shown = cells.slice(0, shownRows).map(row => row.slice(0, shownColumns))
  const texts = gridCellTexts(shown, precision)
  const drawn = cellColumns({ ...block, cells: shown }, texts, paint)
  const values = drawn.map(({ cells: inside, behind }, j): GridColumn => {
    const align = isNumeric(shown.map(row => row[j] ?? null)) ? padStart : padEnd
    const head = shorten(visible(columns[j] ?? ""), widestLabel) + " ".repeat(behind)
    const widest = Math.max(width(head), ...inside.map(({ text }) => width(text)))
    return {
      index: j,
      head: align(head, widest),
      cells: inside.map(cell => ({ ...cell, text: align(cell.text, widest) })),
      width: widest + 2,
    }
  })
  if (shownColumns < count) values.push(ellipsis(shownColumns, shown.length))
  const labels = shown.map((_, i) => shorten(visible(rows[i] ?? ""), widestLabel))
  const labelled = labels.some(label => label !== "")
  const shaded = heat && paint.shades
  // Coloured ground begins right beside the heads.
  const heads = labelled ? Math.max(...labels.map(width)) + (shaded ? 1 : 0) : 0
  return { heads: { texts: labels, width: heads }, values, headed: columns.length > 0, shaded }
}

function shownOf(count: number): number {
  return count > most.whole ? most.shown : count
}

function ellipsis(index: number, rows: number): GridColumn {
  const cell: GridCell = { text: "…", marked: false, hidden: false, shade: undefined }
  return { index, head: " ", cells: Array.from({ length: rows }, () => cell), width: 3 }
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

function partLines(part: readonly GridColumn[], columns: GridColumns, paint: Paint) {
  const { heads, headed, shaded } = columns
  const head = part
    .map(column => (shaded ? ` ${paint.faint(column.head)} ` : `  ${paint.faint(column.head)}`))
    .join("")
  const rows = heads.texts.map((label, i) => {
    const cells = part.map(({ cells }) => {
      const cell = cells[i]
      return cell ? paintedCell(cell, shaded, paint) : ""
    })
    return (paint.faint(padEnd(label, heads.width)) + cells.join("")).trimEnd()
  })
  return headed ? [" ".repeat(heads.width) + head, ...rows] : rows
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
