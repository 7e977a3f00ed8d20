// Zhu et al. (2017): loss = λ·(|F(G(x)) − x| + |G(F(y)) − y|), G from the domain of x to that of y, F back.
// The paper's norm is L1; here the distances are means over all entries unless `reduction` is sum.
import * as z from "zod"
import { grid, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { sizes } from "../../core/words.ts"
import { entry, gridSum, mapGrid, zipGrids } from "../../math/linear.ts"
import { asGrid, isGrid } from "../../math/nested.ts"

const given = z
  .strictObject({
    x: field.vectorOrGrid("sample of the first domain, shape (n) or (rows, cols)"),
    x_cycled: field.vectorOrGrid("F(G(x)), x translated there and back, of the same shape"),
    y: field.vectorOrGrid("sample of the second domain, shape (m) or (rows, cols)").optional(),
    y_cycled: field
      .vectorOrGrid("G(F(y)), y translated there and back, of the shape of y")
      .optional(),
    lambda: field.number("weight λ of the cycle loss", { min: 0 }).default(10),
    norm: field.oneOf("l1 is the absolute error, l2 the squared error", ["l1", "l2"]).default("l1"),
    reduction: field
      .oneOf("whether the errors are averaged over the entries or added up", ["mean", "sum"])
      .default("mean"),
  })
  .check(
    rule.sameShape("x", "x_cycled"),
    rule.sameShape("y", "y_cycled"),
    rule.needs("y", "y_cycled", "y is compared with what comes back of it"),
    rule.needs("y_cycled", "y", "it is compared with y"),
  )

const answers = {
  forward: answer.number("distance of F(G(x)) from x", { min: 0 }),
  backward: answer.number("distance of G(F(y)) from y", { min: 0, optional: true }),
  loss: answer.number("cycle-consistency loss, with λ", { min: 0 }),
}

const slips: Slips<typeof given> = {
  "the errors are added up, not averaged": ({ reduction }) =>
    reduction === "sum" ? undefined : { reduction: "sum" },
  "the errors are averaged, not added up": ({ reduction }) =>
    reduction === "mean" ? undefined : { reduction: "mean" },
  "the errors are squared": ({ norm }) => (norm === "l2" ? undefined : { norm: "l2" }),
  "the errors are not squared": ({ norm }) => (norm === "l1" ? undefined : { norm: "l1" }),
  "λ is left out": () => ({ lambda: 1 }),
  "each sample is compared with what comes back of the other": ({ x_cycled, y, y_cycled }) =>
    y_cycled && sizes(y) === sizes(x_cycled)
      ? { x_cycled: y_cycled, y_cycled: x_cycled }
      : undefined,
}

const question: Question<typeof given> = ({ norm, reduction, lambda, y }) => {
  const errors = norm === "l1" ? "absolute" : "squared"
  const how = reduction === "mean" ? "mean over the entries" : "sum over the entries"
  const both = y ? "of both cycles" : "of the cycle x → G(x) → F(G(x))"
  return text`Compute the cycle-consistency loss ${both} from the ${errors} errors (${how}), with λ = ${lambda}.`
}

const solve: Solve<typeof given, typeof answers> = (
  { lambda, norm, reduction, ...given },
  work,
) => {
  const measure = (name: "forward" | "backward", letter: Rich, back: Rich, cycle: Cycle) => {
    const errors = zipGrids(asGrid(cycle.back), asGrid(cycle.start), (a, b) => a - b)
    const n = gridSum(mapGrid(errors, () => 1))
    const share = reduction === "mean" ? 1 / n : 1
    const parts = mapGrid(errors, norm === "l1" ? Math.abs : error => error ** 2)
    const distance = work.answer(name, gridSum(parts) * share, {
      ...(norm === "l1" && {
        "errors of opposite sign cancel": Math.abs(gridSum(errors)) * share,
      }),
      ...(norm === "l2" && { "the root is taken": Math.sqrt(gridSum(parts) * share) }),
    })
    const size = norm === "l1" ? math`|${back} - ${letter}|` : math`(${back} - ${letter})^2`
    const total = math`\sum ${size}`
    const terms = parts.flat()
    const worked = terms.length <= 8 ? join(terms, " + ") : math`${gridSum(parts)}`
    work.step(name === "forward" ? "Forward cycle" : "Backward cycle", () => [
      math`\text{${name}} = ${reduction === "mean" ? math`\frac{1}{n} ${total}` : total}`,
      ...(isGrid(cycle.start)
        ? [grid(math`${back} - ${letter}`, errors)]
        : [math`${back} - ${letter} = ${entry(errors, 0)}`]),
      math`\text{${name}} = ${reduction === "mean" ? math`\frac{${worked}}{${n}}` : worked} = ${distance}`,
    ])
    return distance
  }

  const { x, x_cycled, y, y_cycled } = given
  const forward = measure("forward", math`x`, math`F(G(x))`, { start: x, back: x_cycled })
  const backward =
    y && y_cycled && measure("backward", math`y`, math`G(F(y))`, { start: y, back: y_cycled })
  const both = forward + (backward ?? 0)
  const loss = work.answer(
    "loss",
    lambda * both,
    backward === undefined
      ? {}
      : {
          "λ weighs the forward cycle only": lambda * forward + backward,
          "λ weighs the backward cycle only": forward + lambda * backward,
          "the two cycles are averaged": (lambda * both) / 2,
          "the backward cycle is left out": lambda * forward,
        },
  )
  work.step("Loss", () => [
    ...(backward === undefined
      ? [math`L = \lambda \cdot \text{forward} = ${lambda} \cdot ${forward} = ${loss}`]
      : [
          math`L = \lambda\,(\text{forward} + \text{backward})`,
          math`L = ${lambda} \cdot (${forward} + ${backward}) = ${loss}`,
        ]),
  ])
}

/** A sample and what comes back of it. */
interface Cycle {
  start: Vector | Grid
  back: Vector | Grid
}

export default defineKind({
  name: "cycle-loss",
  topic: "generative",
  title: "Cycle-consistency loss",
  given,
  answers,
  slips,
  question,
  solve,
})
