// The chain rule: p(x) = Π p(x_i | x_1 … x_{i−1}). Per token, the negative log-likelihood is the mean of
// −log p(x_i | …) and perplexity = base^that, whatever the base. Logarithms are natural unless said.
import * as z from "zod"
import { bars, join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { logarithms, logField, otherBases } from "../../core/logarithm.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import { listed } from "../../core/working.ts"
import { negative } from "../../math/distribution.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    conditionals: field.vector(
      "probability of each token given those before it, p(x_i | x_1 … x_{i−1}), shape (n)",
      { above: 0, max: 1 },
    ),
    tokens: field
      .labels("the tokens, shape (n); 1, 2, … if left out", { repeated: true })
      .optional(),
    log: logField(),
  })
  .check(
    rule.match(
      ["tokens", "length"],
      ["conditionals", "length"],
      n => `\`conditionals\` has ${plural(n, "number")}`,
    ),
  )

const answers = {
  likelihood: answer.number("probability of the sequence", { min: 0, max: 1 }),
  log_likelihood: answer.number("log-likelihood of the sequence", { log: true, max: 0 }),
  nll_per_token: answer.number("mean negative log-likelihood per token", { log: true, min: 0 }),
  perplexity: answer.number("perplexity", { min: 1 }),
}

const slips: Slips<typeof given> = otherBases

const question: Question<typeof given> = ({ conditionals, log }) =>
  text`An autoregressive model gives these probabilities to the ${plural(conditionals.length, "token")} of a sequence. Compute the likelihood of the sequence, its log-likelihood, the negative log-likelihood per token and the perplexity, with the ${logarithms[log].words}.`

const solve: Solve<typeof given, typeof answers> = ({ conditionals, tokens, log }, work) => {
  const { take, raise, base, symbol } = logarithms[log]
  const n = conditionals.length
  const names = tokens ?? conditionals.map((_, i) => String(i + 1))
  const product = conditionals.reduce((all, p) => all * p)
  const likelihood = work.answer("likelihood", product, {
    "the probabilities are added": sum(conditionals),
    "the probabilities are averaged": sum(conditionals) / n,
    "the last conditional probability stands for the whole": entry(conditionals, n - 1),
  })
  const short = n <= 8
  work.step("Likelihood", () => [
    math`p(x) = \prod_i p(x_i \mid x_1, \ldots, x_{i-1})`,
    ...(tokens && n <= 40
      ? [bars(math`p(x_i \mid x_1, \ldots, x_{i-1})`, numbered(names), conditionals)]
      : []),
    math`p(x) = ${short && n > 1 ? math`${join(conditionals, " \\cdot ")} = ` : math``}${likelihood}`,
  ])

  const logs = conditionals.map(take)
  // A product too small for a double still has a logarithm: the sum of those of its factors.
  const whole = likelihood < tiny ? sum(logs) : take(likelihood)
  const log_likelihood = work.answer("log_likelihood", whole)
  work.step("Log-likelihood", () => [
    math`${symbol} p(x) = \sum_i ${symbol} p(x_i \mid x_1, \ldots, x_{i-1})`,
    ...(short
      ? [math`${symbol} p(x)${listed(logs)} = ${log_likelihood}`]
      : [
          n <= 40
            ? table(
                ["token", math`p`, math`${symbol} p`],
                names.map((name, i) => [name, entry(conditionals, i), entry(logs, i)]),
              )
            : text`Each of the ${n} logarithms is taken, and all are added.`,
          math`${symbol} p(x) = ${log_likelihood}`,
        ]),
  ])

  const nll = work.answer("nll_per_token", negative(log_likelihood) / n, {
    "the log-likelihood is not divided by the number of tokens": negative(log_likelihood),
    "it is divided by n − 1": negative(log_likelihood) / (n - 1),
  })
  work.step("Negative log-likelihood per token", () => [
    math`\text{NLL} = -\frac{1}{n} ${symbol} p(x) = \frac{${negative(log_likelihood)}}{${n}} = ${nll}`,
  ])

  const perplexity = work.answer("perplexity", raise(nll), {
    "the minus sign is left out": raise(negative(nll)),
    "the exponent is that of the whole sequence": 1 / likelihood,
    ...(log === "e"
      ? { "2 is raised to a natural logarithm": 2 ** nll }
      : { "e is raised to a logarithm of another base": Math.exp(nll) }),
  })
  work.step("Perplexity", () => [
    math`\text{perplexity} = ${base}^{\text{NLL}} = ${base}^{${nll}} = ${perplexity}`,
  ])
}

/** Below this, doubles lose their digits. */
const tiny = 1e-300

/** Bars need names that differ. */
function numbered(names: readonly string[]): string[] {
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name} (${i + 1})`))
}

export default defineKind({
  name: "autoregressive",
  topic: "generative",
  title: "Likelihood of a sequence",
  given,
  answers,
  slips,
  question,
  solve,
})
