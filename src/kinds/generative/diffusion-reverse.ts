// Ho et al. (2020): q(x_{t−1} | x_t, x_0) is Gaussian with mean √α_t(1 − ᾱ_{t−1})/(1 − ᾱ_t)·x_t + √ᾱ_{t−1}·β_t/(1 − ᾱ_t)·x_0
// and variance β̃_t = (1 − ᾱ_{t−1})/(1 − ᾱ_t)·β_t, ᾱ_0 = 1. A network predicts x_0 or the noise ε in
// x_t = √ᾱ_t·x_0 + √(1 − ᾱ_t)·ε; a step back adds σ_t·z to the mean, and nothing at t = 1. With DDIM (Song et al. 2021,
// η = 0) it is √ᾱ_{t−1}·x_0 + √(1 − ᾱ_{t−1})·ε instead. The loss is ‖ε − ε̂‖², a sum.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import { betas, stepExists } from "../../core/diffusion.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { betasOf, origin, product } from "../../math/diffusion.ts"
import {
  cleanOf,
  ddimOf,
  type Level,
  lossOf,
  meanOf,
  noiseOf,
  sampleOf,
  varianceOf,
  type Worked,
  weightOf,
} from "../../math/diffusion-reverse.ts"
import {
  betaWritten,
  cleanWritten,
  ddimWritten,
  formWithNoise,
  lossWritten,
  meanWritten,
  noiseWritten,
  previousWritten,
  sampleWritten,
  varianceWritten,
  weightWritten,
} from "../../math/diffusion-reverse-working.ts"
import { barWritten, fall } from "../../math/diffusion-working.ts"
import { entry, sum, vectorOf } from "../../math/linear.ts"

const given = z
  .strictObject({
    betas: betas(
      "variance β of the noise at each step: a list, shape (T), or { start, end, steps, schedule }",
    ).optional(),
    t: field.integer("the step that is gone back, from 1", { min: 1 }).optional(),
    alpha: field.number("instead of betas and t: α_t", { above: 0, below: 1 }).optional(),
    alpha_bar: field.number("beside alpha: ᾱ_t", { above: 0, below: 1 }).optional(),
    x_t: field.broadcast("noisy x at step t, shape (n), or a number"),
    epsilon: field.broadcast("predicted noise ε̂, in the form of x_t").optional(),
    x0: field.broadcast("instead of the noise: x₀ or its prediction").optional(),
    true_epsilon: field.broadcast("the noise that was added, for the loss").optional(),
    sampler: field
      .oneOf("ddpm: mean and variance of the posterior; ddim: the step without noise", [
        "ddpm",
        "ddim",
      ])
      .default("ddpm"),
    sigma: field
      .oneOf("σ_t² of a sampling step: β̃_t, β_t or 0; posterior if left out", [
        "posterior",
        "beta",
        0,
      ])
      .optional(),
    noise: field
      .broadcast("standard normal noise z of a sampling step, in the form of x_t; 0 if left out")
      .optional(),
    weighted: field
      .flag("whether the loss is also weighted, by β_t²/(2σ_t²·α_t·(1 − ᾱ_t))")
      .default(false),
  })
  .check(
    rule.oneWay("a noise schedule", [
      ["betas", "t"],
      ["alpha", "alpha_bar"],
    ]),
    rule.oneWay("a prediction", [["epsilon"], ["x0"]]),
    stepExists(),
    rule.sameShape("x_t", "epsilon", "x0", "true_epsilon", "noise"),
    rule.belongs("sampler", { ddpm: ["sigma", "noise"] }),
    rule.across(["alpha", "alpha_bar"], ({ alpha = 1, alpha_bar = 0 }) => {
      if (alpha_bar <= alpha) return undefined
      const message = `is ${alpha_bar}, above the \`alpha\` of ${alpha}, which is one of its factors`
      return { path: ["alpha_bar"], code: "range", message }
    }),
    rule.across(["betas", "t"], ({ betas, t = 0 }) => {
      if (!betas || barOf(betasOf(betas), t) > least) return undefined
      const message = `leaves nothing of x₀: ᾱ_${t} is below ${least}`
      return { path: ["betas"], code: "range", message }
    }),
    rule.across(
      ["weighted", "true_epsilon", "sampler", "sigma", "betas", "t", "alpha", "alpha_bar"],
      ({ weighted, true_epsilon, sampler, sigma, ...level }) => {
        if (!weighted) return undefined
        const path = ["weighted"]
        if (true_epsilon === undefined) {
          const message = "needs `true_epsilon`: without it there is no loss"
          return { path, code: "missing-field", message }
        }
        const why =
          sampler === "ddim"
            ? "with `sampler: ddim`"
            : sigma === 0
              ? "with `sigma: 0`"
              : sigma !== "beta" && isFirst(level)
                ? "at t = 1, where the posterior has no variance"
                : undefined
        const message = `divides by σ², which is 0 ${why}`
        return why === undefined ? undefined : { path, code: "conflict", message }
      },
    ),
  )

