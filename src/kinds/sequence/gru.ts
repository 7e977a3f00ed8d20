// Cho et al. (2014): z, r = σ(W·[h_{t−1}, x_t] + b), h̃_t = tanh(W_h·[r_t ⊙ h_{t−1}, x_t] + b_h). Two conventions
// differ: z keeps the old state, h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ h̃_t (`keep-old`), or the new one; and r acts on
// the state before its product with W_h, or after it (cuDNN): h̃_t = tanh(W_hx·x_t + b_h + r_t ⊙ (W_hh·h_{t−1} + b_hh)).
// Time counts from 1; every answer has one row per step, h_0 is not among them.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as gate from "../../core/gated.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import {
  bothSymbols,
  concatenated,
  type Gate,
  gated,
  gateFormula,
  gateWorking,
  otherActivation,
  readableUnits,
  splitWeights,
} from "../../math/gated.ts"
import { add, entry, matvec, multiply, vectorOf } from "../../math/linear.ts"

const given = z
  .strictObject({
    inputs: gate.inputs,
    W_z: gate.weights("the update gate"),
    W_r: gate.weights("the reset gate"),
    W_h: gate.weights("the candidate"),
    b_z: gate.bias("the update gate"),
    b_r: gate.bias("the reset gate"),
    b_h: gate.bias("the candidate"),
    b_hh: field
      .vector("with `reset-after`: bias added before the product with r, shape (hidden)")
      .optional(),
    h0: gate.start("state before the first step"),
    order: gate.order,
    update: field
      .oneOf("whether z weighs the old state or the candidate", ["keep-old", "keep-new"])
      .default("keep-old"),
    variant: field
      .oneOf("whether r acts on the state before or after its product with W_h", [
        "reset-before",
        "reset-after",
      ])
      .default("reset-before"),
  })
  .check(
    gate.actsOnBoth("W_z", "W_z"),
    gate.actsOnBoth("W_r", "W_z"),
    gate.actsOnBoth("W_h", "W_z"),
    rule.match(["b_z", "length"], ["W_z", "rows"]),
    rule.match(["b_r", "length"], ["W_r", "rows"]),
    rule.match(["b_h", "length"], ["W_h", "rows"]),
    rule.match(["b_hh", "length"], ["W_h", "rows"]),
    rule.match(["h0", "length"], ["W_z", "rows"]),
    rule.across(["b_hh", "variant"], ({ b_hh, variant }) =>
      b_hh && variant === "reset-before"
        ? {
            path: ["b_hh"],
            code: "conflict",
            message: "works only with `variant: reset-after`",
            hint: "a bias that r does not act on is `b_h`",
          }
        : undefined,
    ),
  )

const open = { min: 0, max: 1 }
const answers = {
  z: answer.grid("update gate, a row per step", open),
  r: answer.grid("reset gate, a row per step", open),
  candidate: answer.grid("candidate for the state, a row per step", { min: -1, max: 1 }),
  h: answer.grid("states, a row per step"),
}

const slips: Slips<typeof given> = {
  "z and r are swapped": ({ W_z, W_r, b_z, b_r }) => ({ W_z: W_r, W_r: W_z, b_z: b_r, b_r: b_z }),
  "the weights act on [x, h]": ({ order }) => (order === "hx" ? { order: "xh" } : undefined),
  "the weights act on [h, x]": ({ order }) => (order === "xh" ? { order: "hx" } : undefined),
  "the steps are taken in reverse": ({ inputs }) => ({ inputs: inputs.toReversed() }),
  "the state starts at 0": () => ({ h0: 0 }),
}

