// The score of a density is ∇ₓ ln p(x); of a Gaussian, −Σ⁻¹ (x − μ).
// One step of Langevin dynamics along it: x + ε/2·s + √ε·z (Song & Ermon 2019), or, with twice the step
// under another name, x + ε·s + √(2ε)·z. Noise that is not given is 0.
import * as z from "zod"
import { grid, join, math, products, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import {
  dimensionOf,
  misreadSpreads,
  properCovariance,
  spreadFields,
  spreads,
} from "../../core/gaussian.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { determinantWorking, inverseFormula } from "../../core/working.ts"
import { negative } from "../../math/distribution.ts"
import { covarianceOf, variancesOf } from "../../math/gaussian.ts"
import { dot, entry, mapGrid, matvec, sum, vectorOf } from "../../math/linear.ts"
import { determinant, inverse, leadingMinors } from "../../math/matrix.ts"

const given = z
  .strictObject({
    x: field.broadcast("the point, shape (n), or a number"),
    mean: field.broadcast("mean of the Gaussian, shape (n), or a number").optional(),
    ...spreadFields,
    score: field
      .broadcast("instead of a Gaussian: the score at x, shape (n), or a number")
      .optional(),
    step: field.number("step size ε of a Langevin step", { above: 0 }).optional(),
    noise: field
      .broadcast(
        "standard normal noise z of the Langevin step, shape (n), or a number; 0 if left out",
      )
      .optional(),
    form: field
      .oneOf("the Langevin step: half is ε/2·s + √ε·z, full is ε·s + √(2ε)·z", ["half", "full"])
      .default("half"),
  })
  .check(
    rule.oneWay("a score", [...spreads.map(name => ["mean", name] as const), ["score"]]),
    rule.sameLength("x", "mean", ...spreads, "score", "noise"),
    properCovariance(leadingMinors),
    rule.across(["score", "mean", "step"], ({ score, mean, step }) => {
      if (score === undefined || mean !== undefined || step !== undefined) return undefined
      const message = "needs `step`: without it nothing is left to compute"
      return { path: ["score"], code: "missing-field", message }
    }),
    rule.needs("noise", "step", "it enters a Langevin step"),
  )

const answers = (given: Given) => {
  const scalar = sizeOf(given) === undefined
  const numbers = (label: string) => (scalar ? answer.number(label) : answer.vector(label))
  return {
    ...(given.covariance && { inverse: answer.grid("Σ⁻¹", { mirrored: true }) }),
    ...(given.score === undefined && {
      log_density: answer.number("ln p(x)", { log: true, aside: true }),
      score: numbers("∇ ln p(x)"),
    }),
    ...(given.step !== undefined && { next: numbers("x after the Langevin step") }),
  }
}

const slips: Slips<typeof given> = {
  ...misreadSpreads,
  "the other form of the Langevin step is taken": ({ step, form }) =>
    step === undefined ? undefined : { form: form === "half" ? "full" : "half" },
}

const question: Question<typeof given> = ({ x, step, score }) => {
  const asked = step === undefined ? "" : text` Then take one Langevin step of size ${step}.`
  if (score !== undefined)
    return text`Take one Langevin step of size ${step ?? ""} from x = ${x} along the given score.`
  return text`Compute the log-density of the Gaussian at x = ${x} and its score, the gradient of the log-density.${asked}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const size = sizeOf(given)
  const n = size ?? 1
  const x = vectorOf(given.x, n)
  const plain = (values: Vector) => (size === undefined ? entry(values, 0) : values)
  const score =
    given.score === undefined ? scoreOf(given, n, x, plain, work) : vectorOf(given.score, n)
  if (given.step === undefined) return

  const { step } = given
  const noise = vectorOf(given.noise ?? 0, n)
  const moved = (drift: number, spread: number) =>
    plain(x.map((value, i) => value + drift * entry(score, i) + spread * entry(noise, i)))
  const half = given.form === "half"
  const [drift, spread] = half ? [step / 2, Math.sqrt(step)] : [step, Math.sqrt(2 * step)]
  const next = work.answer(
    "next",
    moved(drift, spread),
    {
      "the score is subtracted": moved(-drift, spread),
      // Without noise this is the other form of the step, which is listed among the givens.
      ...(noise.some(z => z !== 0) && {
        [half ? "the step is not halved" : "the step is halved"]: moved(
          half ? step : step / 2,
          spread,
        ),
        "the noise is left out": moved(drift, 0),
        "the noise is not scaled": moved(drift, 1),
        "the root is left out": moved(drift, spread ** 2),
      }),
    },
    { from: plain(x) },
  )
  work.step("Langevin step", () => [
    half
      ? math`x' = x + \frac{\varepsilon}{2}\,s + \sqrt{\varepsilon}\,z`
      : math`x' = x + \varepsilon\,s + \sqrt{2\varepsilon}\,z`,
    ...(given.noise === undefined ? [text`No noise is given, so z = 0.`] : []),
    math`x' = ${plain(x)} + ${drift} \cdot ${plain(score)} + ${spread} \cdot ${plain(noise)} = ${next}`,
  ])
}

