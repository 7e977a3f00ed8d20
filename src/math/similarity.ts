import type { Grid, Vector } from "../core/types.ts"
import { dot, entry, mapGrid, matmul, transpose } from "./linear.ts"

/** The length of a vector. */
export function norm(v: Vector): number {
  return Math.hypot(...v)
}

/** a·b/(‖a‖‖b‖), which rounding must not push beyond ±1. */
export function cosine(a: Vector, b: Vector): number {
  return overNorms(dot(a, b), norm(a), norm(b))
}

/** A dot product over the norms, within [−1, 1] if these belong to it. */
export function overNorms(product: number, a: number, b: number): number {
  const ratio = product / (a * b)
  return Math.abs(ratio) > 1 && Math.abs(ratio) < 1 + 1e-12 ? Math.sign(ratio) : ratio
}

/** Every row of A with every row of B: (n, d) and (m, d) make (n, m). */
export function similaritiesOf(A: Grid, B: Grid, normalize: boolean): number[][] {
  if (!normalize) return matmul(A, transpose(B))
  return mapGrid(
    A.map(() => B.map(() => 0)),
    (_, i, j) => cosine(entry(A, i), entry(B, j)),
  )
}
