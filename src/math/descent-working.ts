import {
  type Block,
  type Cell,
  grid,
  type Inline,
  join,
  math,
  type Rich,
  table,
  text,
} from "../core/blocks.ts"
import { parseExpression } from "../core/expression.ts"
import { richOf, symbolOf } from "../core/expression-rich.ts"
import type { Vector } from "../core/types.ts"
import type { Descent, Name, Taken } from "./descent.ts"
import { termsAt } from "./descent.ts"
import { type Given, namesOf, slopesOf } from "./descent-given.ts"
import { entry } from "./linear.ts"
import { optimizerOf, parametersRule, type Setting, type Term, type Terms } from "./optimizers.ts"

// How the steps of an optimiser are written out.

const named: Record<Setting["algorithm"], string> = {
  sgd: "gradient descent",
  momentum: "gradient descent with momentum",
  nesterov: "gradient descent with Nesterov momentum",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  rmsprop: "RMSProp",
  adam: "Adam",
  adamax: "Adamax",
  adamw: "AdamW",
}

/** The optimiser in words: "Adam", "gradient ascent", "Nesterov … that looks ahead". */
export function nameOf({ algorithm, maximize, lookahead }: Setting): string {
  const name = maximize ? named[algorithm].replace("descent", "ascent") : named[algorithm]
  return lookahead ? `${name} that looks ahead` : name
}

/** The settings that an optimiser has a use for, by their symbols. */
export function used(setting: Setting): Pair[] {
  const { algorithm, learning_rate, momentum, beta1, beta2, decay, epsilon, weight_decay } = setting
  const mu: Pair = [math`\mu`, momentum]
  const rho: Pair = [math`\rho`, decay]
  const small: Pair = [math`\varepsilon`, epsilon]
  const betas: Pair[] = [[math`\beta_1`, beta1], [math`\beta_2`, beta2], small]
  const of: Record<Setting["algorithm"], Pair[]> = {
    sgd: [],
    momentum: [mu],
    nesterov: [mu],
    adagrad: [small],
    adadelta: [rho, small],
    rmsprop: [rho, small],
    adam: betas,
    adamax: betas,
    adamw: betas,
  }
  const lambda: Pair[] = weight_decay > 0 ? [[math`\lambda`, weight_decay]] : []
  return [[math`\eta`, learning_rate], ...of[algorithm], ...lambda]
}

type Pair = readonly [Rich, number]

export const symbols: Terms<Rich> = {
  g: math`g_t`,
  theta: math`\theta_{t-1}`,
  velocity: math`v_t`,
  m: math`m_t`,
  v: math`v_t`,
  u: math`u_t`,
  delta: math`\Delta_t`,
  m_hat: math`\hat{m}_t`,
  v_hat: math`\hat{v}_t`,
  velocity_old: math`v_{t-1}`,
  m_old: math`m_{t-1}`,
  v_old: math`v_{t-1}`,
  u_old: math`u_{t-1}`,
  eta: math`\eta`,
  mu: math`\mu`,
  beta1: math`\beta_1`,
  beta2: math`\beta_2`,
  rho: math`\rho`,
  epsilon: math`\varepsilon`,
  lambda: math`\lambda`,
  t: math`t`,
}

/** A symbol with the number of its step, or t. */
function signOf(name: Name, t: Inline): Rich {
  const letters: Record<Name, Rich> = {
    gradient: math`g`,
    velocity: math`v`,
    m: math`m`,
    v: math`v`,
    m_hat: math`\hat{m}`,
    v_hat: math`\hat{v}`,
    delta: math`\Delta`,
    u: math`u`,
    parameters: math`\theta`,
  }
  return math`${letters[name]}_{${t}}`
}

/** The rules in symbols, with the settings. */
export function rulesWritten(given: Given, descent: Descent): Block[] {
  const { setting, hasObjective, asksGradient } = descent
  const { rules } = optimizerOf(setting)
  const t = math`t`
  const ahead = setting.lookahead && hasObjective
  const slope = math`\nabla f(${ahead ? math`\tilde{\theta}_t` : symbols.theta})`
  const raw = hasObjective ? slope : math`\nabla_t`
  return [
    ...(ahead ? [math`\tilde{\theta}_t = ${placeAhead(setting)}`] : []),
    ...(asksGradient
      ? [math`g_t = ${gradientWritten(setting, raw, symbols.lambda, symbols.theta)}`]
      : []),
    ...rules.map(rule => math`${signOf(rule.name, t)} = ${rule.formula(symbols)}`),
    math`\theta_t = ${parametersRule(setting).formula(symbols)}`,
    ...slopesWritten(given),
    join(
      used(setting).map(([symbol, value]) => math`${symbol} = ${value}`),
      ", \\quad ",
    ),
    ...(asksGradient && !hasObjective
      ? [text`${math`\nabla_t`} is the given gradient of step t.`]
      : []),
    ...(rules.length > 0
      ? [
          text`${descent.start.length > 1 ? "All of it goes entry by entry. " : ""}Before step 1, all but θ is 0.`,
        ]
      : []),
    ...(setting.maximize ? [text`The steps go up, so they are added.`] : []),
  ]
}

function placeAhead({ momentum_form, maximize }: Setting): Rich {
  const { theta, eta, mu, velocity_old } = symbols
  if (momentum_form === "signed") return math`${theta} + ${mu} \cdot ${velocity_old}`
  return math`${theta} ${maximize ? math`+` : math`-`} ${eta} \cdot ${mu} \cdot ${velocity_old}`
}

