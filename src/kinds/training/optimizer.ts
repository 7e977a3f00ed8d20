// Robbins & Monro (sgd), Polyak and Nesterov (momentum), Duchi et al. 2011 (Adagrad), Zeiler 2012 (Adadelta),
// Hinton (RMSProp), Kingma & Ba 2015 (Adam, Adamax), Loshchilov & Hutter 2019 (AdamW). Everything works entry by entry
// and starts from 0; t counts from 1. What is maximised turns the sign of the step, not of the gradient. Nesterov
// steps by g + μv with the new v (as PyTorch does) unless it looks ahead: then the gradient is taken at the place
// that the velocity leads to. L2 adds λθ to the gradient, decoupled decay takes ηλθ off beside the step.
import * as z from "zod"
import { join, math, text } from "../../core/blocks.ts"
import { parseExpression } from "../../core/expression.ts"
import { expression } from "../../core/expression-field.ts"
import { richOf } from "../../core/expression-rich.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Answer, Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { descend, type Hand, type Name, type Taken } from "../../math/descent.ts"
import {
  asksGradient,
  descentOf,
  misshapen,
  namesOf,
  settingOf,
  stepsOf,
  unending,
  unread,
} from "../../math/descent-given.ts"
import {
  nameOf,
  overview,
  rulesWritten,
  stepWritten,
  symbols,
  used,
} from "../../math/descent-working.ts"
import { entry, vectorOf } from "../../math/linear.ts"
import { algorithms, optimizerOf, type Setting } from "../../math/optimizers.ts"

const share = { min: 0, max: 1 }
const given = z
  .strictObject({
    algorithm: field.oneOf("which optimiser", algorithms),
    learning_rate: field.number("learning rate η", { above: 0 }),
    parameters: field.broadcast("parameters θ before the first step, shape (n), or one number"),
    gradients: field
      .vectorOrGrid(
        "the gradient of each step, shape (steps, n); of one parameter, a list of numbers",
      )
      .optional(),
    objective: expression(
      "instead of gradients: the function of the parameters, such as `x^2 + 3*y^2`",
    ).optional(),
    steps: field.integer("beside objective: number of steps", { min: 1, max: 1000 }).optional(),
    names: field.labels("names of the parameters, shape (n)").optional(),
    momentum: field.number("momentum, nesterov: μ; 0.9 if left out", share).optional(),
    momentum_form: field
      .oneOf(
        "velocity: v = μv + g, θ − ηv; ema: v = μv + (1 − μ)g, θ − ηv; signed: v = μv − ηg, θ + v; the first if left out",
        ["velocity", "ema", "signed"],
      )
      .optional(),
    lookahead: field
      .flag("nesterov: whether gradients are those at the place that the velocity leads to")
      .optional(),
    beta1: field.number("adam, adamax, adamw: β₁; 0.9 if left out", share).optional(),
    beta2: field.number("adam, adamax, adamw: β₂; 0.999 if left out", share).optional(),
    decay: field.number("rmsprop, adadelta: ρ; 0.9 if left out", share).optional(),
    epsilon: field.number("keeps from dividing by 0, ε; 1e-8 if left out", { min: 0 }).optional(),
    epsilon_inside: field.flag("whether ε stands under the root, √(v + ε)").optional(),
    weight_decay: field.number("weight decay λ", { min: 0 }).default(0),
    decay_form: field
      .oneOf(
        "l2 adds λθ to the gradient, decoupled takes ηλθ off the parameters; l2 if left out, but decoupled for adamw",
        ["l2", "decoupled"],
      )
      .optional(),
    maximize: field.flag("whether the steps go up instead of down").default(false),
  })
  .check(
    rule.oneWay("gradients", [["gradients"], ["objective", "steps"]]),
    rule.belongs("algorithm", {
      momentum: ["momentum", "momentum_form"],
      nesterov: ["momentum", "momentum_form", "lookahead"],
      adagrad: ["epsilon", "epsilon_inside"],
      adadelta: ["decay", "epsilon"],
      rmsprop: ["decay", "epsilon", "epsilon_inside"],
      adam: ["beta1", "beta2", "epsilon", "epsilon_inside"],
      adamax: ["beta1", "beta2", "epsilon"],
      adamw: ["beta1", "beta2", "epsilon", "epsilon_inside"],
    }),
    rule.across(["algorithm", "weight_decay", "decay_form"], given => {
      const { algorithm, weight_decay, decay_form } = given
      const path = ["decay_form"]
      if (algorithm === "adamw" && decay_form === "l2") {
        const message = "is `l2`, but adamw is Adam with a decoupled decay"
        return { path, code: "conflict", message, hint: "take `algorithm: adam` for an L2 decay" }
      }
      if (decay_form === undefined || weight_decay > 0) return undefined
      return { path, code: "missing-field", message: "needs a `weight_decay` above 0" }
    }),
    ...(["beta1", "beta2", "decay"] as const).map(name =>
      rule.across<Given>([name], ({ [name]: share }) => {
        const message = "must be below 1: with 1 no new gradient ever counts"
        return share === 1 ? { path: [name], code: "range", message } : undefined
      }),
    ),
    rule.across(["parameters", "gradients"], misshapen),
    rule.across(["parameters", "names"], ({ parameters, names }) =>
      typeof parameters === "number"
        ? rule.misfit("names", "label", names?.length, 1, () => "there is 1 parameter")
        : rule.misfit(
            "names",
            "label",
            names?.length,
            parameters.length,
            n => `there are ${n} parameters`,
          ),
    ),
    rule.across(["parameters", "objective", "names"], unread),
    rule.across(
      [
        ...([
          "algorithm",
          "learning_rate",
          "parameters",
          "gradients",
          "objective",
          "steps",
        ] as const),
        ...(["names", "momentum", "beta1", "beta2", "decay", "epsilon", "weight_decay"] as const),
      ],
      unending,
    ),
  )

