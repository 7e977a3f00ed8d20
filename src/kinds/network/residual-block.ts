// He et al. (2016): the branch f is added to what comes in. post: act(x + W_2·act(W_1·x + b_1) + b_2), the block of
// the first paper; pre: x + W_2·act(W_1·act(x) + b_1) + b_2, that of the second. Matrices multiply columns. A shortcut
// W_s brings x to the branch's size; with stochastic depth (Huang 2016) the branch counts `survival` times at test.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { activationNames, activationOf } from "../../math/activation.ts"
import { dense, denseLines } from "../../math/dense.ts"
import { add, entry } from "../../math/linear.ts"

const numbersOfX = (n: number) => `\`x\` has ${plural(n, "number")}`
const hiddenUnits = (n: number) => `\`W_1\` makes ${plural(n, "hidden number")}`

const given = z
  .strictObject({
    x: field.vector("what comes in, shape (n)"),
    W_1: field.grid("first weights of the branch, shape (hidden, n)").optional(),
    b_1: field.vector("first bias, shape (hidden)").optional(),
    W_2: field.grid("second weights of the branch, shape (n, hidden)").optional(),
    b_2: field.vector("second bias, shape (n)").optional(),
    f: field.vector("what the branch gives, instead of its weights, shape (n)").optional(),
    W_s: field.grid("weights of the shortcut, shape (out, n); left out: x as it is").optional(),
    activation: field.oneOf("the activation", activationNames).default("relu"),
    order: field
      .oneOf("whether activations stand after the weights and the sum, or before the weights", [
        "post",
        "pre",
      ])
      .default("post"),
    survival: field
      .number("stochastic depth: how often the branch is kept in training; it is scaled by that", {
        min: 0,
        max: 1,
      })
      .optional(),
  })
  .check(
    rule.oneWay("a branch", [{ all: ["W_1", "W_2"], perhaps: ["b_1", "b_2"] }, ["f"]]),
    rule.match(["W_1", "columns"], ["x", "length"], numbersOfX),
    rule.match(["b_1", "length"], ["W_1", "rows"], hiddenUnits),
    rule.match(["W_2", "columns"], ["W_1", "rows"], hiddenUnits),
    rule.match(["b_2", "length"], ["W_2", "rows"]),
    rule.match(["W_s", "columns"], ["x", "length"], numbersOfX),
    rule.across(["x", "W_2", "f", "W_s"], ({ x, W_2, f, W_s }) => {
      const made = f ?? W_2
      const added = W_s ?? x
      if (!made || made.length === added.length) return undefined
      const [name, verb] = f ? ["f", "has"] : ["W_2", "makes"]
      const hint = W_s
        ? undefined
        : "give the shortcut weights `W_s`, or a branch of the size of `x`"
      const message = `${verb} ${plural(made.length, "number")}, which cannot be added to the ${added.length} of ${W_s ? "the shortcut" : "`x`"}`
      return { path: [name], code: "shape", message, ...(hint && { hint }) }
    }),
  )

const answers = {
  hidden: answer.vector("activations between the weights of the branch", { optional: true }),
  branch: answer.vector("what the branch gives"),
  shortcut: answer.vector("what the shortcut gives", { optional: true }),
  sum: answer.vector("branch and shortcut added"),
  output: answer.vector("what the block gives"),
}

const slips: Slips<typeof given> = {
  "W_1 and W_2 are swapped": ({ W_1, W_2 }) => W_1 && W_2 && { W_1: W_2, W_2: W_1 },
}

