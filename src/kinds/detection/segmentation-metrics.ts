// Counts by class: IoU = TP/(TP + FP + FN) (Jaccard, as in VOC 2010), Dice = 2TP/(2TP + FP + FN).
// Rows of the confusion matrix are truth, columns prediction. A class that occurs in neither mask has
// no score and enters no mean; one that occurs but is never met scores 0. Scores are exact fractions.
import * as z from "zod"
import { grid, type Inline, join, math, type Rich, table, text } from "../../core/blocks.ts"
import { suggest } from "../../core/diagnostic.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import { Fraction, meanRatio, ratio } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { describe, sizes } from "../../core/words.ts"
import { confusionOf, pooled, type Tally, talliesOf } from "../../math/confusion.ts"
import { entry, gridSum, transpose } from "../../math/linear.ts"

const mostClasses = 256

const given = z
  .strictObject({
    truth: field.labelGrid("the true class of each pixel, shape (rows, cols)"),
    prediction: field.labelGrid("the predicted class of each pixel, shape (rows, cols)"),
    classes: field
      .labels("order of the confusion matrix; the classes that occur, sorted, if left out")
      .optional(),
  })
  .check(
    rule.sameShape("truth", "prediction"),
    amongClasses("truth"),
    amongClasses("prediction"),
    rule.across(["truth", "prediction", "classes"], given => {
      const { length } = classesOf(given)
      const path = [given.classes ? "classes" : "truth"]
      const message = `makes ${length} classes, but there may be at most ${mostClasses}`
      return length > mostClasses ? { path, code: "size", message } : undefined
    }),
  )

const share = { min: 0, max: 1 }
const answers = {
  confusion: answer.grid("pixels by true (row) and predicted class (column)", {
    of: "integer",
    min: 0,
  }),
  iou: answer.ratios("intersection over union of each class", share),
  mean_iou: answer.ratio("mean of the IoUs", { ...share, aside: true }),
  dice: answer.ratios("Dice coefficient of each class", share),
  mean_dice: answer.ratio("mean of the Dice coefficients", { ...share, aside: true }),
  pixel_accuracy: answer.ratio("share of the pixels that are right", share),
}

