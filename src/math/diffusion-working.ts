import { type Block, curves, join, math, table, text } from "../core/blocks.ts"
import { type Betas, isRamp, type Ramp } from "../core/diffusion.ts"
import type { Vector } from "../core/types.ts"
import { cosine, remains } from "./diffusion.ts"

// How a noise schedule is written out.

/** So many steps are shown; of more, these at both ends and the one that is asked. */
const readable = { steps: 12, head: 3, tail: 2, terms: 6 }

/** How β comes about from a rule. */
export function rampWritten(ramp: Ramp, betas: Vector, asked: number): Block[] {
  const { schedule, steps, start = 0, end = 0 } = ramp
  const t = Math.min(2, steps)
  const beta = betas[t - 1] ?? Number.NaN
  const values = shownSteps(steps, asked).map(t => [t, betas[t - 1] ?? null] as const)
  const all = steps > 2 ? [table([math`t`, math`\beta_t`], values), ...leftOut(steps, asked)] : []
  if (schedule === "cosine") {
    const [before, after] = [remains(ramp, t - 1), remains(ramp, t)]
    return [
      math`f(t) = \cos^2\left(\frac{t / T + s}{1 + s} \cdot \frac{\pi}{2}\right), \quad s = ${cosine.offset}, \quad T = ${steps}`,
      math`\bar\alpha_t = \frac{f(t)}{f(0)}, \quad \beta_t = \min\left(1 - \frac{f(t)}{f(t - 1)}, ${cosine.most}\right)`,
      math`\beta_{${t}} = 1 - \frac{${after}}{${before}} = ${beta}`,
      ...all,
    ]
  }
  if (steps === 1) return [math`\beta_1 = ${beta}`]
  return [
    math`\beta_t = \beta_1 + \frac{t - 1}{T - 1} \cdot (\beta_T - \beta_1)`,
    math`\beta_{${t}} = ${start} + \frac{${t - 1}}{${steps - 1}} \cdot (${end} - ${start}) = ${beta}`,
    ...all,
  ]
}

/** α and ᾱ of every step, and how ᾱ falls. */
export function barsWritten(
  { betas, alphas, bars }: Record<"betas" | "alphas" | "bars", Vector>,
  asked: number,
): Block[] {
  const steps = betas.length
  const at = (values: Vector, t: number) => values[t - 1] ?? Number.NaN
  const rows = shownSteps(steps, asked).map(t => [t, at(betas, t), at(alphas, t), at(bars, t)])
  const t = Math.max(Math.min(2, steps), Math.min(asked, readable.terms))
  return [
    math`\alpha_t = 1 - \beta_t, \quad \bar\alpha_t = \prod_{i = 1}^{t} \alpha_i = \bar\alpha_{t - 1} \cdot \alpha_t`,
    ...Array.from({ length: t }, (_, i) => i + 1)
      .slice(1)
      .map(
        t => math`\bar\alpha_{${t}} = ${at(bars, t - 1)} \cdot ${at(alphas, t)} = ${at(bars, t)}`,
      ),
    table([math`t`, math`\beta_t`, math`\alpha_t`, math`\bar\alpha_t`], rows, {
      marks: rows.flatMap(([t], i) => (t === asked ? [[i, 3] as const] : [])),
    }),
    ...leftOut(steps, asked),
    ...(steps > 2 ? [fall(betas, asked)] : []),
  ]
}

/** ᾱ over the steps; the mark is the step that is asked. */
export function fall(betas: Vector, asked: number): Block {
  let bar = 1
  const bars = betas.map(beta => (bar *= 1 - beta))
  const points = [1, ...bars].map((bar, t) => [t, bar] as const)
  return curves(
    text`What is left of the variance of x₀ after each step; the mark is step ${asked}`,
    { x: { label: math`t` }, y: { label: math`\bar\alpha_t`, from: 0, to: 1 } },
    [{ points, marks: points.filter(([t]) => t === asked) }],
  )
}

/** α_t and ᾱ_t alone, from the β of a list or a rule. */
export function barWritten(betas: Betas, values: Vector, t: number, bar: number): Block[] {
  const alphas = values.slice(0, t).map(beta => 1 - beta)
  const factors = t > 1 && t <= readable.terms ? math`${join(alphas, " \\cdot ")} = ` : math``
  return [
    ...(isRamp(betas) ? rampWritten(betas, values, t) : []),
    math`\alpha_t = 1 - \beta_t, \quad \bar\alpha_t = \prod_{i = 1}^{t} \alpha_i`,
    math`\alpha_{${t}} = 1 - ${values[t - 1] ?? Number.NaN} = ${alphas[t - 1] ?? Number.NaN}`,
    math`\bar\alpha_{${t}} = ${factors}${bar}`,
  ]
}

function shownSteps(steps: number, asked: number): number[] {
  return Array.from({ length: steps }, (_, i) => i + 1).filter(
    t =>
      steps <= readable.steps ||
      t <= readable.head ||
      t > steps - readable.tail ||
      t === asked ||
      t + 1 === asked,
  )
}

function leftOut(steps: number, asked: number): Block[] {
  const left = steps - shownSteps(steps, asked).length
  return left === 0 ? [] : [text`The other ${left} of the ${steps} steps in the same way.`]
}
