// Multiclass SVM loss summed over the classes (Weston & Watkins 1999): L = Σ_{j≠y} max(0, s_j − s_y + margin),
// samples being rows; the loss is the mean. The true class adds nothing. `squared` squares each term (L2-SVM).
// At a corner, where s_j − s_y + margin is 0, the slope is 0.
import * as z from "zod"
import { join, math, text } from "../../core/blocks.ts"
import * as classes from "../../core/classes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { plural } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import { hingeMistakes, hingeTerms } from "../../math/hinge.ts"
import { entry, mapGrid, sum } from "../../math/linear.ts"
import { meanLoss, samplesTable } from "../../math/loss-working.ts"
import { ofAll } from "../../math/mistakes.ts"
import { asGrid, inFormOf, isGrid } from "../../math/nested.ts"

const given = z
  .strictObject({
    scores: field.vectorOrGrid(
      "scores of the classes, shape (classes), or of a batch (samples, classes)",
    ),
    labels: classes.labels("true class, of a batch a list of them"),
    classes: classes.classNames(),
    margin: field.number("by how much the true class must win").default(1),
    squared: field.flag("whether each term is squared").default(false),
    reduce: field
      .oneOf("asks for the gradient of each sample's loss (none), or of their mean", [
        "none",
        "mean",
      ])
      .optional(),
  })
  .check(...classes.labelled("scores"))

type Given = z.output<typeof given>

const answers = ({ scores, reduce }: Given) => {
  const batch = isGrid(scores)
  const each = batch ? answer.grid : answer.vector
  const whose = batch ? (reduce === "mean" ? "the mean loss" : "each sample's loss") : "the loss"
  return {
    terms: each("term of each class, 0 of the true one", { min: 0 }),
    losses: answer.vector("loss of each sample", { min: 0, optional: true }),
    loss: answer.number(batch ? "mean loss" : "loss", { min: 0, aside: true }),
    gradient: each(`derivative of ${whose} by each score`, { optional: true }),
  }
}

const slips: Slips<typeof given> = {
  "the classes are counted from 1": given =>
    given.classes ? undefined : classes.countedFromOne(given.labels),
  "the terms are not squared": ({ squared }) => (squared ? { squared: false } : undefined),
  "the terms are squared": ({ squared }) => (squared ? undefined : { squared: true }),
  "the gradient is not divided by the number of samples": ({ reduce, scores }) =>
    reduce === "mean" && isGrid(scores) ? { reduce: "none" } : undefined,
  "the gradient is divided by the number of samples": ({ reduce, scores }) =>
    reduce === "none" && isGrid(scores) ? { reduce: "mean" } : undefined,
}

