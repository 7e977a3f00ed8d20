// Fischler & Bolles (1981): with a share w of inliers, a sample of s points holds inliers alone with
// probability wˢ. N samples hold one such at least with probability p if (1 − wˢ)ᴺ ≤ 1 − p.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { noise } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { plural, short } from "../../core/words.ts"

const share = { min: 0, max: 1 }

const given = z
  .strictObject({
    inlier_ratio: field.number("share of the points that fit the model", share).optional(),
    outlier_ratio: field.number("instead: share of those that do not", share).optional(),
    sample_size: field.integer("points in a sample: as many as the model needs", { min: 1 }),
    confidence: field
      .number("probability that one sample at least holds inliers alone", { above: 0, max: 1 })
      .default(0.99),
  })
  .check(
    rule.oneWay("the share of inliers", [["inlier_ratio"], ["outlier_ratio"]]),
    rule.across(["confidence"], ({ confidence }) =>
      confidence === 1
        ? {
            path: ["confidence"],
            message: "must be below 1, but it is `1`: no number of samples makes certain",
          }
        : undefined,
    ),
    rule.across(["inlier_ratio", "outlier_ratio"], ({ inlier_ratio, outlier_ratio }) => {
      if (inlier_ratio !== 0 && outlier_ratio !== 1) return undefined
      const path = [inlier_ratio === 0 ? "inlier_ratio" : "outlier_ratio"]
      return { path, message: "leaves no inliers, so no sample can be good" }
    }),
    rule.across(
      ["inlier_ratio", "outlier_ratio", "sample_size", "confidence"],
      ({ inlier_ratio, outlier_ratio, sample_size, confidence }) => {
        const w = inlier_ratio ?? 1 - (outlier_ratio ?? 0)
        const good = w ** sample_size
        if (w === 0 || confidence === 1 || samples(good, confidence) <= Number.MAX_SAFE_INTEGER) {
          return undefined
        }
        const message = `makes a good sample too rare: ${short(w)}^${sample_size} is ${short(good)}`
        return { path: ["sample_size"], message }
      },
    ),
  )

const answers = {
  p_good_sample: answer.number("probability that a sample holds inliers alone", share),
  iterations: answer.integer("samples that are needed", { min: 0 }),
}

const slips: Slips<typeof given> = {
  "the shares of inliers and outliers are swapped": ({ inlier_ratio, outlier_ratio }) => {
    if (inlier_ratio === 1 || outlier_ratio === 0) return undefined
    return { inlier_ratio: outlier_ratio, outlier_ratio: inlier_ratio }
  },
}

const question: Question<typeof given> = ({ inlier_ratio, outlier_ratio, ...given }) => {
  const ratio =
    inlier_ratio !== undefined
      ? text`a share of ${inlier_ratio} inliers`
      : text`a share of ${outlier_ratio ?? 0} outliers`
  return text`RANSAC draws samples of ${plural(given.sample_size, "point")} from data with ${ratio}. What is the probability that a sample holds inliers alone, and how many samples are needed for one such with probability ${given.confidence}?`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { inlier_ratio, outlier_ratio, sample_size: s, confidence: p } = given
  const w = inlier_ratio ?? 1 - (outlier_ratio ?? 0)
  const good = work.answer("p_good_sample", w ** s, {
    "one point of the sample is looked at": w,
    "the share is multiplied by the sample size": w * s,
    "the probability that a sample is not good is taken": 1 - w ** s,
  })
  work.step("A good sample", () => [
    ...(inlier_ratio === undefined ? [math`w = 1 - ${outlier_ratio ?? 0} = ${w}`] : []),
    math`P(\text{good}) = w^s = ${w}^{${s}} = ${good}`,
  ])

  const exact = samples(good, p)
  const iterations = work.answer("iterations", Math.max(1, roundedUp(exact)), misread(good, p))
  work.step("Number of samples", () => lines(good, p, exact, iterations))
}

/** ln(1 − p)/ln(1 − w^s), not rounded; log1p keeps what a small probability adds to 1. */
function samples(good: number, p: number): number {
  return good === 1 ? 0 : Math.log1p(-p) / Math.log1p(-good)
}

/** A whole number where float noise alone keeps it from being one. */
function snapped(x: number): number {
  return Math.abs(x - Math.round(x)) <= noise(x, 0) ? Math.round(x) : x
}

function roundedUp(x: number): number {
  return Math.ceil(snapped(x))
}

function misread(good: number, p: number): Record<string, number> {
  if (good === 1) return {}
  return {
    "it is rounded down": Math.floor(snapped(samples(good, p))),
    "the confidence stands in the logarithm instead of 1 minus it": roundedUp(
      Math.log(p) / Math.log1p(-good),
    ),
    "the probability of a good sample stands in the logarithm instead of 1 minus it": roundedUp(
      Math.log1p(-p) / Math.log(good),
    ),
  }
}

function lines(good: number, p: number, exact: number, iterations: number): Rich[] {
  if (good === 1) return [text`Every sample is good: one is enough.`]
  return [
    math`(1 - P(\text{good}))^N \le 1 - p`,
    math`N \ge \frac{\ln(1 - p)}{\ln(1 - P(\text{good}))} = \frac{\ln ${1 - p}}{\ln ${1 - good}} = \frac{${Math.log1p(-p)}}{${Math.log1p(-good)}} = ${exact}`,
    math`N = ${iterations}`,
  ]
}

export default defineKind({
  name: "ransac",
  topic: "vision",
  title: "Number of RANSAC samples",
  given,
  answers,
  slips,
  question,
  solve,
})
