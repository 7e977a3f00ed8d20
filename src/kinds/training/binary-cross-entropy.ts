// L = −[y ln p + (1 − y) ln(1 − p)] of each sample, p = σ(z) for logits z; the loss is the mean. Focal loss
// (Lin et al. 2017): −α_t (1 − p_t)^γ ln p_t, p_t the probability of the true label, α_t = α for the label 1
// and 1 − α for 0. Gradients are those by the logits: p − y, and for the focal loss
// ±α_t (1 − p_t)^γ (γ p_t ln p_t + p_t − 1), + for the label 1.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { activations } from "../../math/activation.ts"
import { weighted } from "../../math/distribution.ts"
import { entry, sum } from "../../math/linear.ts"
import { meanLoss, samplesTable } from "../../math/loss-working.ts"
import { logsOf } from "../../math/softmax-loss.ts"

const share = { min: 0, max: 1 }
const there = (noun: string) => (n: number) => `there ${n === 1 ? "is" : "are"} ${plural(n, noun)}`

const given = z
  .strictObject({
    p: field.vector("probability of the label 1 for each sample, shape (n)", share).optional(),
    logits: field.vector("in place of p: scores whose sigmoid it is, shape (n)").optional(),
    y: field.vector("label of each sample: 0, 1 or a share between them, shape (n)", share),
    focal: z
      .strictObject({
        gamma: field.number("how much less easy samples count, γ", { min: 0 }),
        alpha: field.number("weight of the label 1, that of 0 being 1 − α", share).optional(),
      })
      .meta({ title: "focal loss", description: "makes it a focal loss; needs labels 0 and 1" })
      .optional(),
    reduce: field
      .oneOf("asks for the gradient of each loss (none), or of their mean", ["none", "mean"])
      .optional(),
  })
  .check(
    rule.oneWay("what the network says", [["p"], ["logits"]]),
    rule.match(["y", "length"], ["p", "length"], there("probability")),
    rule.match(["y", "length"], ["logits", "length"], there("logit")),
    rule.across(["y", "focal"], ({ y, focal }) =>
      y.flatMap((label, i) => {
        if (!focal || label === 0 || label === 1) return []
        const message = `must be 0 or 1 for a focal loss, but it is \`${label}\``
        return [{ path: ["y", i], code: "range", message }]
      }),
    ),
  )

const answers = ({ reduce }: { reduce?: "none" | "mean" | undefined }) => ({
  p: answer.vector("probability of the label 1", { ...share, optional: true }),
  p_t: answer.vector("probability of the true label", { ...share, optional: true }),
  terms: answer.vector("loss of each sample", { min: 0, log: true }),
  loss: answer.number("mean loss", { min: 0, log: true, aside: true }),
  gradient: answer.vector(
    `derivative of ${reduce === "mean" ? "the mean loss" : "each loss"} by each logit`,
    { optional: true },
  ),
})

const slips: Slips<typeof given> = {
  "the labels 0 and 1 are swapped": ({ y }) => ({ y: y.map(label => 1 - label) }),
  "the gradient is not divided by the number of samples": ({ reduce, y }) =>
    reduce === "mean" && y.length > 1 ? { reduce: "none" } : undefined,
  "the gradient is divided by the number of samples": ({ reduce, y }) =>
    reduce === "none" && y.length > 1 ? { reduce: "mean" } : undefined,
}

