// KL(q‖p) of two Gaussians of n dimensions, in nats:
// ½ [tr(Σ_p⁻¹ Σ_q) + (μ_p − μ_q)ᵀ Σ_p⁻¹ (μ_p − μ_q) − n + ln(|Σ_p|/|Σ_q|)].
// With diagonal covariances it is a sum over dimensions; against p = N(0, I), which is the default, each
// adds ½ (μ² + σ² − ln σ² − 1) (Kingma & Welling 2014, appendix B).
import * as z from "zod"
import {
  grid,
  type Inline,
  join,
  math,
  products,
  type Rich,
  table,
  text,
} from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import {
  dimensionOf,
  type Gaussian,
  misreadSpreads,
  properCovariance,
  spreadFields,
  spreads,
} from "../../core/gaussian.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { determinantWorking, inverseFormula } from "../../core/working.ts"
import { covarianceOf, variancesOf } from "../../math/gaussian.ts"
import { dot, entry, mapGrid, matmul, matvec, sum, vectorOf } from "../../math/linear.ts"
import { determinant, inverse, leadingMinors, trace } from "../../math/matrix.ts"

function gaussian(which: string) {
  return z
    .strictObject({
      mean: field.broadcast(`mean of ${which}, shape (n), or one number for all dimensions`),
      ...spreadFields,
    })
    .check(
      rule.oneWay(
        "a spread",
        spreads.map(name => [name]),
      ),
      rule.sameLength("mean", ...spreads),
      properCovariance(leadingMinors),
    )
}

const given = z
  .strictObject({
    q: gaussian("q").describe("the first distribution of KL(q‖p), with one spread"),
    p: gaussian("p")
      .default({ mean: 0, variance: 1 })
      .describe("the second distribution, with one spread; N(0, I) if left out"),
  })
  .check(
    rule.across(["q", "p"], ({ q, p }) => {
      const [own, other] = [dimensionOf(p), dimensionOf(q)]
      if (own === undefined || other === undefined || own === other) return undefined
      const message = `has ${plural(own, "dimension")}, but \`q\` has ${other}`
      return { path: ["p"], code: "shape", message }
    }),
  )

const positive = { min: 0 }
const answers = ({ q, p }: Given) => ({
  ...(dimensionOf(q, p) !== undefined &&
    !isFull({ q, p }) && { terms: answer.vector("KL divergence of each dimension", positive) }),
  ...(p.covariance && { det_p: answer.number("|Σ_p|", positive) }),
  ...(q.covariance && { det_q: answer.number("|Σ_q|", positive) }),
  ...(p.covariance && { inverse_p: answer.grid("Σ_p⁻¹", { mirrored: true }) }),
  trace_term: answer.number("tr(Σ_p⁻¹ Σ_q)", positive),
  mean_term: answer.number("(μ_p − μ_q)ᵀ Σ_p⁻¹ (μ_p − μ_q)", positive),
  log_det_term: answer.number("ln(|Σ_p|/|Σ_q|)", { log: true }),
  KL: answer.number("KL(q‖p)", positive),
})

const slips: Slips<typeof given> = {
  "q and p are swapped": ({ q, p }) => ({ q: p, p: q }),
  ...Object.fromEntries(
    Object.entries(misreadSpreads).map(([name, misread]) => [
      name,
      ({ q, p }: Given) => {
        const [asQ, asP] = [misread(q), misread(p)]
        return asQ || asP ? { q: { ...q, ...asQ }, p: { ...p, ...asP } } : undefined
      },
    ]),
  ),
}

const question: Question<typeof given> = given => {
  const n = dimensionOf(given.q, given.p) ?? 1
  const terms = n === 1 || isFull(given) ? "" : " Give what each dimension adds, too."
  return text`Compute KL(q‖p), in nats, for the Gaussians q and p of ${plural(n, "dimension")}, from its three parts: the trace, the distance of the means and the log-determinants.${terms}`
}

