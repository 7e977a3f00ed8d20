import type { Grid, Vector } from "../core/types.ts"
import { entry, sum } from "./linear.ts"

/** How far each key lies from the query: (d) and (n, d) make (n). */
export function distancesTo(query: Vector, keys: Grid): number[] {
  return keys.map(key => Math.hypot(...key.map((k, i) => k - entry(query, i))))
}

/** How similar a key is, by its distance. */
export const similarityBy = {
  "inverse-distance": (d: number, _sigma: number) => 1 / d,
  gaussian: (d: number, sigma: number) => Math.exp(-((d / sigma) ** 2) / 2),
} as const

/** Each over the sum of all; infinite ones share it all equally. */
export function shares(values: Vector): number[] {
  const isInfinite = values.includes(Number.POSITIVE_INFINITY)
  const parts = isInfinite
    ? values.map(each => (each === Number.POSITIVE_INFINITY ? 1 : 0))
    : values
  const whole = sum(parts)
  return parts.map(part => part / whole)
}
