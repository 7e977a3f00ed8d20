import { type Inline, math, type Rich } from "../core/blocks.ts"
import { Fraction } from "../core/number.ts"
import { negative } from "./distribution.ts"

// The optimisers as lists of rules. All of them work entry by entry, so a rule is written for single numbers,
// once as a formula (for symbols as for values) and once as a computation.

export const algorithms = [
  "sgd",
  "momentum",
  "nesterov",
  "adagrad",
  "adadelta",
  "rmsprop",
  "adam",
  "adamax",
  "adamw",
] as const
export type Algorithm = (typeof algorithms)[number]

export interface Setting {
  algorithm: Algorithm
  learning_rate: number
  momentum: number
  beta1: number
  beta2: number
  decay: number
  epsilon: number
  epsilon_inside: boolean
  weight_decay: number
  decay_form: "l2" | "decoupled"
  momentum_form: "velocity" | "ema" | "signed"
  lookahead: boolean
  maximize: boolean
}

/** What is carried from step to step or made anew in each, by the names of the answers. */
export type Quantity = "velocity" | "m" | "v" | "m_hat" | "v_hat" | "delta" | "u"
/** `_old` is the value of the step before. */
export type Term =
  | Quantity
  | "velocity_old"
  | "m_old"
  | "v_old"
  | "u_old"
  | "g"
  | "theta"
  | "eta"
  | "mu"
  | "beta1"
  | "beta2"
  | "rho"
  | "epsilon"
  | "lambda"
  | "t"
export type Terms<T> = Readonly<Record<Term, T>>

type Formula = (terms: Terms<Inline>) => Rich
type Value = (terms: Terms<number>) => number

export interface Rule {
  name: Quantity
  label: string
  formula: Formula
  value: Value
  slips: Readonly<Record<string, Value>>
}

/** What is subtracted from the parameters, or added where something is maximised. */
export interface Move {
  formula: Formula
  value: Value
  slips: Readonly<Record<string, Value>>
  /** Whether the sign is in it already. */
  signed?: boolean
}

export interface Optimizer {
  rules: readonly Rule[]
  move: Move
}

const squared: Formula = ({ g }) => math`${g}^2`

function mean(name: "m" | "v", beta: "beta1" | "beta2" | "rho"): Rule {
  const old = `${name}_old` as const
  const power = name === "m" ? 1 : 2
  const of: Formula = terms => (name === "m" ? math`${terms.g}` : squared(terms))
  const mixed =
    (kept: Value, added: Value, by = power) =>
    (s: Terms<number>) =>
      kept(s) * s[old] + added(s) * s.g ** by
  const [share, rest]: [Value, Value] = [s => s[beta], s => 1 - s[beta]]
  return {
    name,
    label: name === "m" ? "running mean of the gradients" : "running mean of the squared gradients",
    formula: s => math`${s[beta]} \cdot ${s[old]} + (1 - ${s[beta]}) \cdot ${of(s)}`,
    value: mixed(share, rest),
    slips: {
      "the new one is not weighted by 1 − β": mixed(share, () => 1),
      "the weights of old and new are swapped": mixed(rest, share),
      "the old mean is left out": mixed(() => 0, rest),
      ...(name === "v" && {
        "the gradient is not squared": mixed(share, rest, 1),
        "the mean of the step itself stands in for the old one": s => s.g ** 2,
      }),
    },
  }
}

function corrected(name: "m_hat" | "v_hat"): Rule {
  const [of, beta] = name === "m_hat" ? (["m", "beta1"] as const) : (["v", "beta2"] as const)
  return {
    name,
    label: `${of}, its bias corrected`,
    formula: s => math`\frac{${s[of]}}{1 - ${s[beta]}^{${s.t}}}`,
    value: s => s[of] / (1 - s[beta] ** s.t),
    slips: {
      "the bias is not corrected": s => s[of],
      "the correction of the first step is kept": s => s[of] / (1 - s[beta]),
      "it is multiplied by 1 − βᵗ": s => s[of] * (1 - s[beta] ** s.t),
    },
  }
}