const question: Question<typeof given> = ({ inputs, order, update, variant }) =>
  text`Run the GRU over its ${plural(inputs.length, "input")}; the weights act on ${order === "hx" ? "[h, x]" : "[x, h]"}, z weighs the ${update === "keep-old" ? "old state" : "candidate"}, and r acts on the state ${variant === "reset-before" ? "before" : "after"} its product with the weights. Give the gates z and r, the candidate and the state h at each step.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { inputs, order, W_h, b_h, update, variant } = given
  const gates = gatesOf(given)
  const { ofState, ofInput } = splitWeights(order, W_h)
  const hidden = W_h.length
  const zeros = Array<number>(hidden).fill(0)
  const b_hh = given.b_hh ?? zeros
  work.step("Formulas", () => formulas(given))

  let h = vectorOf(given.h0, hidden)
  for (const [at, x] of inputs.entries()) {
    const t = at + 1
    const before = h
    const part = (name: "z" | "r") => {
      const { value, slips } = gated(gates[name], order, before, x)
      return work.part(name, at, value, slips)
    }
    const z = part("z")
    const r = part("r")

    const input = add(matvec(ofInput, x), b_h ?? zeros)
    const state = add(matvec(ofState, before), b_hh)
    const resetBefore = add(matvec(ofState, multiply(r, before)), b_hh)
    const ways = {
      "reset-before": add(input, resetBefore),
      "reset-after": add(input, multiply(r, state)),
    }
    const pre = ways[variant]
    const squashed = (values: Vector) => values.map(Math.tanh)
    const candidate = work.part("candidate", at, squashed(pre), {
      "the reset gate is left out": squashed(add(input, state)),
      "r acts on the whole sum": squashed(multiply(r, add(input, state))),
      [`r acts on the state ${variant === "reset-before" ? "after" : "before"} its product with W_h`]:
        squashed(ways[variant === "reset-before" ? "reset-after" : "reset-before"]),
      ...(b_h && {
        "the bias is left out": squashed(pre.map((value, unit) => value - entry(b_h, unit))),
      }),
      ...(given.b_hh && {
        "b_hh is not multiplied by r": squashed(
          add(add(input, multiply(r, matvec(ofState, before))), b_hh),
        ),
      }),
      ...otherActivation("tanh", pre),
    })

    const keepOld = add(multiply(z, before), multiply(z.map(rest), candidate))
    const keepNew = add(multiply(z.map(rest), before), multiply(z, candidate))
    h = work.part("h", at, update === "keep-old" ? keepOld : keepNew, {
      "z and 1 − z change places": update === "keep-old" ? keepNew : keepOld,
      "the old state is left out": multiply(update === "keep-old" ? z.map(rest) : z, candidate),
    })

    const next = h
    work.step(`Step ${t}`, () => {
      const [old, now] = [math`h_{${at}}`, math`x_{${t}}`]
      const both = [bothSymbols(order, old, now), concatenated(order, before, x)] as const
      const reset = multiply(r, before)
      const inner = [
        bothSymbols(order, math`r_{${t}} \odot ${old}`, now),
        concatenated(order, reset, x),
      ] as const
      const [weightOfOld, weightOfNew] = update === "keep-old" ? [z, z.map(rest)] : [z.map(rest), z]
      return [
        math`${both[0]} = ${both[1]}`,
        ...gateWorking(gates.z, t, both, z),
        ...gateWorking(gates.r, t, both, r),
        ...(variant === "reset-before"
          ? [
              math`r_{${t}} \odot ${old} = ${r} \odot ${before} = ${reset}`,
              ...gateWorking(gates.candidate, t, inner, candidate),
            ]
          : candidateAfter(given, { t, x, before, r, candidate })),
        math`h_{${t}} = ${weightOfOld} \odot ${before} + ${weightOfNew} \odot ${candidate} = ${next}`,
      ]
    })
  }
}

type Given = z.output<typeof given>

function gatesOf({ W_z, W_r, W_h, b_z, b_r, b_h }: Given) {
  return {
    z: { letter: math`z`, of: math`z`, W: W_z, b: b_z, activation: "sigmoid" },
    r: { letter: math`r`, of: math`r`, W: W_r, b: b_r, activation: "sigmoid" },
    candidate: { letter: math`\tilde{h}`, of: math`h`, W: W_h, b: b_h, activation: "tanh" },
  } satisfies Record<string, Gate>
}

function formulas(given: Given): Rich[] {
  const { order, update, variant, b_h, b_hh } = given
  const gates = gatesOf(given)
  const [old, now] = [math`h_{t-1}`, math`x_t`]
  const both = bothSymbols(order, old, now)
  const after = math`\tilde{h}_t = \tanh(W_{hx}\,x_t${b_h ? math` + b_h` : math``} + r_t \odot (W_{hh}\,h_{t-1}${b_hh ? math` + b_{hh}` : math``}))`
  return [
    gateFormula(gates.z, both),
    gateFormula(gates.r, both),
    variant === "reset-before"
      ? gateFormula(gates.candidate, bothSymbols(order, math`r_t \odot ${old}`, now))
      : after,
    update === "keep-old"
      ? math`h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t`
      : math`h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t`,
    ...(variant === "reset-after"
      ? [text`W_hx and W_hh are the columns of W_h that act on the input and on the state.`]
      : []),
  ]
}

interface AtStep {
  t: number
  x: Vector
  before: Vector
  r: Vector
  candidate: Vector
}

/** How the candidate comes about where r acts after the product. */
function candidateAfter(given: Given, { t, x, before, r, candidate }: AtStep): Rich[] {
  const { order, W_h, b_h, b_hh } = given
  const { ofState, ofInput } = splitWeights(order, W_h)
  const units = readableUnits(W_h.length).map(unit => {
    const plus = b_h ? math` + ${entry(b_h, unit)}` : math``
    const plusInner = b_hh ? math` + ${entry(b_hh, unit)}` : math``
    const [fromInput, fromState] = [entry(ofInput, unit), entry(ofState, unit)]
    const gatedState = math`${entry(r, unit)} \cdot (${sumOfProducts(fromState, before)}${plusInner})`
    return math`\tilde{h}_{${t},${unit + 1}} = \tanh(${sumOfProducts(fromInput, x)}${plus} + ${gatedState}) = ${entry(candidate, unit)}`
  })
  return units.length < W_h.length ? [...units, math`\tilde{h}_{${t}} = ${candidate}`] : units
}

function rest(x: number): number {
  return 1 - x
}

export default defineKind({
  name: "gru",
  topic: "sequence",
  title: "GRU, step by step",
  given,
  answers,
  slips,
  question,
  solve,
})