const solve: Solve<typeof given, typeof answers> = ({ q, p }, work) => {
  const size = dimensionOf(q, p)
  const n = size ?? 1
  const [mean_q, mean_p] = [vectorOf(q.mean, n), vectorOf(p.mean, n)]
  const shifts = mean_p.map((mean, i) => mean - entry(mean_q, i))
  const sums = isFull({ q, p }) ? matrixSums : diagonalSums
  const { spread, distance, log, drift } = sums(
    { q, p, n, scalar: size === undefined, shifts },
    work,
  )
  const double = spread + distance - n + log
  const KL = work.answer("KL", double / 2 + drift, {
    "the factor ½ is left out": double,
    "n is not subtracted": (spread + distance + log) / 2,
    "the log-determinants are left out": (spread + distance - n) / 2,
    "the log-determinants are subtracted": (spread + distance - n - log) / 2,
    ...(n > 1 && { "the dimensions are averaged": double / 2 / n }),
  })
  const formula =
    size === undefined
      ? math`${scalars.trace} + ${scalars.mean} - 1 + ${scalars.log}`
      : math`${matrices.trace} + ${matrices.mean} - n + ${matrices.log}`
  work.step("KL divergence", () => [
    math`\operatorname{KL}(q \parallel p) = \frac{1}{2} \left( ${formula} \right)`,
    math`\operatorname{KL}(q \parallel p) = \frac{1}{2} (${spread} + ${distance} - ${n} + ${log}) = ${KL}`,
  ])
}

type Given = z.output<typeof given>
type Hand = Parameters<typeof solve>[1]

interface Task extends Given {
  n: number
  /** Whether no list is among the givens. */
  scalar: boolean
  /** μ_p − μ_q */
  shifts: Vector
}

interface Sums {
  spread: number
  distance: number
  log: number
  /** How far a student's terms are off together: KL is their sum, too. */
  drift: number
}

const scalars = {
  trace: math`\frac{\sigma_q^2}{\sigma_p^2}`,
  mean: math`\frac{(\mu_p - \mu_q)^2}{\sigma_p^2}`,
  log: math`\ln\frac{\sigma_p^2}{\sigma_q^2}`,
}
const matrices = {
  trace: math`\operatorname{tr}(\Sigma_p^{-1} \Sigma_q)`,
  mean: math`(\mu_p - \mu_q)^\top \Sigma_p^{-1} \cdot (\mu_p - \mu_q)`,
  log: math`\ln\frac{|\Sigma_p|}{|\Sigma_q|}`,
}

