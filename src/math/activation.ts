import type { Grid, Vector } from "../core/types.ts"
import { density, gelu, normal } from "./gelu.ts"
import { sum } from "./linear.ts"

/** Activations that act on each number by itself. */
export const activations = {
  linear: (x: number) => x,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  relu: (x: number) => Math.max(0, x),
} as const satisfies Record<string, (x: number) => number>

/** An activation with what it needs besides x already chosen. */
export interface Activation {
  f(x: number): number
  /** f′(x), `value` being f(x); at a corner the slope of the piece on one `side` of it. */
  slope(x: number, value: number, side?: Side): number
}

/** Of a corner; where nothing else is said, a slope is that of the piece on its left. */
export type Side = "left" | "right"

interface Curve {
  f(x: number, alpha: number): number
  slope(x: number, value: number, alpha: number, side: Side): number
  /** What `alpha` is where it is not given, for those that have one. */
  alpha?: number
}

/** Klambauer et al. (2017): with these two, activations keep mean 0 and variance 1. */
export const selu = { lambda: 1.0507009873554805, alpha: 1.6732632423543772 }

const curves = {
  linear: { f: activations.linear, slope: () => 1 },
  relu: { f: activations.relu, slope: (x, _, __, side) => (beyond(x, 0, side) ? 1 : 0) },
  "leaky-relu": {
    f: (x, alpha) => (x > 0 ? x : alpha * x),
    slope: (x, _, alpha, side) => (beyond(x, 0, side) ? 1 : alpha),
    alpha: 0.01,
  },
  relu6: { f: x => clamp(x, 0, 6), slope: (x, _, __, side) => (within(x, 0, 6, side) ? 1 : 0) },
  sigmoid: { f: activations.sigmoid, slope: (_, value) => value * (1 - value) },
  "hard-sigmoid": {
    f: x => clamp(x + 3, 0, 6) / 6,
    slope: (x, _, __, side) => (within(x, -3, 3, side) ? 1 / 6 : 0),
  },
  tanh: { f: Math.tanh, slope: (_, value) => 1 - value ** 2 },
  "hard-tanh": {
    f: x => clamp(x, -1, 1),
    slope: (x, _, __, side) => (within(x, -1, 1, side) ? 1 : 0),
  },
  softsign: { f: x => x / (1 + Math.abs(x)), slope: x => 1 / (1 + Math.abs(x)) ** 2 },
  softplus: { f: softplus, slope: activations.sigmoid },
  elu: {
    f: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    slope: (x, value, alpha, side) => (beyond(x, 0, side) ? 1 : value + alpha),
    alpha: 1,
  },
  selu: {
    f: x => selu.lambda * (x > 0 ? x : selu.alpha * Math.expm1(x)),
    slope: (x, value, _, side) =>
      beyond(x, 0, side) ? selu.lambda : value + selu.lambda * selu.alpha,
  },
  gelu: { f: gelu, slope: x => normal(x) + x * density(x) },
  "gelu-tanh": {
    f: x => x * bent(x),
    slope: x => bent(x) + x * 2 * bent(x) * (1 - bent(x)) * bend * (1 + 3 * cubic * x ** 2),
  },
  "gelu-sigmoid": {
    f: x => x * activations.sigmoid(steep * x),
    slope: x => {
      const share = activations.sigmoid(steep * x)
      return share + steep * x * share * (1 - share)
    },
  },
  silu: {
    f: x => x * activations.sigmoid(x),
    slope: (x, value) => value + activations.sigmoid(x) * (1 - value),
  },
  "hard-swish": {
    f: x => (x * clamp(x + 3, 0, 6)) / 6,
    slope: (x, _, __, side) =>
      within(x, -3, 3, side) ? (2 * x + 3) / 6 : beyond(x, 3, side) ? 1 : 0,
  },
  mish: {
    f: x => x * Math.tanh(softplus(x)),
    slope: x => {
      const share = Math.tanh(softplus(x))
      return share + x * (1 - share ** 2) * activations.sigmoid(x)
    },
  },
} as const satisfies Record<string, Curve>

export type ActivationName = keyof typeof curves

export const activationNames = Object.keys(curves) as readonly ActivationName[]

/** The activation of a name; `alpha` is of use to those that have one. */
export function activationOf(name: ActivationName, alpha = standardAlpha(name) ?? 1): Activation {
  const curve: Curve = curves[name]
  return {
    // Adding 0 makes 0 of −0.
    f: x => curve.f(x, alpha) + 0,
    slope: (x, value, side = "left") => curve.slope(x, value, alpha, side),
  }
}

/** The usual `alpha` of an activation that has one. */
export function standardAlpha(name: ActivationName): number | undefined {
  const curve: Curve = curves[name]
  return curve.alpha
}

/** x·σ(1.702x) and x·(1 + tanh(√(2/π)·(x + 0.044715x³)))/2 come close to GELU. */
const [steep, cubic, bend] = [1.702, 0.044715, Math.sqrt(2 / Math.PI)]

function bent(x: number): number {
  return (1 + Math.tanh(bend * (x + cubic * x ** 3))) / 2
}

/** ln(1 + eˣ) */
export function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x))
}

function beyond(x: number, corner: number, side: Side): boolean {
  return x > corner || (x === corner && side === "right")
}

function within(x: number, low: number, high: number, side: Side): boolean {
  return beyond(x, low, side) && !beyond(x, high, side)
}

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
