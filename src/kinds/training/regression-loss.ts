// Errors are prediction − target, and the loss is the mean of the terms unless `reduce` says sum: mse e²,
// half-mse ½e², mae |e|, huber ½e² up to δ and δ(|e| − ½δ) beyond (Huber 1964), smooth-l1 the same over δ
// (Girshick 2015). rmse is the root of what mse gives.
import * as z from "zod"
import { join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import { entry, gridSum, mapGrid, zipGrids } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid } from "../../math/nested.ts"

const types = ["mse", "half-mse", "mae", "huber", "smooth-l1", "rmse"] as const
type Type = (typeof types)[number]

const given = z
  .strictObject({
    predictions: field.vectorOrGrid("shape (n), or (rows, cols) such as a reconstructed image"),
    targets: field.vectorOrGrid("of the same shape"),
    type: field
      .oneOf(
        "squared, half squared or absolute errors, Huber's loss and its kin, or the root of the mean square",
        types,
      )
      .default("mse"),
    delta: field.number("where huber and smooth-l1 go on straight, δ", { above: 0 }).optional(),
    reduce: field.oneOf("what is made of the terms", ["mean", "sum"]).default("mean"),
  })
  .check(
    rule.sameShape("predictions", "targets"),
    rule.across(["type", "delta"], ({ type, delta }) =>
      delta === undefined || type === "huber" || type === "smooth-l1"
        ? undefined
        : {
            path: ["delta"],
            code: "conflict",
            message: `has no part in ${type}: huber and smooth-l1 have one`,
          },
    ),
  )

type Given = z.output<typeof given>

const answers = ({ predictions, reduce, type }: Given) => {
  const each = isGrid(predictions) ? answer.grid : answer.vector
  return {
    errors: each("errors, prediction − target"),
    terms: each("what each error adds to the loss", { min: 0 }),
    loss: answer.number(`${type === "rmse" ? "root of the " : ""}${reduce} of the terms`, {
      min: 0,
    }),
  }
}

type Term = (e: number, delta: number) => number

/** ½e² up to δ, and on along the tangent: δ(|e| − ½δ). */
const huber: Term = (e, delta) =>
  Math.abs(e) <= delta ? e ** 2 / 2 : delta * (Math.abs(e) - delta / 2)

const half = "the squared errors are not halved"
const absolute = { "the absolute errors are taken": Math.abs }
const bent: Record<string, Term> = {
  ...absolute,
  "every error is squared and halved, however large": e => e ** 2 / 2,
  "δ²/2 is not subtracted from the straight part": (e, delta) =>
    Math.abs(e) <= delta ? e ** 2 / 2 : delta * Math.abs(e),
  [half]: (e, delta) => (Math.abs(e) <= delta ? e ** 2 : huber(e, delta)),
}

/** What an error adds to each loss, and what mistakes make of it. */
const losses: Record<
  Type,
  { name: string; term: Term; formula: Rich; mistakes: Record<string, Term> }
> = {
  mse: {
    name: "squared error",
    term: e => e ** 2,
    formula: math`e_i^2`,
    mistakes: { ...absolute, "the squared errors are halved": e => e ** 2 / 2 },
  },
  "half-mse": {
    name: "half squared error",
    term: e => e ** 2 / 2,
    formula: math`\frac{1}{2} e_i^2`,
    mistakes: { ...absolute, [half]: e => e ** 2 },
  },
  mae: {
    name: "absolute error",
    term: Math.abs,
    formula: math`|e_i|`,
    mistakes: { "the errors are squared": e => e ** 2, "the errors keep their signs": e => e },
  },
  huber: {
    name: "Huber loss",
    term: huber,
    formula: math`\frac{1}{2} e_i^2 \text{ if } |e_i| \le \delta, \text{ else } \delta (|e_i| - \frac{1}{2} \delta)`,
    mistakes: {
      ...bent,
      "it is divided by δ, as for smooth L1": (e, delta) => huber(e, delta) / delta,
    },
  },
  "smooth-l1": {
    name: "smooth L1 loss",
    term: (e, delta) => huber(e, delta) / delta,
    formula: math`\frac{1}{2} e_i^2 / \delta \text{ if } |e_i| \le \delta, \text{ else } |e_i| - \frac{1}{2} \delta`,
    mistakes: { ...absolute, "it is not divided by δ, as for Huber's loss": huber },
  },
  rmse: { name: "squared error", term: e => e ** 2, formula: math`e_i^2`, mistakes: absolute },
}

const slips: Slips<typeof given> = {
  "the terms are added up instead of averaged": ({ reduce }) =>
    reduce === "mean" ? { reduce: "sum" } : undefined,
  "the terms are averaged instead of added up": ({ reduce }) =>
    reduce === "sum" ? { reduce: "mean" } : undefined,
}

