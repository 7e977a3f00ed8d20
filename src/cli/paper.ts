import type { Diagnostic } from "../core/diagnostic.ts"
import { type Marking, prepare } from "../core/grade.ts"
import { Fraction } from "../core/number.ts"
import { scaleShares } from "../core/points.ts"
import type { Problem } from "../core/problem.ts"
import {
  type Collected,
  type CollectedExam,
  collectProblems,
  inFileOrder,
  type Rescaled,
} from "./collect.ts"
import { checkAsked } from "./lint-checks.ts"
import { solving } from "./solving.ts"

/** The problems that submissions are graded against. */
export interface Paper {
  /** By problem id. */
  markings: ReadonlyMap<string, Marking>
  /** The ids that count for every sheet; of the others those count that a sheet names. */
  counted: ReadonlySet<string>
  /** The exams that were named. */
  exams: readonly CollectedExam[]
  /** The absolute paths of what was read. */
  files: readonly string[]
  diagnostics: readonly Diagnostic[]
}

/**
 * Loads problems and computes their keys. Those of an exam that is named count for every sheet, as
 * does a problem that is the only one, and `everything` if so asked.
 */
export async function openPaper(args: readonly string[], everything: boolean): Promise<Paper> {
  const collected = await collectProblems(args)
  const { problems, exams, files } = collected
  const examined = new Set(exams.flatMap(exam => exam.problems))
  const markings = new Map<string, Marking>()
  for (const problem of problems) {
    // Of two with one id, which is an error, the first stays.
    if (!markings.has(problem.id)) markings.set(problem.id, solving(problem, prepare))
  }
  const diagnostics = [
    ...collected.diagnostics,
    ...[...markings.values()].flatMap(({ problem, key, shares }) => [
      ...checkAsked(problem, key),
      ...shares.diagnostics,
    ]),
    ...rescale(markings, collected),
  ]
  const counts = ({ problem }: Marking) =>
    everything || markings.size === 1 || examined.has(problem)
  return {
    markings,
    counted: new Set([...markings].filter(([, each]) => counts(each)).map(([id]) => id)),
    exams,
    files,
    diagnostics: inFileOrder(diagnostics),
  }
}

/** Gives problems the points that exams have for them; complains where two exams do not agree. */
function rescale(markings: Map<string, Marking>, { rescaled }: Collected): Diagnostic[] {
  const exams = new Map<Problem, Rescaled>()
  const diagnostics: Diagnostic[] = []
  for (const each of rescaled) {
    const own = each.problems.filter(problem => markings.get(problem.id)?.problem === problem)
    const other = own.map(problem => exams.get(problem)).find(exam => exam !== undefined)
    if (other) {
      if (!other.points.equals(each.points)) diagnostics.push(disagreement(each, other))
      continue
    }
    for (const problem of own) exams.set(problem, each)
    share(markings, own, each.points)
  }
  return diagnostics
}

/** The problems of one file share its points as they would share their own. */
function share(markings: Map<string, Marking>, problems: readonly Problem[], points: Fraction) {
  const own = problems.flatMap(({ id }) => markings.get(id) ?? [])
  const sum = own.reduce((total, { shares }) => total.add(shares.total), new Fraction(0))
  for (const marking of own) {
    const { shares, problem } = marking
    const part = sum.equals(0) ? points.div(own.length) : points.mul(shares.total).div(sum)
    markings.set(problem.id, { ...marking, shares: scaleShares(shares, part) })
  }
}

function disagreement({ points, problems, origin }: Rescaled, other: Rescaled): Diagnostic {
  const { source } = other.origin
  const where = `${source.file}:${source.place(other.origin.written).line}`
  const ids = problems.map(({ id }) => `\`${id}\``).join(", ")
  return origin.source.diagnostic(
    "exam-points",
    `${ids} has ${points.toFraction()} points here and ${other.points.toFraction()} in ${where}`,
    origin.written,
    "grade against one of the two exams",
  )
}
