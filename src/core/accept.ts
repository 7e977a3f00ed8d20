import type { Problem } from "./problem.ts"
import type { Run } from "./solve.ts"
import { type Telling, tellingOf } from "./telling.ts"

/** What is known of a problem that its variants are measured by. */
export interface Model {
  problem: Problem
  key: Run
  telling: Telling
  oddities: ReadonlySet<string>
}

export function modelOf(problem: Problem, key: Run): Model {
  return { problem, key, telling: tellingOf(problem, key), oddities: odditiesOf(problem, key) }
}

/**
 * Why a variant is no good for an exam, in words; nothing if it is. What its model does not keep
 * to either is not asked of it: a slip that shows, slips that differ, answers that say something.
 */
export function objectionTo(variant: Problem, key: Run, model: Model): string | undefined {
  const { answers } = key
  if (text(variant.given) === text(model.problem.given)) return "its numbers stay as they are"
  if ([...model.key.answers.keys()].some(name => !answers.has(name))) return "an answer is missing"
  const odd = [...odditiesOf(variant, key)].find(each => !model.oddities.has(each))
  if (odd !== undefined) return odd
  const { hidden, alike, idle } = tellingOf(variant, key)
  const known = new Set([...model.telling.hidden, ...model.telling.idle])
  const silent = [...hidden, ...idle].find(slip => !known.has(slip))
  if (silent !== undefined) return `it would not show if ${silent}`
  const twins = alike.find(
    slips => !model.telling.alike.some(own => slips.every(each => own.includes(each))),
  )
  return twins && `the same comes out if ${twins.join(", or if ")}`
}

/** What makes answers poor: nothing but zeros, an identity, what was given, no number, a tie. */
function odditiesOf({ given }: Problem, { answers }: Run): Set<string> {
  const givens = new Set(Object.values(given).filter(Array.isArray).map(text))
  const found = [...answers.values()].flatMap(({ name, answer, value }) => {
    const numbers = numbersIn(value)
    if (numbers.length === 0) return []
    const isArray = Array.isArray(value) && numbers.length > 2
    return [
      ...(numbers.every(x => x === 0) ? [`\`${name}\` is 0 all over`] : []),
      ...(isArray && isIdentity(value) ? [`\`${name}\` is the identity`] : []),
      ...(isArray && givens.has(text(value)) ? [`\`${name}\` is one of the givens`] : []),
      ...(numbers.some(x => !Number.isFinite(x)) ? [`\`${name}\` is not finite`] : []),
      ...(answer.type !== "integer" && numbers.some(isTie)
        ? [`a number in \`${name}\` could be rounded both ways`]
        : []),
    ]
  })
  return new Set(found)
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each))
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value]
  if (Array.isArray(value)) return value.flatMap(numbersIn)
  if (typeof value !== "object" || value === null || "d" in value) return []
  return Object.values(value).flatMap(numbersIn)
}

function isIdentity(value: readonly unknown[]): boolean {
  return value.every(
    (row, i) =>
      Array.isArray(row) &&
      row.length === value.length &&
      row.every((x, j) => x === (i === j ? 1 : 0)),
  )
}

/** Whether the fourth digit, and no other after it, is a 5: rounded to three, it goes either way. */
function isTie(x: number): boolean {
  if (x === 0 || !Number.isFinite(x)) return false
  const scaled = Math.abs(x) / 10 ** (Math.floor(Math.log10(Math.abs(x))) - 3)
  const digits = Math.round(scaled)
  return digits % 10 === 5 && Math.abs(scaled - digits) < 1e-9 * scaled && digits >= 1000
}