type Given = z.output<typeof given>

const answers = (given: Given): Partial<Record<Name, Answer<Vector | Grid>>> => {
  const rows = (label: string, more: { min?: number } = {}): Answer<Vector | Grid> =>
    typeof given.parameters === "number"
      ? answer.vector(`${label}, one per step`, more)
      : answer.grid(`${label}, a row per step`, more)
  const setting = settingOf(given)
  const made = optimizerOf(setting).rules.map(({ name, label }) => {
    const isSquared = name === "v" || name === "v_hat" || name === "u"
    return [name, rows(label, isSquared ? { min: 0 } : {})] as const
  })
  return {
    ...(asksGradient(given) && { gradient: rows("gradient that the step uses") }),
    ...Object.fromEntries(made),
    parameters: rows("parameters after the step"),
  }
}

const slips: Slips<typeof given> = {
  "the steps go the wrong way": ({ maximize }) => ({ maximize: !maximize }),
  "the velocity is μv + g": given => formed(given, "velocity"),
  "the velocity is a mean, μv + (1 − μ)g": given => formed(given, "ema"),
  "the learning rate stands in the velocity": given => formed(given, "signed"),
  "the step is Nesterov's": ({ algorithm }) =>
    algorithm === "momentum" ? { algorithm: "nesterov" } : undefined,
  "the step is that of plain momentum": ({ algorithm, lookahead }) =>
    algorithm === "nesterov" && !lookahead ? { algorithm: "momentum" } : undefined,
  "the squares are averaged, as in RMSProp": ({ algorithm }) =>
    algorithm === "adagrad" ? { algorithm: "rmsprop" } : undefined,
  "the squares are added up, as in Adagrad": ({ algorithm }) =>
    algorithm === "rmsprop" ? { algorithm: "adagrad" } : undefined,
  "β₁ and β₂ are swapped": given => {
    const { algorithm, beta1, beta2 } = settingOf(given)
    return algorithm.startsWith("ada") && algorithm.includes("m")
      ? { beta1: beta2, beta2: beta1 }
      : undefined
  },
  "ε stands under the root": given => withEpsilon(given, true),
  "ε stands outside the root": given => withEpsilon(given, false),
  "the weight decay is decoupled from the gradient": given =>
    decays(given, "l2") ? { decay_form: "decoupled" } : undefined,
  "the weight decay enters the gradient": given =>
    decays(given, "decoupled") ? { decay_form: "l2" } : undefined,
}

