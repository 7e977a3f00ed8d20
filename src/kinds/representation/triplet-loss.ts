// FaceNet (Schroff et al. 2015): max(0, ‖f − f₊‖² − ‖f − f₋‖² + m). Others, PyTorch's TripletMarginLoss among
// them, take the distances themselves: `squared: false`. Of a batch, triplets being rows, the mean.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { noise } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { entry, sum, vectorOf } from "../../math/linear.ts"
import { asGrid, isGrid, perRow } from "../../math/nested.ts"
import { norm } from "../../math/similarity.ts"

const given = z
  .strictObject({
    anchor: field.vectorOrGrid("embedding f, shape (d), or one in each row, shape (n, d)"),
    positive: field.vectorOrGrid("embedding f₊ of the same identity, of the same shape"),
    negative: field.vectorOrGrid("embedding f₋ of another identity, of the same shape"),
    margin: field.number("how much farther than the positive the negative must be", { min: 0 }),
    squared: field.flag("whether the Euclidean distances are squared").default(true),
    reduction: field
      .oneOf("whether the losses of a batch are averaged or added up", ["mean", "sum"])
      .default("mean"),
  })
  .check(rule.sameShape("anchor", "positive", "negative"))

type Given = z.output<typeof given>

const answers = ({ anchor, squared, reduction }: Given) => {
  const batch = isGrid(anchor)
  const one = batch ? answer.vector : answer.number
  const d = squared ? "squared distance" : "distance"
  return {
    d_positive: one(`${d} of anchor and positive`, { min: 0 }),
    d_negative: one(`${d} of anchor and negative`, { min: 0 }),
    ...(batch && { losses: answer.vector("loss of each triplet", { min: 0 }) }),
    loss: answer.number(batch ? `${reduction} of the losses` : "loss", { min: 0 }),
  }
}

const slips: Slips<typeof given> = {
  "the distances are squared": ({ squared }) => (squared ? undefined : { squared: true }),
  "the distances are not squared": ({ squared }) => (squared ? { squared: false } : undefined),
  "the losses are added up, not averaged": ({ anchor, reduction }) =>
    isGrid(anchor) && reduction === "mean" ? { reduction: "sum" } : undefined,
  "the losses are averaged, not added up": ({ anchor, reduction }) =>
    isGrid(anchor) && reduction === "sum" ? { reduction: "mean" } : undefined,
}

