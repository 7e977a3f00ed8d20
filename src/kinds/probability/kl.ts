// Kullback & Leibler (1951): KL(P‖Q) = Σ P(x) log(P(x)/Q(x)), the logarithm natural unless said.
// 0·log 0 = 0; an outcome that Q rules out and P does not makes the divergence infinite.
import * as z from "zod"
import { join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { logarithms, logField, otherBases } from "../../core/logarithm.ts"
import * as rule from "../../core/rules.ts"
import { negative, weighted } from "../../math/distribution.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    outcomes: field.labels("names of the outcomes, shape (n); 1, 2, … if left out").optional(),
    P: field.distribution("probabilities of the outcomes under P, shape (n)"),
    Q: field.distribution("probabilities of the outcomes under Q, shape (n)"),
    log: logField(),
    direction: field
      .oneOf("KL(P‖Q), KL(Q‖P) or both of them", ["both", "PQ", "QP"])
      .default("both"),
  })
  .check(
    rule.match(["Q", "length"], ["P", "length"], n => `\`P\` has ${n}`),
    rule.match(["P", "length"], ["outcomes", "length"], n => `\`outcomes\` has ${n}`),
  )

const answers = {
  terms_PQ: answer.vector("terms of KL(P‖Q)", { optional: true, log: true }),
  KL_PQ: answer.number("KL(P‖Q)", { optional: true, min: 0, log: true, aside: true }),
  terms_QP: answer.vector("terms of KL(Q‖P)", { optional: true, log: true }),
  KL_QP: answer.number("KL(Q‖P)", { optional: true, min: 0, log: true, aside: true }),
}

const slips: Slips<typeof given> = otherBases

const question: Question<typeof given> = ({ log, direction }) => {
  const titles = asked[direction].map(({ title }) => title)
  return text`Compute ${titles.join(" and ")} with the ${logarithms[log].words}, and the term that each outcome adds to it.`
}

const ways = {
  PQ: { terms: "terms_PQ", KL: "KL_PQ", title: "KL(P‖Q)", names: ["P", "Q"] },
  QP: { terms: "terms_QP", KL: "KL_QP", title: "KL(Q‖P)", names: ["Q", "P"] },
} as const
const asked = { both: [ways.PQ, ways.QP], PQ: [ways.PQ], QP: [ways.QP] }
const letters = { P: math`P`, Q: math`Q` }

const solve: Solve<typeof given, typeof answers> = ({ log, direction, ...given }, work) => {
  const { take, symbol } = logarithms[log]
  const outcomes = given.outcomes ?? given.P.map((_, i) => String(i + 1))

  for (const way of asked[direction]) {
    const [first, second] = way.names
    const [p, q] = [given[first], given[second]]
    const ratios = p.map((value, i) => value / entry(q, i))
    const logs = ratios.map(take)
    const right = weighted(p, logs)
    const terms = work.answer(way.terms, right, {
      "P and Q are swapped": weighted(q, logs.map(negative)),
      "the fraction in the logarithm is turned over, without a minus sign": right.map(negative),
      "the terms are not weighted": weighted(p.map(Math.sign), logs),
      "the terms are weighted by the other distribution": weighted(q, logs),
      "the cross-entropy is computed": weighted(p, q.map(take).map(negative)),
      "the terms lose their minus signs": right.map(Math.abs),
    })
    const KL = work.answer(way.KL, sum(terms), {
      "the terms lose their minus signs": sum(terms.map(Math.abs)),
      "the terms are averaged": sum(terms) / terms.length,
    })

    const [P, Q] = [letters[first], letters[second]]
    const divergence = math`\operatorname{KL}(${P} \parallel ${Q})`
    const impossible = outcomes.filter((_, i) => entry(p, i) > 0 && entry(q, i) === 0)
    work.step(way.title, () => [
      math`${divergence} = \sum_x ${P}(x)\,${symbol}\frac{${P}(x)}{${Q}(x)}`,
      table(
        ["outcome", P, Q, math`${P} / ${Q}`, math`${symbol}(${P} / ${Q})`, "term"],
        outcomes.map((name, i) => [
          name,
          entry(p, i),
          entry(q, i),
          ...[ratios, logs].map(column => shown(entry(column, i))),
          entry(terms, i),
        ]),
      ),
      ...(p.includes(0) ? [text`Where ${first} = 0 the term is 0: 0·log 0 counts as 0.`] : []),
      ...(impossible.length > 0
        ? [
            text`${second} rules out ${impossible.join(", ")}, which ${first} does not: the term is infinite.`,
          ]
        : []),
      math`${divergence} = ${terms.length <= 5 ? math`${join(terms, " + ")} = ` : math``}${KL}`,
    ])
  }
}

/** 0/0 is left blank. */
function shown(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

export default defineKind({
  name: "kl",
  topic: "probability",
  title: "KL divergence of two distributions",
  given,
  answers,
  slips,
  question,
  solve,
})
