import { Fraction, noise } from "./number.ts"
import type { Problem } from "./problem.ts"
import { type Run, runSlip, slipNames } from "./solve.ts"

/** What cannot be told of a problem's slips from its answers. */
export interface Telling {
  /** Slips that change the answers, but by less than a grader lets pass. */
  hidden: readonly string[]
  /** Slips that give the same answers as one another. */
  alike: readonly (readonly string[])[]
  /** Slips that change nothing here, such as padding forgotten where there is none. */
  idle: readonly string[]
}

/** Tries every slip on a problem and compares what comes out in the asked answers. */
export function tellingOf(problem: Problem, key: Run): Telling {
  const asked = [...(problem.ask?.keys() ?? key.answers.keys())]
  const valuesOf = ({ answers }: Run) => asked.map(name => answers.get(name)?.value)
  const right = valuesOf(key)
  const [hidden, idle]: [string[], string[]] = [[], []]
  const groups: { slips: string[]; values: unknown[] }[] = []
  for (const slip of slipNames(problem, key)) {
    const slipped = runSlip(problem, slip)
    if (!slipped) continue
    const values = valuesOf(slipped)
    const group = groups.find(other => agree(values, other.values))
    if (isSame(values, right)) idle.push(slip)
    else if (agree(values, right)) hidden.push(slip)
    else if (group) group.slips.push(slip)
    else groups.push({ slips: [slip], values })
  }
  const alike = groups.map(({ slips }) => slips).filter(({ length }) => length > 1)
  return { hidden, alike, idle }
}

function agree(values: readonly unknown[], others: readonly unknown[]): boolean {
  return values.every((value, i) => isClose(value, others[i], largest(others[i])))
}

function isSame(values: readonly unknown[], others: readonly unknown[]): boolean {
  const text = (each: unknown) =>
    JSON.stringify(each, (_, value) => (typeof value === "bigint" ? String(value) : value))
  return text(values) === text(others)
}

/** Within what a grader lets pass: 0.5 % of a number, or 0.1 % of the largest one of its answer. */
function isClose(a: unknown, b: unknown, scale: number): boolean {
  if (typeof a === "number" && typeof b === "number") {
    if (a === b) return true
    if (!Number.isFinite(a) || !Number.isFinite(b)) return false
    const slack = Number.isInteger(b) ? 0 : Math.max(0.005 * Math.abs(b), 0.001 * scale)
    return Math.abs(a - b) <= slack + noise(b, 0)
  }
  if (a instanceof Fraction && b instanceof Fraction) return a.equals(b)
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b
  const fields = new Map(Object.entries(a))
  const others = Object.entries(b)
  return (
    fields.size === others.length &&
    others.every(([name, each]) => isClose(fields.get(name), each, scale))
  )
}

function largest(value: unknown): number {
  if (typeof value === "number") return Number.isFinite(value) ? Math.abs(value) : 0
  if (value instanceof Fraction || typeof value !== "object" || value === null) return 0
  return Math.max(0, ...Object.values(value).map(largest))
}