/** With the share that an L2 decay adds. */
function gradientWritten(setting: Setting, raw: Inline, lambda: Inline, theta: Inline): Rich {
  if (!isDecayed(setting)) return math`${raw}`
  return math`${raw} ${setting.maximize ? math`-` : math`+`} ${lambda} \cdot ${theta}`
}

function isDecayed({ weight_decay, decay_form }: Setting): boolean {
  return weight_decay > 0 && decay_form === "l2"
}

/** ∂f/∂x, by the name of the parameter. */
function slopeSign(names: readonly string[], k: number): Rich {
  const symbol = symbolOf(entry(names, k))
  return names.length === 1 ? math`f'(${symbol})` : math`\frac{\partial f}{\partial ${symbol}}`
}

function slopesWritten(given: Given): Rich[] {
  if (given.objective === undefined) return []
  const names = namesOf(given) ?? []
  return [
    math`f = ${richOf(parseExpression(given.objective, { names }))}`,
    ...slopesOf(given).map((slope, k) => math`${slopeSign(names, k)} = ${richOf(slope)}`),
  ]
}

/** As many parameters stand side by side in a formula; of more, the first. */
const mostInFormula = 3

/** One step in numbers. */
export function stepWritten(given: Given, descent: Descent, taken: Taken): Block[] {
  const { setting, asksGradient } = descent
  const { theta, next, point, raw, g, now } = taken
  const few = theta.length <= mostInFormula
  const scalar = typeof given.parameters === "number"
  const plain = (values: Vector): Inline => (few && !scalar ? values : entry(values, 0))
  const terms = termsOf(setting, taken, plain)
  const t = math`${taken.i + 1}${few ? math`` : math`,1`}`
  const names = namesOf(given) ?? []
  const values = Object.fromEntries(names.map((name, k) => [name, point[k] ?? 0]))
  const slopes = slopesOf(given).slice(0, few ? mostInFormula : 1)
  const sum = gradientWritten(setting, plain(raw), setting.weight_decay, plain(theta))
  return [
    ...(few ? [] : [text`For the first parameter; the others go the same way.`]),
    ...(point === theta ? [] : [math`\tilde{\theta}_{${t}} = ${plain(point)}`]),
    ...slopes.map(
      (slope, k) =>
        math`${slopeSign(names, k)} = ${richOf(slope, each => (each.type === "name" ? values[each.name] : undefined))} = ${entry(raw, k)}`,
    ),
    asksGradient && isDecayed(setting)
      ? math`g_{${t}} = ${sum} = ${plain(g)}`
      : math`g_{${t}} = ${plain(g)}`,
    ...optimizerOf(setting).rules.map(({ name, formula }) => {
      return math`${signOf(name, t)} = ${formula(terms)} = ${plain(now[name] ?? [])}`
    }),
    math`\theta_{${t}} = ${parametersRule(setting).formula(terms)} = ${plain(next)}`,
    ...(few ? [] : grids(given, descent, [taken])),
  ]
}

/** The terms of all parameters together; what does not differ among them stands alone. */
function termsOf(setting: Setting, taken: Taken, plain: (values: Vector) => Inline): Terms<Inline> {
  const all = taken.theta.map((_, k) => termsAt(setting, { ...taken, k }))
  const of = (term: Term) => plain(all.map(terms => terms[term]))
  const { eta, mu, beta1, beta2, rho, epsilon, lambda, t } = entry(all, 0)
  return {
    g: of("g"),
    theta: of("theta"),
    velocity: of("velocity"),
    m: of("m"),
    v: of("v"),
    u: of("u"),
    delta: of("delta"),
    m_hat: of("m_hat"),
    v_hat: of("v_hat"),
    velocity_old: of("velocity_old"),
    m_old: of("m_old"),
    v_old: of("v_old"),
    u_old: of("u_old"),
    ...{ eta, mu, beta1, beta2, rho, epsilon, lambda, t },
  }
}

/** Further steps at a glance: a table for one parameter, a grid per quantity for several. */
export function overview(given: Given, descent: Descent, steps: readonly Taken[]): Block[] {
  const told = text`They go the same way.`
  if (descent.start.length > 1) return [told, ...grids(given, descent, steps)]
  const columns = columnsOf(descent)
  const rows = shortened(steps).map((taken): Cell[] =>
    taken
      ? [taken.i + 1, ...columns.map(({ of }) => entry(of(taken), 0))]
      : ["…", ...columns.map(() => null)],
  )
  return [told, table([math`t`, ...columns.map(({ name }) => signOf(name, math`t`))], rows)]
}

function grids(given: Given, descent: Descent, steps: readonly Taken[]): Block[] {
  const columns = namesOf(given) ?? []
  const shown = shortened(steps).filter(taken => taken !== undefined)
  const rows = shown.map(({ i }) => `t = ${i + 1}`)
  return [
    ...columnsOf(descent).map(({ name, of }) =>
      grid(signOf(name, math`t`), shown.map(of), { rows, columns }),
    ),
    ...(shown.length < steps.length ? [text`Steps in between are left out here.`] : []),
  ]
}

/** What each step makes, in the order of the work. */
function columnsOf({ setting }: Descent): { name: Name; of: (taken: Taken) => Vector }[] {
  return [
    { name: "gradient", of: ({ g }) => g },
    ...optimizerOf(setting).rules.map(({ name }) => ({
      name,
      of: ({ now }: Taken) => now[name] ?? [],
    })),
    { name: "parameters", of: ({ next }) => next },
  ]
}

/** Of many steps, the first and the last ones. */
function shortened(steps: readonly Taken[]): (Taken | undefined)[] {
  return steps.length <= 12 ? [...steps] : [...steps.slice(0, 6), undefined, ...steps.slice(-4)]
}
