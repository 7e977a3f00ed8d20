// f(x) and f′(x), number by number; softmax takes all numbers together, and its derivative is the grid of
// ∂p_i/∂x_j. Where a curve has a corner its slope is that of the piece on the left unless `corner` says
// otherwise: relu′(0) = 0. elu: Clevert (2016), selu: Klambauer (2017), gelu and its two approximations:
// Hendrycks and Gimpel (2016), hard-sigmoid and hard-swish as in MobileNetV3 (Howard 2019).
import * as z from "zod"
import { type Block, curves, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import {
  type ActivationName,
  activationNames,
  activationOf,
  softmax,
  standardAlpha,
} from "../../math/activation.ts"
import { slopeMistakes, valueMistakes } from "../../math/activation-slips.ts"
import {
  cornersOf,
  formulasOf,
  shorthandsAt,
  slopeWorking,
  valueWorking,
} from "../../math/activation-working.ts"
import { entry, mapGrid } from "../../math/linear.ts"

const given = z
  .strictObject({
    x: field.vector("the numbers that go in, shape (n)"),
    function: field.oneOf("the activation", [...activationNames, "softmax"]),
    alpha: field
      .number("slope of leaky-relu below 0 (0.01), or scale of elu (1)", { min: 0 })
      .optional(),
    corner: field
      .oneOf("where two pieces meet: the slope of the left or the right one, or the mean of both", [
        "left",
        "right",
        "mean",
      ])
      .default("left"),
  })
  .check(
    rule.across(["function", "alpha"], ({ function: name, alpha }) => {
      if (alpha === undefined || alphaOf({ function: name }) !== undefined) return undefined
      const hint = "leave it out; leaky-relu and elu have one"
      return { path: ["alpha"], code: "conflict", message: `has no part in ${name}`, hint }
    }),
    rule.across(["function", "x"], ({ function: name, x }) => {
      if (name !== "softmax" || x.length > 1) return undefined
      return { path: ["x"], code: "size", message: "has 1 number, of which softmax always makes 1" }
    }),
  )

const answers = ({ function: name }: { function: ActivationName | "softmax" }) => ({
  value: answer.vector("f(x) of each number"),
  derivative:
    name === "softmax"
      ? answer.grid("∂p_i/∂x_j, a row for each p_i", { mirrored: true })
      : answer.vector("f′(x) of each number"),
})

const slips: Slips<typeof given> = {
  "tanh is taken instead of the sigmoid": instead("tanh", ["sigmoid"]),
  "the sigmoid is taken instead of tanh": instead("sigmoid", ["tanh"]),
  "relu is taken instead": instead("relu", ["leaky-relu", "elu"]),
  "the exact GELU is taken": instead("gelu", ["gelu-sigmoid"]),
  "the approximation of GELU by the sigmoid is taken": instead("gelu-sigmoid", [
    "gelu",
    "gelu-tanh",
  ]),
  "alpha has its usual value instead of the given one": ({ alpha, ...others }) =>
    alpha === undefined || alpha === alphaOf(others) ? undefined : { alpha: undefined },
  "at a corner the slope of the left piece is taken": at("left"),
  "at a corner the slope of the right piece is taken": at("right"),
  "at a corner the mean of both slopes is taken": at("mean"),
}

const question: Question<typeof given> = ({ x, function: name }) =>
  name === "softmax"
    ? text`Take the softmax of the ${plural(x.length, "number")} ${x} and give its derivatives, a row for each of its values.`
    : text`Give the value and the derivative of the activation ${name} at ${x}.`

const solve: Solve<typeof given, typeof answers> = ({ x, function: name, alpha, corner }, work) => {
  if (name === "softmax") return solveSoftmax(x, work)
  const { f, slope } = activationOf(name, alpha)
  const side = corner === "right" ? "right" : "left"
  const slopeAt = (each: number, value: number) =>
    corner === "mean"
      ? (slope(each, value, "left") + slope(each, value, "right")) / 2
      : slope(each, value, side)
  work.step("Formulas", () => [
    ...formulasOf(name, { alpha, side: corner }),
    ...(corner === "mean" && cornersOf(name).length > 0
      ? [text`At a corner the derivative is the mean of the slopes on both sides.`]
      : []),
  ])

  const value = work.answer(
    "value",
    x.map(f),
    byName(x.map(each => valueMistakes(name, each, alpha))),
  )
  work.step("Values", () => [
    ...x
      .slice(0, most)
      .flatMap((each, i) => [
        ...shorthandsAt(name, each),
        math`f(${each}) = ${then(valueWorking(name, each, { alpha }))}${entry(value, i)}`,
      ]),
    ...(x.length > most ? [text`The other values in the same way.`] : []),
  ])

  const derivative = work.answer(
    "derivative",
    x.map((each, i) => slopeAt(each, entry(value, i))),
    byName(x.map((each, i) => slopeMistakes(name, each, entry(value, i), alpha))),
  )
  work.step("Derivatives", () => [
    ...x.slice(0, most).map((each, i) => {
      const [left, right] = (["left", "right"] as const).map(which =>
        slope(each, entry(value, i), which),
      )
      const working =
        corner === "mean" && cornersOf(name).includes(each)
          ? math`\frac{${left ?? 0} + ${right ?? 0}}{2}`
          : slopeWorking(name, each, entry(value, i), { alpha, side })
      return math`f'(${each}) = ${then(working)}${entry(derivative, i)}`
    }),
    table(
      [math`x`, math`f(x)`, math`f'(x)`],
      x.map((each, i) => [each, entry(value, i), entry(derivative, i)]),
    ),
    ...pictures(x, value, f, each => slopeAt(each, f(each))),
  ])
}

/** Numbers that are written out one by one. */
const most = 6

type Desk = Parameters<Solve<typeof given, typeof answers>>[1]

function solveSoftmax(x: Vector, work: Desk): void {
  const p = work.answer("value", softmax(x), {
    "the exponentials are not divided by their sum": x.map(Math.exp),
  })
  work.step("Softmax", () => [
    math`p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}`,
    math`p = \operatorname{softmax}(${x}) = ${p}`,
  ])
  const jacobian = (entryOf: (i: number, j: number) => number): Grid =>
    mapGrid(
      p.map(() => p),
      (_, i, j) => entryOf(i, j),
    )
  const own = (i: number) => entry(p, i) * (1 - entry(p, i))
  const derivative = work.answer(
    "derivative",
    jacobian((i, j) => (i === j ? own(i) : -entry(p, i) * entry(p, j))),
    {
      "only the diagonal is filled in": jacobian((i, j) => (i === j ? own(i) : 0)),
      "the off-diagonal entries have lost their minus sign": jacobian((i, j) =>
        i === j ? own(i) : entry(p, i) * entry(p, j),
      ),
      "the diagonal has no factor 1 − p": jacobian((i, j) =>
        i === j ? entry(p, i) : -entry(p, i) * entry(p, j),
      ),
    },
  )
  work.step("Derivatives", () => [
    math`\frac{\partial p_i}{\partial x_i} = p_i \cdot (1 - p_i), \quad \frac{\partial p_i}{\partial x_j} = -p_i \cdot p_j`,
    math`\frac{\partial p_1}{\partial x_1} = ${entry(p, 0)} \cdot (1 - ${entry(p, 0)}) = ${entry(entry(derivative, 0), 0)}`,
    math`\frac{\partial p_1}{\partial x_2} = -${entry(p, 0)} \cdot ${entry(p, 1)} = ${entry(entry(derivative, 0), 1)}`,
    shown({ name: math`\frac{\partial p_i}{\partial x_j}`, value: derivative }),
    text`Every row sums to 0, for the values always sum to 1.`,
  ])
}

/** A working and its equals sign, where there is one. */
function then(working: Rich | undefined): Rich {
  return working ? math`${working} = ` : math``
}

function alphaOf({ function: name }: { function: ActivationName | "softmax" }) {
  return name === "softmax" ? undefined : standardAlpha(name)
}

function instead(other: ActivationName, of: readonly string[]): Slips<typeof given>[string] {
  return ({ function: name }) =>
    of.includes(name) ? { function: other, alpha: undefined } : undefined
}

/** Another side of a corner, where one of the numbers stands at one. */
function at(side: "left" | "right" | "mean"): Slips<typeof given>[string] {
  return ({ x, function: name, corner }) => {
    const corners = name === "softmax" ? [] : cornersOf(name)
    return corner !== side && x.some(each => corners.includes(each)) ? { corner: side } : undefined
  }
}

/** A list of values by name as lists by name. */
function byName(all: readonly Readonly<Record<string, number>>[]): Record<string, number[]> {
  const names = Object.keys(all[0] ?? {})
  return Object.fromEntries(names.map(name => [name, all.map(each => each[name] ?? Number.NaN)]))
}

/** The curve and its slope around the numbers; nothing where these are far out. */
function pictures(
  x: Vector,
  value: Vector,
  f: (x: number) => number,
  slope: (x: number) => number,
): Block[] {
  const reach = Math.max(3, ...x.map(Math.abs)) + 1
  if (reach > 12) return []
  const steps = Array.from({ length: 161 }, (_, i) => (reach * (i - 80)) / 80)
  return [
    curves("The activation and its derivative", { x: { label: math`x` }, y: { label: "" } }, [
      {
        name: "f(x)",
        points: steps.map(each => [each, f(each)]),
        marks: x.map((each, i) => [each, entry(value, i)]),
      },
      { name: "f′(x)", points: steps.map(each => [each, slope(each)]) },
    ]),
  ]
}

export default defineKind({
  name: "activation",
  topic: "training",
  title: "Activation function and its derivative",
  given,
  answers,
  slips,
  question,
  solve,
})