const question: Question<typeof given> = ({ anchor, margin, squared, reduction }) => {
  const by = text`with ${squared ? "squared" : "plain"} Euclidean distances and margin ${margin}`
  return isGrid(anchor)
    ? text`Compute the triplet loss of each of the ${plural(anchor.length, "triplet")}, ${by}, and the ${reduction} of the losses.`
    : text`Compute the triplet loss ${by}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { margin, squared } = given
  const anchors = asGrid(given.anchor)
  const n = anchors.length
  const batch = isGrid(given.anchor)
  const at = (i: number) => (batch ? math`_{${i + 1}}` : math``)

  const distance = (side: "positive" | "negative", sign: Rich) => {
    const from = (others: Grid, f: (differences: Vector) => number) =>
      perRow(
        given.anchor,
        anchors.map((row, i) => f(row.map((x, j) => x - entry(entry(others, i), j)))),
      )
    const squares = (differences: Vector) => sum(differences.map(x => x * x))
    const measure = squared ? squares : norm
    const other = side === "positive" ? "negative" : "positive"
    const others = asGrid(given[side])
    const each = (f: (differences: Vector) => number) => from(others, f)
    const found = work.answer(`d_${side}`, each(measure), {
      [`it is the distance to the ${other}`]: from(asGrid(given[other]), measure),
      "the absolute differences are added up": each(differences => sum(differences.map(Math.abs))),
      "the squares are averaged": each(differences => squares(differences) / differences.length),
    })
    const distances = vectorOf(found, n)
    const length = math`\lVert f - f_{${sign}} \rVert`
    work.step(side === "positive" ? "Distance to the positive" : "Distance to the negative", () => [
      squared
        ? math`d_{${sign}} = ${length}^2 = \sum_j (f_j - f_{${sign},j})^2`
        : math`d_{${sign}} = ${length} = \sqrt{\sum_j (f_j - f_{${sign},j})^2}`,
      ...lines(anchors, (row, i) => {
        const written = squaresOf(row, entry(others, i))
        const line = squared ? written : math`\sqrt{${written}}`
        return math`d_{${sign}${batch ? math`,${i + 1}` : math``}} = ${line} = ${entry(distances, i)}`
      }),
    ])
    return distances
  }
  const near = distance("positive", math`+`)
  const far = distance("negative", math`-`)

  const lossesBy = (f: (near: number, far: number) => number) =>
    near.map((d, i) => f(d, entry(far, i)))
  const hinges = {
    "the maximum with 0 is left out": lossesBy((near, far) => near - far + margin),
    "the margin is subtracted": lossesBy((near, far) => Math.max(0, near - far - margin)),
    "the margin is left out": lossesBy((near, far) => Math.max(0, near - far)),
    "the two distances are swapped": lossesBy((near, far) => Math.max(0, far - near + margin)),
    "the margin is added after the maximum": lossesBy(
      (near, far) => Math.max(0, near - far) + margin,
    ),
  }
  const right = lossesBy((near, far) => Math.max(0, slack(near, far, margin)))
  const losses = batch
    ? work.answer("losses", right, hinges)
    : [work.answer("loss", entry(right, 0), firstOf(hinges))]
  const loss = () => {
    const whole = sum(losses) / (given.reduction === "mean" ? n : 1)
    const met = losses.filter(each => each > 0).length
    const found = work.answer("loss", whole, {
      ...(met > 0 && {
        "it is averaged over the triplets whose loss is not 0": sum(losses) / met,
      }),
    })
    const terms = n <= readable ? join(losses, " + ") : math`\sum_i L_i`
    return given.reduction === "mean"
      ? [math`L = \frac{1}{n} \sum_i L_i = \frac{${terms}}{${n}} = ${found}`]
      : [math`L = \sum_i L_i = ${terms} = ${found}`]
  }
  const total = batch ? loss() : []
  work.step("Loss", () => [
    math`L${batch ? math`_i` : math``} = \max(0, d_+ - d_- + m), \quad m = ${margin}`,
    ...lines(anchors, (_, i) => {
      const [p, q] = [entry(near, i), entry(far, i)]
      return math`L${at(i)} = \max(0, ${p} - ${q} + ${margin}) = \max(0, ${slack(p, q, margin)}) = ${entry(losses, i)}`
    }),
    ...total,
    ...(batch
      ? []
      : [
          slack(entry(near, 0), entry(far, 0), margin) > 0
            ? text`The negative is not farther than the positive by the margin yet.`
            : text`The negative is farther than the positive by the margin: there is nothing left to learn.`,
        ]),
  ])
}

/** What floating point alone leaves of 0 is 0. */
function slack(near: number, far: number, margin: number): number {
  const value = near - far + margin
  return Math.abs(value) <= noise(Math.max(near, far, margin), 0) ? 0 : value
}

/** Triplets and terms that are written out. */
const readable = 6

function lines(rows: readonly Vector[], line: (row: Vector, i: number) => Rich): Rich[] {
  const more = rows.length > readable ? [text`The other triplets in the same way.`] : []
  return [...rows.slice(0, readable).map(line), ...more]
}

/** (1 − 2)² + (0 − 3)² */
function squaresOf(a: Vector, b: Vector): Rich {
  const squares = a.map((x, j) => math`(${x} - ${entry(b, j)})^2`)
  const shown = a.length > readable ? [...squares.slice(0, 3), math`\ldots`] : squares
  return join(shown, " + ")
}

function firstOf(mistakes: Readonly<Record<string, Vector>>): Record<string, number> {
  return Object.fromEntries(Object.entries(mistakes).map(([name, all]) => [name, entry(all, 0)]))
}

export default defineKind({
  name: "triplet-loss",
  topic: "representation",
  title: "Triplet loss",
  given,
  answers,
  slips,
  question,
  solve,
})
