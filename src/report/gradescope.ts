import type { Feedback, SubmissionReport } from "../core/feedback.ts"
import { printJson } from "../render/json.ts"
import { pointsNumber, splitPoints } from "../render/points.ts"
import { type Check, checksOf } from "./checks.ts"
import { tame } from "./safe.ts"
import { scoreWords } from "./words.ts"
import type { ReportWriter, Write } from "./writer.ts"

/** Why `results.json` cannot be made of these sheets; nothing if it can. */
export function gradescopeRefusal(sheets: number, feedback: Feedback): string | undefined {
  if (sheets !== 1) return `Gradescope's results.json holds one sheet, but there are ${sheets}`
  if (feedback === "none") return "Gradescope needs a score, and at feedback `none` there is none"
  return undefined
}

/** `results.json` for one sheet; ask `gradescopeRefusal` first. */
export function gradescopeReport(write: Write): ReportWriter {
  let sheets = 0
  return {
    begin() {},
    submission(report) {
      sheets += 1
      const refusal = gradescopeRefusal(sheets, report.feedback)
      if (refusal !== undefined) throw new RangeError(refusal)
      write(`${printJson(resultsJson(report))}\n`)
    },
    end() {},
  }
}

function resultsJson(report: SubmissionReport) {
  const { points, student, readable } = report
  const checks = checksOf(report)
  const counted = checks.filter(({ points }) => points)
  const scores = splitPoints(counted.flatMap(({ points }) => points ?? []))
  const score = new Map(counted.map((check, i) => [check, scores[i] ?? 0]))
  const said = readable ? scoreWords(report) : (checks[0]?.message ?? "")
  return {
    ...(points && { score: pointsNumber(points) }),
    output: tame(`${student}: ${said}`),
    output_format: "text",
    test_output_format: "text",
    test_name_format: "text",
    visibility: "visible",
    tests: checks.map(check => testJson(check, score.get(check))),
  }
}

function testJson(check: Check, score: number | undefined) {
  const { name, number, outcome, message, outOf } = check
  return {
    ...(score !== undefined && outOf && { score, max_score: pointsNumber(outOf) }),
    ...(outcome !== "unasked" && { status: outcome === "passed" ? "passed" : "failed" }),
    name: tame(name),
    name_format: "text",
    number,
    output: tame(message),
    output_format: "text",
    visibility: "visible",
  }
}
