// L = Σ_k λ_k L_k: losses of several tasks in one. A loss without a weight counts once.
import * as z from "zod"
import { join, math, type Rich, table, text } from "../../core/blocks.ts"
import { suggest } from "../../core/diagnostic.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { listed } from "../../core/working.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    losses: field.record("the losses by name", field.number("loss")),
    weights: field.record(
      "weight λ of each loss by its name; 1 where it is left out",
      field.number("weight"),
    ),
  })
  .check(
    rule.across(["losses"], ({ losses }) =>
      Object.keys(losses).length > 0
        ? undefined
        : { path: ["losses"], code: "size", message: "names no loss: give at least one" },
    ),
    rule.across(["losses", "weights"], ({ losses, weights }) =>
      Object.keys(Object.keys(losses).length > 0 ? weights : {})
        .filter(name => !Object.hasOwn(losses, name))
        .map(name => ({
          path: ["weights", name],
          code: "unknown-label",
          message: "weighs a loss that is not among `losses`",
          hint: suggest(name, Object.keys(losses)),
        })),
    ),
  )

const answers = {
  terms: answer.record("each loss times its weight"),
  total: answer.number("weighted sum of the losses"),
}

const slips: Slips<typeof given> = {
  "the losses are not weighted": () => ({ weights: {} }),
  "the weights stand in reverse order": ({ losses, weights }) => {
    const names = Object.keys(losses)
    const reversed = names.toReversed().map(name => weights[name] ?? 1)
    return { weights: Object.fromEntries(names.map((name, k) => [name, entry(reversed, k)])) }
  },
}

const question: Question<typeof given> = ({ losses, weights }) => {
  const terms = Object.keys(losses).map(name => math`${weights[name] ?? 1} \cdot \text{${name}}`)
  return text`Weigh the losses and add them up: ${join(terms, " + ")}.`
}

const solve: Solve<typeof given, typeof answers> = ({ losses, weights }, work) => {
  const list = Object.entries(losses).map(([name, loss]) => ({
    name,
    loss,
    weight: weights[name] ?? 1,
  }))
  const by = (f: (each: (typeof list)[number]) => number) =>
    Object.fromEntries(list.map(each => [each.name, f(each)]))
  const divided = by(({ loss, weight }) => loss / weight)
  const terms = work.answer(
    "terms",
    by(({ loss, weight }) => weight * loss),
    {
      ...(list.every(({ weight }) => weight !== 0) && {
        "the losses are divided by their weights": divided,
      }),
    },
  )
  work.step("Terms", () => [
    math`\text{term} = \lambda L`,
    table(
      ["loss", math`L`, math`\lambda`, math`\lambda L`],
      list.map(({ name, loss, weight }) => [name, loss, weight, terms[name] ?? null]),
    ),
  ])

  const values = Object.values(terms)
  const weight = sum(list.map(each => each.weight))
  const total = work.answer("total", sum(values), {
    ...(weight !== 0 && { "the sum is divided by the sum of the weights": sum(values) / weight }),
    "the terms are averaged": sum(values) / values.length,
  })
  const symbols: Rich = join(
    list.map(({ name }) => math`\lambda_{\text{${name}}} L_{\text{${name}}}`),
    " + ",
  )
  work.step("Total", () => [
    list.length <= readable ? math`L = ${symbols}` : math`L = \sum_k \lambda_k L_k`,
    math`L${listed(values)} = ${total}`,
  ])
}

/** Terms that are written out. */
const readable = 4

export default defineKind({
  name: "weighted-loss",
  topic: "representation",
  title: "Weighted sum of losses",
  given,
  answers,
  slips,
  question,
  solve,
})
