// Bayes' rule: P(c|x) = P(x|c) P(c) / P(x), with P(x) = Σ P(x|c) P(c) over the classes.
// Several features are taken as independent given the class (naive Bayes): P(x|c) is their product.
import * as z from "zod"
import { join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import { noise } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { add, entry, multiply, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    classes: field.labels("names of the classes, shape (classes)"),
    priors: field.distribution("P(c) of each class, shape (classes)"),
    likelihoods: field.vectorOrGrid(
      "P(x|c) of each class, shape (classes), or a row per feature, shape (features, classes); may be densities, so above 1",
      { min: 0 },
    ),
  })
  .check(
    rule.match(["priors", "length"], ["classes", "length"], n => `\`classes\` has ${n}`),
    rule.across(["classes", "likelihoods"], ({ classes, likelihoods }) => {
      const [row = []] = byFeature(likelihoods)
      if (row.length === classes.length) return undefined
      const noun = isGrid(likelihoods) ? "column" : "number"
      return {
        path: ["likelihoods"],
        code: "shape",
        message: `has ${plural(row.length, noun)}, but \`classes\` has ${classes.length}`,
        hint: "one number per class, or one such row per feature",
      }
    }),
    rule.across(["classes", "priors", "likelihoods"], ({ priors, likelihoods }) => {
      const evidence = sum(byFeature(likelihoods).reduce(multiply, priors))
      if (evidence > 0 && Number.isFinite(evidence)) return undefined
      return {
        path: ["likelihoods"],
        message: `leads to an evidence of ${evidence}, which leaves no posterior`,
      }
    }),
  )

const answers = ({ classes }: z.output<typeof given>) => ({
  joint: answer.vector("P(c, x) of each class", { min: 0 }),
  evidence: answer.number("P(x)", { min: 0 }),
  posterior: answer.vector("P(c|x) of each class", { min: 0, max: 1 }),
  verdict: answer.choice("the most probable class", classes),
})

const question: Question<typeof given> = ({ classes, likelihoods }) => {
  const features = byFeature(likelihoods).length
  const observed = features === 1 ? text`the observation x` : text`${features} features`
  return text`Given ${observed}: compute the posterior probability of each class (${classes.join(", ")}). Which class is the most probable?`
}

const solve: Solve<typeof given, typeof answers> = ({ classes, priors, likelihoods }, work) => {
  const features = byFeature(likelihoods)
  const n = features.length
  const likelihood = features.reduce(multiply)
  const joint = work.answer("joint", multiply(priors, likelihood), {
    "the priors are ignored": likelihood,
    ...(n > 1 && {
      "the likelihoods of the features are added": multiply(priors, features.reduce(add)),
    }),
  })
  const short = classes.length * n <= 16 && n <= 6
  work.step("Joint probability of each class", () => [
    ...(n > 1
      ? [
          text`The features are taken as independent given the class.`,
          math`P(x \mid c) = \prod_i P(x_i \mid c)`,
        ]
      : []),
    math`P(c, x) = P(c) \cdot P(x \mid c)`,
    ...(short
      ? classes.map((name, i) => {
          const factors = [entry(priors, i), ...features.map(row => entry(row, i))]
          return math`P(${name}, x) = ${join(factors, " \\cdot ")} = ${entry(joint, i)}`
        })
      : [
          table(
            ["class", math`P(c)`, math`P(x \mid c)`, math`P(c, x)`],
            classes.map((name, i) => [
              name,
              ...[priors, likelihood, joint].map(column => entry(column, i)),
            ]),
          ),
        ]),
  ])

  const evidence = work.answer("evidence", sum(joint), {
    "the evidence is summed without the priors": sum(likelihood),
  })
  work.step("Evidence", () => [
    math`P(x) = \sum_c P(c, x)${short ? math` = ${join(joint, " + ")}` : math``} = ${evidence}`,
  ])

  const posterior = work.answer(
    "posterior",
    joint.map(value => value / evidence),
    { "the joint probabilities are not divided by the evidence": joint },
  )
  work.step("Posterior", () => [
    math`P(c \mid x) = \frac{P(c, x)}{P(x)}`,
    ...classes.map((name, i) => {
      const fraction = math`\frac{${entry(joint, i)}}{${evidence}}`
      return math`P(${name} \mid x) = ${fraction} = ${entry(posterior, i)}`
    }),
  ])

  const largest = Math.max(...posterior)
  const winners = classes.filter((_, i) => entry(posterior, i) >= largest - noise(largest, 0))
  const verdict = work.answer("verdict", winners[0] ?? entry(classes, 0))
  work.step("Verdict", () => [
    winners.length > 1
      ? text`${winners.join(", ")} tie for the largest posterior; the first in the order of the classes is taken: ${verdict}.`
      : text`${verdict} has the largest posterior.`,
  ])
}

/** One row per feature, shape (features, classes). */
function byFeature(likelihoods: Vector | Grid): Grid {
  return isGrid(likelihoods) ? likelihoods : [likelihoods]
}

function isGrid(value: Vector | Grid): value is Grid {
  return Array.isArray(value[0])
}

export default defineKind({
  name: "bayes",
  topic: "probability",
  title: "Bayes' rule for classes",
  given,
  answers,
  question,
  solve,
})
