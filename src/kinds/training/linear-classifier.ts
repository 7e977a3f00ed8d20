// s = W·x + b, a row of W for each class (templates that the input is compared with); the class of the
// largest score is predicted, of equal ones the first. Softmax turns scores into probabilities; with a
// true class y the losses are −ln p_y and Σ_{j≠y} max(0, s_j − s_y + margin) (Crammer & Singer 2001,
// summed as by Weston & Watkins 1999). An image is read row by row.
import * as z from "zod"
import { bars, join, math, text } from "../../core/blocks.ts"
import * as classes from "../../core/classes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import { softmax } from "../../math/activation.ts"
import { hingeMistakes, hingeTerms } from "../../math/hinge.ts"
import { add, argmax, entry, matvec, sum, transpose, vectorOf } from "../../math/linear.ts"
import { logWritten } from "../../math/loss-working.ts"
import { isGrid } from "../../math/nested.ts"
import { logsOf, lossMistakes, softmaxTable } from "../../math/softmax-loss.ts"

const given = z
  .strictObject({
    W: field.grid("weights, a row for each class, shape (classes, features)"),
    x: field.vectorOrGrid("the input, shape (features); an image is read row by row"),
    b: field.broadcast("bias of each class, shape (classes), or one number for all").default(0),
    classes: classes.classNames(),
    label: classes.label("true class").optional(),
    margin: field.number("by how much the true class must win, for the hinge loss").default(1),
  })
  .check(
    rule.across(["W", "x"], ({ W, x }) => {
      const [features, weights] = [x.flat().length, W[0]?.length ?? 0]
      if (features === weights) return undefined
      const message = `has ${plural(weights, "column")}, but \`x\` has ${plural(features, "number")}`
      return { path: ["W"], code: "shape", message }
    }),
    rule.match(
      ["b", "length"],
      ["W", "rows"],
      n => `\`W\` has ${plural(n, "row")}, one for a class`,
    ),
    rule.match(["classes", "length"], ["W", "rows"]),
    rule.across(["label", "classes", "W"], ({ label, W, ...given }) =>
      label === undefined ? undefined : classes.unknown(label, ["label"], given.classes, W.length),
    ),
  )

type Given = z.output<typeof given>

const answers = ({ W, ...given }: Given) => ({
  Wx: answer.vector("W·x, before the bias is added", { optional: true }),
  scores: answer.vector("score of each class"),
  prediction: answer.choice("predicted class", classes.namesOf(given.classes, W.length), {
    aside: true,
  }),
  probabilities: answer.vector("softmax of the scores", { min: 0, max: 1 }),
  cross_entropy: answer.number("−ln p of the true class", {
    min: 0,
    log: true,
    optional: true,
    aside: true,
  }),
  hinge_terms: answer.vector("hinge term of each class, 0 of the true one", {
    min: 0,
    optional: true,
  }),
  hinge: answer.number("hinge loss", { min: 0, optional: true }),
})

const slips: Slips<typeof given> = {
  "the columns of W are taken for its rows": ({ W }) =>
    W.length === W[0]?.length ? { W: transpose(W) } : undefined,
  "the image is read column by column": ({ x }) =>
    isGrid(x) ? { x: transpose(x).flat() } : undefined,
  "the classes are counted from 1": ({ label, ...given }) =>
    label === undefined || given.classes || Number(label) < 1
      ? undefined
      : { label: String(Number(label) - 1) },
}

const question: Question<typeof given> = ({ W, x, label }) => {
  const input = isGrid(x)
    ? `the image, read row by row into ${plural(x.flat().length, "number")},`
    : "x"
  const losses =
    label === undefined
      ? ""
      : `; the true class is ${label}: give the cross-entropy and the hinge loss`
  return text`Score ${input} with a linear classifier of ${plural(W.length, "class")}, s = W·x + b. Give the scores, the predicted class and the probabilities by softmax${losses}.`
}

