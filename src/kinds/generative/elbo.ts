// The evidence lower bound of a latent z with finitely many values (Jordan et al. 1999):
// ELBO = E_q[ln p(x|z)] − KL(q(z)‖p(z)) = ln p(x) − KL(q(z)‖p(z|x)). 0·log 0 = 0.
import * as z from "zod"
import { bars, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { logarithms, logField, otherBases } from "../../core/logarithm.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { short } from "../../core/words.ts"
import { listed } from "../../core/working.ts"
import { negative, weighted } from "../../math/distribution.ts"
import { dot, entry, multiply, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    prior: field.distribution("p(z) of each value of z, shape (n)").optional(),
    likelihood: field
      .vector("p(x|z) of each value of z, shape (n); may be densities, so above 1", { min: 0 })
      .optional(),
    q: field.distribution("q(z), the approximate posterior, shape (n)").optional(),
    latents: field.labels("names of the values of z, shape (n); 1, 2, … if left out").optional(),
    log_evidence: field.number("log p(x), where no distributions are given").optional(),
    gap: field.number("KL(q(z)‖p(z|x)), where no distributions are given", { min: 0 }).optional(),
    reconstruction: field.number("E_q[log p(x|z)], where no distributions are given").optional(),
    KL_prior: field
      .number("KL(q(z)‖p(z)), where no distributions are given", { min: 0 })
      .optional(),
    log: logField(),
  })
  .check(
    rule.oneWay("distributions, or parts of the bound", [
      { all: ["prior", "likelihood", "q"], perhaps: ["latents"] },
      ["log_evidence", "gap"],
      { all: ["reconstruction", "KL_prior"], perhaps: ["log_evidence"] },
    ]),
    rule.sameLength("prior", "likelihood", "q", "latents"),
    rule.across(["prior", "likelihood"], ({ prior, likelihood }) => {
      if (!prior || likelihood?.length !== prior.length || dot(prior, likelihood) > 0) {
        return undefined
      }
      const message = "is 0 wherever the prior is not: p(x) is 0, and there is no posterior"
      return { path: ["likelihood"], code: "impossible", message }
    }),
    rule.across(["prior", "likelihood", "q"], ({ prior, likelihood, q }) => {
      const at = q?.findIndex(
        (weight, i) => weight > 0 && (prior?.[i] === 0 || likelihood?.[i] === 0),
      )
      if (!q || at === undefined || at === -1) return undefined
      const name = prior?.[at] === 0 ? "prior" : "likelihood"
      const message = `gives weight to a value of z whose \`${name}\` is 0: the bound would be −∞`
      return { path: ["q", at], code: "impossible", message }
    }),
    rule.across(["log_evidence", "reconstruction", "KL_prior"], given => {
      const { log_evidence, reconstruction, KL_prior } = given
      if (log_evidence === undefined || reconstruction === undefined || KL_prior === undefined) {
        return undefined
      }
      const elbo = reconstruction - KL_prior
      if (log_evidence >= elbo - 1e-9 * Math.abs(elbo)) return undefined
      const message = `is ${short(log_evidence)}, below the ELBO of ${short(elbo)}, which bounds it from below`
      return { path: ["log_evidence"], code: "impossible", message }
    }),
  )

const answers = (given: Given) => ({
  ...(given.q && {
    joint: answer.vector("p(x, z) of each value of z", { min: 0 }),
    evidence: answer.number("p(x)", { min: 0 }),
    log_evidence: answer.number("log p(x)", { log: true }),
    posterior: answer.vector("p(z|x) of each value of z", { min: 0, max: 1 }),
    reconstruction: answer.number("E_q[log p(x|z)]", { log: true }),
    KL_prior: answer.number("KL(q(z)‖p(z))", { log: true, min: 0 }),
  }),
  elbo: answer.number("ELBO", { log: true }),
  ...((given.q || (given.reconstruction !== undefined && given.log_evidence !== undefined)) && {
    gap: answer.number("gap, log p(x) − ELBO = KL(q(z)‖p(z|x))", { log: true }),
  }),
})

