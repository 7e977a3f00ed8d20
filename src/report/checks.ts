import type { Place } from "../core/diagnostic.ts"
import type { ProblemReport, SubmissionReport } from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import { pointsText } from "../render/points.ts"
import { isRight, remark, shownAnswers, ungradedWords, verdictSentence } from "./words.ts"

/** One line of a test report: an answer, or a problem or a sheet where no more is told. */
export interface Check {
  /** Unique within a sheet: "harris-window: R". */
  name: string
  /** "1.2". */
  number: string
  /** `ungraded`: the sheet could not be read; `unasked`: shown, but not counted. */
  outcome: "passed" | "failed" | "ungraded" | "unasked"
  /** What it is called in one word: a verdict where it is told. */
  type: string
  /** Absent where they are not told or there are none. */
  points?: Fraction
  outOf?: Fraction
  /** The whole sentence. */
  message: string
  /** What it says beyond the verdict. */
  remark: string
  place?: Place
}

/** A graded sheet as test runners see it. */
export function checksOf(report: SubmissionReport): Check[] {
  const { readable, feedback, problems, points, outOf } = report
  const whole = { name: "sheet", number: "1", remark: "" }
  if (!readable) {
    const message = ungradedWords(report)
    const earned = points && { points, outOf }
    return [{ ...whole, outcome: "ungraded", type: "ungraded", message, ...earned }]
  }
  if (feedback === "none") {
    return [{ ...whole, outcome: "passed", type: "handed-in", message: "handed in" }]
  }
  if (feedback === "score") return problems.map(problemCheck)
  return problems.flatMap((problem, i) => answerChecks(problem, i + 1))
}

function problemCheck({ problem, points, outOf }: ProblemReport, i: number): Check {
  const full = points !== undefined && points.compare(outOf) >= 0
  return {
    name: problem,
    number: String(i + 1),
    outcome: full ? "passed" : "failed",
    type: "points",
    ...(points && { points, outOf }),
    message: points ? `${pointsText(points)}/${pointsText(outOf)}` : "",
    remark: "",
  }
}

function answerChecks(problem: ProblemReport, number: number): Check[] {
  return shownAnswers(problem).map((answer, i) => ({
    name: `${problem.problem}: ${answer.name}`,
    number: `${number}.${i + 1}`,
    outcome: !answer.asked ? "unasked" : isRight(answer.verdict) ? "passed" : "failed",
    type: answer.verdict,
    ...(answer.asked && { points: answer.points, outOf: answer.outOf }),
    message: verdictSentence(answer),
    remark: remark(answer),
    ...(answer.written && { place: answer.written.place }),
  }))
}
