import type { Cell } from "../core/blocks.ts"
import { isFraction, plainOf } from "./inline.ts"
import { gridTexts, type Precision } from "./number.ts"

/** The cells of a grid as text; its numbers share their decimals. */
export function gridCellTexts(
  cells: readonly (readonly Cell[])[],
  precision: Precision,
): string[][] {
  const numbers = gridTexts(
    cells.map(row => row.map(numberIn)),
    precision,
  )
  return cells.map((row, i) =>
    row.map((cell, j) =>
      typeof cell === "number" ? (numbers[i]?.[j] ?? "") : cellText(cell, precision),
    ),
  )
}

/** The cells of a table as text; the numbers of each column share their decimals. */
export function tableCellTexts(
  cells: readonly (readonly Cell[])[],
  precision: Precision,
): string[][] {
  const columns = Math.max(0, ...cells.map(row => row.length))
  const texts = Array.from({ length: columns }, (_, j) =>
    gridCellTexts(
      cells.map(row => [row[j] ?? null]),
      precision,
    ),
  )
  return cells.map((row, i) => row.map((_, j) => texts[j]?.[i]?.[0] ?? ""))
}

/** Whether a column holds numbers and nothing else that is read. */
export function isNumeric(cells: readonly Cell[]): boolean {
  return cells.every(
    cell =>
      cell === null || typeof cell === "number" || typeof cell === "bigint" || isFraction(cell),
  )
}

function numberIn(cell: Cell): number {
  return typeof cell === "number" ? cell : 0
}

function cellText(cell: Cell, precision: Precision): string {
  return cell === null ? "" : plainOf(cell, precision)
}
