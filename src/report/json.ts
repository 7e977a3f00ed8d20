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
import { pointsNumber } from "./points.ts"
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

type Fields = readonly (readonly [name: string, json: string])[]

function submissionText(report: SubmissionReport, indent: string): string {
  const { file, student, points, outOf, problems, diagnostics } = report
  const inner = `${indent}    `
  const fields: Fields = [
    ["file", JSON.stringify(file)],
    ["student", JSON.stringify(student)],
    ["points", pointsOrNull(points)],
    ["out_of", String(pointsNumber(outOf))],
    [
      "problems",
      list(
        problems.map(each => problemText(each, inner)),
        inner,
      ),
    ],
    ["diagnostics", list(diagnostics.map(diagnosticText), inner)],
  ]
  return block(fields, indent)
}

function problemText(report: ProblemReport, indent: string): string {
  const { problem, kind, points, outOf } = report
  const fields: Fields = [
    ["problem", JSON.stringify(problem)],
    ["kind", JSON.stringify(kind)],
    ["points", pointsOrNull(points)],
    ["out_of", String(pointsNumber(outOf))],
    ["answers", list(shownAnswers(report).map(answerText), `${indent}    `)],
  ]
  return block(fields, indent)
}

function answerText(report: AnswerReport): string {
  const { name, verdict, points, outOf, written, key, carriedFrom, reason, entries } = report
  return line([
    ["name", JSON.stringify(name)],
    ["verdict", JSON.stringify(verdict)],
    ["points", String(pointsNumber(points))],
    ["out_of", String(pointsNumber(outOf))],
    ["written", JSON.stringify(written?.text ?? null)],
    ["line", String(written?.place.line ?? null)],
    ["column", String(written?.place.column ?? null)],
    ...(key ? [["expected", expectedText(key)] as const] : []),
    ...(carriedFrom.length > 0
      ? [["carried_from", JSON.stringify(carriedFrom.join(", "))] as const]
      : []),
    ...(reason ? [["reason", reasonText(reason)] as const] : []),
    ...(entries ? [["entries", entriesText(entries)] as const] : []),
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
    ["code", JSON.stringify(code)],
    ...(slip === undefined ? [] : [["slip", JSON.stringify(slip)] as const]),
    ["message", JSON.stringify(message)],
  ])
}

function entriesText(entries: readonly EntryReport[]): string {
  const texts = entries.map(({ index, verdict }) =>
    line([
      ["index", JSON.stringify(index)],
      ["verdict", JSON.stringify(verdict)],
    ]),
  )
  return `[${texts.join(", ")}]`
}

function diagnosticText({ code, message, file, place, hint }: Diagnostic): string {
  return line([
    ["code", JSON.stringify(code)],
    ["message", JSON.stringify(message)],
    ["file", JSON.stringify(file)],
    ["line", String(place?.line ?? null)],
    ["column", String(place?.column ?? null)],
    ...(hint === undefined ? [] : [["hint", JSON.stringify(hint)] as const]),
  ])
}

function line(fields: Fields): string {
  return `{ ${fields.map(([name, json]) => `"${name}": ${json}`).join(", ")} }`
}

function block(fields: Fields, indent: string): string {
  const lines = fields.map(([name, json]) => `${indent}  "${name}": ${json}`)
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
