import type { Grid, Vector } from "../core/types.ts"
import { sum } from "./linear.ts"

/** Activations that act on each number by itself. */
export const activations = {
  linear: (x: number) => x,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  relu: (x: number) => Math.max(0, x),
} as const satisfies Record<string, (x: number) => number>

/** exp(xᵢ)/Σ exp(xⱼ), shifted by the maximum so that nothing overflows; −∞ gets exactly 0. */
export function softmax(x: Vector): number[] {
  const exponentials = shiftedExponentials(x)
  const total = sum(exponentials)
  return exponentials.map(value => value / total)
}

/** exp(xᵢ − max x) */
export function shiftedExponentials(x: Vector): number[] {
  const largest = Math.max(...x)
  return x.map(value => Math.exp(value - largest))
}

/**
 * exp of each row as a person writes it, unless a row overflows or vanishes: then each row is
 * shifted by its maximum, which leaves its softmax as it is.
 */
export function exponentials(rows: Grid): { values: number[][]; shifted: boolean } {
  const shifted = rows.some(row => Math.abs(Math.max(...row)) > 700)
  return {
    values: rows.map(row => (shifted ? shiftedExponentials(row) : row.map(Math.exp))),
    shifted,
  }
}