const question: Question<typeof given> = ({ scores, margin, squared, reduce }) => {
  const name = text`multiclass ${squared ? "squared " : ""}hinge loss with margin ${margin}`
  if (!isGrid(scores)) {
    const derivatives = reduce ? ", and its derivatives by the scores" : ""
    return text`Compute the terms of the ${name} and their sum${derivatives}.`
  }
  const whose = reduce === "mean" ? "the mean" : "each sample's loss"
  const slopes = reduce ? `, and the derivatives of ${whose} by the scores` : ""
  return text`Compute the terms of the ${name}, the loss of each of the ${plural(scores.length, "sample")} and the mean${slopes}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { scores, margin, squared, reduce } = given
  const batch = isGrid(scores)
  const s = asGrid(scores)
  const names = classes.namesOf(given.classes, entry(s, 0).length)
  const places = classes.placesOf(given.labels, given.classes, names.length)
  const truths = places.map(y => entry(names, y))
  const rows = s.map((_, i) => String(i + 1))
  const raised = (values: readonly number[]) => values.map(term => (squared ? term ** 2 : term))

  const open = s.map((row, i) => hingeTerms(row, entry(places, i), margin))
  const mistaken = ofAll(
    s.map((row, i) => hingeMistakes(row, entry(places, i), margin)),
    open,
  )
  const found = work.answer(
    "terms",
    inFormOf(scores, open.map(raised)),
    Object.fromEntries(
      Object.entries(mistaken).map(([name, values]) => [
        name,
        inFormOf(scores, values.map(raised)),
      ]),
    ),
  )
  const terms = asGrid(found)
  const [first, y, own] = [entry(s, 0), entry(places, 0), entry(entry(s, 0), entry(places, 0))]
  const of = batch ? math`1,` : math``
  const power = squared ? math`^2` : math``
  work.step("Terms", () => [
    math`\mathit{term}_j = \max(0, s_j - s_y + m)${power} \; (j \ne y), \quad m = ${margin}`,
    ...(batch ? [text`Of sample 1, whose true class is ${entry(truths, 0)}:`] : []),
    ...first.flatMap((score, j) =>
      j === y
        ? []
        : math`\mathit{term}_{${of}${entry(names, j)}} = \max(0, ${score} - ${own} + ${margin})${power} = ${entry(entry(terms, 0), j)}`,
    ),
    ...(batch
      ? [
          shown({
            name: math`\mathit{terms}`,
            value: terms,
            rows,
            columns: names,
            hidden: places.map((place, i) => [i, place]),
          }),
        ]
      : []),
  ])

  const summed = (row: readonly number[], i: number) => {
    const others = row.filter((_, j) => j !== entry(places, i))
    return math`${join(others, " + ")} = ${sum(row)}`
  }
  const sums = terms.map(sum)
  const wrong = terms.map(row => ({
    "only the largest term counts": Math.max(...row),
    "the terms are averaged over the classes": sum(row) / row.length,
  }))
  if (batch) {
    const losses = work.answer("losses", sums, ofAll(wrong, sums))
    const loss = work.answer("loss", sum(losses) / losses.length, {
      "the losses are added up instead of averaged": sum(losses),
    })
    work.step("Losses", () => [
      math`L_i = \sum_{j \ne y_i} \mathit{term}_{i,j}`,
      math`L_1 = ${summed(entry(terms, 0), 0)}`,
      ...samplesTable(["true class", math`L`], [truths, losses]),
      meanLoss(losses, loss),
    ])
  } else {
    work.answer("loss", entry(sums, 0), entry(wrong, 0))
    work.step("Loss", () => [
      math`L = \sum_{j \ne y} \mathit{term}_j = ${summed(entry(terms, 0), 0)}`,
    ])
  }
  if (!reduce) return

  const n = batch && reduce === "mean" ? s.length : 1
  // Of max(0, m)² the slope is 2·max(0, m), twice the root of the term.
  const slopeOf = (term: number) => (term > 0 ? (squared ? 2 * Math.sqrt(term) : 1) : 0) / n
  const others = mapGrid(terms, slopeOf)
  const full = mapGrid(others, (slope, i, j) =>
    j === places[i] ? 0 - sum(entry(others, i)) : slope,
  )
  const gradient = work.answer("gradient", inFormOf(scores, full), {
    "the true class has no slope": inFormOf(scores, others),
    "the true class counts once, however many terms are open": inFormOf(
      scores,
      mapGrid(full, (slope, i, j) => (j === places[i] && slope !== 0 ? -1 / n : slope)),
    ),
  })
  const [j, truth] = [batch ? math`i,j` : math`j`, batch ? math`i,y_i` : math`y`]
  const slope = squared
    ? math`${n === 1 ? math`` : math`\frac{1}{${n}} \cdot `}2 \max(0, s_{${j}} - s_{${truth}} + m)`
    : math`${n === 1 ? math`1` : math`\frac{1}{${n}}`} \text{ if the term is above 0, else } 0`
  work.step("Gradient", () => [
    math`g_{${j}} = ${slope} \; (j \ne y)`,
    math`g_{${truth}} = -\sum_{j \ne y} g_{${j}}`,
    shown({ name: math`g`, value: asGrid(gradient), ...(batch && { rows }), columns: names }),
  ])
}

export default defineKind({
  name: "hinge-loss",
  topic: "training",
  title: "Multiclass hinge loss",
  given,
  answers,
  slips,
  question,
  solve,
})
