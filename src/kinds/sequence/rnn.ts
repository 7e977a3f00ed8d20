// Elman (1990): a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = activation(a_t), y_t = W_hy h_t + b_y.
// Matrices multiply columns; time counts from 1; every answer has one row per step, h_0 is not among them.
import * as z from "zod"
import { math, products, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import { activations, softmax } from "../../math/activation.ts"
import { add, entry, matvec, vectorOf } from "../../math/linear.ts"

const given = z
  .strictObject({
    inputs: field.grid("one input vector per step, shape (steps, input)"),
    W_xh: field.grid("from the input to the state, shape (hidden, input)"),
    W_hh: field.grid("from the state to the next state, shape (hidden, hidden)"),
    b_h: field.vector("bias of the state, shape (hidden)").optional(),
    h0: field
      .broadcast("state before the first step, shape (hidden), or one number for all")
      .default(0),
    activation: field.oneOf("activation of the state", ["tanh", "sigmoid", "relu"]).default("tanh"),
    W_hy: field.grid("from the state to the output, shape (output, hidden)").optional(),
    b_y: field.vector("bias of the output, shape (output)").optional(),
    output: field.oneOf("what is applied to the output", ["linear", "softmax"]).default("linear"),
  })
  .check(
    rule.match(
      ["W_xh", "columns"],
      ["inputs", "columns"],
      n => `an input has ${plural(n, "number")}`,
    ),
    rule.match(["W_hh", "rows"], ["W_xh", "rows"]),
    rule.match(["W_hh", "columns"], ["W_xh", "rows"]),
    rule.match(["b_h", "length"], ["W_xh", "rows"]),
    rule.match(["h0", "length"], ["W_xh", "rows"]),
    rule.match(["W_hy", "columns"], ["W_xh", "rows"]),
    rule.match(["b_y", "length"], ["W_hy", "rows"]),
    rule.across(["W_hy", "b_y"], ({ W_hy, b_y }) =>
      b_y && !W_hy
        ? { path: ["b_y"], message: "needs `W_hy`: without it there is no output" }
        : undefined,
    ),
  )

const answers = {
  pre: answer.grid("before the activation, a row per step"),
  h: answer.grid("states, a row per step"),
  y: answer.grid("outputs, a row per step", { optional: true }),
}

const slips: Slips<typeof given> = {
  "the steps are taken in reverse": ({ inputs }) => ({ inputs: inputs.toReversed() }),
}

const question: Question<typeof given> = ({ inputs, activation, W_hy }) =>
  text`Run the recurrent network with ${activation} activation over its ${plural(inputs.length, "input")} and give the state${W_hy ? " and the output" : ""} at each step.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { inputs, W_xh, W_hh, W_hy } = given
  const b_h = given.b_h ?? W_xh.map(() => 0)
  const b_y = given.b_y ?? W_hy?.map(() => 0) ?? []
  const activate = activations[given.activation]
  const name = math`\operatorname{${given.activation}}`

  work.step("Formulas", () => [
    math`a_t = W_{xh}\,x_t + W_{hh}\,h_{t-1}${given.b_h ? math` + b_h` : math``}`,
    math`h_t = ${name}(a_t)`,
    ...(W_hy
      ? [
          math`y_t = ${given.output === "softmax" ? math`\operatorname{softmax}` : math``}(W_{hy}\,h_t${given.b_y ? math` + b_y` : math``})`,
        ]
      : []),
  ])

  let h = vectorOf(given.h0, W_xh.length)
  for (const [i, x] of inputs.entries()) {
    const t = i + 1
    const before = h
    const [input, recurrent] = [matvec(W_xh, x), matvec(W_hh, before)]
    const pre = work.part("pre", i, add(add(input, recurrent), b_h), {
      "the previous state is not multiplied by W_hh": add(add(input, before), b_h),
      "the previous state is left out": add(input, b_h),
      ...(given.b_h && { "the bias is left out": add(input, recurrent) }),
    })
    h = work.part("h", i, pre.map(activate), { "the activation is left out": pre })
    work.step(`Step ${t}`, () => [
      ...pre.map((a, unit) => {
        const bias = given.b_h ? math` + ${entry(b_h, unit)}` : math``
        return math`a_{${t},${unit + 1}} = ${products(entry(W_xh, unit), x)} + ${products(entry(W_hh, unit), before)}${bias} = ${a}`
      }),
      math`h_{${t}} = ${name}(${pre}) = ${h}`,
    ])
    if (!W_hy) continue
    const linear = add(matvec(W_hy, h), b_y)
    const y = work.part("y", i, given.output === "softmax" ? softmax(linear) : linear, {
      ...(given.b_y && { "the output's bias is left out": matvec(W_hy, h) }),
      ...(given.output === "softmax" && { "the softmax is left out": linear }),
    })
    const state = h
    work.step(`Output ${t}`, () => [
      ...linear.map((value, unit) => {
        const bias = given.b_y ? math` + ${entry(b_y, unit)}` : math``
        return math`(W_{hy}\,h_{${t}}${given.b_y ? math` + b_y` : math``})_{${unit + 1}} = ${products(entry(W_hy, unit), state)}${bias} = ${value}`
      }),
      given.output === "softmax"
        ? math`y_{${t}} = \operatorname{softmax}(${linear}) = ${y}`
        : math`y_{${t}} = ${y}`,
    ])
  }
}

export default defineKind({
  name: "rnn",
  topic: "sequence",
  title: "Recurrent network, step by step",
  given,
  answers,
  slips,
  question,
  solve,
})