type Given = z.output<typeof given>

/** Below this nothing can be divided by ᾱ. */
const least = 1e-100

const answers = (given: Given) => {
  const share = { min: 0, max: 1 }
  const like = typeof given.x_t === "number" ? answer.number : answer.vector
  const { betas, epsilon, true_epsilon, weighted, sampler } = given
  return {
    ...(betas && { alpha_bar: answer.number("ᾱ_t", share) }),
    alpha_bar_previous: answer.number("ᾱ one step before, ᾱ_(t−1)", share),
    ...(epsilon !== undefined && { x0_hat: like("prediction of x₀") }),
    ...(needsNoise(given) && { epsilon_hat: like("prediction of the noise") }),
    ...(sampler === "ddpm" && {
      posterior_mean: like("mean of x_(t−1)"),
      posterior_variance: answer.number("variance of each entry of x_(t−1)", share),
    }),
    ...(samples(given) && { x_prev: like("x one step before, x_(t−1)", { aside: true }) }),
    ...(true_epsilon !== undefined && {
      loss: answer.number("squared error of the noise", { min: 0 }),
      ...(weighted && {
        weight: answer.number("weight of the loss", { min: 0 }),
        weighted_loss: answer.number("weighted loss", { min: 0 }),
      }),
    }),
  }
}

const slips: Slips<typeof given> = {
  "t counts from 0, so that one step more is taken": ({ betas, t }) =>
    betas && t !== undefined && t < betasOf(betas).length ? { t: t + 1 } : undefined,
  "one step fewer is taken": ({ t = 1 }) => (t > 1 ? { t: t - 1 } : undefined),
  "σ² = β_t is taken": given =>
    (samples(given) || given.weighted) && given.sampler === "ddpm" && given.sigma !== "beta"
      ? { sigma: "beta" }
      : undefined,
  "σ² = β̃_t is taken": given => (given.sigma === "beta" ? { sigma: "posterior" } : undefined),
}

const question: Question<typeof given> = given => {
  const { betas, t = 1, x_t, epsilon, true_epsilon, alpha = 1, alpha_bar = 1, sampler } = given
  const level = betas ? text`at t = ${t}` : text`where α_t = ${alpha} and ᾱ_t = ${alpha_bar}`
  const known = epsilon === undefined ? text`x₀` : text`the predicted noise`
  const before = math`x_{t - 1}`
  const sample = samples(given)
    ? text`, and ${before} itself with ${variances[given.sigma ?? "posterior"]}`
    : text``
  const step =
    sampler === "ddim"
      ? text`take one DDIM step, without noise, to ${before}`
      : text`compute the mean and the variance of ${before}${sample}`
  const weight = given.weighted ? text`, and that error with its weight in the bound` : text``
  const loss =
    true_epsilon === undefined ? text`` : text` Give the squared error of the noise${weight}.`
  return text`On its way back a diffusion model has come to x_t = ${x_t} ${level}. From ${known}, ${step}.${loss}`
}

