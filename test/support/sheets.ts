import {
  gradeProblem,
  type Marking,
  type ProblemMark,
  prepare,
  type SheetAnswers,
} from "../../src/core/grade.ts"
import { Fraction } from "../../src/core/number.ts"
import type { Problem } from "../../src/core/problem.ts"
import type { Written, WrittenEntry } from "../../src/core/source.ts"
import { loadSubmission, type Submission } from "../../src/core/submission.ts"
import type { AnswerValue } from "../../src/core/types.ts"

/** How a number of an answer is written down. */
export type Pen = (x: number, name: string) => string

/** With `n` significant digits. */
export const figures =
  (n: number): Pen =>
  x =>
    Number.isFinite(x) ? x.toPrecision(n) : infinite(x)

/** With `n` decimals. */
export const decimals =
  (n: number): Pen =>
  x =>
    Number.isFinite(x) ? x.toFixed(n) : infinite(x)

export const inFull: Pen = x => (Number.isFinite(x) ? String(x) : infinite(x))

/** A sheet with these answers; `Verbatim` text in them is put down as it is. */
export function sheetOf(
  answers: Readonly<Record<string, AnswerValue | Verbatim | undefined>>,
  pen: Pen = inFull,
): string {
  const lines = Object.entries(answers).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${yamlOf(value, x => pen(x, name))}`,
  )
  return `answers:\n${lines.join("\n")}\n`
}

/** Text that is put on a sheet as it is. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** The same without YAML in between, for thousands of sheets. */
export function answersOf(
  answers: Readonly<Record<string, AnswerValue | undefined>>,
  pen: Pen = inFull,
): SheetAnswers {
  const entries = Object.entries(answers).map(([name, value]): [string, WrittenEntry] => [
    name,
    { name, key: nowhere, value: writtenOf(value, x => pen(x, name)) },
  ])
  return { answers: new Map(entries) }
}

const nowhere = { start: 0, end: 0 }

function writtenOf(value: unknown, pen: (x: number) => string): Written {
  if (Array.isArray(value))
    return { type: "list", items: value.map(each => writtenOf(each, pen)), ...nowhere }
  if (typeof value === "object" && value !== null && !(value instanceof Fraction)) {
    const entries = Object.entries(value).map(([name, each]) => ({
      name,
      key: nowhere,
      value: writtenOf(each, pen),
    }))
    return { type: "map", entries, ...nowhere }
  }
  const text = typeof value === "string" ? value : yamlOf(value, pen)
  return { type: "scalar", text, value: text, quoted: typeof value === "string", ...nowhere }
}

function yamlOf(value: unknown, pen: (x: number) => string): string {
  if (value === undefined) return "_"
  if (value instanceof Verbatim) return value.text
  if (value instanceof Fraction) return value.toFraction()
  if (typeof value === "number") return pen(value)
  if (typeof value === "bigint") return String(value)
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(each => yamlOf(each, pen)).join(", ")}]`
  const fields = Object.entries(value as object).map(
    ([name, each]) => `${JSON.stringify(name)}: ${yamlOf(each, pen)}`,
  )
  return `{ ${fields.join(", ")} }`
}

/** What is not finite: infinity, or nothing where there is no number. */
export function infinite(x: number): string {
  return Number.isNaN(x) ? "_" : x > 0 ? ".inf" : "-.inf"
}

/** A sheet read against one problem. */
export function submitted(marking: Marking, sheet: string): Promise<Submission> {
  return loadSubmission("s1024.yaml", sheet, new Map([[marking.problem.id, marking]]))
}

/** What a sheet earns on one problem. */
export async function graded(on: Problem | Marking, sheet: string): Promise<ProblemMark> {
  const marking = "problem" in on ? on : prepare(on)
  const { sheets, diagnostics } = await submitted(marking, sheet)
  const [own] = sheets.values()
  if (!own) throw new Error(diagnostics.map(({ message }) => message).join("\n") || "nothing read")
  return gradeProblem(marking, own)
}

/** The verdicts by answer, of those that were written. */
export function verdictsOf({ answers }: ProblemMark): Record<string, string> {
  return Object.fromEntries(
    answers.flatMap(({ name, verdict, written }) => (written ? [[name, verdict]] : [])),
  )
}
