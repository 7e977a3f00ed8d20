// Ho et al. (2020): step t adds noise of variance β_t, x_t = √α_t·x_{t−1} + √β_t·ε with α_t = 1 − β_t, so that
// q(x_t | x_0) = N(√ᾱ_t·x_0, (1 − ᾱ_t)·I) with ᾱ_t = α_1 … α_t, and in one go x_t = √ᾱ_t·x_0 + √(1 − ᾱ_t)·ε.
// Steps count from 1. The cosine schedule is that of Nichol & Dhariwal (2021), s = 0.008, β at most 0.999.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import { betas, isRamp, stepExists } from "../../core/diffusion.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { nested } from "../../core/nested.ts"
import * as rule from "../../core/rules.ts"
import type { Answer, Grid, Vector } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { betasOf, misreadRamp, mixed, origin, product } from "../../math/diffusion.ts"
import { barsWritten, rampWritten } from "../../math/diffusion-working.ts"
import { entry, vectorOf } from "../../math/linear.ts"
import { isGrid } from "../../math/nested.ts"

const given = z
  .strictObject({
    betas: betas(
      "variance β of the noise at each step: a list, shape (T), or { start, end, steps, schedule }",
    ).optional(),
    t: field.integer("the step asked, from 1", { min: 1 }).optional(),
    alpha_bar: field
      .number("instead of betas and t: ᾱ at the step asked", { above: 0, below: 1 })
      .optional(),
    x0: field.broadcast("clean x₀, shape (n), or a number"),
    epsilon: nested(
      "noise ε, in the form of x0; step by step, one for all steps or one per step, shape (t, n), or (t) where x0 is a number",
    ).optional(),
    path: field
      .oneOf("how x_t is reached: closed-form in one go, step-by-step through all x before it", [
        "closed-form",
        "step-by-step",
      ])
      .default("closed-form"),
  })
  .check(
    rule.oneWay("a noise level", [["betas", "t"], ["alpha_bar"]]),
    stepExists(),
    rule.across(["path", "alpha_bar"], ({ path, alpha_bar }) => {
      if (path === "closed-form" || alpha_bar === undefined) return undefined
      const message = "is step-by-step, which needs `betas` and `t` instead of `alpha_bar`"
      return { path: ["path"], code: "conflict", message }
    }),
    rule.across(["x0", "epsilon", "path", "t"], ({ x0, epsilon, path, t = 1 }) => {
      if (epsilon === undefined) return undefined
      const n = sizes(x0)
      const perStep = n === "" ? String(t) : `${t}×${n}`
      const found = sizes(epsilon)
      const isWalk = path === "step-by-step"
      if (found === n || (isWalk && found === perStep)) return undefined
      const other = isWalk ? `, or ${formed(perStep)} for ${plural(t, "step")}` : ""
      const message = `must be ${formed(n)}, as \`x0\` is${other}, but it is ${formed(found)}`
      return { path: ["epsilon"], code: "shape", message }
    }),
  )

/** Sizes in words. */
function formed(sizes: string): string {
  if (sizes === "") return "one number"
  return sizes.includes("×") ? sizes : `a list of ${sizes}`
}

type Given = z.output<typeof given>

const answers = (given: Given) => {
  const share = { min: 0, max: 1 }
  const inOneGo = given.path === "closed-form"
  const isNumber = typeof given.x0 === "number"
  const x: Answer<Vector | Grid> = isNumber
    ? answer.vector("x after each step")
    : answer.grid("x after each step, a row per step")
  return {
    ...(given.betas && {
      ...(isRamp(given.betas) && { betas: answer.vector("β of each step", share) }),
      alphas: answer.vector("α of each step", share),
      alpha_bars: answer.vector("ᾱ of each step", share),
    }),
    mean: (isNumber ? answer.number : answer.vector)("mean of x_t given x₀"),
    variance: answer.number("variance of each entry of x_t given x₀", share),
    ...(given.epsilon !== undefined && {
      x: inOneGo ? (isNumber ? answer.number : answer.vector)("x_t") : x,
    }),
  }
}