/** η times a numerator over the root of a running mean. */
function scaled(top: "g" | "m_hat", below: "v" | "v_hat", inside: boolean): Move {
  const root = (x: number, epsilon: number) =>
    inside ? Math.sqrt(x + epsilon) : Math.sqrt(x) + epsilon
  return {
    formula: s =>
      inside
        ? math`\frac{${s.eta} \cdot ${s[top]}}{\sqrt{${s[below]} + ${s.epsilon}}}`
        : math`\frac{${s.eta} \cdot ${s[top]}}{\sqrt{${s[below]}} + ${s.epsilon}}`,
    value: s => (s.eta * s[top]) / root(s[below], s.epsilon),
    slips: {
      "the root is left out": s => (s.eta * s[top]) / (s[below] + s.epsilon),
      ...(top === "m_hat" && {
        "the gradient stands where its mean belongs": s =>
          (s.eta * s.g) / root(s[below], s.epsilon),
      }),
    },
  }
}

/** 1 − x without the noise of binary fractions: what is divided by it stays whole. */
function restOf(x: number): number {
  return new Fraction(1).sub(x).valueOf()
}

function velocityOf({ momentum_form, maximize }: Setting): Rule {
  const weigh: Record<Setting["momentum_form"], Value> = {
    velocity: () => 1,
    ema: s => 1 - s.mu,
    signed: s => (maximize ? s.eta : -s.eta),
  }
  const share = weigh[momentum_form]
  const added: Formula = s =>
    ({
      velocity: math`+ ${s.g}`,
      ema: math`+ (1 - ${s.mu}) \cdot ${s.g}`,
      signed: maximize ? math`+ ${s.eta} \cdot ${s.g}` : math`- ${s.eta} \cdot ${s.g}`,
    })[momentum_form]
  return {
    name: "velocity",
    label: "velocity",
    formula: s => math`${s.mu} \cdot ${s.velocity_old} ${added(s)}`,
    value: s => s.mu * s.velocity_old + share(s) * s.g,
    slips: {
      "the old velocity is left out": s => share(s) * s.g,
      "the velocity of the step itself stands in for the old one": s =>
        (share(s) * s.g) / restOf(s.mu),
      "the parameters stand where the old velocity belongs": s => s.mu * s.theta + share(s) * s.g,
      "the old velocity is not multiplied by μ": s => s.velocity_old + share(s) * s.g,
    },
  }
}

function alongVelocity(setting: Setting): Move {
  const { momentum_form: form, maximize } = setting
  const ahead = setting.algorithm === "nesterov" && !setting.lookahead
  const before = {
    "the velocity of the step before is taken": (s: Terms<number>) => s.velocity_old,
  }
  if (form === "signed") {
    const turned = maximize ? 1 : -1
    return {
      signed: true,
      formula: s =>
        ahead
          ? math`${s.mu} \cdot ${s.velocity} ${maximize ? math`+` : math`-`} ${s.eta} \cdot ${s.g}`
          : math`${s.velocity}`,
      value: s => (ahead ? s.mu * s.velocity + turned * s.eta * s.g : s.velocity),
      slips: before,
    }
  }
  const share: Value = s => (form === "ema" ? 1 - s.mu : 1)
  const inner: Formula = s =>
    form === "ema"
      ? math`((1 - ${s.mu}) \cdot ${s.g} + ${s.mu} \cdot ${s.velocity})`
      : math`(${s.g} + ${s.mu} \cdot ${s.velocity})`
  return {
    formula: s => math`${s.eta} \cdot ${ahead ? inner(s) : s.velocity}`,
    value: s => s.eta * (ahead ? share(s) * s.g + s.mu * s.velocity : s.velocity),
    slips: { "the velocity of the step before is taken": s => s.eta * s.velocity_old },
  }
}

export function optimizerOf(setting: Setting): Optimizer {
  const { algorithm, epsilon_inside: inside } = setting
  switch (algorithm) {
    case "sgd":
      return {
        rules: [],
        move: { formula: s => math`${s.eta} \cdot ${s.g}`, value: s => s.eta * s.g, slips: {} },
      }
    case "momentum":
    case "nesterov":
      return { rules: [velocityOf(setting)], move: alongVelocity(setting) }
    case "adagrad":
      return { rules: [sumOfSquares], move: scaled("g", "v", inside) }
    case "rmsprop":
      return { rules: [mean("v", "rho")], move: scaled("g", "v", inside) }
    case "adadelta":
      return {
        rules: [mean("v", "rho"), change, meanOfChanges],
        move: {
          formula: s => math`${s.eta} \cdot ${s.delta}`,
          value: s => s.eta * s.delta,
          slips: {},
        },
      }
    case "adamax":
      return { rules: [mean("m", "beta1"), largest, corrected("m_hat")], move: overLargest }
    default:
      return {
        rules: [mean("m", "beta1"), mean("v", "beta2"), corrected("m_hat"), corrected("v_hat")],
        move: scaled("m_hat", "v_hat", inside),
      }
  }
}

