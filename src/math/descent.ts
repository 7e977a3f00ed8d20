import type { Vector } from "../core/types.ts"
import { entry } from "./linear.ts"
import {
  optimizerOf,
  parametersRule,
  type Quantity,
  type Rule,
  type Setting,
  type Terms,
} from "./optimizers.ts"

/** A run of an optimiser over some steps; vectors have the shape (n), n the number of parameters. */
export interface Descent {
  setting: Setting
  start: Vector
  steps: number
  /** The gradient for step i, counted from 0; taken at a point where an objective is known. */
  gradientAt: (i: number, point: Vector) => Vector
  /** Whether the gradient is an answer: it is computed, or a decay enters it. */
  asksGradient: boolean
  /** Whether it depends on the point. */
  hasObjective: boolean
}

export type Name = "gradient" | Quantity | "parameters"

/** Hands a vector over and returns the one to go on with. */
export type Hand = (
  name: Name,
  i: number,
  value: Vector,
  slips: Readonly<Record<string, Vector>>,
  from?: Vector,
) => Vector

/** What one step saw and made; `old` and `now` by the names of the quantities. */
export interface Taken {
  i: number
  /** The parameters before and after. */
  theta: Vector
  next: Vector
  /** Where the gradient was taken, and what it was before a decay entered it. */
  point: Vector
  raw: Vector
  g: Vector
  old: Readonly<Partial<Record<Quantity, Vector>>>
  now: Readonly<Partial<Record<Quantity, Vector>>>
}

/** Takes the steps one after the other. */
export function* descend(descent: Descent, hand: Hand): Generator<Taken> {
  const { setting, start, steps } = descent
  const { rules } = optimizerOf(setting)
  const parameters = parametersRule(setting)
  let theta = start
  let old: Partial<Record<Quantity, Vector>> = {}
  for (let i = 0; i < steps; i++) {
    const before = { theta, old }
    const gradient = gradientOf(descent, i, before, hand)
    const now: Partial<Record<Quantity, Vector>> = {}
    const give = (name: Name, { value, slips }: Valued, from?: Vector) => {
      const step = { i, g: gradient.g, now, ...before }
      const terms = before.theta.map((_, k) => termsAt(setting, { ...step, k }))
      const wrong = Object.entries(slips).map(([slip, f]) => [slip, terms.map(f)] as const)
      return hand(name, i, terms.map(value), Object.fromEntries(wrong), from)
    }
    for (const rule of rules) now[rule.name] = give(rule.name, rule)
    theta = give("parameters", parameters, before.theta)
    yield { i, ...before, ...gradient, now, next: theta }
    old = now
  }
}

type Valued = Pick<Rule, "value" | "slips">

/** With the share of the parameters that a decay in the form of L2 adds. */
function gradientOf(
  descent: Descent,
  i: number,
  { theta, old }: Pick<Taken, "theta" | "old">,
  hand: Hand,
): Pick<Taken, "point" | "raw" | "g"> {
  const { setting, gradientAt } = descent
  const { lookahead, maximize, momentum_form, learning_rate, momentum, weight_decay } = setting
  const velocity = old.velocity ?? theta.map(() => 0)
  const share = momentum_form === "signed" ? 1 : maximize ? learning_rate : -learning_rate
  const ahead = theta.map((x, k) => x + share * momentum * entry(velocity, k))
  const point = lookahead && descent.hasObjective ? ahead : theta
  const raw = gradientAt(i, point)
  if (!descent.asksGradient) return { point, raw, g: raw }
  const lambda = setting.decay_form === "l2" ? (maximize ? -weight_decay : weight_decay) : 0
  const decayed = (values: Vector, by: number) =>
    values.map((value, k) => value + by * entry(theta, k))
  const g = hand("gradient", i, decayed(raw, lambda), {
    ...(lambda !== 0 && {
      "the weight decay is left out": raw,
      "the weight decay adds 2λ·θ": decayed(raw, 2 * lambda),
      "the weight decay is subtracted": decayed(raw, -lambda),
    }),
    ...(point !== theta && {
      "the gradient is taken without looking ahead": decayed(gradientAt(i, theta), lambda),
    }),
    ...(descent.hasObjective &&
      i > 0 && {
        "the gradient at the start is used again": decayed(gradientAt(i, descent.start), lambda),
      }),
  })
  return { point, raw, g }
}

/** The numbers that the rules of a step are about, for parameter k. */
export function termsAt(
  setting: Setting,
  { i, k, g, theta, old, now }: Pick<Taken, "i" | "g" | "theta" | "old" | "now"> & { k: number },
): Terms<number> {
  const of = (values: Vector | undefined) => values?.[k] ?? 0
  return {
    g: of(g),
    theta: of(theta),
    velocity: of(now.velocity),
    m: of(now.m),
    v: of(now.v),
    u: of(now.u),
    delta: of(now.delta),
    m_hat: of(now.m_hat),
    v_hat: of(now.v_hat),
    velocity_old: of(old.velocity),
    m_old: of(old.m),
    v_old: of(old.v),
    u_old: of(old.u),
    eta: setting.learning_rate,
    mu: setting.momentum,
    beta1: setting.beta1,
    beta2: setting.beta2,
    rho: setting.decay,
    epsilon: setting.epsilon,
    lambda: setting.weight_decay,
    t: i + 1,
  }
}