/** Diagonal covariances: everything is a sum over dimensions. */
function diagonalSums({ q, p, n, scalar, shifts }: Task, work: Hand): Sums {
  const [var_q, var_p] = [variancesOf(q, n), variancesOf(p, n)]
  const rows = shifts.map((shift, i) => {
    const [vq, vp] = [entry(var_q, i), entry(var_p, i)]
    return { shift, vq, vp, spread: vq / vp, distance: shift ** 2 / vp, log: Math.log(vp / vq) }
  })
  type Row = (typeof rows)[number]
  const each = (f: (row: Row) => number) => rows.map(f)
  const total = (f: (row: Row) => number) => sum(each(f))
  const numbered = (head: Inline, cells: readonly Inline[]) => (scalar ? cells : [head, ...cells])
  work.step("Variances", () => [
    ...conversions(q, p),
    table(
      [
        ...(scalar ? [] : ["dimension"]),
        ...["q", "p"].flatMap(name => [math`\mu_${name}`, math`\sigma_${name}^2`]),
      ],
      rows.map(({ vq, vp }, i) =>
        numbered(i + 1, [entry(vectorOf(q.mean, n), i), vq, entry(vectorOf(p.mean, n), i), vp]),
      ),
    ),
  ])

  const right = each(({ spread, distance, log }) => (spread + distance - 1 + log) / 2)
  const terms = scalar
    ? right
    : work.answer("terms", right, {
        "the factor ½ is left out": right.map(term => 2 * term),
        "the 1 is not subtracted": right.map(term => term + 1 / 2),
        "the logarithm of the standard deviation is taken": each(
          row => (row.spread + row.distance - 1 + row.log / 2) / 2,
        ),
        "the logarithm is subtracted": each(row => (row.spread + row.distance - 1 - row.log) / 2),
        "the difference of the means is not squared": each(
          row => (row.spread - row.shift / row.vp - 1 + row.log) / 2,
        ),
      })
  if (!scalar) {
    work.step("Dimension by dimension", () => [
      math`\operatorname{KL}_j = \frac{1}{2} \left( ${scalars.trace} + ${scalars.mean} - 1 + ${scalars.log} \right)`,
      table(
        ["dimension", scalars.trace, scalars.mean, scalars.log, "term"],
        rows.map(({ spread, distance, log }, i) => [i + 1, spread, distance, log, entry(terms, i)]),
      ),
    ])
  }

  // With standard deviations given, these are the slip of taking them for variances.
  const ofStd = <S extends object>(slips: S) =>
    q.std === undefined && p.std === undefined ? slips : {}
  const spread = work.answer(
    "trace_term",
    total(row => row.spread),
    {
      "the variance of p is left out": total(({ vq }) => vq),
      ...ofStd({ "the standard deviations are divided": total(row => Math.sqrt(row.spread)) }),
    },
  )
  const distance = work.answer(
    "mean_term",
    total(row => row.distance),
    {
      "the variance of p is left out": dot(shifts, shifts),
      "it is divided by the variance of q": total(({ shift, vq }) => shift ** 2 / vq),
      ...ofStd({
        "it is divided by the standard deviation of p": total(
          ({ shift, vp }) => shift ** 2 / Math.sqrt(vp),
        ),
      }),
    },
  )
  const log = work.answer(
    "log_det_term",
    total(row => row.log),
    {
      "the logarithm is left out": Math.exp(total(row => row.log)),
      ...ofStd({ "the logarithm of the standard deviations is taken": total(row => row.log) / 2 }),
    },
  )
  const line = (
    name: keyof typeof scalars,
    value: number,
    term: (row: Row) => number,
    worked: (row: Row) => Rich,
  ) => {
    if (scalar) return math`${scalars[name]} = ${join(rows.map(worked), "")} = ${value}`
    return math`${matrices[name]} = \sum_j ${scalars[name]}${n > 8 ? math`` : math` = ${join(each(term), " + ")}`} = ${value}`
  }
  work.step(scalar ? "The three parts" : "Sums over the dimensions", () => [
    line(
      "trace",
      spread,
      row => row.spread,
      ({ vq, vp }) => math`\frac{${vq}}{${vp}}`,
    ),
    line(
      "mean",
      distance,
      row => row.distance,
      ({ shift, vp }) => math`\frac{${shift}^2}{${vp}}`,
    ),
    line(
      "log",
      log,
      row => row.log,
      ({ vq, vp }) => math`\ln\frac{${vp}}{${vq}}`,
    ),
  ])
  return { spread, distance, log, drift: sum(terms) - sum(right) }
}

