// Shannon (1948): H(P) = −Σ P(x) log P(x), the logarithm natural unless said; perplexity = base^H(P).
// Cross-entropy H(P, Q) = −Σ P(x) log Q(x) = H(P) + KL(P‖Q). 0·log 0 = 0; an outcome that Q rules out
// and P does not makes the cross-entropy infinite.
import * as z from "zod"
import { bars, join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { logarithms, logField, otherBases } from "../../core/logarithm.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { negative, weighted } from "../../math/distribution.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    outcomes: field.labels("names of the outcomes, shape (n); 1, 2, … if left out").optional(),
    P: field.distribution("probabilities of the outcomes, shape (n)"),
    Q: field
      .distribution("a second distribution, for the cross-entropy H(P, Q), shape (n)")
      .optional(),
    log: logField(),
  })
  .check(
    rule.match(["Q", "length"], ["P", "length"], n => `\`P\` has ${n}`),
    rule.match(["outcomes", "length"], ["P", "length"], n => `\`P\` has ${n}`),
  )

const logged = { min: 0, log: true }
const answers = {
  terms: answer.vector("terms of H(P)", logged),
  H_P: answer.number("entropy H(P)", logged),
  perplexity: answer.number("base^H(P)", { min: 1, aside: true }),
  terms_PQ: answer.vector("terms of H(P, Q)", { ...logged, optional: true }),
  H_PQ: answer.number("cross-entropy H(P, Q)", { ...logged, optional: true }),
  KL: answer.number("KL(P‖Q)", { ...logged, optional: true }),
}

const slips: Slips<typeof given> = {
  ...otherBases,
  "P and Q are swapped": ({ P, Q }) => (Q ? { P: Q, Q: P } : undefined),
}

const question: Question<typeof given> = ({ Q, log }) =>
  Q
    ? text`Compute the entropy and the perplexity of P, the cross-entropy H(P, Q) and KL(P‖Q) with the ${logarithms[log].words}.`
    : text`Compute the entropy and the perplexity of P with the ${logarithms[log].words}.`

const solve: Solve<typeof given, typeof answers> = ({ P, Q, log, ...given }, work) => {
  const { take, raise, base, symbol } = logarithms[log]
  const outcomes = given.outcomes ?? P.map((_, i) => String(i + 1))
  const logsOf = (values: Vector) => values.map(take).map(negative)
  const lines = (
    name: Rich,
    of: Rich,
    logs: Vector,
    terms: Vector,
    total: number,
    impossible: readonly string[] = [],
  ) => [
    math`${name} = -\sum_x P(x)\,${symbol} ${of}(x)`,
    table(
      ["outcome", math`P`, ...(Q && of === letters.Q ? [of] : []), math`-${symbol} ${of}`, "term"],
      outcomes.map((outcome, i) => [
        outcome,
        entry(P, i),
        ...(Q && of === letters.Q ? [entry(Q, i)] : []),
        entry(logs, i),
        entry(terms, i),
      ]),
    ),
    ...(P.includes(0) ? [text`Where P = 0 the term is 0: 0·log 0 counts as 0.`] : []),
    ...(impossible.length > 0
      ? [text`Q rules out ${impossible.join(", ")}, which P does not: the term is infinite.`]
      : []),
    math`${name} = ${terms.length <= 8 ? math`${join(terms, " + ")} = ` : math``}${total}`,
  ]

  const logs = logsOf(P)
  const terms = work.answer("terms", weighted(P, logs), {
    "the terms are not weighted": weighted(P.map(Math.sign), logs),
  })
  const H_P = work.answer("H_P", sum(terms), { "the terms are averaged": meanOf(terms) })
  work.step("Entropy", () => [
    bars(math`P`, outcomes, P),
    ...lines(math`H(P)`, letters.P, logs, terms, H_P),
  ])

  const perplexity = work.answer("perplexity", raise(H_P), {
    "the entropy keeps its minus sign": raise(-H_P),
  })
  work.step("Perplexity", () => [math`${base}^{H(P)} = ${base}^{${H_P}} = ${perplexity}`])
  if (!Q) return

  const logsQ = logsOf(Q)
  const terms_PQ = work.answer("terms_PQ", weighted(P, logsQ), {
    "the entropy of Q is computed": weighted(Q, logsQ),
    "the terms are not weighted": weighted(P.map(Math.sign), logsQ),
  })
  const H_PQ = work.answer("H_PQ", sum(terms_PQ), { "the terms are averaged": meanOf(terms_PQ) })
  const impossible = outcomes.filter((_, i) => entry(P, i) > 0 && entry(Q, i) === 0)
  work.step("Cross-entropy", () => [
    bars(math`Q`, outcomes, Q),
    ...lines(math`H(P, Q)`, letters.Q, logsQ, terms_PQ, H_PQ, impossible),
  ])

  const KL = work.answer("KL", H_PQ - H_P, { "the entropy is added": H_PQ + H_P })
  work.step("KL divergence", () => [
    math`\operatorname{KL}(P \parallel Q) = H(P, Q) - H(P) = ${H_PQ} - ${H_P} = ${KL}`,
  ])
}

const letters = { P: math`P`, Q: math`Q` }

function meanOf(values: Vector): number {
  return sum(values) / values.length
}

export default defineKind({
  name: "entropy",
  topic: "probability",
  title: "Entropy, cross-entropy and perplexity",
  given,
  answers,
  slips,
  question,
  solve,
})
