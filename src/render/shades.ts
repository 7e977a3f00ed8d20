import type { Cell } from "../core/blocks.ts"

/**
 * How strongly each cell of a grid is shaded, from −1 to 1: its share of the largest magnitude.
 * Nothing where it is hidden or no finite number.
 */
export function shades(
  cells: readonly (readonly Cell[])[],
  hidden: readonly (readonly [number, number])[] = [],
): (row: number, column: number) => number | undefined {
  const isShown = (i: number, j: number) =>
    !hidden.some(([row, column]) => row === i && column === j)
  const valueAt = (i: number, j: number) => {
    const cell = cells[i]?.[j]
    return typeof cell === "number" && Number.isFinite(cell) && isShown(i, j) ? cell : undefined
  }
  const magnitudes = cells.flatMap((row, i) => row.map((_, j) => Math.abs(valueAt(i, j) ?? 0)))
  const largest = Math.max(0, ...magnitudes)
  return (i, j) => {
    const value = valueAt(i, j)
    return value === undefined ? undefined : largest === 0 ? 0 : value / largest
  }
}