const question: Question<typeof given> = given =>
  text`Compare the predicted mask with the true one, ${sizes(given.truth)} pixels of the classes ${classesOf(given).join(", ")}: give the confusion matrix, the IoU and the Dice coefficient of each class, their means, and the pixel accuracy.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const classes = classesOf(given)
  const occurring = new Set([...given.truth, ...given.prediction].flat())
  const absent = classes.filter(name => !occurring.has(name))
  const counts = confusionOf(given.truth.flat(), given.prediction.flat(), classes)
  const confusion = work.answer("confusion", counts, {
    "the columns are the truth": transpose(counts),
  })
  const tallies = talliesOf(confusion).flatMap((tally, i) => {
    const name = entry(classes, i)
    return occurring.has(name) ? [{ name, ...tally }] : []
  })
  work.step("Confusion matrix", () => [
    text`Each pixel counts once: in the row of its true class, in the column of its predicted class.`,
    grid(math`M`, confusion, {
      rows: classes,
      columns: classes,
      marks: classes.map((_, i) => [i, i]),
    }),
    text`The rest of a column was wrongly taken for the class, the rest of a row was missed.`,
    math`\mathit{TP}_c = M_{cc}, \quad \mathit{FP}_c = \sum_{i \ne c} M_{ic}, \quad \mathit{FN}_c = \sum_{j \ne c} M_{cj}`,
    table(
      ["class", "TP", "FP", "FN"],
      tallies.map(({ name, tp, fp, fn }) => [name, tp, fp, fn]),
    ),
    ...(absent.length > 0
      ? [text`Without a pixel in either mask, so without a score: ${absent.join(", ")}.`]
      : []),
  ])

  const all = pooled(tallies)
  const each = (score: Score) =>
    Object.fromEntries(tallies.map(tally => [tally.name, score(tally)]))
  const meanSlips = (scores: Scores, ofAll: Fraction) => ({
    "the classes are pooled": ofAll,
    ...(absent.length > 0 && {
      "a class in neither mask counts as 0": meanRatio([
        ...Object.values(scores),
        ...absent.map(() => new Fraction(0)),
      ]),
    }),
    "the background is left out": meanRatio(
      Object.entries(scores).flatMap(([name, score]) =>
        /^(0|background)$/i.test(name) ? [] : score,
      ),
    ),
  })
  const lines = (symbol: string, formula: Formula, scores: Scores, mean: Fraction) => {
    const values = tallies.flatMap(({ name }) => scores[name] ?? [])
    const total = values.length > 8 ? math`\sum_c \operatorname{${symbol}}_c` : join(values, " + ")
    return [
      math`\operatorname{${symbol}}_c = ${formula(math`\mathit{TP}_c`, math`\mathit{FP}_c`, math`\mathit{FN}_c`)}`,
      ...tallies.map(
        ({ name, tp, fp, fn }) =>
          math`\operatorname{${symbol}}_{\text{${name}}} = ${formula(tp, fp, fn)} = ${scores[name] ?? ""}`,
      ),
      math`\text{mean} = \frac{${total}}{${values.length}} = ${mean}`,
    ]
  }

  const iou = work.answer("iou", each(jaccard), {
    "the union counts the intersection twice": each(undoubled),
    "the false positives are left out": each(({ tp, fn }) => ratio(tp, tp + fn)),
    "the false negatives are left out": each(({ tp, fp }) => ratio(tp, tp + fp)),
    "IoU and Dice are swapped": each(sorensen),
  })
  const mean_iou = work.answer("mean_iou", meanOf(iou), meanSlips(iou, jaccard(all)))
  work.step("Intersection over union", () =>
    lines("IoU", (tp, fp, fn) => math`\frac{${tp}}{${tp} + ${fp} + ${fn}}`, iou, mean_iou),
  )

  const dice = work.answer("dice", each(sorensen), {
    "the intersection is not doubled": each(undoubled),
    "twice the intersection is divided by the union": each(({ tp, fp, fn }) =>
      ratio(2 * tp, tp + fp + fn),
    ),
    "IoU and Dice are swapped": each(jaccard),
  })
  const mean_dice = work.answer("mean_dice", meanOf(dice), meanSlips(dice, sorensen(all)))
  work.step("Dice coefficient", () =>
    lines(
      "Dice",
      (tp, fp, fn) => math`\frac{2 \cdot ${tp}}{2 \cdot ${tp} + ${fp} + ${fn}}`,
      dice,
      mean_dice,
    ),
  )

  const pixels = gridSum(confusion)
  const met = tallies.filter(({ tp, fn }) => tp + fn > 0)
  const accuracy = work.answer("pixel_accuracy", ratio(all.tp, pixels), {
    "it is averaged over the classes": meanRatio(met.map(({ tp, fn }) => ratio(tp, tp + fn))),
  })
  work.step("Pixel accuracy", () => [
    math`\operatorname{accuracy} = \frac{\sum_c \mathit{TP}_c}{\text{pixels}} = \frac{${join(
      tallies.map(({ tp }) => tp),
      " + ",
    )}}{${pixels}} = ${accuracy}`,
  ])
}

type Scores = Readonly<Record<string, Fraction>>
type Score = (tally: Tally) => Fraction
type Formula = (tp: Inline, fp: Inline, fn: Inline) => Rich

const jaccard: Score = ({ tp, fp, fn }) => ratio(tp, tp + fp + fn)
const sorensen: Score = ({ tp, fp, fn }) => ratio(2 * tp, 2 * tp + fp + fn)
const undoubled: Score = ({ tp, fp, fn }) => ratio(tp, 2 * tp + fp + fn)
const meanOf = (scores: Scores) => meanRatio(Object.values(scores))

interface Masks {
  truth: string[][]
  prediction: string[][]
  classes?: string[] | undefined
}

/** The listed classes, or those that occur: by number if all are numbers, else by name. */
function classesOf({ truth, prediction, classes }: Masks): readonly string[] {
  if (classes) return classes
  const found = [...new Set([...truth, ...prediction].flat())]
  return found.every(name => Number.isFinite(Number(name)))
    ? found.toSorted((a, b) => Number(a) - Number(b))
    : found.toSorted()
}

/** Each label that is no class is pointed out where it first stands. */
function amongClasses(mask: "truth" | "prediction") {
  return rule.across<Masks>([mask, "classes"], ({ classes, ...masks }) => {
    const places = new Map<string, [string, number, number]>()
    for (const [i, row] of masks[mask].entries()) {
      for (const [j, name] of row.entries()) if (!places.has(name)) places.set(name, [mask, i, j])
    }
    return [...places].flatMap(([name, path]) => {
      if (!classes || classes.includes(name)) return []
      const message = `must be one of \`classes\`, but it is ${describe(name)}`
      return { path, code: "unknown-label", message, hint: suggest(name, classes) }
    })
  })
}

export default defineKind({
  name: "segmentation-metrics",
  topic: "detection",
  title: "IoU, Dice and pixel accuracy of a segmentation",
  given,
  answers,
  question,
  solve,
})
