import type { Diagnostic } from "./diagnostic.ts"
import { Fraction } from "./number.ts"
import type { Problem } from "./problem.ts"
import { entry } from "./source.ts"

/** What each asked answer is worth, exact; answers that are not asked are absent. */
export type Worth = ReadonlyMap<string, Fraction>

export interface Shares {
  worth: Worth
  /** The problem's points. */
  total: Fraction
  /** Why the points cannot be shared as written. */
  diagnostics: readonly Diagnostic[]
}

/**
 * Shares a problem's points among its asked answers: those with points of their own keep them, the
 * rest is shared equally. Without `points:` an answer is worth 1.
 */
export function sharePoints(problem: Problem, answered: readonly string[]): Shares {
  const asked = problem.ask ? answered.filter(name => problem.ask?.has(name)) : answered
  const own = new Map(
    asked.flatMap(name => {
      const points = problem.ask?.get(name)?.points
      return points ? [[name, points] as const] : []
    }),
  )
  const given = [...own.values()].reduce((sum, points) => sum.add(points), new Fraction(0))
  const others = asked.length - own.size
  const total = problem.points ?? given.add(others)
  const rest = total.sub(given)
  const complaint = mismatch(total, given, rest, others)
  const share = others > 0 && rest.compare(0) > 0 ? rest.div(others) : new Fraction(0)
  return {
    worth: new Map(asked.map(name => [name, own.get(name) ?? share])),
    total: complaint ? given.add(share.mul(others)) : total,
    diagnostics: complaint ? [pointsDiagnostic(problem, complaint)] : [],
  }
}

function mismatch(
  total: Fraction,
  given: Fraction,
  rest: Fraction,
  others: number,
): string | undefined {
  if (rest.compare(0) < 0) {
    return `the answers have ${given.toFraction()} points of their own, but the problem has ${total.toFraction()}`
  }
  if (others === 0 && rest.compare(0) > 0) {
    return `the answers have ${given.toFraction()} points, and no answer takes the other ${rest.toFraction()} of ${total.toFraction()}`
  }
  return undefined
}

function pointsDiagnostic({ origin }: Problem, message: string): Diagnostic {
  const at = entry(origin.written, "points")?.value ?? origin.written
  return origin.source.diagnostic("points", message, at, "change `points`, or those in `ask`")
}

/** The same shares of other points: an exam may give a problem more or less than its author did. */
export function scaleShares(shares: Shares, points: Fraction): Shares {
  const { worth, total, diagnostics } = shares
  if (worth.size === 0) return shares
  const scaled = [...worth].map(([name, own]) => {
    return [name, total.equals(0) ? points.div(worth.size) : own.mul(points).div(total)] as const
  })
  return { worth: new Map(scaled), total: points, diagnostics }
}