const question: Question<typeof given> = ({ f, activation, order, W_s, survival }) => {
  const made = f ? text`, whose branch gives ${f}` : ""
  const place = order === "pre" ? " before the weights" : " after the sum"
  const acting =
    f && order === "pre" ? "" : text`, with ${activation}${f || order === "pre" ? place : ""}`
  const shortcut = W_s ? " The shortcut has weights." : ""
  const kept =
    survival === undefined
      ? ""
      : text` The branch survives with probability ${survival}; compute the block at test time.`
  return text`What does the residual block give${made}${acting}?${shortcut}${kept}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { x, W_1, W_2, b_1, b_2, W_s, f, order, survival } = given
  const act = activationOf(given.activation).f
  const name = math`\operatorname{${given.activation}}`

  let branch: Vector
  if (W_1 && W_2) {
    const entering = order === "pre" ? x.map(act) : x
    const pre = dense({ W: W_1, b: b_1 }, entering)
    const misread = order === "pre" ? x : x.map(act)
    const hidden = work.answer("hidden", pre.map(act), {
      "the activation of the hidden numbers is left out": pre,
      ...(b_1 && { "b_1 is left out": dense({ W: W_1 }, entering).map(act) }),
      [order === "pre" ? "x is not activated first" : "x is activated first"]: dense(
        { W: W_1, b: b_1 },
        misread,
      ).map(act),
    })
    const inside = order === "pre" ? math`${name}(x)` : math`x`
    work.step("Hidden numbers", () => [
      math`h = ${name}(W_1 \cdot ${inside}${b_1 ? math` + b_1` : math``})`,
      ...(order === "pre" ? [math`${name}(x) = ${entering}`] : []),
      ...denseLines(math`z`, { W: W_1, b: b_1 }, entering, pre),
      math`h = ${name}(z) = ${hidden}`,
    ])
    const made = work.answer("branch", dense({ W: W_2, b: b_2 }, hidden), {
      ...(b_2 && { "b_2 is left out": dense({ W: W_2 }, hidden) }),
      "the branch ends in an activation": dense({ W: W_2, b: b_2 }, hidden).map(act),
    })
    work.step("Branch", () => [
      math`f = W_2 \cdot h${b_2 ? math` + b_2` : math``}`,
      ...denseLines(math`f`, { W: W_2, b: b_2 }, hidden, made),
    ])
    branch = made
  } else {
    const made = work.answer("branch", f ?? [])
    work.step("Branch", () => [math`f = ${made}`])
    branch = made
  }

  let shortcut: Vector = x
  if (W_s) {
    const brought = work.answer("shortcut", dense({ W: W_s }, x), {
      ...(W_s.length === x.length && { "the shortcut passes x on as it is": [...x] }),
    })
    work.step("Shortcut", () => [
      math`s = W_s \cdot x`,
      ...denseLines(math`s`, { W: W_s }, x, brought),
    ])
    shortcut = brought
  }

  const scaled = branch.map(value => (survival ?? 1) * value)
  const sum = work.answer("sum", add(shortcut, scaled), {
    "nothing is added to the branch": scaled,
    "the branch is activated before it is added": add(shortcut, scaled.map(act)),
    ...(survival !== undefined && {
      "the branch is added whole": add(shortcut, branch),
      "the branch is scaled by how often it is dropped": add(
        shortcut,
        branch.map(value => (1 - survival) * value),
      ),
    }),
  })
  const symbol = W_s ? math`s` : math`x`
  work.step("Sum", () => [
    math`u = ${symbol}${survival === undefined ? math` + f` : math` + p \cdot f, \quad p = ${survival}`}`,
    ...sum.map((value, i) => {
      const factor = survival === undefined ? math`` : math`${survival} \cdot `
      return math`u_{${i + 1}} = ${entry(shortcut, i)} + ${factor}${entry(branch, i)} = ${value}`
    }),
  ])

  const activated = sum.map(act)
  const output =
    order === "pre"
      ? work.answer("output", [...sum], { "an activation follows the sum": activated })
      : work.answer("output", activated, { "the last activation is left out": [...sum] })
  work.step("Output", () => [
    order === "pre" ? math`y = u = ${output}` : math`y = ${name}(u) = ${output}`,
  ])
}

export default defineKind({
  name: "residual-block",
  topic: "network",
  title: "Residual block",
  given,
  answers,
  slips,
  question,
  solve,
})