const solve: Solve<typeof given, typeof answers> = ({ W, b, label, margin, ...given }, work) => {
  const x = given.x.flat()
  const names = classes.namesOf(given.classes, W.length)
  const biases = vectorOf(b, W.length)
  const products = W.map(row => sumOfProducts(row, x))
  const biased = biases.some(bias => bias !== 0)
  const plain = matvec(W, x)
  const pixels = () => (isGrid(given.x) ? [math`x = ${x}`] : [])
  const summed = () => {
    const Wx = work.answer("Wx", plain)
    work.step("W times x", () => [
      ...pixels(),
      ...Wx.map((value, i) => math`(W x)_{${entry(names, i)}} = ${entry(products, i)} = ${value}`),
    ])
    const value = work.answer("scores", add(Wx, biases), {
      "the bias is left out": Wx,
      "the bias is subtracted": add(
        Wx,
        biases.map(bias => -bias),
      ),
    })
    work.step("Scores", () => [
      math`s = W x + b`,
      ...value.map(
        (score, i) =>
          math`s_{${entry(names, i)}} = ${entry(Wx, i)} + ${entry(biases, i)} = ${score}`,
      ),
      text`The same in one product: b as a last column of W, and a 1 below x.`,
    ])
    return value
  }
  const unbiased = () => {
    const value = work.answer("scores", plain)
    work.step("Scores", () => [
      math`s = W x`,
      ...pixels(),
      ...value.map((score, i) => math`s_{${entry(names, i)}} = ${entry(products, i)} = ${score}`),
    ])
    return value
  }
  const scores = biased ? summed() : unbiased()

  const best = entry(names, argmax(scores))
  const prediction = work.answer("prediction", best, {
    "the smallest score is taken": entry(names, argmax(scores.map(score => -score))),
  })
  const tied = scores.filter(score => score === Math.max(...scores)).length > 1
  work.step("Prediction", () => [
    math`\max s = ${Math.max(...scores)}`,
    text`It belongs to class ${prediction}${tied ? ", the first of those that share it" : ""}.`,
  ])

  const own = softmax(scores)
  const p = work.answer("probabilities", own, {
    "the exponentials are not divided by their sum": scores.map(Math.exp),
    "the scores are divided by their sum": scores.map(score => score / sum(scores)),
  })
  work.step("Probabilities", () => [
    ...softmaxTable({ name: math`s`, value: scores }, { name: math`p`, value: p }, names),
    bars(math`p`, names, p),
  ])
  const y = label === undefined ? undefined : classes.placeOf(label, given.classes, W.length)
  if (y === undefined) return

  const loss = work.answer(
    "cross_entropy",
    0 - entry(logsOf(p, own, scores), y),
    lossMistakes(p, y, scores),
  )
  const truth = math`${entry(names, y)}`
  work.step("Cross-entropy", () => [
    math`L = ${logWritten(math`p_{${truth}}`, { share: entry(p, y), loss })}`,
  ])

  const terms = work.answer(
    "hinge_terms",
    hingeTerms(scores, y, margin),
    hingeMistakes(scores, y, margin),
  )
  const hinge = work.answer("hinge", sum(terms), {
    "only the largest term counts": Math.max(...terms),
    "the terms are averaged over the classes": sum(terms) / terms.length,
  })
  work.step("Hinge loss", () => [
    math`L = \sum_{j \ne y} \max(0, s_j - s_y + m), \quad m = ${margin}`,
    ...terms.flatMap((term, j) =>
      j === y
        ? []
        : math`L_{${entry(names, j)}} = \max(0, ${entry(scores, j)} - ${entry(scores, y)} + ${margin}) = ${term}`,
    ),
    math`L = ${join(
      terms.filter((_, j) => j !== y),
      " + ",
    )} = ${hinge}`,
  ])
}

export default defineKind({
  name: "linear-classifier",
  topic: "training",
  title: "Linear classifier",
  given,
  answers,
  slips,
  question,
  solve,
})
