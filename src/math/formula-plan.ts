import type { Complaint } from "../core/complaints.ts"
import { parseExpression, type Vocabulary } from "../core/expression.ts"
import { complaintOf, isVariable, refusalOf } from "../core/expression-field.ts"
import { type Expression, namesIn, textOf } from "../core/expression-tree.ts"
import { arrayFunctions, evaluateFormula, type KnownValues, type Value } from "./formula.ts"

/** A problem of formulas as its author writes it. */
export interface Formulas {
  variables: KnownValues
  steps: readonly FormulaStep[]
}

export interface FormulaStep {
  name: string
  formula: string
  /** Whether its value is asked, or the formula itself. */
  as: "value" | "expression"
  slips?: Readonly<Record<string, string>> | undefined
}

/** A step with its formulas as trees, and what it gives for the problem's own numbers. */
export interface Planned {
  tree: Expression
  slips: Readonly<Record<string, Expression>>
  value: Value
  /** The numbers that an asked formula may use. */
  names: readonly string[]
}

/** What formulas of numbers, vectors and grids are made of. */
export const vocabulary = { arrays: true, functions: arrayFunctions } satisfies Vocabulary
/** Slips are worked out whenever a sheet is graded. */
const mostSlips = 12

export function planOf({ variables, steps }: Formulas): readonly Planned[] {
  const before = plans.get(variables)
  if (before) return before
  const values: Record<string, Value> = { ...variables }
  const plan = steps.map(step => {
    const planned = plannedStep(step, values)
    values[step.name] = planned.value
    return planned
  })
  plans.set(variables, plan)
  return plan
}

/** Numbers are read anew with every problem, and are the same in each of its runs. */
const plans = new WeakMap<KnownValues, readonly Planned[]>()

function plannedStep({ formula, as, slips = {} }: FormulaStep, values: KnownValues): Planned {
  const names = numbersAmong(values)
  const read = (typed: string) => parseExpression(typed, wordsFor(as, values))
  const tree = read(formula)
  return {
    tree,
    slips: Object.fromEntries(Object.entries(slips).map(([words, typed]) => [words, read(typed)])),
    value: evaluateFormula(tree, values),
    names,
  }
}

/** What a student writes as a formula has numbers only, and so has its key. */
function wordsFor(as: FormulaStep["as"], values: KnownValues): Vocabulary {
  if (as === "expression") return { names: numbersAmong(values) }
  return { ...vocabulary, names: Object.keys(values) }
}

function numbersAmong(values: KnownValues): string[] {
  return Object.keys(values).filter(name => typeof values[name] === "number")
}

/** What the mistakes give: the texts of formulas, or values; nothing where they have none. */
export function wrongAnswers(
  { slips }: Planned,
  as: FormulaStep["as"],
  values: KnownValues,
): Record<string, Value | string> {
  const found: Record<string, Value | string> = {}
  for (const [words, tree] of Object.entries(slips)) {
    refusalOf(() => {
      found[words] = as === "expression" ? textOf(tree) : evaluateFormula(tree, values)
    })
  }
  return found
}

/** What is wrong with names and formulas; a step that builds on a wrong one is left alone. */
export function complaintsOf({ variables, steps }: Formulas): Complaint[] {
  const values: Record<string, Value> = { ...variables }
  const broken = new Set<string>()
  return [
    ...Object.keys(variables).flatMap(name => badName(name, ["variables", name])),
    ...steps.flatMap((step, i) => {
      const later = steps.slice(i).map(({ name }) => name)
      return complaintsOfStep(step, i, values, broken, later)
    }),
  ]
}

function complaintsOfStep(
  { name, formula, as, slips = {} }: FormulaStep,
  i: number,
  values: Record<string, Value>,
  broken: Set<string>,
  later: readonly string[],
): Complaint[] {
  const path = ["steps", i] as const
  if (Object.hasOwn(values, name) || broken.has(name)) {
    const message = `is \`${name}\` again: each name stands once`
    return [{ path: [...path, "name"], code: "duplicate", message }]
  }
  const strange = badName(name, [...path, "name"])
  const count = Object.keys(slips).length
  if (count > mostSlips) {
    const message = `lists ${count} mistakes, and at most ${mostSlips} are tried`
    return [...strange, { path: [...path, "slips"], message }]
  }
  const known = wordsFor(as, values)
  const names = [...(known.names ?? []), ...broken]
  const workOut = (typed: string): Value | undefined => {
    const tree = parseExpression(typed, { ...known, names })
    const waits = namesIn(tree, names).some(each => broken.has(each))
    return waits ? undefined : evaluateFormula(tree, values)
  }
  const check = (typed: string, at: readonly string[]): Complaint[] => {
    const refusal = refusalOf(() => workOut(typed))
    if (!refusal) return []
    const complaint = complaintOf(refusal, [...path, ...at])
    const used = /^uses `([^`]+)`, which is not a name/.exec(refusal.message)?.[1] ?? ""
    const array = Object.hasOwn(values, used) && typeof values[used] !== "number"
    const hint = array
      ? `\`${used}\` is no number; a formula that is asked for holds numbers only`
      : later.includes(used)
        ? `\`${used}\` is worked out ${used === name ? "here" : "only later"}`
        : undefined
    if (hint !== undefined) return [{ ...complaint, hint }]
    return [{ hint: "check the formula, and the numbers it works on", ...complaint }]
  }
  const own = check(formula, ["formula"])
  const ofSlips = Object.entries(slips).flatMap(([words, typed]) => check(typed, ["slips", words]))
  const value = own.length === 0 ? workOut(formula) : undefined
  if (value === undefined) broken.add(name)
  else values[name] = value
  return [...strange, ...own, ...ofSlips]
}

function badName(name: string, path: readonly (string | number)[]): Complaint[] {
  if (isVariable(name) && !Object.hasOwn(arrayFunctions, name)) return []
  const message = "is a name that formulas cannot use"
  return [{ path, code: "name", message, hint: "a letter, then letters, digits and _" }]
}