type Given = z.output<typeof given>
type Hand = Parameters<typeof solve>[1]

/** What is computed of the Gaussian; `plain` makes a number of a vector where all is numbers. */
function scoreOf(
  given: Given,
  n: number,
  x: Vector,
  plain: (values: Vector) => number | Vector,
  work: Hand,
): Vector {
  const gaussian = { ...given, mean: given.mean ?? 0 }
  const mean = vectorOf(gaussian.mean, n)
  const shifts = x.map((value, i) => value - entry(mean, i))
  const variances = variancesOf(gaussian, n)
  const covariance = covarianceOf(gaussian, n)
  const det = given.covariance && determinant(covariance)
  const inverted =
    given.covariance &&
    work.answer("inverse", inverse(covariance), {
      "the covariance is not inverted": covariance,
      "it is not divided by the determinant": mapGrid(
        inverse(covariance),
        value => value * (det ?? 1),
      ),
    })
  const divided = shifts.map((shift, i) => shift / entry(variances, i))
  const turned = inverted ? matvec(inverted, shifts) : divided
  const distance = dot(shifts, turned)
  const logDet = det === undefined ? sum(variances.map(Math.log)) : Math.log(det)
  const scalar = typeof plain(x) === "number"
  const S = scalar ? math`\sigma^2` : math`|\Sigma|`
  const Q = scalar
    ? math`\frac{(x - \mu)^2}{\sigma^2}`
    : math`(x - \mu)^\top \Sigma^{-1} \cdot (x - \mu)`
  const determinantLine = math`|\Sigma| = ${join([...determinantWorking(covariance), det ?? Math.exp(logDet)], " = ")}`
  work.step("Distance from the mean", () => [
    ...(given.std === undefined ? [] : [text`A variance is the square of the standard deviation.`]),
    ...(given.log_variance === undefined
      ? []
      : [text`A variance is the exponential of its logarithm.`]),
    ...(given.covariance ? [] : [math`\sigma^2 = ${plain(variances)}`]),
    ...(inverted
      ? [
          determinantLine,
          ...(n === 2 ? [inverseFormula(math`\Sigma`)] : []),
          grid(math`\Sigma^{-1}`, inverted),
        ]
      : []),
    math`x - \mu = ${plain(shifts)}`,
    ...(scalar
      ? [math`${Q} = \frac{${entry(shifts, 0)}^2}{${entry(variances, 0)}} = ${distance}`]
      : [
          math`\Sigma^{-1} \cdot (x - \mu) = ${turned}`,
          math`${Q} = ${products(shifts, turned)} = ${distance}`,
        ]),
  ])

  const circle = Math.log(2 * Math.PI)
  const density = (dimensions: number, log: number) => -(dimensions * circle + log + distance) / 2
  const log_density = work.answer("log_density", density(n, logDet), {
    "the normalising factor is left out": -distance / 2,
    "the determinant is left out": density(n, 0),
    "the determinant is not under a root": density(n, 2 * logDet),
    "the factor ½ of the distance is left out": density(n, logDet + distance),
    "the logarithm is left out": Math.exp(density(n, logDet)),
    ...(n > 1 && { "2π counts for one dimension only": density(1, logDet) }),
  })
  work.step("Log-density", () => [
    ...(scalar || inverted ? [] : [determinantLine]),
    math`\ln p(x) = -\frac{1}{2} \left( ${scalar ? math`` : math`n\,`}\ln 2\pi + \ln ${S} + ${Q} \right)`,
    math`\ln p(x) = -\frac{1}{2} (${n > 1 ? math`${n} \cdot ` : math``}${circle} + ${logDet} + ${distance}) = ${log_density}`,
  ])

  const score = work.answer("score", plain(turned.map(negative)), {
    "it is not divided by the variance": plain(shifts.map(negative)),
    ...(given.covariance && {
      "the covariance is not inverted": plain(matvec(covariance, shifts).map(negative)),
    }),
    // With standard deviations given, this is the slip of taking them for variances.
    ...((given.variance ?? given.log_variance) !== undefined && {
      "it is divided by the standard deviation": plain(
        divided.map((value, i) => -value * Math.sqrt(entry(variances, i))),
      ),
    }),
  })
  work.step("Score", () => [
    scalar
      ? math`s = \nabla \ln p(x) = -\frac{x - \mu}{\sigma^2} = -\frac{${entry(shifts, 0)}}{${entry(variances, 0)}} = ${score}`
      : math`s = \nabla \ln p(x) = -\Sigma^{-1} \cdot (x - \mu) = ${score}`,
  ])
  return vectorOf(score, n)
}

function sizeOf({ x, mean = 0, score = 0, noise = 0, ...spread }: Given): number | undefined {
  return dimensionOf({ mean: x }, { mean, ...spread }, { mean: score }, { mean: noise })
}

export default defineKind({
  name: "gaussian-score",
  topic: "probability",
  title: "Score of a Gaussian and a Langevin step",
  given,
  answers,
  slips,
  question,
  solve,
})
