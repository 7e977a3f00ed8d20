import type { Vector } from "../core/types.ts"
import { entry, sum } from "./linear.ts"

/** Points of a precision-recall curve, by ascending recall. */
export interface Curve {
  recall: Vector
  precision: Vector
}

/** The largest precision from each point on. */
export function envelope(precision: Vector): number[] {
  let largest = 0
  return precision
    .toReversed()
    .map(p => (largest = Math.max(largest, p)))
    .toReversed()
}

/** The largest precision at each level of recall or beyond it; 0 where the recall never gets there. */
export function atLevels({ recall, precision }: Curve, levels: Vector): number[] {
  return levels.map(level => Math.max(0, ...precision.filter((_, i) => (recall[i] ?? 0) >= level)))
}

/** `count` levels of recall from 0 to 1. */
export function levels(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i / (count - 1))
}

/** Σ (R_n − R_{n−1}) P_n with R_0 = 0. */
export function stepArea({ recall, precision }: Curve): number {
  return sum(precision.map((p, i) => (entry(recall, i) - (recall[i - 1] ?? 0)) * p))
}

/** The area under straight lines from point to point; the curve begins at a precision of 1. */
export function trapezoidArea({ recall, precision }: Curve): number {
  const middles = precision.map((p, i) => (p + (precision[i - 1] ?? 1)) / 2)
  return stepArea({ recall, precision: middles })
}

/** A rate, 0 of nothing. */
export function share(over: number, under: number): number {
  return under === 0 ? 0 : over / under
}

/** 0 of no values. */
export function mean(values: Vector): number {
  return share(sum(values), values.length)
}