const sumOfSquares: Rule = {
  name: "v",
  label: "sum of the squared gradients",
  formula: s => math`${s.v_old} + ${squared(s)}`,
  value: s => s.v_old + s.g ** 2,
  slips: {
    "the old sum is left out": s => s.g ** 2,
    "the gradient is not squared": s => s.v_old + s.g,
  },
}

const change: Rule = {
  name: "delta",
  label: "change, before the learning rate",
  formula: s =>
    math`\frac{\sqrt{${s.u_old} + ${s.epsilon}}}{\sqrt{${s.v} + ${s.epsilon}}} \cdot ${s.g}`,
  value: s => Math.sqrt((s.u_old + s.epsilon) / (s.v + s.epsilon)) * s.g,
  slips: {
    "the root of the old changes is left out": s => s.g / Math.sqrt(s.v + s.epsilon),
    "the roots are left out": s => ((s.u_old + s.epsilon) / (s.v + s.epsilon)) * s.g,
    "ε stands outside the roots": s =>
      ((Math.sqrt(s.u_old) + s.epsilon) / (Math.sqrt(s.v) + s.epsilon)) * s.g,
  },
}

const meanOfChanges: Rule = {
  name: "u",
  label: "running mean of the squared changes",
  formula: s => math`${s.rho} \cdot ${s.u_old} + (1 - ${s.rho}) \cdot ${s.delta}^2`,
  value: s => s.rho * s.u_old + (1 - s.rho) * s.delta ** 2,
  slips: {
    "the change is not squared": s => s.rho * s.u_old + (1 - s.rho) * s.delta,
    "the gradient's square is taken, not that of the change": s =>
      s.rho * s.u_old + (1 - s.rho) * s.g ** 2,
  },
}

const largest: Rule = {
  name: "v",
  label: "largest gradient, fading",
  formula: s => math`\max(${s.beta2} \cdot ${s.v_old}, \lvert ${s.g} \rvert)`,
  value: s => Math.max(s.beta2 * s.v_old, Math.abs(s.g)),
  slips: {
    "the old one is left out": s => Math.abs(s.g),
    "the old one is not multiplied by β₂": s => Math.max(s.v_old, Math.abs(s.g)),
    "both are added": s => s.beta2 * s.v_old + Math.abs(s.g),
  },
}

const overLargest: Move = {
  formula: s => math`\frac{${s.eta} \cdot ${s.m_hat}}{${s.v} + ${s.epsilon}}`,
  value: s => (s.eta * s.m_hat) / (s.v + s.epsilon),
  slips: {
    "the root is taken, as in Adam": s => (s.eta * s.m_hat) / (Math.sqrt(s.v) + s.epsilon),
    "v is corrected too, as in Adam": s =>
      (s.eta * s.m_hat) / (s.v / (1 - s.beta2 ** s.t) + s.epsilon),
  },
}

/** The new parameters: the move, and a decay that does not pass through the gradient. */
export function parametersRule(setting: Setting) {
  const { move } = optimizerOf(setting)
  const decoupled = setting.decay_form === "decoupled" && setting.weight_decay > 0
  const sign = setting.maximize || move.signed ? 1 : -1
  const shrunk: Value = s => s.theta - (decoupled ? s.eta * s.lambda * s.theta : 0)
  const with_ =
    (value: Value, from = shrunk): Value =>
    s =>
      from(s) + sign * value(s)
  const wrong = Object.entries(move.slips).map(([slip, value]) => [slip, with_(value)] as const)
  const slips: Record<string, Value> = {
    ...Object.fromEntries(wrong),
    ...(!move.signed && { "the learning rate is left out": with_(s => move.value(s) / s.eta) }),
    "the old parameters are left out": s => negative(-sign * move.value(s)),
    ...(decoupled && {
      "the decay is not multiplied by the learning rate": with_(
        move.value,
        s => s.theta - s.lambda * s.theta,
      ),
      "the decay is added": with_(move.value, s => s.theta + s.eta * s.lambda * s.theta),
    }),
  }
  const formula: Formula = s => {
    const decay = decoupled ? math` - ${s.eta} \cdot ${s.lambda} \cdot ${s.theta}` : math``
    return math`${s.theta}${decay} ${sign > 0 ? math`+` : math`-`} ${move.formula(s)}`
  }
  return { formula, value: with_(move.value), slips }
}
