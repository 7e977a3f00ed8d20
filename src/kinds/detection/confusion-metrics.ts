// Precision TP/(TP + FP), recall TP/(TP + FN), their harmonic mean F1, and specificity TN/(TN + FP).
// Rows are truth unless `rows` says prediction. 0/0 is 0; a class that occurs in neither truth nor
// prediction has no scores and enters no mean. Macro F1 is the mean of the F1 scores (not the F1 of the
// means, cf. Opitz & Burst 2019), the weighted one weights by true counts. Scores are exact fractions.
import * as z from "zod"
import { grid, join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { Fraction, meanRatio, ratio } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { plural, sizes } from "../../core/words.ts"
import { pooled, type Tally, talliesOf } from "../../math/confusion.ts"
import { entry, gridSum, transpose } from "../../math/linear.ts"

const given = z
  .strictObject({
    confusion: field.integerGrid("counts by true and predicted class, shape (classes, classes)", {
      min: 0,
    }),
    classes: field.labels("names of the classes, shape (classes); 0, 1, … if left out").optional(),
    rows: field
      .oneOf("what the rows stand for; the columns stand for the other", ["truth", "prediction"])
      .default("truth"),
  })
  .check(
    rule.across(["confusion"], ({ confusion }) => {
      const [rows, columns] = [confusion.length, confusion[0]?.length ?? 0]
      if (rows === columns) return undefined
      const message = `must have as many rows as columns, but it is ${sizes(confusion)}`
      return { path: ["confusion"], code: "shape", message }
    }),
    rule.across(["confusion"], ({ confusion }) => {
      if (gridSum(confusion) > 0) return undefined
      const message = "counts nothing: at least one entry must be above 0"
      return { path: ["confusion"], code: "value", message }
    }),
    rule.match(["classes", "length"], ["confusion", "rows"]),
  )

const share = { min: 0, max: 1 }
const answers = {
  accuracy: answer.ratio("share of the counts that are right", { ...share, aside: true }),
  precision: answer.ratios("TP/(TP + FP) of each class", share),
  recall: answer.ratios("TP/(TP + FN) of each class", share),
  specificity: answer.ratios("TN/(TN + FP) of each class", { ...share, aside: true }),
  f1: answer.ratios("harmonic mean of precision and recall of each class", share),
  macro_precision: answer.ratio("mean of the precisions", { ...share, aside: true }),
  macro_recall: answer.ratio("mean of the recalls", { ...share, aside: true }),
  macro_f1: answer.ratio("mean of the F1 scores", { ...share, aside: true }),
  weighted_f1: answer.ratio("mean of the F1 scores, weighted by the true counts", {
    ...share,
    aside: true,
  }),
  micro_f1: answer.ratio("F1 of all classes pooled", { ...share, aside: true }),
}

const slips: Slips<typeof given> = {
  "truth and prediction are swapped": ({ rows }) => ({
    rows: rows === "truth" ? "prediction" : "truth",
  }),
}

const question: Question<typeof given> = ({ confusion, rows }) =>
  text`From the confusion matrix of ${plural(confusion.length, "class")} (rows: ${rows}) compute the accuracy, precision, recall, specificity and F1 of each class, and their averages.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const M = given.rows === "truth" ? given.confusion : transpose(given.confusion)
  const names = given.classes ?? M.map((_, i) => String(i))
  const total = gridSum(M)
  const all = talliesOf(M).map((tally, i) => ({ name: entry(names, i), ...tally }))
  const counts = all
    .filter(({ tp, fp, fn }) => tp + fp + fn > 0)
    .map(tally => ({ ...tally, tn: total - tally.tp - tally.fp - tally.fn }))
  const absent = names.filter(name => !counts.some(count => count.name === name))
  const pool = pooled(counts)
  const right = ratio(pool.tp, total)
  const each = (score: (count: Count) => Fraction) =>
    Object.fromEntries(counts.map(count => [count.name, score(count)]))
  work.step("Counts", () => [
    grid(`rows: ${given.rows}`, given.confusion, {
      rows: names,
      columns: names,
      marks: names.map((_, i) => [i, i]),
    }),
    text`TP stands on the diagonal, FP in the rest of the ${given.rows === "truth" ? "column" : "row"} (wrongly taken for the class), FN in the rest of the ${given.rows === "truth" ? "row" : "column"} (missed); TN is what remains of all ${total}.`,
    table(
      ["class", "TP", "FP", "FN", "TN"],
      counts.map(({ name, tp, fp, fn, tn }) => [name, tp, fp, fn, tn]),
    ),
    ...(absent.length > 0
      ? [
          text`Neither true nor predicted anywhere, so without scores and in no mean: ${absent.join(", ")}.`,
        ]
      : []),
  ])

  const accuracy = work.answer("accuracy", right, {
    "the recalls are averaged": meanOf(each(rateOf(rates.recall))),
    "the wrong ones are counted": ratio(total - pool.tp, total),
  })
  work.step("Accuracy", () => [
    math`\operatorname{accuracy} = \frac{\sum_c \mathit{TP}_c}{\text{all}} = \frac{${pool.tp}}{${total}} = ${accuracy}`,
  ])

  const notAmongAll = {
    "it is divided by all counts": each(({ tp }) => ratio(tp, total)),
    "the true negatives count as hits too": each(({ tp, tn }) => ratio(tp + tn, total)),
  }
  const precision = work.answer("precision", each(rateOf(rates.precision)), notAmongAll)
  work.step("Precision", () => rateLines("precision", counts, precision))
  const recall = work.answer("recall", each(rateOf(rates.recall)), notAmongAll)
  work.step("Recall", () => rateLines("recall", counts, recall))
  const specificity = work.answer("specificity", each(rateOf(rates.specificity)), {
    "FN stands in the place of FP": each(({ tn, fn }) => ratio(tn, tn + fn)),
    "the false positive rate is computed": each(({ tn, fp }) => ratio(fp, tn + fp)),
  })
  work.step("Specificity", () => rateLines("specificity", counts, specificity))

  const both = (mean: (p: Fraction, r: Fraction) => Fraction) =>
    each(({ name }) => mean(of(precision, name), of(recall, name)))
  const f1 = work.answer("f1", both(harmonic), {
    "the arithmetic mean is taken": both((p, r) => p.add(r).div(2)),
    "the factor 2 is left out": both((p, r) => harmonic(p, r).div(2)),
    "the product is not divided by the sum": both((p, r) => p.mul(r).mul(2)),
  })
  work.step("F1", () => [
    math`\operatorname{F1} = \frac{2 \cdot \operatorname{precision} \cdot \operatorname{recall}}{\operatorname{precision} + \operatorname{recall}}`,
    ...counts.map(({ name }) => {
      const [p, r] = [of(precision, name), of(recall, name)]
      return math`\operatorname{F1}_{\text{${name}}} = \frac{2 \cdot ${p} \cdot ${r}}{${p} + ${r}} = ${of(f1, name)}`
    }),
    ...notes("F1", "precision and recall are 0", counts, ({ tp }) => tp),
  ])

  const meanSlips = (scores: Scores) => ({
    "the classes are pooled": right,
    ...(absent.length > 0 && {
      "a class without scores counts as 0": meanOf(scores).mul(counts.length).div(names.length),
    }),
  })
  const weighted = (weight: (count: Count) => number) =>
    counts
      .reduce((sum, count) => sum.add(of(f1, count.name).mul(weight(count))), new Fraction(0))
      .div(total)
  const macro_precision = work.answer("macro_precision", meanOf(precision), meanSlips(precision))
  const macro_recall = work.answer("macro_recall", meanOf(recall), meanSlips(recall))
  const macro_f1 = work.answer("macro_f1", meanOf(f1), {
    ...meanSlips(f1),
    "the F1 of the mean precision and recall is taken": harmonic(macro_precision, macro_recall),
    "the classes are weighted by their true counts": weighted(trueCount),
  })
  const weighted_f1 = work.answer("weighted_f1", weighted(trueCount), {
    "the classes are weighted by their predicted counts": weighted(({ tp, fp }) => tp + fp),
    "the classes are not weighted": meanOf(f1),
  })
  const pairs = 2 * pool.tp + pool.fp + pool.fn
  const micro_f1 = work.answer("micro_f1", ratio(2 * pool.tp, pairs), {
    "the F1 scores are averaged": meanOf(f1),
  })
  const short = counts.length <= 6
  const macro = (name: string, scores: Scores, value: Fraction) => {
    const terms = short ? join(Object.values(scores), " + ") : math`\sum_c \text{${name}}_c`
    return math`\text{macro ${name}} = \frac{${terms}}{${counts.length}} = ${value}`
  }
  work.step("Averages", () => [
    text`Macro: each class counts the same. Weighted: each class counts as often as it is true. Micro: the counts of all classes are added up first. Each wrong one is an FP of one class and an FN of another, so micro precision, recall and F1 are all the accuracy.`,
    macro("precision", precision, macro_precision),
    macro("recall", recall, macro_recall),
    macro("F1", f1, macro_f1),
    math`\text{weighted F1} = \frac{${
      short
        ? join(
            counts.map(count => math`${trueCount(count)} \cdot ${of(f1, count.name)}`),
            " + ",
          )
        : math`\sum_c (\mathit{TP}_c + \mathit{FN}_c) \cdot \operatorname{F1}_c`
    }}{${total}} = ${weighted_f1}`,
    math`\text{micro F1} = \frac{2 \cdot ${pool.tp}}{2 \cdot ${pool.tp} + ${pool.fp} + ${pool.fn}} = ${micro_f1}`,
  ])
}

type Scores = Readonly<Record<string, Fraction>>
interface Count extends Tally {
  name: string
  tn: number
}

/** Each rate is hits/(hits + misses), and 0/0 for the reason said. */
interface Rate {
  hits: "tp" | "tn"
  misses: "fp" | "fn"
  empty: string
}
const rates = {
  precision: { hits: "tp", misses: "fp", empty: "never predicted" },
  recall: { hits: "tp", misses: "fn", empty: "never true" },
  specificity: { hits: "tn", misses: "fp", empty: "always true" },
} as const satisfies Record<string, Rate>

const rateOf = ({ hits, misses }: Rate) => {
  return (count: Count) => ratio(count[hits], count[hits] + count[misses])
}
const trueCount = ({ tp, fn }: Tally) => tp + fn
const meanOf = (scores: Scores) => meanRatio(Object.values(scores))
const of = (scores: Scores, name: string) => scores[name] ?? new Fraction(0)

/** 2pr/(p + r), and 0 where both are 0. */
function harmonic(p: Fraction, r: Fraction): Fraction {
  const sum = p.add(r)
  return sum.equals(0) ? sum : p.mul(r).mul(2).div(sum)
}

function rateLines(name: keyof typeof rates, counts: readonly Count[], scores: Scores): Rich[] {
  const { hits, misses, empty } = rates[name]
  const [above, beside] = [hits.toUpperCase(), misses.toUpperCase()]
  return [
    math`\operatorname{${name}} = \frac{\mathit{${above}}}{\mathit{${above}} + \mathit{${beside}}}`,
    ...counts.map(count => {
      const fraction = math`\frac{${count[hits]}}{${count[hits]} + ${count[misses]}}`
      return math`\operatorname{${name}}_{\text{${count.name}}} = ${fraction} = ${of(scores, count.name)}`
    }),
    ...notes(name, empty, counts, count => count[hits] + count[misses]),
  ]
}

/** Which classes have the score 0/0. */
function notes(
  score: string,
  why: string,
  counts: readonly Count[],
  below: (count: Count) => number,
): Rich[] {
  const found = counts.filter(count => below(count) === 0).map(({ name }) => name)
  if (found.length === 0) return []
  return [text`${found.join(", ")}: ${why}, so the ${score} is 0/0, which counts as 0.`]
}

export default defineKind({
  name: "confusion-metrics",
  topic: "detection",
  title: "Precision, recall and F1 of a confusion matrix",
  given,
  answers,
  slips,
  question,
  solve,
})
