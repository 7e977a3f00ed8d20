import { create, detDependencies, invDependencies } from "mathjs"
import type { Grid } from "../core/types.ts"
import { entry } from "./linear.ts"

// Square matrices. mathjs is slow to load: only kinds that cannot do without import this file.

const { det, inv } = create({ ...detDependencies, ...invDependencies })

export function determinant(matrix: Grid): number {
  return det(mutable(matrix))
}

/** A⁻¹; throws where A is singular. */
export function inverse(matrix: Grid): number[][] {
  // Adding 0 makes −0 a 0.
  return inv(mutable(matrix)).map(row => row.map(value => value + 0))
}

/** The determinants of the first 1, 2, …, n rows and columns. */
export function leadingMinors(matrix: Grid): number[] {
  return matrix.map((_, i) => determinant(matrix.slice(0, i + 1).map(row => row.slice(0, i + 1))))
}

export function trace(matrix: Grid): number {
  return matrix.reduce((sum, row, i) => sum + entry(row, i), 0)
}

function mutable(matrix: Grid): number[][] {
  return matrix.map(row => [...row])
}