const slips: Slips<typeof given> = {
  "t counts from 0, so that one step more is taken": ({ betas, t, path }) =>
    betas && t !== undefined && path === "closed-form" && t < betasOf(betas).length
      ? { t: t + 1 }
      : undefined,
  "one step fewer is taken": ({ t = 1, path }) =>
    t > 1 && path === "closed-form" ? { t: t - 1 } : undefined,
}

const question: Question<typeof given> = ({ betas, t = 1, x0, epsilon, path, alpha_bar }) => {
  const noise = [epsilon ?? []].flat(2).length === [x0].flat().length ? "the noise ε" : "its noise"
  const then = {
    "closed-form": text` and x_t itself for the noise ε`,
    "step-by-step": text`; then go there step by step, each step with ${noise}`,
  }
  const end = epsilon === undefined ? text`` : then[path]
  if (!betas)
    return text`The forward diffusion of x₀ = ${x0} has come to ᾱ_t = ${alpha_bar ?? ""}. Give the mean and the variance of x_t${end}.`
  const bars = isRamp(betas) ? "β, α and ᾱ" : "α and ᾱ"
  return text`Compute ${bars} of each step of a forward diffusion. Give the mean and the variance of x_t at t = ${t} for x₀ = ${x0}${end}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { t = 1, path, epsilon } = given
  const isNumber = typeof given.x0 === "number"
  const x0 = vectorOf(given.x0, 1)
  const plain = (values: Vector) => (isNumber ? entry(values, 0) : values)
  const betas = given.betas ? scheduleOf(given.betas, t, work) : []
  const level = given.betas && levelOf(betas, t, work)
  const bar = level?.bar ?? given.alpha_bar ?? 1
  const swapped = level && t > 1 ? level.alpha : undefined

  const scaled = (factor: number) => plain(x0.map(value => factor * value))
  const mean = work.answer("mean", scaled(Math.sqrt(bar)), {
    "ᾱ_t is not under a root": scaled(bar),
    "√(1 − ᾱ_t) stands for √ᾱ_t": scaled(Math.sqrt(1 - bar)),
    ...(swapped !== undefined && { "α_t stands for ᾱ_t": scaled(Math.sqrt(swapped)) }),
  })
  const variance = work.answer("variance", 1 - bar, {
    "ᾱ_t stands for 1 − ᾱ_t": bar,
    "its root, the standard deviation, is taken": Math.sqrt(1 - bar),
    ...(swapped !== undefined && { "α_t stands for ᾱ_t": 1 - swapped }),
  })
  work.step("Mean and variance", () => [
    math`q(x_t \mid x_0) = \mathcal{N}(\sqrt{\bar\alpha_t} \cdot x_0, (1 - \bar\alpha_t) \cdot I)`,
    math`\sqrt{\bar\alpha_t} \cdot x_0 = \sqrt{${bar}} \cdot ${given.x0} = ${mean}`,
    math`1 - \bar\alpha_t = 1 - ${bar} = ${variance}`,
  ])
  if (epsilon === undefined) return

  if (path === "step-by-step") {
    walk({ x0, noises: noisesOf(epsilon, isNumber, t), betas, plain }, work)
    return
  }
  const noise = [epsilon].flat(2)
  const centre = vectorOf(mean, 1)
  const moved = (factor: number) => plain(mixed(1, centre, factor, noise))
  const x = work.answer("x", moved(Math.sqrt(variance)), {
    "the noise is scaled by the variance, not its root": moved(variance),
    "the noise is not scaled": moved(1),
    "the noise is subtracted": moved(-Math.sqrt(variance)),
    "√ᾱ_t and √(1 − ᾱ_t) are swapped": plain(mixed(Math.sqrt(1 - bar), x0, Math.sqrt(bar), noise)),
  })
  work.step("In one go", () => [
    math`x_t = \sqrt{\bar\alpha_t} \cdot x_0 + \sqrt{1 - \bar\alpha_t} \cdot \varepsilon`,
    math`x_t = ${mean} + \sqrt{${variance}} \cdot ${plain(noise)} = ${x}`,
  ])
}

type Hand = Parameters<typeof solve>[1]

/** β of each step; asked where they follow from a rule. */
function scheduleOf(betas: NonNullable<Given["betas"]>, t: number, work: Hand): Vector {
  const values = betasOf(betas)
  if (!isRamp(betas)) return values
  const found = work.answer("betas", values, misreadRamp(betas), { from: values.map(origin) })
  work.step("Noise schedule", () => rampWritten(betas, found, t))
  return found
}

/** α and ᾱ of each step, and those at step t. */
function levelOf(betas: Vector, t: number, work: Hand): { bar: number; alpha: number } {
  const values = betas.map(beta => 1 - beta)
  const alphas = work.answer(
    "alphas",
    values,
    { "β stands for α": betas, "the root is taken": values.map(Math.sqrt) },
    { from: values.map(origin) },
  )
  const bars: number[] = []
  // Products and sums up to each step, and the products from each step on.
  let [noise, total, ahead] = [1, 0, product(alphas)]
  for (const [i, alpha] of alphas.entries()) {
    const before = bars.at(-1) ?? 1
    const beta = entry(betas, i)
    noise *= beta
    total += beta
    const bar = before * alpha
    bars.push(
      work.part(
        "alpha_bars",
        i,
        bar,
        {
          "the α are not multiplied up": alpha,
          "the β are multiplied": noise,
          "the sum of the β is taken from 1": 1 - total,
          "the product runs from step t to the last": ahead,
          "step t itself is left out": before,
        },
        { from: origin(bar) },
      ),
    )
    ahead /= alpha
  }
  work.step("α and ᾱ", () => barsWritten({ betas, alphas, bars }, t))
  return { bar: entry(bars, t - 1), alpha: entry(alphas, t - 1) }
}

/** x after each step, a noise at each. */
function walk(
  {
    x0,
    noises,
    betas,
    plain,
  }: { x0: Vector; noises: Grid; betas: Vector; plain: (values: Vector) => number | Vector },
  work: Hand,
): void {
  const lines: Rich[] = []
  let x = x0
  for (const [i, noise] of noises.entries()) {
    const before = x
    const beta = entry(betas, i)
    const alpha = 1 - beta
    const moved = (a: number, b: number) => plain(mixed(a, before, b, noise))
    const [keep, add] = [Math.sqrt(alpha), Math.sqrt(beta)]
    const next = work.part("x", i, moved(keep, add), {
      "√(1 − α_t) stands for √α_t": moved(add, add),
      "√α_t and √β_t are swapped": moved(add, keep),
      "the roots are left out": moved(alpha, beta),
      "the noise is scaled by β_t, without the root": moved(keep, beta),
      "the noise is not scaled": moved(keep, 1),
      "x is not scaled": moved(1, add),
      "the noise is left out": moved(keep, 0),
      "the noise is subtracted": moved(keep, -add),
    })
    x = vectorOf(next, 1)
    lines.push(
      math`x_{${i + 1}} = \sqrt{${alpha}} \cdot ${plain(before)} + \sqrt{${beta}} \cdot ${plain(noise)} = ${next}`,
    )
  }
  const isLong = lines.length > 6
  work.step("Step by step", () => [
    math`x_t = \sqrt{\alpha_t} \cdot x_{t - 1} + \sqrt{\beta_t} \cdot \varepsilon_t`,
    ...(isLong ? [...lines.slice(0, 3), text`and so on, until`, ...lines.slice(-1)] : lines),
  ])
}

/** A row of noise for each step. */
function noisesOf(epsilon: number | Vector | Grid, isNumber: boolean, t: number): Grid {
  if (isGrid(epsilon)) return epsilon
  const values = [epsilon].flat()
  const isPerStep = isNumber && typeof epsilon !== "number"
  return isPerStep ? values.map(value => [value]) : Array.from({ length: t }, () => values)
}

export default defineKind({
  name: "diffusion-forward",
  topic: "generative",
  title: "Forward diffusion",
  given,
  answers,
  slips,
  question,
  solve,
})
