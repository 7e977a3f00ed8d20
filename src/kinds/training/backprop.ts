// Rumelhart, Hinton and Williams (1986): z = Σ w·a + b and a = f(z) unit by unit, then back through the network
// δ = ∂L/∂z, then ∂L/∂w = δ·a of the source and ∂L/∂b = δ. Matrices multiply columns: W has a row for each unit.
// The loss is summed over the outputs unless `reduce: mean`; weights of one name are one weight, whose gradient is
// the sum over its places; relu′(0) = 0; all gradients are taken before any weight is changed.
import * as z from "zod"
import { inputValues, layers, outputsOf, targets, targetsOf, units } from "../../core/backprop.ts"
import { feedsForward, suitsLoss } from "../../core/backprop-rules.ts"
import { text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Answer, Vector } from "../../core/types.ts"
import { activationNames } from "../../math/activation.ts"
import {
  activated,
  at,
  gradientMistakes,
  gradientOf,
  isOutput,
  type Known,
  lazily,
  losses,
  outputErrors,
  passedBack,
  preactivations,
  through,
  throughMistakes,
  type Worked,
} from "../../math/backprop.ts"
import {
  backwards,
  type Group,
  type Learned,
  learned,
  netOf,
  numberAt,
  type Parameter,
} from "../../math/backprop-net.ts"
import {
  forwardLines,
  gradientBlocks,
  hiddenLines,
  lossLines,
  networkBlocks,
  outputLines,
  updateBlocks,
} from "../../math/backprop-steps.ts"
import { entry, sum } from "../../math/linear.ts"

const activations = [...activationNames, "softmax"] as const

const given = z
  .strictObject({
    inputs: inputValues("value of each input by name, or a list, whose names are x1, x2, …"),
    units: units(
      activations,
      "the units in feed-forward order: name, inputs, bias, activation",
    ).optional(),
    layers: layers(activations, "the layers, instead of units: W, b, activation").optional(),
    target: targets("of each output: a number, a list, or by the names of the units"),
    loss: field
      .oneOf(
        "half-squared ½Σ(a − y)², squared Σ(a − y)², bce −Σ(y ln a + (1 − y) ln(1 − a)), cross-entropy −Σ y ln a",
        ["half-squared", "squared", "bce", "cross-entropy"],
      )
      .default("half-squared"),
    reduce: field
      .oneOf("whether the loss is the sum over the outputs or their mean", ["sum", "mean"])
      .default("sum"),
    learning_rate: field
      .number("η of the update; left out: nothing is updated", { above: 0 })
      .optional(),
  })
  .check(rule.oneWay("a network", [["units"], ["layers"]]), ...feedsForward(), ...suitsLoss())

type Given = z.output<typeof given>
/** By unit, or for all units of a layer by layer. */
type ByUnit = Answer<Readonly<Record<string, number | Vector>>>
/** By weight, or for all weights of a layer by matrix. */
type ByWeight = Answer<Readonly<Record<string, Learned>>>

const answers = ({ units, layers, loss, learning_rate }: Given) => {
  const of = layers ? ({ of: "vector" } as const) : {}
  const byUnit = (label: string): ByUnit => ({ type: "record", label, ...of })
  const byWeight = (label: string): ByWeight => ({ type: "record", label, ...of })
  const each = units ? "each unit" : "each layer"
  return {
    z: byUnit(`weighted sum of ${each}`),
    a: byUnit(`activation of ${each}`),
    loss: answer.number("loss", {
      min: 0,
      aside: true,
      log: loss === "bce" || loss === "cross-entropy",
    }),
    dL_da: { ...byUnit("derivative of the loss by the activation of each output"), optional: true },
    delta: byUnit(`derivative of the loss by z of ${each}`),
    gradients: byWeight("derivative of the loss by each weight and bias"),
    ...(learning_rate !== undefined && {
      updated: byWeight("weights and biases after the update"),
    }),
  }
}

const slips: Slips<typeof given> = {
  "the loss has no factor ½": ({ loss }) =>
    loss === "half-squared" ? { loss: "squared" } : undefined,
  "the loss has a factor ½": ({ loss }) =>
    loss === "squared" ? { loss: "half-squared" } : undefined,
  // Of two outputs the mean is the half.
  "the mean over the outputs is taken": ({ loss, reduce, ...net }) => {
    const count = outputsOf(net).length
    const hidden = count === 1 || loss === "cross-entropy" || (count === 2 && loss === "squared")
    return reduce === "mean" || hidden ? undefined : { reduce: "mean" }
  },
  "the loss is not divided by the number of outputs": ({ loss, reduce, ...net }) => {
    const count = outputsOf(net).length
    const hidden = count === 1 || (count === 2 && loss === "half-squared")
    return reduce === "sum" || hidden ? undefined : { reduce: "sum" }
  },
}

const question: Question<typeof given> = ({ layers, loss, reduce, learning_rate }) => {
  const each = layers ? "layer" : "unit"
  const mean = reduce === "mean" ? ", the mean over the outputs" : ""
  const update =
    learning_rate === undefined ? "" : text` Then update them with learning rate ${learning_rate}.`
  return text`Go forward through the network and give z and a of each ${each}, then the ${lossWords[loss]}${mean}. Go back and give δ = ∂L/∂z of each ${each} and the gradient of each weight${layers ? " matrix" : ""} and bias.${update}`
}