const question: Question<typeof given> = ({ y, logits, focal, reduce }) => {
  const first = logits ? "Take the sigmoid of the logits, then compute" : "Compute"
  const alpha = focal?.alpha === undefined ? text`` : text` and α = ${focal.alpha}`
  const name = focal ? text`focal loss with γ = ${focal.gamma}${alpha}` : "binary cross-entropy"
  const whose = reduce === "mean" ? "the mean" : "each loss"
  const slopes = reduce ? `, and the derivatives of ${whose} by the logits` : ""
  const samples = y.length === 1 ? "the sample" : `each of the ${y.length} samples and the mean`
  return text`${first} the ${name} of ${samples}${slopes}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { logits, y, focal, reduce } = given
  const own = logits?.map(activations.sigmoid) ?? given.p ?? []
  const squash = (scores: Vector) => {
    const p = work.answer("p", own, {
      "the exponent loses its minus sign": scores.map(score => activations.sigmoid(-score)),
    })
    work.step("Probabilities", () => [
      math`p = \sigma(z) = \frac{1}{1 + e^{-z}}`,
      math`p_1 = \frac{1}{1 + e^{${0 - entry(scores, 0)}}} ${isEdge(entry(p, 0)) ? math`\approx` : math`=`} ${entry(p, 0)}`,
      ...samplesTable([math`z`, math`p`], [scores, p]),
    ])
    return p
  }
  const p = logits ? squash(logits) : own
  // ln p and ln(1 − p); the logit holds them to more digits.
  const logs = p.map((each, i) => {
    const [sides, ownSides] = [bothOf(each), bothOf(entry(own, i))]
    return logits ? logsOf(sides, ownSides, [entry(logits, i), 0]) : sides.map(Math.log)
  })

  const saturated =
    logits && p.some(isEdge)
      ? [
          text`Where p is too close to 0 or 1, −ln p = ln(1 + exp(−z)) and −ln(1 − p) = ln(1 + exp(z)).`,
        ]
      : []

  /** −ln p of the first sample (label 1) or −ln(1 − p) as its logit gives it, where p is 0 or 1 to all digits. */
  const stable = (label: number): Rich | undefined => {
    if (!logits || !isEdge(entry(p, 0))) return undefined
    const z = entry(logits, 0)
    return math`\ln(1 + e^{${label === 1 ? 0 - z : z}})`
  }

  const cross = () => {
    const right = y.map((label, i) => 0 - sum(weighted(bothOf(label), entry(logs, i))))
    const positive = y.map((label, i) => 0 - sum(weighted([label], entry(logs, i))))
    const terms = work.answer("terms", right, {
      ...(y.some(label => label !== 1) && {
        "only the label 1 adds something": positive,
        "p stands in for 1 − p where the label is 0": p.map(each => -Math.log(each)),
      }),
      "1 − p stands in for −ln p": y.map((label, i) => Math.abs(label - entry(p, i))),
    })
    const [label, first] = [entry(y, 0), entry(p, 0)]
    const hard = y.every(each => each === 0 || each === 1)
    const [one, zero] = [stable(1), stable(0)]
    const both =
      one && zero
        ? math`${label} \cdot ${one} + ${1 - label} \cdot ${zero}`
        : math`-(${label} \cdot \ln ${first} + ${1 - label} \cdot \ln ${1 - first})`
    const working = hard
      ? (stable(label) ?? math`-\ln ${label === 1 ? first : math`(1 - ${first})`}`)
      : both
    work.step("Losses", () => [
      math`L = -[\,y \ln p + (1 - y) \ln (1 - p)\,]`,
      ...(hard ? [text`It is −ln p where the label is 1, and −ln(1 − p) where it is 0.`] : []),
      math`L_1 = ${working} = ${entry(terms, 0)}`,
      ...saturated,
      ...samplesTable([math`y`, math`p`, math`L`], [y, p, terms]),
    ])
    return {
      terms,
      slopes: p.map((each, i) => each - entry(y, i)),
      formula: math`p - y`,
      first: math`${first} - ${label}`,
    }
  }

  const focused = ({ gamma, alpha }: NonNullable<typeof focal>) => {
    const ownTrue = y.map((label, i) => (label === 1 ? entry(p, i) : 1 - entry(p, i)))
    const p_t = work.answer("p_t", ownTrue, {
      "p is taken whatever the label is": p,
    })
    const trueLogs = p_t.map((each, i) =>
      each > 0 && each !== entry(ownTrue, i)
        ? Math.log(each)
        : entry(entry(logs, i), entry(y, i) === 1 ? 0 : 1),
    )
    const a = y.map(label => (alpha === undefined ? 1 : label === 1 ? alpha : 1 - alpha))
    const by = (factors: Vector, base = (q: number) => 1 - q) =>
      p_t.map(
        (q, i) => 0 - sum(weighted([entry(factors, i) * base(q) ** gamma], [entry(trueLogs, i)])),
      )
    const terms = work.answer("terms", by(a), {
      ...(gamma !== 0 && {
        "the factor (1 − p_t)^γ is left out": by(a, () => 1),
        "the factor is p_t^γ": by(a, q => q),
      }),
      ...(alpha !== undefined && {
        "α is left out": by(a.map(() => 1)),
        "α and 1 − α are swapped": by(a.map(each => 1 - each)),
        "both labels have the weight α": by(a.map(() => alpha)),
      }),
    })
    const weight = alpha === undefined ? math`` : math`\alpha_t `
    const exact = stable(entry(y, 0))
    work.step("Focal loss", () => [
      math`L = -${weight}(1 - p_t)^{\gamma} \ln p_t, \quad \gamma = ${gamma}`,
      text`p_t is p where the label is 1, and 1 − p where it is 0${alpha === undefined ? "" : text`; α_t is ${alpha} or ${1 - alpha} likewise`}.`,
      math`L_1 = ${exact ? math`` : math`-`}${alpha === undefined ? math`` : math`${entry(a, 0)} \cdot `}(1 - ${entry(p_t, 0)})^{${gamma}} \cdot ${exact ?? math`\ln ${entry(p_t, 0)}`} = ${entry(terms, 0)}`,
      ...saturated,
      ...samplesTable(
        [math`y`, math`p_t`, ...(alpha === undefined ? [] : [math`\alpha_t`]), math`L`],
        [y, p_t, ...(alpha === undefined ? [] : [a]), terms],
      ),
    ])
    const sign = (label: number) => (label === 1 ? 1 : -1)
    const slopes = p_t.map((q, i) => {
      const steep = gamma * sum(weighted([q], [entry(trueLogs, i)])) + q - 1
      return sign(entry(y, i)) * entry(a, i) * (1 - q) ** gamma * steep
    })
    const formula = math`\pm ${weight}(1 - p_t)^{\gamma} (\gamma p_t \ln p_t + p_t - 1)`
    const [q, w] = [entry(p_t, 0), entry(a, 0) * sign(entry(y, 0))]
    const first = math`${w} \cdot (1 - ${q})^{${gamma}} \cdot (${gamma} \cdot ${q} \ln ${q} + ${q} - 1)`
    return { terms, slopes, formula, first }
  }

  const { terms, slopes, formula, first } = focal ? focused(focal) : cross()
  const loss = work.answer("loss", sum(terms) / terms.length, {
    "the losses are added up instead of averaged": sum(terms),
  })
  work.step("Mean loss", () => [meanLoss(terms, loss)])
  if (!reduce) return

  const n = reduce === "mean" ? y.length : 1
  const plain = p.map((each, i) => (each - entry(y, i)) / n)
  const gradient = work.answer(
    "gradient",
    slopes.map(slope => slope / n),
    {
      ...(focal && focal.gamma !== 0 && { "it is p − y, as without the focal factor": plain }),
      ...(!focal && {
        "the labels are not subtracted": p.map(each => each / n),
        "the derivatives are those by p": p.map((each, i) => entry(plain, i) / (each * (1 - each))),
      }),
    },
  )
  const times = (slope: Rich) => (n === 1 ? slope : math`\frac{1}{${n}} (${slope})`)
  work.step("Gradient", () => [
    math`g_i = \frac{\partial L${n === 1 ? math`_i` : math``}}{\partial z_i} = ${times(formula)}`,
    ...(focal ? [text`The sign is + where the label is 1, and − where it is 0.`] : []),
    math`g_1 = ${times(first)} = ${entry(gradient, 0)}`,
    math`g = ${gradient}`,
  ])
}

/** A sigmoid never is 0 or 1, but it may round to one of them. */
function isEdge(p: number): boolean {
  return p === 0 || p === 1
}

/** The probabilities of the labels 1 and 0. */
function bothOf(p: number): Vector {
  return [p, 1 - p]
}

export default defineKind({
  name: "binary-cross-entropy",
  topic: "training",
  title: "Binary cross-entropy and focal loss",
  given,
  answers,
  slips,
  question,
  solve,
})
