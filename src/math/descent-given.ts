import type { Complaint } from "../core/complaints.ts"
import { parseExpression } from "../core/expression.ts"
import { complaintOf, refusalOf } from "../core/expression-field.ts"
import { type Expression, namesIn } from "../core/expression-tree.ts"
import { valueAt } from "../core/expression-value.ts"
import type { Vector } from "../core/types.ts"
import { plural } from "../core/words.ts"
import { derivative } from "./derivative.ts"
import { type Descent, descend } from "./descent.ts"
import { entry } from "./linear.ts"
import type { Setting } from "./optimizers.ts"

/** The run of an optimiser as a problem gives it. */
export interface Given
  extends Pick<Setting, "algorithm" | "learning_rate" | "weight_decay" | "maximize">,
    Asked,
    Perhaps {}

interface Asked {
  parameters: number | number[]
  gradients?: number[] | number[][] | undefined
  objective?: string | undefined
  steps?: number | undefined
  names?: string[] | undefined
}

type Perhaps = {
  [S in Exclude<keyof Setting, "algorithm" | "learning_rate" | "weight_decay" | "maximize">]?:
    | Setting[S]
    | undefined
}

/** Gradients that are not one row per step and one column per parameter. */
export function misshapen({ parameters, gradients }: Asked): Complaint | undefined {
  if (!gradients) return undefined
  const [path, code] = [["gradients"], "shape"]
  const width = [gradients[0]].flat().length
  const isList = !Array.isArray(gradients[0])
  if (typeof parameters === "number") {
    const message = "has a list for each step, but `parameters` is one number"
    const hint = "write one number per step: [0.5, -1]"
    return isList ? undefined : { path, code, message, hint }
  }
  if (isList) {
    const message = "has one number per step, but `parameters` is a list"
    return { path, code, message, hint: "write a list for each step: [[0.5, -1], [0.2, 0]]" }
  }
  if (width === parameters.length) return undefined
  const message = `has ${plural(width, "column")}, but there are ${plural(parameters.length, "parameter")}`
  return { path, code, message }
}

/** What keeps an objective from being differentiated by the parameters. */
export function unread(given: Asked): Complaint | undefined {
  const { objective } = given
  if (objective === undefined) return undefined
  const names = namesOf(given)
  if (!names) {
    const found = namesIn(parseExpression(objective)).join(", ") || "no variable"
    const message = `must name the parameters in their order: \`objective\` has ${found}`
    return { path: ["names"], code: "missing-field", message }
  }
  const refusal = refusalOf(() => {
    const tree = parseExpression(objective, { names })
    for (const name of names) derivative(tree, name)
  })
  return refusal && complaintOf(refusal, ["objective"])
}

/** The parameters by name; nothing where an objective leaves their order open. */
export function namesOf({ parameters, objective, names }: Asked) {
  const n = [parameters].flat().length
  if (names) return names
  if (objective === undefined)
    return n === 1 ? ["θ"] : Array.from({ length: n }, (_, k) => `θ${k + 1}`)
  const found = namesIn(parseExpression(objective))
  const sorted = found.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
  return found.length === n && found.join() === sorted.join() ? found : undefined
}

export function stepsOf({ gradients, objective, steps }: Asked): number | undefined {
  return objective === undefined ? gradients?.length : steps
}

export function settingOf(given: Given): Setting {
  const { algorithm, learning_rate, momentum = 0.9, weight_decay, maximize } = given
  const { beta1 = 0.9, beta2 = 0.999, decay = 0.9, epsilon = 1e-8, epsilon_inside = false } = given
  const { decay_form = algorithm === "adamw" ? "decoupled" : "l2" } = given
  const { momentum_form = "velocity", lookahead = false } = given
  const rates = { learning_rate, momentum, beta1, beta2, decay, epsilon, weight_decay }
  const forms = { epsilon_inside, decay_form, momentum_form, lookahead, maximize }
  return { algorithm, ...rates, ...forms }
}

/** The partial derivatives of the objective. */
export function slopesOf(given: Asked): readonly Expression[] {
  return partsOf(given).slopes
}

/** A class is graded with the same few derivatives. */
const known = new Map<string, Parts>()

interface Parts {
  names: readonly string[]
  slopes: readonly Expression[]
}

function partsOf(given: Asked): Parts {
  const { objective, names: typed = [], parameters } = given
  if (objective === undefined) return { names: namesOf(given) ?? [], slopes: [] }
  const key = [objective, typed.join(), [parameters].flat().length].join("\u0000")
  const before = known.get(key)
  if (before) return before
  const names = namesOf(given) ?? []
  const tree = parseExpression(objective, { names })
  const found = { names, slopes: names.map(name => derivative(tree, name)) }
  if (known.size > 64) known.clear()
  known.set(key, found)
  return found
}

export function asksGradient({ objective, ...given }: Given): boolean {
  const { weight_decay, decay_form } = settingOf({ objective, ...given })
  return objective !== undefined || (weight_decay > 0 && decay_form === "l2")
}

export function descentOf(given: Given): Descent {
  const setting = settingOf(given)
  const { names, slopes } = partsOf(given)
  const rows = given.gradients?.map(row => [row].flat()) ?? []
  const hasObjective = given.objective !== undefined
  return {
    setting,
    start: [given.parameters].flat(),
    steps: stepsOf(given) ?? 0,
    gradientAt: (i, point) =>
      hasObjective ? slopes.map(slope => valueAt(slope, valuesOf(names, point))) : entry(rows, i),
    asksGradient: asksGradient(given),
    hasObjective,
  }
}

function valuesOf(names: readonly string[], point: Vector) {
  return Object.fromEntries(names.map((name, k) => [name, entry(point, k)]))
}

/** A run that comes to a value that is not finite. */
export function unending(given: Given): Complaint | undefined {
  if (misshapen(given) || unread(given) || stepsOf(given) === undefined) return undefined
  for (const { i, raw, now, next } of descend(descentOf(given), (_name, _i, value) => value)) {
    if ([raw, ...Object.values(now), next].flat().every(Number.isFinite)) continue
    if (!raw.every(Number.isFinite)) {
      const message = `has no finite slope where step ${i + 1} begins`
      return { path: ["objective"], code: "undefined", message }
    }
    const isZero = given.epsilon === 0
    const path = [isZero ? "epsilon" : "learning_rate"]
    const message = isZero
      ? `is 0, so step ${i + 1} divides 0 by 0`
      : `leaves step ${i + 1} without a finite value`
    return { path, code: "undefined", message }
  }
  return undefined
}
