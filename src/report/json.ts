import type { Diagnostic } from "../core/diagnostic.ts"
import type {
  AnswerKey,
  AnswerReport,
  EntryReport,
  ProblemReport,
  SubmissionReport,
} from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import { valueJson } from "../render/json.ts"
import { controls } from "../render/plain.ts"
import { pointsNumber } from "../render/points.ts"
import { shownAnswers } from "./words.ts"
import type { ReportWriter, Write } from "./writer.ts"

/**
 * One document with all sheets, each answer on a line. Points that are not told, and places that do
 * not exist, are null.
 */
export function jsonReport(write: Write): ReportWriter {
  let first = true
  return {
    begin() {
      write('{\n  "version": 1,\n  "submissions": [')
    },
    submission(report) {
      write(`${first ? "" : ","}\n    ${inert(submissionText(report, "    "))}`)
      first = false
    },
    end({ points, outOf }) {
      const totals = `"points": ${pointsOrNull(points)},\n  "out_of": ${pointsNumber(outOf)}`
      write(`${first ? "" : "\n  "}],\n  ${totals}\n}\n`)
    },
  }
}

// The text is put together by hand: ten thousand sheets should not wait for a general printer.

function field(name: string, json: string): string {
  return `"${name}": ${json}`
}

function submissionText(report: SubmissionReport, indent: string): string {
  const { file, student, points, outOf, problems, diagnostics } = report
  const inner = `${indent}    `
  const fields = [
    field("file", JSON.stringify(file)),
    field("student", JSON.stringify(student)),
    field("points", pointsOrNull(points)),
    field("out_of", String(pointsNumber(outOf))),
    field(
      "problems",
      list(
        problems.map(each => problemText(each, inner)),
        inner,
      ),
    ),
    field("diagnostics", list(diagnostics.map(diagnosticText), inner)),
  ]
  return block(fields, indent)
}

function problemText(report: ProblemReport, indent: string): string {
  const { problem, kind, points, outOf } = report
  const fields = [
    field("problem", JSON.stringify(problem)),
    field("kind", JSON.stringify(kind)),
    field("points", pointsOrNull(points)),
    field("out_of", String(pointsNumber(outOf))),
    field("answers", list(shownAnswers(report).map(answerText), `${indent}    `)),
  ]
  return block(fields, indent)
}

function answerText(report: AnswerReport): string {
  const { name, verdict, points, outOf, written, key, carriedFrom, reason, entries } = report
  return line([
    field("name", JSON.stringify(name)),
    field("verdict", JSON.stringify(verdict)),
    field("points", String(pointsNumber(points))),
    field("out_of", String(pointsNumber(outOf))),
    field("written", JSON.stringify(written?.text ?? null)),
    field("line", String(written?.place.line ?? null)),
    field("column", String(written?.place.column ?? null)),
    ...(key ? [field("expected", expectedText(key))] : []),
    ...(carriedFrom.length > 0
      ? [field("carried_from", JSON.stringify(carriedFrom.join(", ")))]
      : []),
    ...(reason ? [field("reason", reasonText(reason))] : []),
    ...(entries ? [field("entries", entriesText(entries))] : []),
  ])
}

/** All sheets have the same key. */
const expectedTexts = new WeakMap<object, string>()

function expectedText({ expected, answer }: AnswerKey): string {
  if (typeof expected !== "object") return JSON.stringify(valueJson(expected, answer))
  const known = expectedTexts.get(expected)
  if (known !== undefined) return known
  const text = JSON.stringify(valueJson(expected, answer))
  expectedTexts.set(expected, text)
  return text
}

function reasonText({ code, slip, message }: NonNullable<AnswerReport["reason"]>): string {
  return line([
    field("code", JSON.stringify(code)),
    ...(slip === undefined ? [] : [field("slip", JSON.stringify(slip))]),
    field("message", JSON.stringify(message)),
  ])
}

function entriesText(entries: readonly EntryReport[]): string {
  const texts = entries.map(
    ({ index, verdict }) => `{ "index": ${JSON.stringify(index)}, "verdict": "${verdict}" }`,
  )
  return `[${texts.join(", ")}]`
}

function diagnosticText({ code, message, file, place, hint }: Diagnostic): string {
  return line([
    field("code", JSON.stringify(code)),
    field("message", JSON.stringify(message)),
    field("file", JSON.stringify(file)),
    field("line", String(place?.line ?? null)),
    field("column", String(place?.column ?? null)),
    ...(hint === undefined ? [] : [field("hint", JSON.stringify(hint))]),
  ])
}

function line(fields: readonly string[]): string {
  return `{ ${fields.join(", ")} }`
}

function block(fields: readonly string[], indent: string): string {
  const lines = fields.map(each => `${indent}  ${each}`)
  return `{\n${lines.join(",\n")}\n${indent}}`
}

function list(items: readonly string[], indent: string): string {
  if (items.length === 0) return "[]"
  return `[\n${items.map(item => indent + item).join(",\n")}\n${indent.slice(2)}]`
}

function pointsOrNull(points: Fraction | undefined): string {
  return points ? String(pointsNumber(points)) : "null"
}

/** The same JSON without characters that steer a terminal, or `##[`, which starts a CI command. */
function inert(json: string): string {
  return json
    .replace(controls, sign => (sign === "\n" ? sign : unicodeEscape(sign)))
    .replaceAll("##[", "\\u0023#[")
}

function unicodeEscape(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`
}
