// Models side by side: `mean` averages what they say of each class (weighted, Σ w·p/Σ w), `vote` lets each
// choose its best class and counts. The class with the most is predicted; of equal ones, for a model as for
// all of them, the first. With `softmax` each model's scores become probabilities before anything else.
import * as z from "zod"
import { bars, join, math, text } from "../../core/blocks.ts"
import * as classes from "../../core/classes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import { shown, sumOfProducts } from "../../core/working.ts"
import { softmax } from "../../math/activation.ts"
import { argmax, entry, matvec, sum, transpose } from "../../math/linear.ts"
import { softmaxTable } from "../../math/softmax-loss.ts"

const given = z
  .strictObject({
    predictions: field.grid(
      "probabilities or scores, a row for each model, shape (models, classes)",
    ),
    models: field.labels("names of the models; 1, 2, … if left out").optional(),
    classes: classes.classNames(),
    softmax: field
      .flag("whether the scores of each model go through a softmax first")
      .default(false),
    combine: field
      .oneOf("average what the models say, or count their votes", ["mean", "vote"])
      .default("mean"),
    weights: field.vector("how much each model counts, shape (models)", { min: 0 }).optional(),
  })
  .check(
    rule.match(["models", "length"], ["predictions", "rows"]),
    rule.match(["classes", "length"], ["predictions", "columns"]),
    rule.match(
      ["weights", "length"],
      ["predictions", "rows"],
      n => `there ${n === 1 ? "is" : "are"} ${plural(n, "model")}`,
    ),
    rule.across(["weights"], ({ weights }) =>
      weights && sum(weights) === 0
        ? { path: ["weights"], code: "range", message: "must not all be 0: then no model counts" }
        : undefined,
    ),
  )

type Given = z.output<typeof given>

const answers = ({ predictions, combine, ...given }: Given) => {
  const names = classes.namesOf(given.classes, predictions[0]?.length ?? 0)
  return {
    probabilities: answer.grid("softmax of each model's scores", {
      min: 0,
      max: 1,
      optional: true,
    }),
    votes: answer.labels("class that each model votes for", names, { optional: true }),
    combined: answer.vector(combine === "mean" ? "mean of each class" : "votes for each class"),
    prediction: answer.choice("class of the ensemble", names),
  }
}

const slips: Slips<typeof given> = {
  "each model has one vote": ({ combine }) =>
    combine === "mean" ? { combine: "vote" } : undefined,
  "what the models say is averaged": ({ combine }) =>
    combine === "vote" ? { combine: "mean" } : undefined,
  "every model counts alike": ({ weights }) => (weights ? { weights: undefined } : undefined),
}

const question: Question<typeof given> = ({ predictions, softmax, combine, weights }) => {
  const first = softmax
    ? "Turn the scores of each model into probabilities, then combine"
    : "Combine"
  const how = combine === "mean" ? "mean" : "vote"
  return text`${first} the ${plural(predictions.length, "model")} by ${weights ? "weighted " : ""}${how}, and give the class that the ensemble predicts.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { predictions, combine } = given
  const names = classes.namesOf(given.classes, entry(predictions, 0).length)
  const models = given.models ?? predictions.map((_, i) => String(i + 1))
  const weights = given.weights ?? predictions.map(() => 1)
  const total = sum(weights)
  const meanOf = (rows: readonly (readonly number[])[]) =>
    matvec(transpose(rows), weights).map(value => value / total)

  const soften = () => {
    const p = work.answer("probabilities", predictions.map(softmax), {
      "the scores are divided by their sum": predictions.map(row =>
        row.map(each => each / sum(row)),
      ),
      "the softmax runs over the models": transpose(transpose(predictions).map(softmax)),
    })
    work.step("Probabilities", () => [
      text`Of model ${entry(models, 0)}:`,
      ...softmaxTable(
        { name: math`s`, value: entry(predictions, 0) },
        { name: math`p`, value: entry(p, 0) },
        names,
      ),
      shown({ name: math`p`, value: p, rows: models, columns: names, heat: true }),
    ])
    return p
  }
  const says = given.softmax ? soften() : predictions

  const average = () => {
    const mean = work.answer("combined", meanOf(says), {
      "the values are added up, not averaged": matvec(transpose(says), weights),
      ...(given.weights && {
        "the sum is divided by the number of models": matvec(transpose(says), weights).map(
          value => value / models.length,
        ),
      }),
      ...(given.softmax && {
        "the scores are averaged before the softmax": softmax(meanOf(predictions)),
      }),
    })
    const column = says.map(row => entry(row, 0))
    work.step("Mean of the models", () => [
      given.weights
        ? math`\mathit{combined}_k = \frac{\sum_m w_m p_{m,k}}{\sum_m w_m}, \quad \sum_m w_m = ${total}`
        : math`\mathit{combined}_k = \frac{1}{M} \sum_m p_{m,k}, \quad M = ${models.length}`,
      math`\mathit{combined}_{${entry(names, 0)}} = \frac{${given.weights ? sumOfProducts(weights, column) : join(column, " + ")}}{${total}} = ${entry(mean, 0)}`,
      bars(math`\mathit{combined}`, names, mean),
    ])
    return mean
  }
  const count = () => {
    const split = says.some(row => row.filter(each => each === Math.max(...row)).length > 1)
    const best = says.map(row => entry(names, argmax(row)))
    const votes = work.answer(
      "votes",
      Object.fromEntries(models.map((model, i) => [model, entry(best, i)])),
    )
    const chosen = models.map(model => votes[model])
    const tally = names.map(name => sum(weights.filter((_, i) => chosen[i] === name)))
    const counts = work.answer("combined", tally, {
      "the votes are divided by their number": tally.map(each => each / total),
    })
    work.step("Votes", () => [
      text`Each model votes for the class of which it says the most${split ? ", of equal ones the first" : ""}.`,
      shown({
        name: given.softmax ? math`p` : math`\mathit{predictions}`,
        value: says,
        rows: models,
        columns: names,
        marks: models.map((model, i) => [i, names.indexOf(votes[model] ?? "")]),
      }),
      ...(given.weights ? [text`A vote counts as much as its model: ${weights}.`] : []),
      bars(math`\mathit{votes}`, names, counts),
    ])
    return counts
  }
  const combined = combine === "mean" ? average() : count()

  const most = Math.max(...combined)
  const prediction = work.answer("prediction", entry(names, argmax(combined)), {
    "the model that is surest decides": entry(
      names,
      argmax(entry(says, argmax(says.map(row => Math.max(...row))))),
    ),
  })
  const tied = combined.filter(value => value === most).length > 1
  work.step("Prediction", () => [
    math`\max \mathit{combined} = ${most}`,
    text`It belongs to class ${prediction}${tied ? ", the first of those that share it" : ""}.`,
  ])
}

export default defineKind({
  name: "ensemble",
  topic: "training",
  title: "Ensemble of models",
  given,
  answers,
  slips,
  question,
  solve,
})
