import { type Betas, isRamp, type Ramp } from "../core/diffusion.ts"
import type { Vector } from "../core/types.ts"

// Noise schedules of diffusion models: β_t is the variance that step t adds, α_t = 1 − β_t, and
// ᾱ_t = α_1 … α_t is what is left of the variance of x_0. Steps count from 1.

/** Offset of the cosine schedule, and the most that it lets β be (Nichol & Dhariwal 2021). */
export const cosine = { offset: 0.008, most: 0.999 }

export function betasOf(betas: Betas): number[] {
  return isRamp(betas) ? rampOf(betas) : [...betas]
}

function rampOf(ramp: Ramp): number[] {
  return ramp.schedule === "cosine"
    ? fallOf(ramp, t => remains(ramp, t))
    : lineOf(ramp, Math.max(1, ramp.steps - 1))
}

/** f(t) of the cosine schedule, which is ᾱ_t but for a factor. */
export function remains({ steps }: Ramp, t: number, offset = cosine.offset): number {
  return Math.cos(((t / steps + offset) / (1 + offset)) * (Math.PI / 2)) ** 2
}

/** β from start towards end in so many equal parts. */
function lineOf({ start = 0, end = 0, steps }: Ramp, parts: number): number[] {
  return Array.from({ length: steps }, (_, i) => start + ((end - start) * i) / parts)
}

/** The β that make ᾱ fall as a function does. */
function fallOf({ steps }: Ramp, f: (t: number) => number): number[] {
  return Array.from({ length: steps }, (_, i) => Math.min(1 - f(i + 1) / f(i), cosine.most))
}

/** β as usual mistakes have them. */
export function misreadRamp(ramp: Ramp): Record<string, number[]> {
  const start = remains(ramp, 0)
  return ramp.schedule === "linear"
    ? { "the way from start to end is cut into T parts, not T − 1": lineOf(ramp, ramp.steps) }
    : {
        "the cosine is not squared": fallOf(ramp, t => Math.sqrt(remains(ramp, t))),
        "the offset s is left out": fallOf(ramp, t => remains(ramp, t, 0)),
        "β_t is taken as 1 − ᾱ_t": Array.from(
          { length: ramp.steps },
          (_, i) => 1 - remains(ramp, i + 1) / start,
        ),
      }
}

/** Π of the values. */
export function product(values: Vector): number {
  return values.reduce((all, value) => all * value, 1)
}

/**
 * What a share is measured from: 0 or 1, whichever is nearer. Of 0.9999 it is the 0.0001 that must
 * be right.
 */
export function origin(share: number): number {
  return share > 0.5 ? 1 : 0
}

/** a·x + b·y, entry by entry. */
export function mixed(a: number, x: Vector, b: number, y: Vector): number[] {
  return x.map((value, i) => a * value + b * (y[i] ?? Number.NaN))
}
