import type { Vector } from "../core/types.ts"
import { mixed } from "./diffusion.ts"
import { dot, entry, sum } from "./linear.ts"

// A step back of a diffusion model, each value beside those of usual mistakes.

/** Where in the schedule the step is taken; `previous` is ᾱ_{t−1}, and 1 at the start, t = 1. */
export interface Level {
  alpha: number
  beta: number
  bar: number
  previous: number
  isStart: boolean
}

export interface Worked<V> {
  value: V
  slips: Readonly<Record<string, V>>
}

/** x₀ from x_t and ε. */
export function cleanOf({ alpha, bar, isStart }: Level, x: Vector, epsilon: Vector) {
  const [signal, noise] = roots(bar)
  const less = (scale: number, by: number) => mixed(1 / by, x, -scale / by, epsilon)
  const slips = {
    "the noise is not scaled": less(1, signal),
    "the noise is scaled by 1 − ᾱ_t, not its root": less(1 - bar, signal),
    "the noise is added": less(-noise, signal),
    "it is divided by ᾱ_t, not its root": less(noise, bar),
    "it is not divided by √ᾱ_t": less(noise, 1),
    ...(!isStart && { "α_t stands for ᾱ_t": less(Math.sqrt(1 - alpha), Math.sqrt(alpha)) }),
  }
  return { value: less(noise, signal), slips } satisfies Worked<Vector>
}

/** ε from x_t and x₀. */
export function noiseOf({ alpha, bar, isStart }: Level, x: Vector, x0: Vector) {
  const [signal, noise] = roots(bar)
  const less = (scale: number, by: number) => mixed(1 / by, x, -scale / by, x0)
  const slips = {
    "x₀ is not scaled": less(1, noise),
    "x₀ is scaled by ᾱ_t, not its root": less(bar, noise),
    "it is divided by 1 − ᾱ_t, not its root": less(signal, 1 - bar),
    "it is not divided by √(1 − ᾱ_t)": less(signal, 1),
    ...(!isStart && { "α_t stands for ᾱ_t": less(Math.sqrt(alpha), Math.sqrt(1 - alpha)) }),
  }
  return { value: less(signal, noise), slips } satisfies Worked<Vector>
}

/** The factors of x_t and x₀ in the mean of the posterior. */
export function factorsOf({ alpha, beta, bar, previous }: Level): readonly [number, number] {
  const rest = 1 - bar
  return [(Math.sqrt(alpha) * (1 - previous)) / rest, (Math.sqrt(previous) * beta) / rest]
}

/** The mean of the posterior; mistakes in its form with the noise only where the noise is given. */
export function meanOf(
  level: Level,
  { x, x0, epsilon }: { x: Vector; x0: Vector; epsilon: Vector | undefined },
) {
  const { alpha, beta, bar, isStart } = level
  const [a, b] = factorsOf(level)
  const [signal, noise] = roots(bar)
  const back = (factor: number, by = Math.sqrt(alpha)) =>
    mixed(1 / by, x, -factor / by, epsilon ?? x0)
  const usual = beta / noise
  const slips = {
    "the two factors are swapped": mixed(b, x, a, x0),
    ...(!isStart && {
      "ᾱ_t stands for ᾱ_{t−1}": mixed(Math.sqrt(alpha), x, (signal * beta) / (1 - bar), x0),
    }),
    ...(epsilon && {
      "the noise is not scaled": back(1),
      "the noise is added": back(-usual),
      "the factor 1/√α_t is left out": back(usual, 1),
      "it is divided by α_t, not its root": back(usual, alpha),
      "1 − ᾱ_t is not under a root": back(beta / (1 - bar)),
    }),
    ...(epsilon &&
      !isStart && {
        "it is divided by √ᾱ_t, not √α_t": back(usual, signal),
        "√(1 − α_t) stands for √(1 − ᾱ_t)": back(Math.sqrt(beta)),
        "α_t and ᾱ_t are swapped": back((1 - bar) / Math.sqrt(beta), signal),
      }),
  }
  return { value: mixed(a, x, b, x0), slips } satisfies Worked<Vector>
}