const lossWords = {
  "half-squared": "loss L = ½Σ(a − y)²",
  squared: "loss L = Σ(a − y)²",
  bce: "binary cross-entropy",
  "cross-entropy": "cross-entropy",
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { loss, learning_rate: rate } = given
  const net = netOf(given)
  const y = targetsOf(given)
  const targets = new Map(net.outputs.map((name, i) => [name, entry(y, i)]))
  const aim = { loss, targets, count: given.reduce === "mean" ? y.length : 1 }
  const known: Known = { a: new Map(net.inputs), z: new Map(), delta: new Map() }
  const above = new Map<string, number>()

  const give = (answer: "z" | "a" | "dL_da" | "delta", group: Group, { value, slips }: Worked) => {
    const kept = { z: known.z, a: known.a, dL_da: above, delta: known.delta }[answer]
    const back = group.layer
      ? work.part(answer, group.layer.name, value, slips)
      : group.units.map(({ name }, i) => {
          const own = Object.entries(slips).map(([slip, values]) => [slip, entry(values, i)])
          return work.part(answer, name, entry(value, i), Object.fromEntries(own))
        })
    const values = typeof back === "number" ? [back] : [...back].map(Number)
    for (const [i, { name }] of group.units.entries()) kept.set(name, entry(values, i))
    return values
  }

  work.step("Network", () => networkBlocks(net))
  for (const group of net.groups) {
    const z = give("z", group, preactivations(group, known))
    give("a", group, activated(group, z))
  }
  work.step("Forward pass", () => net.groups.flatMap(group => forwardLines(net, group, known)))

  const lossOf = (term: (a: number, y: number) => number) =>
    sum([...targets].map(([name, target]) => term(at(known.a, name), target))) / aim.count
  const value = work.answer("loss", lossOf(losses[loss].term), {
    ...(loss === "bce" &&
      y.some(each => each < 1) && {
        "the terms of 1 − y are left out": lossOf(losses["cross-entropy"].term),
      }),
  })
  work.step("Loss", () => lossLines(aim, known, value))

  const numbersOf = ({ units }: Group) =>
    [known.z, known.a].map(values => units.map(({ name }) => at(values, name)))
  const outputs = net.groups.filter(group => isOutput(net, group))
  for (const group of outputs) {
    const [z = [], a = []] = numbersOf(group)
    const own = group.units.map(({ name }) => at(targets, name))
    const errors = outputErrors(group, loss, { z, a, y: own, count: aim.count })
    const back = errors.above && give("dL_da", group, errors.above)
    give("delta", group, errors.delta(back))
  }
  work.step("Backward pass, outputs", () => outputLines(outputs, aim, known, above))

  const hidden = backwards(net).filter(group => !outputs.includes(group))
  for (const group of hidden) {
    const [z = [], a = []] = numbersOf(group)
    const { value: arriving, slips } = passedBack(net, group, known, rate)
    for (const [i, { name }] of group.units.entries()) above.set(name, entry(arriving, i))
    const others = Object.entries(slips).map(([slip, each]) => [slip, through(group, z, a, each)])
    give("delta", group, {
      value: through(group, z, a, arriving),
      slips: { ...Object.fromEntries(others), ...throughMistakes(group, z, a, arriving) },
    })
  }
  if (hidden.length > 0) {
    work.step("Backward pass, hidden units", () =>
      hidden.flatMap(group => hiddenLines(net, group, known, above)),
    )
  }

  const all = (of: (parameter: Parameter) => Learned) =>
    Object.fromEntries(net.parameters.map(each => [each.key, of(each)]))
  const gradients: Readonly<Record<string, Learned>> = work.answer(
    "gradients",
    all(each => gradientOf(each, known)),
    gradientMistakes(net, known),
  )
  work.step("Gradients", () => gradientBlocks(net, known, above, gradients))
  if (rate === undefined) return

  const stepped = (by: (gradient: number, parameter: Parameter) => number) =>
    all(parameter =>
      learned(parameter, (_, old, place) => {
        const gradient = numberAt(gradients[parameter.key] ?? Number.NaN, place)
        return old + by(gradient, parameter)
      }),
    )
  const updated = work.answer(
    "updated",
    stepped(gradient => -rate * gradient),
    lazily({
      "the step is added instead of subtracted": () => stepped(gradient => rate * gradient),
      "the learning rate is left out": () => stepped(gradient => -gradient),
      "nothing is updated": () => stepped(() => 0),
      ...(net.parameters.some(({ isBias }) => isBias) && {
        "the biases are not updated": () =>
          stepped((gradient, { isBias }) => (isBias ? 0 : -rate * gradient)),
      }),
    }),
    { from: all(({ value }) => value) },
  )
  work.step("Update", () => updateBlocks(net, rate, gradients, updated))
}

export default defineKind({
  name: "backprop",
  topic: "training",
  title: "Backpropagation through a network",
  given,
  answers,
  slips,
  question,
  solve,
})