/** Covariance matrices: an inverse, a trace, a quadratic form and two determinants. */
function matrixSums({ q, p, n, shifts }: Task, work: Hand): Sums {
  const [Sq, Sp] = [covarianceOf(q, n), covarianceOf(p, n)]
  const [right_q, right_p] = [determinant(Sq), determinant(Sp)]
  if (!q.covariance || !p.covariance) {
    work.step("Covariances", () => [
      ...conversions(q, p),
      text`The variances stand on the diagonal, and 0 beside it.`,
      grid(math`\Sigma_q`, Sq),
      grid(math`\Sigma_p`, Sp),
    ])
  }

  const det_p = p.covariance ? work.answer("det_p", right_p, crossed(Sp, right_p)) : right_p
  const det_q = q.covariance ? work.answer("det_q", right_q, crossed(Sq, right_q)) : right_q
  work.step("Determinants", () => [
    math`|\Sigma_p| = ${join([...determinantWorking(Sp), det_p], " = ")}`,
    math`|\Sigma_q| = ${join([...determinantWorking(Sq), det_q], " = ")}`,
  ])

  const ofDeterminant = right_p / det_p
  const right = mapGrid(inverse(Sp), value => value * ofDeterminant)
  const inverted = p.covariance
    ? work.answer("inverse_p", right, {
        "the covariance is not inverted": Sp,
        "each entry is inverted on its own": mapGrid(Sp, value => 1 / value),
        "it is not divided by the determinant": mapGrid(right, value => value * det_p),
      })
    : right
  const diagonal = inverted.map((row, i) => entry(row, i))
  work.step("Inverse of the covariance of p", () => [
    ...(!p.covariance ? [text`Each variance is inverted.`] : []),
    ...(n === 2 && p.covariance ? [inverseFormula(math`\Sigma_p`)] : []),
    grid(math`\Sigma_p^{-1}`, inverted),
  ])

  const product = matmul(inverted, Sq)
  const onDiagonal = product.map((row, i) => entry(row, i))
  const spread = work.answer("trace_term", trace(product), {
    "the inverse is left out": trace(Sq),
    "the covariance of p is not inverted": trace(matmul(Sp, Sq)),
    "the diagonals alone are multiplied": dot(
      diagonal,
      Sq.map((row, i) => entry(row, i)),
    ),
  })
  work.step("Trace", () => [
    grid(math`\Sigma_p^{-1} \Sigma_q`, product, { marks: product.map((_, i) => [i, i]) }),
    math`${matrices.trace} = ${join(onDiagonal, " + ")} = ${spread}`,
  ])

  const turned = matvec(inverted, shifts)
  const distance = work.answer("mean_term", dot(shifts, turned), {
    "the inverse is left out": dot(shifts, shifts),
    "the covariance of p is not inverted": dot(shifts, matvec(Sp, shifts)),
    "the diagonal of the inverse alone is used": dot(
      diagonal,
      shifts.map(shift => shift ** 2),
    ),
  })
  work.step("Distance of the means", () => [
    math`\mu_p - \mu_q = ${shifts}`,
    math`\Sigma_p^{-1} \cdot (\mu_p - \mu_q) = ${turned}`,
    math`${matrices.mean} = ${products(shifts, turned)} = ${distance}`,
  ])

  const log = work.answer("log_det_term", Math.log(det_p / det_q), {
    "the logarithm is left out": det_p / det_q,
    "the logarithm of the square root is taken": Math.log(det_p / det_q) / 2,
  })
  work.step("Logarithm of the determinants", () => [
    math`${matrices.log} = \ln\frac{${det_p}}{${det_q}} = ${log}`,
  ])
  return { spread, distance, log, drift: 0 }
}

function isFull({ q, p }: Given): boolean {
  return q.covariance !== undefined || p.covariance !== undefined
}

/** How variances come from what is given in their place. */
function conversions(...gaussians: readonly Gaussian[]): Rich[] {
  const has = (name: "std" | "log_variance") => gaussians.some(each => each[name] !== undefined)
  return [
    ...(has("std") ? [text`A variance is the square of the standard deviation.`] : []),
    ...(has("log_variance") ? [text`A variance is the exponential of its logarithm.`] : []),
  ]
}

/** What comes out for a 2×2 determinant if its second product is added. */
function crossed(matrix: Grid, determinant: number): Record<string, number> {
  if (matrix.length !== 2) return {}
  const product = matrix.reduce((sofar, row, i) => sofar * entry(row, i), 1)
  return { "the product of the off-diagonal is added": 2 * product - determinant }
}

export default defineKind({
  name: "kl-gaussian",
  topic: "probability",
  title: "KL divergence of two Gaussians",
  given,
  answers,
  slips,
  question,
  solve,
})
