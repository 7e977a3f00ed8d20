import type { Vector } from "../core/types.ts"
import { entry } from "./linear.ts"

/** weight·value, outcome by outcome; an outcome without weight adds 0, whatever its value. */
export function weighted(weights: Vector, values: Vector): number[] {
  return weights.map((weight, i) => (weight === 0 ? 0 : weight * entry(values, i)))
}

/** −x, but never −0. */
export function negative(x: number): number {
  return 0 - x
}
