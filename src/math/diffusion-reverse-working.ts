import { type Block, math, products, type Rich, text } from "../core/blocks.ts"
import type { Vector } from "../core/types.ts"
import { factorsOf, type Level } from "./diffusion-reverse.ts"

// How a step back of a diffusion model is written out. x and the like are one number or a vector.

type Point = number | Vector

const bar = math`\bar\alpha_t`
const previousBar = math`\bar\alpha_{t - 1}`

export function betaWritten({ alpha, beta }: Level): Block {
  return math`\beta_t = 1 - \alpha_t = 1 - ${alpha} = ${beta}`
}

export function previousWritten({ alpha, bar: value, previous, isStart }: Level): Block[] {
  return isStart
    ? [math`${previousBar} = \bar\alpha_0 = 1`]
    : [math`${previousBar} = \frac{${bar}}{\alpha_t} = \frac{${value}}{${alpha}} = ${previous}`]
}

interface Prediction {
  level: Level
  x: Point
  x0: Point
  epsilon: Point
}

export function cleanWritten({ level, x, x0, epsilon }: Prediction): Block[] {
  return [
    math`\hat{x}_0 = \frac{x_t - \sqrt{1 - ${bar}} \cdot \hat\varepsilon}{\sqrt{${bar}}}`,
    math`\hat{x}_0 = \frac{${x} - \sqrt{${1 - level.bar}} \cdot ${epsilon}}{\sqrt{${level.bar}}} = ${x0}`,
  ]
}

export function noiseWritten({ level, x, x0, epsilon }: Prediction): Block[] {
  return [
    math`\hat\varepsilon = \frac{x_t - \sqrt{${bar}} \cdot x_0}{\sqrt{1 - ${bar}}}`,
    math`\hat\varepsilon = \frac{${x} - \sqrt{${level.bar}} \cdot ${x0}}{\sqrt{${1 - level.bar}}} = ${epsilon}`,
  ]
}

/** The mean as it follows from the noise without x₀. */
export const formWithNoise = text`The same comes out of ${math`\tilde\mu_t = \frac{1}{\sqrt{\alpha_t}} \left(x_t - \frac{\beta_t}{\sqrt{1 - ${bar}}} \cdot \hat\varepsilon\right)`}.`

export function meanWritten(shown: { level: Level; x: Point; x0: Point; mean: Point }): Block[] {
  const { level, x, x0, mean } = shown
  const { alpha, beta, previous } = level
  const [a, b] = factorsOf(level)
  const rest = 1 - level.bar
  return [
    math`\tilde\mu_t = \frac{\sqrt{\alpha_t} \cdot (1 - ${previousBar})}{1 - ${bar}} \cdot x_t + \frac{\sqrt{${previousBar}} \cdot \beta_t}{1 - ${bar}} \cdot x_0`,
    math`\tilde\mu_t = \frac{\sqrt{${alpha}} \cdot ${1 - previous}}{${rest}} \cdot ${x} + \frac{\sqrt{${previous}} \cdot ${beta}}{${rest}} \cdot ${x0}`,
    math`\tilde\mu_t = ${a} \cdot ${x} + ${b} \cdot ${x0} = ${mean}`,
  ]
}

export function varianceWritten({ beta, bar: value, previous }: Level, variance: number): Block[] {
  return [
    math`\tilde\beta_t = \frac{1 - ${previousBar}}{1 - ${bar}} \cdot \beta_t = \frac{${1 - previous}}{${1 - value}} \cdot ${beta} = ${variance}`,
  ]
}

export function sampleWritten(shown: {
  level: Level
  sigma: string | number | undefined
  sigma2: number
  mean: Point
  z: Point
  next: Point
}): Block[] {
  const { level, sigma, sigma2, mean, z, next } = shown
  const formula = math`x_{t - 1} = \tilde\mu_t + \sigma_t \cdot z`
  if (level.isStart) {
    return [formula, text`At t = 1 no noise is added.`, math`x_0 = \tilde\mu_1 = ${next}`]
  }
  if (sigma === 0) return [formula, math`\sigma_t = 0, \quad x_{t - 1} = ${next}`]
  const chosen = sigma === "beta" ? math`\beta_t` : math`\tilde\beta_t`
  return [
    formula,
    math`\sigma_t^2 = ${chosen} = ${sigma2}`,
    math`x_{t - 1} = ${mean} + \sqrt{${sigma2}} \cdot ${z} = ${next}`,
  ]
}

export function ddimWritten(shown: {
  level: Level
  x0: Point
  epsilon: Point
  next: Point
}): Block[] {
  const { level, x0, epsilon, next } = shown
  return [
    math`x_{t - 1} = \sqrt{${previousBar}} \cdot \hat{x}_0 + \sqrt{1 - ${previousBar}} \cdot \hat\varepsilon`,
    math`x_{t - 1} = \sqrt{${level.previous}} \cdot ${x0} + \sqrt{${1 - level.previous}} \cdot ${epsilon} = ${next}`,
  ]
}

export function lossWritten(truth: Vector, epsilon: Vector, loss: number): Block[] {
  const errors = truth.map((value, i) => value - (epsilon[i] ?? Number.NaN))
  const shown: Rich = errors.length <= 6 ? math`${products(errors, errors)} = ` : math``
  return [math`L = \lVert \varepsilon - \hat\varepsilon \rVert^2 = ${shown}${loss}`]
}

export function weightWritten(shown: {
  level: Level
  sigma2: number
  weight: number
  loss: number
  weighted_loss: number
}): Block[] {
  const { level, sigma2, weight, loss, weighted_loss } = shown
  const { alpha, beta, bar: value } = level
  return [
    math`w_t = \frac{\beta_t^2}{2 \sigma_t^2 \cdot \alpha_t \cdot (1 - ${bar})}`,
    math`w_t = \frac{${beta}^2}{2 \cdot ${sigma2} \cdot ${alpha} \cdot ${1 - value}} = ${weight}`,
    math`w_t \cdot L = ${weight} \cdot ${loss} = ${weighted_loss}`,
  ]
}
