import { type Diagnostic, suggest } from "../core/diagnostic.ts"
import { Fraction, noise } from "../core/number.ts"
import type { Problem } from "../core/problem.ts"
import { type Run, runSlip, slipNames } from "../core/solve.ts"
import { entry, locate } from "../core/source.ts"

/** Names under `ask` that this problem does not answer. */
export function checkAsked({ ask, origin }: Problem, key: Run): Diagnostic[] {
  const { source, written } = origin
  const known = [...key.answers.keys()]
  return [...(ask?.keys() ?? [])].flatMap((name, i) => {
    if (key.answers.has(name)) return []
    const listed = entry(written, "ask")?.value.type === "list"
    const span = locate(written, ["ask", listed ? i : name], true)
    const message = `this problem has no answer \`${name}\``
    return [source.diagnostic("unknown-answer", message, span, suggest(name, known))]
  })
}

/** Slips that hide inside the tolerance, or give the same answers as another slip. */
export function checkSlips(problem: Problem, key: Run): Diagnostic[] {
  const asked = [...(problem.ask?.keys() ?? key.answers.keys())]
  const valuesOf = ({ answers }: Run) => asked.map(name => answers.get(name)?.value)
  const right = valuesOf(key)
  const hidden: string[] = []
  const alike: { slips: string[]; values: unknown[] }[] = []
  for (const slip of slipNames(problem, key)) {
    const slipped = runSlip(problem, slip)
    if (!slipped) continue
    const values = valuesOf(slipped)
    if (isSame(values, right)) continue // such as padding forgotten where there is none
    const group = alike.find(other => agree(values, other.values))
    if (agree(values, right)) hidden.push(slip)
    else if (group) group.slips.push(slip)
    else alike.push({ slips: [slip], values })
  }
  const { source, written } = problem.origin
  const warn = (code: string, what: string, slips: readonly string[]) => {
    const span = entry(written, "given")?.key ?? written
    const message = `${what}: ${slips.join("; ")}`
    return source.diagnostic(
      code,
      message,
      span,
      "other numbers would show the difference",
      "warning",
    )
  }
  const unseen = hidden.length > 1 ? "mistakes that would" : "a mistake that would"
  return [
    ...(hidden.length > 0
      ? [warn("slip-hidden", `${unseen} not show in the answers`, hidden)]
      : []),
    ...alike
      .filter(({ slips }) => slips.length > 1)
      .map(({ slips }) => warn("slips-alike", "mistakes that give the same answers", slips)),
  ]
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
