import type { Grid, Vector } from "../core/types.ts"
import { add, dot, entry, mapGrid, matmul, transpose } from "./linear.ts"

/** The length of a vector. */
export function norm(v: Vector): number {
  return Math.hypot(...v)
}

/** a·b/(‖a‖‖b‖) */
export function cosine(a: Vector, b: Vector): number {
  return overNorms(dot(a, b), norm(a), norm(b))
}

/** A dot product over the norms; rounding must not push it beyond ±1. */
export function overNorms(product: number, a: number, b: number): number {
  const ratio = product / (a * b)
  return Math.abs(ratio) > 1 && Math.abs(ratio) < 1 + 1e-12 ? Math.sign(ratio) : ratio
}

/** The angle between two vectors in radians; near 0 and π the arccosine would lose half of the digits. */
export function angleBetween(a: Vector, b: Vector): number {
  const [toA, toB] = [norm(a), norm(b)]
  const [u, v] = [a.map(x => x / toA), b.map(x => x / toB)]
  const opposite = v.map(x => -x)
  return 2 * Math.atan2(norm(add(u, opposite)), norm(add(u, v)))
}

/** Every row of A with every row of B, by cosine or dot product: (n, d) and (m, d) make (n, m). */
export function similaritiesOf(A: Grid, B: Grid, normalize: boolean): number[][] {
  const products = matmul(A, transpose(B))
  if (!normalize) return products
  const [a, b] = [A.map(norm), B.map(norm)]
  return mapGrid(products, (product, i, j) => overNorms(product, entry(a, i), entry(b, j)))
}
