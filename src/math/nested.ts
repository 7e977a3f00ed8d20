import type { Grid, Vector } from "../core/types.ts"
import { entry } from "./linear.ts"

/** Numbers in whatever form they were given: one, (n), or (rows, cols). All are worked on as grids. */
export type Nested = number | Vector | Grid

export function isGrid(values: Nested): values is Grid {
  return typeof values !== "number" && Array.isArray(values[0])
}

/** One number as (1, 1), a vector as (1, n). */
export function asGrid(values: Nested): Grid {
  if (typeof values === "number") return [[values]]
  return isGrid(values) ? values : [values]
}

/** Cells in the form of `values`: one number, one row, or all of them. */
export function inFormOf(values: Vector | Grid, cells: Grid): Vector | Grid
export function inFormOf(values: Nested, cells: Grid): Nested
export function inFormOf(values: Nested, cells: Grid): Nested {
  if (isGrid(values)) return cells
  return typeof values === "number" ? entry(entry(cells, 0), 0) : entry(cells, 0)
}

/** One number for each row of a grid; of a vector, the only one. */
export function perRow(values: Vector | Grid, numbers: Vector): number | Vector {
  return isGrid(values) ? numbers : entry(numbers, 0)
}