const slips: Slips<typeof given> = {
  ...Object.fromEntries(
    Object.entries(otherBases).map(([name, other]) => [
      name,
      (given: Given) => (given.q ? other(given) : undefined),
    ]),
  ),
  "q and the prior are swapped": ({ q, prior, likelihood }) =>
    !q || prior?.some((weight, i) => weight > 0 && (q[i] === 0 || likelihood?.[i] === 0))
      ? undefined
      : { q: prior, prior: q },
}

const question: Question<typeof given> = ({ q, log, gap, log_evidence }) => {
  if (q) {
    return text`Compute the evidence and the posterior, then the ELBO of q from its two parts, and its gap to the log-evidence, with the ${logarithms[log].words}.`
  }
  if (gap !== undefined) return text`Compute the ELBO from the log-evidence and the gap.`
  const also = log_evidence === undefined ? "" : ", and its gap to the log-evidence"
  return text`Compute the ELBO from its two parts${also}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { log } = given
  const symbol = logarithms[log].symbol
  const evidence = math`${symbol} p(x)`
  const toPosterior = math`\operatorname{KL}(q(z) \parallel p(z \mid x))`
  if (given.gap !== undefined && given.log_evidence !== undefined) {
    const [whole, gap] = [given.log_evidence, given.gap]
    const elbo = work.answer("elbo", whole - gap, { "the gap is added": whole + gap })
    work.step("ELBO", () => [
      math`\text{ELBO} = ${evidence} - ${toPosterior} = ${whole} - ${gap} = ${elbo}`,
    ])
    return
  }

  const found = given.q && fromDistributions({ ...given, q: given.q }, work)
  const reconstruction = found?.reconstruction ?? given.reconstruction ?? 0
  const KL_prior = found?.KL_prior ?? given.KL_prior ?? 0
  const elbo = work.answer("elbo", reconstruction - KL_prior, {
    "the KL divergence is added": reconstruction + KL_prior,
    "the KL divergence is left out": reconstruction,
  })
  work.step("ELBO", () => [
    math`\text{ELBO} = \operatorname{E}_q[${symbol} p(x \mid z)] - \operatorname{KL}(q(z) \parallel p(z)) = ${reconstruction} - ${KL_prior} = ${elbo}`,
  ])

  const log_evidence = found?.log_evidence ?? given.log_evidence
  if (log_evidence === undefined) return
  const gap = work.answer("gap", log_evidence - elbo + (found?.drift ?? 0), found?.gapSlips)
  work.step("Gap", () => [
    math`${evidence} - \text{ELBO} = ${log_evidence} - ${elbo} = ${gap}`,
    ...(found
      ? [
          text`It is the KL divergence of q from the posterior, and 0 where the two are equal:`,
          math`${toPosterior} = \sum_z q(z)\,${symbol}\frac{q(z)}{p(z \mid x)}${listed(found.gapTerms)} = ${gap}`,
        ]
      : []),
  ])
}

type Given = z.output<typeof given>
type Hand = Parameters<typeof solve>[1]

/** Evidence, posterior and the two parts of the bound, and what its gap is from the other side. */
function fromDistributions(given: Given & { q: Vector }, work: Hand) {
  const { q, prior = [], likelihood = [], latents, log } = given
  const { take, symbol } = logarithms[log]
  const names = latents ?? q.map((_, i) => String(i + 1))
  const rows = (...columns: readonly Vector[]) =>
    names.map((name, i) => [name, ...columns.map(column => entry(column, i))])

  const joint = work.answer("joint", multiply(prior, likelihood), {
    "the prior is left out": likelihood,
  })
  const evidence = work.answer("evidence", sum(joint), {
    "the evidence is summed without the prior": sum(likelihood),
  })
  const log_evidence = work.answer("log_evidence", take(evidence))
  work.step("Evidence", () => [
    math`p(x, z) = p(z)\,p(x \mid z)`,
    table([math`z`, math`p(z)`, math`p(x \mid z)`, math`p(x, z)`], rows(prior, likelihood, joint)),
    math`p(x) = \sum_z p(x, z)${listed(joint)} = ${evidence}`,
    math`${symbol} p(x) = ${log_evidence}`,
  ])

  const posterior = work.answer(
    "posterior",
    joint.map(value => value / evidence),
    { "the joint probabilities are not divided by the evidence": joint },
  )
  work.step("Posterior", () => [
    math`p(z \mid x) = \frac{p(x, z)}{p(x)} = \frac{${joint}}{${evidence}} = ${posterior}`,
    bars(math`p(z \mid x)`, names, posterior),
    bars(math`q(z)`, names, q),
  ])

  const logs = likelihood.map(take)
  const terms = weighted(q, logs)
  const reconstruction = work.answer("reconstruction", sum(terms), {
    "the expectation is taken under the prior": sum(weighted(prior, logs)),
    "the expectation is taken under the posterior": sum(weighted(posterior, logs)),
    "the logarithms are not weighted": sum(weighted(q.map(Math.sign), logs)),
    "the logarithm is taken of the expectation": take(dot(q, likelihood)),
    "the likelihoods are not put into the logarithm": dot(q, likelihood),
  })
  work.step("Reconstruction term", () => [
    math`\operatorname{E}_q[${symbol} p(x \mid z)] = \sum_z q(z)\,${symbol} p(x \mid z)`,
    table(
      [math`z`, math`q(z)`, math`${symbol} p(x \mid z)`, "term"],
      names.map((name, i) => [name, entry(q, i), finite(entry(logs, i)), entry(terms, i)]),
    ),
    ...(q.includes(0) ? [text`Where q = 0 the term is 0: 0·log 0 counts as 0.`] : []),
    math`\operatorname{E}_q[${symbol} p(x \mid z)]${listed(terms)} = ${reconstruction}`,
  ])

  const divergence = (from: Vector, to: Vector) =>
    weighted(
      from,
      from.map((value, i) => take(value / entry(to, i))),
    )
  const klTerms = divergence(q, prior)
  const KL_prior = work.answer("KL_prior", sum(klTerms), {
    "the direction is turned round, KL(p(z)‖q(z))": sum(divergence(prior, q)),
    "the posterior stands in the place of the prior": sum(divergence(q, posterior)),
    "the fraction in the logarithm is turned over, without a minus sign": negative(sum(klTerms)),
    "the terms lose their minus signs": sum(klTerms.map(Math.abs)),
    "the terms are not weighted": sum(
      divergence(q, prior).map((term, i) => ratio(term, entry(q, i))),
    ),
  })
  work.step("Distance from the prior", () => [
    math`\operatorname{KL}(q(z) \parallel p(z)) = \sum_z q(z)\,${symbol}\frac{q(z)}{p(z)}`,
    table([math`z`, math`q(z)`, math`p(z)`, "term"], rows(q, prior, klTerms)),
    math`\operatorname{KL}(q(z) \parallel p(z))${listed(klTerms)} = ${KL_prior}`,
  ])

  const gapTerms = divergence(q, posterior)
  const right = joint.map(value => value / evidence)
  return {
    log_evidence,
    reconstruction,
    KL_prior,
    gapTerms,
    /** How far a student's posterior is off: the gap follows from it, too. */
    drift: sum(gapTerms) - sum(divergence(q, right)),
    gapSlips: {
      "the direction is turned round, KL(p(z|x)‖q(z))": sum(divergence(posterior, q)),
    },
  }
}

/** 0/0 is 0: an outcome without weight has no term. */
function ratio(term: number, weight: number): number {
  return weight === 0 ? 0 : term / weight
}

/** Logarithms of 0 are left blank: what they belong to has no weight. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

export default defineKind({
  name: "elbo",
  topic: "generative",
  title: "Evidence lower bound",
  given,
  answers,
  slips,
  question,
  solve,
})
