import type { Grid, Vector } from "../core/types.ts"

export function sum(values: Vector): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The sum over a whole grid. */
export function gridSum(grid: Grid): number {
  return sum(grid.map(sum))
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((total, value, i) => total + value * entry(b, i), 0)
}

/** Entry by entry. */
export function multiply(a: Vector, b: Vector): number[] {
  return a.map((value, i) => value * entry(b, i))
}

export function add(a: Vector, b: Vector): number[] {
  return a.map((value, i) => value + entry(b, i))
}

/** f over two grids of one shape, entry by entry. */
export function zipGrids(a: Grid, b: Grid, f: (x: number, y: number) => number): number[][] {
  return a.map((row, i) => row.map((value, j) => f(value, entry(b[i] ?? [], j))))
}

export function addGrids(a: Grid, b: Grid): number[][] {
  return zipGrids(a, b, (x, y) => x + y)
}

/** Two grids of one shape, entry by entry. */
export function multiplyGrids(a: Grid, b: Grid): number[][] {
  return zipGrids(a, b, (x, y) => x * y)
}

export function mapGrid(
  grid: Grid,
  f: (value: number, row: number, column: number) => number,
): number[][] {
  return grid.map((row, i) => row.map((value, j) => f(value, i, j)))
}

export function transpose(grid: Grid): number[][] {
  return (grid[0] ?? []).map((_, j) => grid.map(row => entry(row, j)))
}

/** (n, m)·(m, k) → (n, k) */
export function matmul(a: Grid, b: Grid): number[][] {
  const columns = transpose(b)
  return a.map(row => columns.map(column => dot(row, column)))
}

/** (n, m)·(m) → (n) */
export function matvec(a: Grid, x: Vector): number[] {
  return a.map(row => dot(row, x))
}

/** The place of the largest number; of those that are equal but for float noise, the first. */
export function argmax(values: Vector): number {
  const largest = Math.max(...values)
  return values.findIndex(value => value >= largest - 1e-12 * Math.abs(largest))
}

/** The entry at an index that the shapes guarantee. */
export function entry<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) throw new RangeError(`no entry ${index} in a list of ${values.length}`)
  return value
}

/** A vector as it is, or one number n times. */
export function vectorOf(value: number | Vector, n: number): Vector {
  return typeof value === "number" ? Array(n).fill(value) : value
}
