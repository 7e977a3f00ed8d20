import type { Grid } from "../core/types.ts"
import { entry } from "./linear.ts"

/** What a point between the cells of a grid takes from the (up to) four around it. */
export interface Sample {
  value: number
  /** Cell by cell: column x, row y, weight. */
  cells: readonly { x: number; y: number; weight: number; value: number }[]
  /** Inside the grid, beyond its border and moved onto it, or too far away to count. */
  place: "inside" | "clamped" | "outside"
}

/**
 * The bilinear sample of a grid whose cell (row i, column j) lies at x = j, y = i. As in RoI align, a
 * point beyond the border is moved onto it, and one that is more than a cell beyond counts 0.
 */
export function sampleAt(grid: Grid, x: number, y: number): Sample {
  const [lastX, lastY] = [entry(grid, 0).length - 1, grid.length - 1]
  const isOutside = x < -1 || x > lastX + 1 || y < -1 || y > lastY + 1
  if (isOutside) return { value: 0, cells: [], place: "outside" }
  const [inX, inY] = [clamp(x, lastX), clamp(y, lastY)]
  const cells = along(inY, lastY).flatMap(row =>
    along(inX, lastX).map(column => ({
      x: column.at,
      y: row.at,
      weight: column.weight * row.weight,
      value: entry(entry(grid, row.at), column.at),
    })),
  )
  const value = cells.reduce((sum, cell) => sum + cell.weight * cell.value, 0)
  return { value, cells, place: inX === x && inY === y ? "inside" : "clamped" }
}

function clamp(x: number, last: number): number {
  return Math.min(Math.max(x, 0), last)
}

/** The cells on both sides with their weights; one cell where the other weighs nothing. */
function along(x: number, last: number): { at: number; weight: number }[] {
  const low = Math.min(Math.floor(x), last)
  const part = x - low
  return part === 0
    ? [{ at: low, weight: 1 }]
    : [
        { at: low, weight: 1 - part },
        { at: low + 1, weight: part },
      ]
}