const question: Question<typeof given> = ({ predictions, type, delta, reduce }) => {
  const at = type === "huber" || type === "smooth-l1" ? text` with δ = ${delta ?? 1}` : ""
  const root = type === "rmse" ? "the root of " : ""
  return text`Compute the errors of the ${plural([predictions].flat(2).length, "prediction")}, the ${losses[type].name}${at} of each, and ${root}their ${reduce}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { predictions, targets, type, delta = 1, reduce } = given
  const [p, t] = [asGrid(predictions), asGrid(targets)]
  const form = (cells: Grid) => inFormOf(predictions, cells)
  const errors = asGrid(
    work.answer("errors", form(zipGrids(p, t, (guess, truth) => guess - truth)), {
      "the predictions are subtracted from the targets": form(
        zipGrids(t, p, (truth, guess) => truth - guess),
      ),
    }),
  )
  const { term, formula, mistakes } = losses[type]
  const by = (f: Term) => form(mapGrid(errors, e => f(e, delta)))
  const wrong = Object.entries(mistakes).map(([name, f]) => [name, by(f)] as const)
  const terms = asGrid(work.answer("terms", by(term), Object.fromEntries(wrong)))

  const isBent = type === "huber" || type === "smooth-l1"
  const bound = isBent ? math`, \quad \delta = ${delta}` : math``
  const flat = [p, t, errors, terms].map(grid => grid.flat())
  const [guess = [], truth = [], e = [], added = []] = flat
  const at = (k: number) => {
    const width = entry(p, 0).length
    return isGrid(predictions)
      ? math`${Math.floor(k / width) + 1},${(k % width) + 1}`
      : math`${k + 1}`
  }
  // One of each piece.
  const samples = [
    e.findIndex(each => Math.abs(each) <= delta),
    e.findIndex(each => Math.abs(each) > delta),
  ]
  const written = (isBent ? samples.filter(k => k >= 0) : [0]).map(
    k => math`\ell_{${at(k)}} = ${working(type, entry(e, k), delta)} = ${entry(added, k)}`,
  )
  work.step("Errors and terms", () => [
    math`e_i = \text{prediction}_i - \text{target}_i`,
    math`\ell_i = ${formula}${bound}`,
    ...(isGrid(predictions)
      ? [
          math`e_{1,1} = ${entry(guess, 0)} - ${entry(truth, 0)} = ${entry(e, 0)}`,
          ...written,
          shown({ name: math`e`, value: errors }),
          shown({ name: math`\ell`, value: terms }),
        ]
      : [
          ...written,
          table(
            [math`i`, "prediction", "target", math`e`, math`\ell`],
            e
              .slice(0, most)
              .map((_, i) => [String(i + 1), ...flat.map(column => entry(column, i))]),
          ),
          ...(e.length > most ? [text`The others in the same way.`] : []),
        ]),
  ])

  const total = gridSum(terms)
  const n = added.length
  const root = type === "rmse" ? Math.sqrt : (x: number) => x
  const value = root(reduce === "mean" ? total / n : total)
  const loss = work.answer("loss", value, {
    ...(reduce === "mean" && n > 2 && { "the sum is divided by n − 1": root(total / (n - 1)) }),
    ...(type === "rmse" && { "the root is not taken": value ** 2 }),
    ...(type === "mse" && { "the root is taken": Math.sqrt(value) }),
  })
  const summed = n <= 8 ? join(added, " + ") : math`${total}`
  const inner = reduce === "mean" ? math`\frac{${summed}}{${n}}` : summed
  const symbol = reduce === "mean" ? math`\frac{1}{n} \sum_i \ell_i` : math`\sum_i \ell_i`
  const rooted = (formula: Rich) => (type === "rmse" ? math`\sqrt{${formula}}` : formula)
  work.step("Loss", () => [math`L = ${rooted(symbol)} = ${rooted(inner)} = ${loss}`])
}

function working(type: Type, e: number, delta: number): Rich {
  const small = Math.abs(e) <= delta
  switch (type) {
    case "mae":
      return math`|${e}|`
    case "half-mse":
      return math`\frac{1}{2} \cdot ${e}^2`
    case "huber":
      return small
        ? math`\frac{1}{2} \cdot ${e}^2`
        : math`${delta} \cdot (|${e}| - \frac{1}{2} \cdot ${delta})`
    case "smooth-l1":
      return small
        ? math`\frac{1}{2} \cdot ${e}^2 / ${delta}`
        : math`|${e}| - \frac{1}{2} \cdot ${delta}`
    default:
      return math`${e}^2`
  }
}

/** Rows of the table of errors. */
const most = 20

export default defineKind({
  name: "regression-loss",
  topic: "training",
  title: "Squared, absolute and Huber loss",
  given,
  answers,
  slips,
  question,
  solve,
})