const variances = {
  posterior: math`\sigma_t^2 = \tilde\beta_t`,
  beta: math`\sigma_t^2 = \beta_t`,
  0: math`\sigma_t = 0`,
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const isNumber = typeof given.x_t === "number"
  const plain = (values: Vector) => (isNumber ? entry(values, 0) : values)
  const hand = (name: Points, { value, slips }: Worked<Vector>): Vector => {
    const wrong = Object.entries(slips).map(([slip, each]) => [slip, plain(each)] as const)
    return vectorOf(work.answer(name, plain(value), Object.fromEntries(wrong)), 1)
  }
  const [x, level] = [vectorOf(given.x_t, 1), levelOf(given, work)]

  let x0 = vectorOf(given.x0 ?? 0, 1)
  let epsilon = vectorOf(given.epsilon ?? 0, 1)
  if (given.epsilon !== undefined) {
    x0 = hand("x0_hat", cleanOf(level, x, epsilon))
    work.step("Prediction of x₀", () =>
      cleanWritten({ level, x: plain(x), epsilon: plain(epsilon), x0: plain(x0) }),
    )
  } else if (needsNoise(given)) {
    epsilon = hand("epsilon_hat", noiseOf(level, x, x0))
    work.step("Prediction of the noise", () =>
      noiseWritten({ level, x: plain(x), epsilon: plain(epsilon), x0: plain(x0) }),
    )
  }

  let sigma2 = 0
  if (given.sampler === "ddim") {
    const next = hand("x_prev", ddimOf(level, x0, epsilon))
    work.step("DDIM step", () =>
      ddimWritten({ level, x0: plain(x0), epsilon: plain(epsilon), next: plain(next) }),
    )
  } else {
    const known = given.epsilon === undefined ? undefined : epsilon
    const mean = hand("posterior_mean", meanOf(level, { x, x0, epsilon: known }))
    const { value, slips } = varianceOf(level)
    const variance = work.answer("posterior_variance", value, slips)
    work.step("Mean and variance of the step back", () => [
      ...meanWritten({ level, x: plain(x), x0: plain(x0), mean: plain(mean) }),
      ...(known ? [formWithNoise] : []),
      ...varianceWritten(level, variance),
    ])
    sigma2 = { posterior: variance, beta: level.beta, 0: 0 }[given.sigma ?? "posterior"]
    if (samples(given)) {
      const z = vectorOf(given.noise ?? 0, x.length)
      const next = hand("x_prev", sampleOf(level, { mean, variance: sigma2, z }))
      const shown = { level, sigma: given.sigma, sigma2 }
      work.step("Sampling step", () =>
        sampleWritten({ ...shown, mean: plain(mean), z: plain(z), next: plain(next) }),
      )
    }
  }

  if (given.true_epsilon === undefined) return
  const truth = vectorOf(given.true_epsilon, 1)
  const found = lossOf(truth, epsilon)
  const loss = work.answer("loss", found.value, found.slips)
  work.step("Loss", () => lossWritten(truth, epsilon, loss))
  if (!given.weighted) return
  const weighed = weightOf(level, sigma2)
  const weight = work.answer("weight", weighed.value, weighed.slips)
  const weighted_loss = work.answer("weighted_loss", weight * loss)
  work.step("Weighted loss", () => weightWritten({ level, sigma2, weight, loss, weighted_loss }))
}

type Hand = Parameters<typeof solve>[1]
type Points = "x0_hat" | "epsilon_hat" | "posterior_mean" | "x_prev"

function levelOf(given: Given, work: Hand): Level {
  const { betas, t = 1 } = given
  const values = betas ? betasOf(betas) : []
  const beta = betas ? entry(values, t - 1) : 1 - (given.alpha ?? 1)
  const alpha = given.alpha ?? 1 - beta
  const isStart = isFirst(given)
  const bar = betas ? barFrom(values, t, work) : (given.alpha_bar ?? alpha)
  const before = isStart ? 1 : bar / alpha
  const slips = {
    "ᾱ_t is taken": bar,
    ...(!isStart && { "it is multiplied by α_t, not divided": bar * alpha }),
    ...(t > 2 && { "the α are not multiplied up": 1 - entry(values, t - 2) }),
  }
  const from = origin(before)
  const previous = work.answer("alpha_bar_previous", before, slips, { from })
  const level = { alpha, beta, bar, previous, isStart }
  work.step("Noise level", () => [
    ...(betas ? barWritten(betas, values, t, bar) : []),
    // A schedule gives β itself, and a DDIM step has no use for it.
    ...(betas || given.sampler === "ddim" ? [] : [betaWritten(level)]),
    ...previousWritten(level),
    ...(betas && values.length > 2 ? [fall(values, t)] : []),
  ])
  return level
}

function barFrom(values: Vector, t: number, work: Hand): number {
  const bar = barOf(values, t)
  const noise = product(values.slice(0, t))
  const slips = {
    "the β are multiplied": noise,
    ...(t > 1 && {
      "the α are not multiplied up": 1 - entry(values, t - 1),
      "the sum of the β is taken from 1": 1 - sum(values.slice(0, t)),
    }),
    ...(t > 1 &&
      t < values.length && {
        "the product runs from step t to the last": barOf(values.slice(t - 1), values.length),
      }),
  }
  return work.answer("alpha_bar", bar, slips, { from: origin(bar) })
}

function barOf(betas: Vector, t: number): number {
  return product(betas.slice(0, t).map(beta => 1 - beta))
}

/** Whether a sampling step is asked. */
function samples({ noise, sigma, sampler }: Given): boolean {
  return noise !== undefined || sigma !== undefined || sampler === "ddim"
}

/** Whether the noise has to be found from x₀. */
function needsNoise({ x0, true_epsilon, sampler }: Given): boolean {
  return x0 !== undefined && (true_epsilon !== undefined || sampler === "ddim")
}

/** Whether this is the last step back, t = 1, before which there is no noise: ᾱ₀ = 1. */
function isFirst({ t, alpha, alpha_bar }: Pick<Given, "t" | "alpha" | "alpha_bar">): boolean {
  return t === undefined ? alpha === alpha_bar : t === 1
}

export default defineKind({
  name: "diffusion-reverse",
  topic: "generative",
  title: "A step back of a diffusion model",
  given,
  answers,
  slips,
  question,
  solve,
})
