import { padEnd, padStart, width, wrapWords } from "./plain.ts"

/** A column of texts. */
export interface Column {
  head?: string
  cells: readonly string[]
  /** Numbers stand to the right and are never broken. */
  numeric: boolean
  /** How a line of a cell stands out. */
  paint?: (text: string, row: number) => string
}

export interface TableStyle {
  limit: number
  faint(text: string): string
}

export const gap = "   "
/** Words are not squeezed below this, unless the terminal is very narrow. */
function narrowest(limit: number): number {
  return Math.max(4, Math.min(12, Math.floor(limit / 5)))
}

/** Columns side by side; words are wrapped, and columns that do not fit follow in a second part. */
export function layOut(columns: readonly Column[], style: TableStyle): Part[] {
  const [first, ...others] = columns
  if (!first) return []
  const parts: Column[][] = []
  let part = [first]
  for (const column of others) {
    if (part.length > 1 && leastWidth([...part, column], style.limit) > style.limit) {
      parts.push(part)
      part = [first]
    }
    part.push(column)
  }
  return [...parts, part].map(each => partOf(each, style))
}

/** Columns without a head, in lines. */
export function columnLines(columns: readonly Column[], style: TableStyle): string[] {
  return layOut(columns, style).flatMap(({ rows, widths, numeric }, i) => [
    ...(i > 0 ? [""] : []),
    ...rows.flatMap(cells => rowLines(cells, widths, numeric)),
  ])
}

function rowLines(
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  numeric: readonly boolean[],
): string[] {
  const height = Math.max(...cells.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((texts, i) => (numeric[i] ? padStart : padEnd)(texts[line] ?? "", widths[i] ?? 0))
      .join(gap)
      .trimEnd(),
  )
}

/** One part of the columns, laid out: every cell in lines of its column's width. */
export interface Part {
  widths: readonly number[]
  numeric: readonly boolean[]
  head: readonly (readonly string[])[] | undefined
  rows: readonly (readonly (readonly string[])[])[]
}

function partOf(columns: readonly Column[], { limit, faint }: TableStyle): Part {
  const widths = fitted(columns, limit)
  const titled = columns.some(({ head }) => head !== undefined)
  const rows = Math.max(0, ...columns.map(({ cells }) => cells.length))
  return {
    widths,
    numeric: columns.map(({ numeric }) => numeric),
    head: titled ? columns.map(({ head = "" }, i) => lines(head, widths[i], faint)) : undefined,
    rows: Array.from({ length: rows }, (_, row) =>
      columns.map(({ cells, paint = same }, i) =>
        lines(cells[row] ?? "", widths[i], text => paint(text, row)),
      ),
    ),
  }
}

/** The text of a cell in lines, each standing out on its own. */
function lines(
  text: string,
  limit = Number.POSITIVE_INFINITY,
  paint: (text: string) => string,
): string[] {
  return text
    .split("\n")
    .flatMap(each =>
      width(each) <= limit ? [each.replaceAll("\u00a0", " ")] : wrapWords(each, limit),
    )
    .map(line => (line === "" ? "" : paint(line)))
}

/** Natural widths, columns of words shrunk from the widest on until all fit. */
function fitted(columns: readonly Column[], limit: number): number[] {
  const widths = columns.map(naturalWidth)
  const room = limit - gap.length * (columns.length - 1)
  for (;;) {
    const over = widths.reduce((sum, each) => sum + each, 0) - room
    if (over <= 0) return widths
    const shrinkable = widths.map((each, i) => (canShrink(columns[i], each, limit) ? each : 0))
    const widest = Math.max(...shrinkable)
    if (widest === 0) return widths
    widths[shrinkable.indexOf(widest)] = widest - 1
  }
}

function canShrink(column: Column | undefined, to: number, limit: number): boolean {
  return column !== undefined && !column.numeric && to > narrowest(limit)
}

function leastWidth(columns: readonly Column[], limit: number): number {
  const least = columns.map(column =>
    column.numeric ? naturalWidth(column) : Math.min(naturalWidth(column), narrowest(limit)),
  )
  return least.reduce((sum, each) => sum + each, gap.length * (columns.length - 1))
}

function naturalWidth({ head = "", cells }: Column): number {
  const texts = [head, ...cells].flatMap(text => text.split("\n"))
  return Math.max(1, ...texts.map(width))
}

function same(text: string): string {
  return text
}

/** Cells of one column of numbers, their decimal points one below the other. */
export function alignPoints(cells: readonly string[]): string[] {
  const behind = cells.map(text =>
    isPlain(text) && text.includes(".") ? text.length - text.indexOf(".") : 0,
  )
  const most = Math.max(0, ...behind)
  const padded = cells.map((text, i) =>
    isPlain(text) ? text + " ".repeat(most - (behind[i] ?? 0)) : text,
  )
  const widest = Math.max(0, ...padded.map(width))
  return padded.map(text => padStart(text, widest))
}

function isPlain(text: string): boolean {
  return /^[−≈]?(?:[\d.]+|∞)$/.test(text)
}