/** β̃_t, the variance of the posterior. */
export function varianceOf({ beta, bar, previous, isStart }: Level) {
  const value = ((1 - previous) / (1 - bar)) * beta
  const slips = {
    "β_t is taken": beta,
    ...(!isStart && {
      "its root, the standard deviation, is taken": Math.sqrt(value),
      "the ratio is the other way round": ((1 - bar) / (1 - previous)) * beta,
      "ᾱ_{t−1}/ᾱ_t is taken, without 1 minus": (previous / bar) * beta,
    }),
  }
  return { value, slips } satisfies Worked<number>
}

/** Mean + σ·z; at the start the noise is left out. */
export function sampleOf(
  { beta, isStart }: Level,
  { mean, variance, z }: { mean: Vector; variance: number; z: Vector },
) {
  const moved = (factor: number) => mixed(1, mean, factor, z)
  const sigma = isStart ? 0 : Math.sqrt(variance)
  const isNoisy = z.some(value => value !== 0)
  const slips = {
    ...(isNoisy &&
      sigma > 0 && {
        "the noise is scaled by the variance, not its root": moved(variance),
        "the noise is not scaled": moved(1),
        "the noise is left out": moved(0),
        "the noise is subtracted": moved(-sigma),
      }),
    ...(isNoisy && isStart && { "noise is added at t = 1 too": moved(Math.sqrt(beta)) }),
  }
  return { value: moved(sigma), slips } satisfies Worked<Vector>
}

/** The step of DDIM without noise. */
export function ddimOf({ bar, previous, isStart }: Level, x0: Vector, epsilon: Vector) {
  const [signal, noise] = roots(bar)
  const [keep, rest] = roots(previous)
  const slips = {
    ...(!isStart && {
      "the noise is left out": mixed(keep, x0, 0, epsilon),
      "ᾱ_t stands for ᾱ_{t−1}": mixed(signal, x0, noise, epsilon),
      "the noise is scaled by √(1 − ᾱ_t)": mixed(keep, x0, noise, epsilon),
      "the noise is not scaled": mixed(keep, x0, 1, epsilon),
      "the roots are left out": mixed(previous, x0, 1 - previous, epsilon),
    }),
  }
  return { value: mixed(keep, x0, rest, epsilon), slips } satisfies Worked<Vector>
}

/** ‖ε − ε̂‖² */
export function lossOf(truth: Vector, epsilon: Vector) {
  const errors = truth.map((value, i) => value - entry(epsilon, i))
  const value = dot(errors, errors)
  const slips = {
    "the root of the sum is taken": Math.sqrt(value),
    ...(errors.length > 1 && {
      "the mean of the squares is taken": value / errors.length,
      "the absolute values are added": sum(errors.map(Math.abs)),
    }),
  }
  return { value, slips } satisfies Worked<number>
}

/** β_t²/(2σ_t²·α_t·(1 − ᾱ_t)), the weight of the loss in the variational bound. */
export function weightOf({ alpha, beta, bar, isStart }: Level, sigma2: number) {
  const weight = (rest: number) => beta ** 2 / (2 * sigma2 * alpha * rest)
  const value = weight(1 - bar)
  const slips = {
    ...(!isStart && { "1 − α_t stands for 1 − ᾱ_t": weight(1 - alpha) }),
    "β_t is not squared": value / beta,
    "the factor 2 is left out": 2 * value,
    "σ_t is not squared": value * Math.sqrt(sigma2),
    "α_t is left out": value * alpha,
  }
  return { value, slips } satisfies Worked<number>
}

/** √ᾱ and √(1 − ᾱ) */
function roots(bar: number): readonly [number, number] {
  return [Math.sqrt(bar), Math.sqrt(1 - bar)]
}