function formed(given: Given, momentum_form: Setting["momentum_form"]) {
  const hasVelocity = given.algorithm === "momentum" || given.algorithm === "nesterov"
  return hasVelocity && settingOf(given).momentum_form !== momentum_form
    ? { momentum_form }
    : undefined
}

/** Only an ε that can be seen. */
function withEpsilon(given: Given, epsilon_inside: boolean) {
  const setting = settingOf(given)
  const hasRoot = ["adagrad", "rmsprop", "adam", "adamw"].includes(given.algorithm)
  const shows = hasRoot && setting.epsilon >= 5e-3 && setting.epsilon_inside !== epsilon_inside
  return shows ? { epsilon_inside } : undefined
}

function decays(given: Given, form: Setting["decay_form"]): boolean {
  return given.weight_decay > 0 && settingOf(given).decay_form === form
}

const question: Question<typeof given> = given => {
  const setting = settingOf(given)
  const velocity = optimizerOf(setting).rules.find(({ name }) => name === "velocity")
  const { weight_decay, decay_form, maximize, epsilon_inside, epsilon } = setting
  const values = used(setting).map(([symbol, value]) => math`${symbol} = ${value}`)
  const names = namesOf(given) ?? []
  const on =
    given.objective === undefined
      ? text`with the given gradients`
      : text`on f = ${richOf(parseExpression(given.objective, { names }))}`
  const remarks = [
    ...(maximize ? ["f is to grow"] : []),
    ...(epsilon_inside && epsilon > 0 ? ["ε stands under the root"] : []),
    ...(weight_decay > 0
      ? [decay_form === "l2" ? "λθ is added to the gradient" : "the weight decay is decoupled"]
      : []),
  ]
  const ending = remarks.length > 0 ? ` (${remarks.join("; ")})` : ""
  const formula = velocity
    ? text` The velocity is ${math`v_t = ${velocity.formula(symbols)}`}.`
    : ""
  return text`Take ${plural(stepsOf(given) ?? 0, "step")} of ${nameOf(setting)} ${on}, from ${math`\theta_0 = ${given.parameters}`}, with ${join(values, ", ")}${ending}.${formula}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const descent = descentOf(given)
  const n = descent.start.length
  const scalar = typeof given.parameters === "number"
  const plain = (values: Vector) => (scalar ? entry(values, 0) : values)
  work.step("Update rule", () => rulesWritten(given, descent))

  const hand: Hand = (name, i, value, slips, from) => {
    const wrong = Object.entries(slips).map(([slip, other]) => [slip, plain(other)])
    const more = from && { from: plain(from) }
    return vectorOf(work.part(name, i, plain(value), Object.fromEntries(wrong), more), n)
  }
  const all: Taken[] = []
  for (const taken of descend(descent, hand)) {
    all.push(taken)
    if (taken.i === 0) work.step("Step 1", () => stepWritten(given, descent, taken))
  }
  if (all.length > 1) {
    work.step(
      all.length === 2 ? "Step 2" : `Steps 2 ${all.length === 3 ? "and" : "to"} ${all.length}`,
      () =>
        all.length === 2
          ? all.slice(1).flatMap(taken => stepWritten(given, descent, taken))
          : overview(given, descent, all.slice(1)),
    )
  }
}

export default defineKind({
  name: "optimizer",
  topic: "training",
  title: "Steps of an optimiser",
  given,
  answers,
  slips,
  question,
  solve,
})
