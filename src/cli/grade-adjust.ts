import { type Diagnostic, suggest } from "../core/diagnostic.ts"
import type { AnswerReport, ProblemReport, SubmissionReport } from "../core/feedback.ts"
import type { Marking, ProblemMark } from "../core/grade.ts"
import { Fraction } from "../core/number.ts"
import type { Source } from "../core/source.ts"
import type { Adjustment } from "./config.ts"

type Markings = ReadonlyMap<string, Marking>

/** Complains about regrades of what is not asked. */
export function checkAdjustments(
  adjustments: readonly Adjustment[],
  markings: Markings,
  source: Source,
): Diagnostic[] {
  return adjustments.flatMap(({ problem, answer, span }) => {
    const marking = markings.get(problem)
    if (!marking) {
      const hint = suggest(problem, [...markings.keys()])
      return source.diagnostic(
        "unknown-problem",
        `there is no problem \`${problem}\``,
        span.problem,
        hint,
      )
    }
    const { worth } = marking.shares
    if (answer === undefined || worth.has(answer)) return []
    const message = `\`${problem}\` does not ask for \`${answer}\``
    return source.diagnostic(
      "unknown-answer",
      message,
      span.answer,
      suggest(answer, [...worth.keys()]),
    )
  })
}

/** The regrades of a class; each changes the points of one student in every total. */
export class Regrades {
  readonly #byStudent = new Map<string, Adjustment[]>()
  readonly #markings: Markings

  constructor(adjustments: readonly Adjustment[], markings: Markings) {
    this.#markings = markings
    for (const each of adjustments) {
      const own = this.#byStudent.get(each.student) ?? []
      this.#byStudent.set(each.student, [...own, each])
    }
  }

  /** The problems that somebody looked at again. */
  problemsOf(student: string): readonly string[] {
    return (this.#byStudent.get(student) ?? []).map(({ problem }) => problem)
  }

  /** The report with all that was changed, and by how many points it was. */
  applied(report: SubmissionReport, marks: readonly ProblemMark[]) {
    const own = this.#byStudent.get(report.student)
    if (!own) return { report, change: new Fraction(0) }
    const problems = [...report.problems]
    let change = new Fraction(0)
    for (const id of new Set(own.map(({ problem }) => problem))) {
      const regrade = new Regrade(marks.find(({ problem }) => problem.id === id))
      for (const each of own) if (each.problem === id) regrade.add(each)
      const at = problems.findIndex(({ problem }) => problem === id)
      const before = problems[at] ?? this.#blank(id, report)
      if (!before) continue
      problems.splice(at < 0 ? problems.length : at, 1, regrade.of(before, report))
      change = change.add(regrade.change)
    }
    const points = report.points?.add(change)
    return { report: { ...report, problems, ...(points && { points }) }, change }
  }

  /** A problem of a sheet that could not be read. */
  #blank(id: string, { points }: SubmissionReport): ProblemReport | undefined {
    const marking = this.#markings.get(id)
    return (
      marking && {
        problem: id,
        kind: marking.problem.kind.name,
        title: marking.problem.title,
        ...(points && { points: new Fraction(0) }),
        outOf: marking.shares.total,
        answers: [],
      }
    )
  }
}

/** What somebody changed in one problem of one sheet. */
class Regrade {
  /** Of the problem's points. */
  change = new Fraction(0)
  readonly #mark: ProblemMark | undefined
  readonly #answers = new Map<string, { points: Fraction; whys: string[] }>()
  /** Of the problem as a whole. */
  readonly #rest: { points: Fraction; whys: string[] } = { points: new Fraction(0), whys: [] }

  constructor(mark: ProblemMark | undefined) {
    this.#mark = mark
  }

  add({ answer, points, isChange, why }: Adjustment): void {
    const before = answer === undefined ? this.#points() : this.#pointsOf(answer)
    const change = isChange ? points : points.sub(before)
    this.change = this.change.add(change)
    const known = this.#mark?.answers.some(({ name }) => name === answer)
    if (answer === undefined || !known) {
      this.#rest.points = this.#rest.points.add(change)
      this.#rest.whys.push(why)
    } else {
      const whys = this.#answers.get(answer)?.whys ?? []
      this.#answers.set(answer, { points: before.add(change), whys: [...whys, why] })
    }
  }

  of(report: ProblemReport, { feedback }: SubmissionReport): ProblemReport {
    const { firstMistake, points, ...same } = report
    const isTold = feedback !== "none" && feedback !== "score"
    const answers = report.answers.map(answer => this.#answer(answer))
    const { whys } = this.#rest
    const isStill = !answers.some(
      ({ name, verdict }) => name === firstMistake?.name && verdict === "correct",
    )
    return {
      ...same,
      ...(points && { points: points.add(this.change) }),
      answers: isTold && whys.length > 0 ? [...answers, this.#row()] : answers,
      ...(firstMistake && isStill && { firstMistake }),
    }
  }

  #points(): Fraction {
    return (this.#mark?.points ?? new Fraction(0)).add(this.change)
  }

  #pointsOf(answer: string): Fraction {
    const judged = this.#mark?.answers.find(({ name }) => name === answer)?.points
    return this.#answers.get(answer)?.points ?? judged ?? new Fraction(0)
  }

  #answer(answer: AnswerReport): AnswerReport {
    const own = this.#answers.get(answer.name)
    if (!own) return answer
    const { entries, key, reason, ...same } = answer
    const { points, whys } = own
    const isFull = points.compare(answer.outOf) >= 0
    return {
      ...same,
      verdict: isFull ? "correct" : points.compare(0) > 0 ? "partial" : "wrong",
      points,
      carriedFrom: [],
      reason: { code: "regraded", message: told(whys) },
      ...(key && { key: { ...key, review: false } }),
    }
  }

  /** A line of its own, so that the answers still add up to the problem. */
  #row(): AnswerReport {
    const { points, whys } = this.#rest
    return {
      name: "regraded",
      label: "regraded by hand",
      asked: true,
      verdict: points.compare(0) < 0 ? "wrong" : "correct",
      points,
      outOf: new Fraction(0),
      carriedFrom: [],
      reason: { code: "regraded", message: told(whys) },
    }
  }
}

function told(whys: readonly string[]): string {
  return `regraded: ${whys.join("; ")}`
}
