// Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000), no peepholes:
// f, i, o = σ(W·[h_{t−1}, x_t] + b), c̃_t = tanh(W_c·[h_{t−1}, x_t] + b_c), c_t = f_t ⊙ c_{t−1} + i_t ⊙ c̃_t,
// h_t = o_t ⊙ tanh(c_t). Time counts from 1; every answer has one row per step, h_0 and c_0 are not among them.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as gate from "../../core/gated.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import {
  bothSymbols,
  concatenated,
  type Gate,
  gated,
  gateFormula,
  gateWorking,
} from "../../math/gated.ts"
import { add, multiply, vectorOf } from "../../math/linear.ts"

const given = z
  .strictObject({
    inputs: gate.inputs,
    W_f: gate.weights("the forget gate"),
    W_i: gate.weights("the input gate"),
    W_c: gate.weights("the candidate"),
    W_o: gate.weights("the output gate"),
    b_f: gate.bias("the forget gate"),
    b_i: gate.bias("the input gate"),
    b_c: gate.bias("the candidate"),
    b_o: gate.bias("the output gate"),
    h0: gate.start("state before the first step"),
    c0: gate.start("cell state before the first step"),
    order: gate.order,
  })
  .check(
    gate.actsOnBoth("W_f", "W_f"),
    gate.actsOnBoth("W_i", "W_f"),
    gate.actsOnBoth("W_c", "W_f"),
    gate.actsOnBoth("W_o", "W_f"),
    rule.match(["b_f", "length"], ["W_f", "rows"]),
    rule.match(["b_i", "length"], ["W_i", "rows"]),
    rule.match(["b_c", "length"], ["W_c", "rows"]),
    rule.match(["b_o", "length"], ["W_o", "rows"]),
    rule.match(["h0", "length"], ["W_f", "rows"]),
    rule.match(["c0", "length"], ["W_f", "rows"]),
  )

const open = { min: 0, max: 1 }
const answers = {
  f: answer.grid("forget gate, a row per step", open),
  i: answer.grid("input gate, a row per step", open),
  candidate: answer.grid("candidate for the cell state, a row per step", { min: -1, max: 1 }),
  c: answer.grid("cell states, a row per step"),
  o: answer.grid("output gate, a row per step", open),
  h: answer.grid("states, a row per step", { min: -1, max: 1 }),
}

const slips: Slips<typeof given> = {
  "f and i are swapped": ({ W_f, W_i, b_f, b_i }) => ({ W_f: W_i, W_i: W_f, b_f: b_i, b_i: b_f }),
  "the weights act on [x, h]": ({ order }) => (order === "hx" ? { order: "xh" } : undefined),
  "the weights act on [h, x]": ({ order }) => (order === "xh" ? { order: "hx" } : undefined),
  "the steps are taken in reverse": ({ inputs }) => ({ inputs: inputs.toReversed() }),
  "the states start at 0": () => ({ h0: 0, c0: 0 }),
}

const question: Question<typeof given> = ({ inputs, order }) =>
  text`Run the LSTM over its ${plural(inputs.length, "input")}; the weights act on ${order === "hx" ? "[h, x]" : "[x, h]"}. Give the gates f, i and o, the candidate, the cell state c and the state h at each step.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { inputs, order } = given
  const gates = gatesOf(given)
  work.step("Formulas", () => {
    const both = bothSymbols(order, math`h_{t-1}`, math`x_t`)
    return [
      gateFormula(gates.f, both),
      gateFormula(gates.i, both),
      gateFormula(gates.candidate, both),
      math`c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t`,
      gateFormula(gates.o, both),
      math`h_t = o_t \odot \tanh(c_t)`,
    ]
  })

  const hidden = given.W_f.length
  let [h, c] = [vectorOf(given.h0, hidden), vectorOf(given.c0, hidden)]
  for (const [at, x] of inputs.entries()) {
    const t = at + 1
    const [before, old] = [h, c]
    const part = (name: keyof typeof gates) => {
      const { value, slips } = gated(gates[name], order, before, x)
      return work.part(name, at, value, slips)
    }
    const f = part("f")
    const i = part("i")
    const candidate = part("candidate")
    const [kept, added] = [multiply(f, old), multiply(i, candidate)]
    c = work.part("c", at, add(kept, added), {
      "the candidate is not multiplied by i": add(kept, candidate),
      "the old cell state is not multiplied by f": add(old, added),
      "1 − f stands in the place of i": add(kept, multiply(f.map(one), candidate)),
      "the old cell state is left out": added,
    })
    const o = part("o")
    const squashed = c.map(Math.tanh)
    h = work.part("h", at, multiply(o, squashed), {
      "the tanh of the cell state is left out": multiply(o, c),
      "the output gate is left out": squashed,
      "the candidate stands in the place of the cell state": multiply(o, candidate),
    })
    const [cell, state] = [c, h]
    work.step(`Step ${t}`, () => {
      const both = concatenated(order, before, x)
      const symbols = bothSymbols(order, math`h_{${at}}`, math`x_{${t}}`)
      const lines = (name: keyof typeof gates, value: readonly number[]) =>
        gateWorking(gates[name], t, [symbols, both], value)
      return [
        math`${symbols} = ${both}`,
        ...lines("f", f),
        ...lines("i", i),
        ...lines("candidate", candidate),
        math`c_{${t}} = ${f} \odot ${old} + ${i} \odot ${candidate} = ${cell}`,
        ...lines("o", o),
        math`h_{${t}} = ${o} \odot \tanh(${cell}) = ${state}`,
      ]
    })
  }
}

function gatesOf({ W_f, W_i, W_c, W_o, b_f, b_i, b_c, b_o }: z.output<typeof given>) {
  return {
    f: { letter: math`f`, of: math`f`, W: W_f, b: b_f, activation: "sigmoid" },
    i: { letter: math`i`, of: math`i`, W: W_i, b: b_i, activation: "sigmoid" },
    candidate: { letter: math`\tilde{c}`, of: math`c`, W: W_c, b: b_c, activation: "tanh" },
    o: { letter: math`o`, of: math`o`, W: W_o, b: b_o, activation: "sigmoid" },
  } satisfies Record<string, Gate>
}

function one(x: number): number {
  return 1 - x
}

export default defineKind({
  name: "lstm",
  topic: "sequence",
  title: "LSTM, step by step",
  given,
  answers,
  slips,
  question,
  solve,
})
