import type { Diagnostic } from "../core/diagnostic.ts"
import { entryName, type Index } from "../core/entries.ts"
import type {
  AnswerReport,
  EntryReport,
  ProblemReport,
  SubmissionReport,
} from "../core/feedback.ts"
import { listed, type Verdict } from "../core/grade.ts"
import { shorten, visible } from "../render/plain.ts"
import { decimal, pointsText } from "../render/points.ts"
import type { AnswerCount, ClassSummary, SlipCount } from "./summary.ts"

// Every sentence that a report says about a sheet, for all outputs. They are plain text with the
// student's own words in them: a writer escapes them for its format.

export const glyphs: Readonly<Record<Verdict, string>> = {
  correct: "✓",
  carried: "✓",
  imprecise: "~",
  partial: "◐",
  wrong: "✗",
  missing: "–",
  unreadable: "?",
}

/** Nothing is held against it. */
export function isRight(verdict: Verdict): boolean {
  return verdict === "correct" || verdict === "carried"
}

/** Answers that were neither asked nor written are of no interest. */
export function shownAnswers({ answers }: ProblemReport): AnswerReport[] {
  return answers.filter(({ asked, verdict }) => asked || verdict !== "missing")
}

/** "12.67 / 20"; where points are not told, that the sheet has arrived. */
export function scoreWords({ points, outOf }: Pick<SubmissionReport, "points" | "outOf">): string {
  return points ? `${pointsText(points)} / ${pointsText(outOf)}` : "handed in"
}

/** "6.67/10"; nothing for an answer that earns none. */
export function answerPoints({ asked, points, outOf }: AnswerReport): string {
  return asked ? `${pointsText(points)}/${pointsText(outOf)}` : ""
}

/** What is so about an answer, beyond its verdict; may be empty. */
export function remark(answer: AnswerReport): string {
  const said = about(answer)
  if (answer.asked) return said
  return said === "" ? "not asked" : `not asked; ${said}`
}

/** "wrong, 0/4: check the sign". */
export function verdictSentence(answer: AnswerReport): string {
  const head = answer.asked ? `${answer.verdict}, ${answerPoints(answer)}` : answer.verdict
  const said = remark(answer)
  return said === "" ? head : `${head}: ${said}`
}

/** "H (2, 2)". */
export function firstMistakeWords({
  name,
  index,
}: NonNullable<ProblemReport["firstMistake"]>): string {
  return index.length === 0 ? name : `${name} ${placeWords(index)}`
}

/** "(2, 2)", counted from 1. */
export function placeWords(index: Index): string {
  return `(${index.map(step => (typeof step === "number" ? step + 1 : step)).join(", ")})`
}

export function reviewWords({ name }: AnswerReport): string {
  return `${name} is right, though it does not follow from the earlier answers of this sheet`
}

export function ungradedWords({ diagnostics }: SubmissionReport): string {
  const said = diagnostics.map(diagnosticWords)
  return said.length === 0 ? "could not be graded" : `could not be graded: ${said.join("; ")}`
}

/** "line 4: the file holds more than one sheet (one file for each student)". */
export function diagnosticWords({ message, place, hint }: Diagnostic): string {
  const where = place ? `line ${place.line}: ` : ""
  return `${where}${message}${hint === undefined ? "" : ` (${hint})`}`
}

/** "8 wrong, 3 not answered". */
export function missedWords({ verdicts }: AnswerCount): string {
  return missedOrder
    .filter(verdict => verdicts[verdict] > 0)
    .map(verdict => `${verdicts[verdict]} ${missedAs[verdict]}`)
    .join(", ")
}

export function slipWords({ code, slip }: SlipCount): string {
  return slip ?? generalSlips[code] ?? code
}

/** "28 sheets · 1 could not be graded · 3 below the pass mark of 60 %". */
export function sheetCounts({ sheets, unreadable, belowPass, pass }: ClassSummary): string {
  const parts = [
    `${sheets} sheets`,
    ...(unreadable > 0 ? [`${unreadable} could not be graded`] : []),
    ...(belowPass !== undefined && pass
      ? [`${belowPass} below the pass mark of ${pointsText(pass.mul(100))} %`]
      : []),
  ]
  return parts.join(" · ")
}

export function averages({ mean, median }: ClassSummary): string {
  return mean && median ? `mean ${decimal(mean, 1)} % · median ${decimal(median, 1)} %` : ""
}

/** "0–10 %": what ten bins of the distribution are called. */
export const binNames = Array.from({ length: 10 }, (_, i) => `${i * 10}–${i * 10 + 10} %`)

/** Longer texts of a student are cut in a sentence; the line of the sheet has them whole. */
const longestQuote = 32
/** As many entries are named one by one. */
const namedEntries = 3

function about(answer: AnswerReport): string {
  const { verdict, reason, entries } = answer
  switch (verdict) {
    case "correct":
      return reason?.message ?? ""
    case "carried":
      return answer.carriedFrom.length === 0 ? "" : `follows from your ${sources(answer)}`
    case "missing":
      return reason?.code === "implied" ? reason.message : "not answered"
    default: {
      if (reason && (wholeAnswer.has(reason.code) || !entries)) return reasonWords(reason)
      if (entries) return entryClauses(answer, entries)
      return verdict === "wrong" && answer.written
        ? `${quoted(answer.written.text)} is not what comes out`
        : ""
    }
  }
}

type Reason = NonNullable<AnswerReport["reason"]>

/** Reasons about the answer as a whole. */
const wholeAnswer: ReadonlySet<string> = new Set(["shape", "one-value", "nothing-left"])

function reasonWords({ code, message }: Reason): string {
  return code === "unreadable" ? `cannot be read: ${message}` : message
}

function sources({ name, carriedFrom }: AnswerReport): string {
  return carriedFrom.length === 1 && carriedFrom[0] === name ? "earlier work" : listed(carriedFrom)
}

/** What is wrong with which entries, and what about the others. */
function entryClauses(answer: AnswerReport, entries: readonly EntryReport[]): string {
  const clauses = entryOrder.flatMap(verdict => {
    const group = entries.filter(each => each.verdict === verdict)
    if (group.length === 0) return []
    return [groupWords(group, verdict, entries.length) + whyOf(verdict, answer.reason)]
  })
  const others = entries.filter(({ verdict }) => isRight(verdict))
  return [...clauses, ...(others.length > 0 ? [othersWords(answer, others)] : [])].join("; ")
}

const entryOrder = ["wrong", "unreadable", "missing", "partial", "imprecise"] as const
type Faulty = (typeof entryOrder)[number]

function groupWords(group: readonly EntryReport[], verdict: Faulty, all: number): string {
  const [first] = group
  const [one, several] = entryIs[verdict]
  if (!first) return ""
  if (group.length === 1) return `${entryName(first.index)}${written(first)} ${one}`
  if (group.length === all) return `all ${all} entries ${several}`
  if (group.length <= namedEntries) {
    return `entries ${listed(group.map(({ index }) => placeOf(index)))} ${several}`
  }
  return `${group.length} of ${all} entries ${several}, the first is ${placeOf(first.index)}${written(first, "")}`
}

/** The reason, beside the entries that it is about. */
function whyOf(verdict: Faulty, reason: Reason | undefined): string {
  if (!reason || reason.code === "imprecise") return ""
  const isAbout = reason.code === "unreadable" ? "unreadable" : "wrong"
  return verdict === isAbout ? `: ${reason.message}` : ""
}

function othersWords(answer: AnswerReport, others: readonly EntryReport[]): string {
  const carried = others.filter(({ verdict }) => verdict === "carried").length
  const [subject, is, follow] =
    others.length === 1 ? ["the other", "is", "follows"] : ["the others", "are", "follow"]
  const source = answer.carriedFrom.length === 0 ? "earlier work" : sources(answer)
  if (carried === 0) return `${subject} ${is} right`
  if (carried === others.length) return `${subject} ${follow} from your ${source}`
  return `${subject} ${is} right or ${follow} from your ${source}`
}

const entryIs: Readonly<Record<Faulty, readonly [one: string, several: string]>> = {
  wrong: ["is wrong", "are wrong"],
  unreadable: ["cannot be read", "cannot be read"],
  missing: ["is not answered", "are not answered"],
  partial: ["is partly right", "are partly right"],
  imprecise: ["is rounded too coarsely", "are rounded too coarsely"],
}

function written({ text, verdict }: EntryReport, after = ","): string {
  return verdict === "missing" || text.trim() === "" ? "" : `, written ${quoted(text)}${after}`
}

function quoted(text: string): string {
  return shorten(visible(text).trim(), longestQuote)
}

function placeOf(index: Index): string {
  return entryName(index).replace(/^entry /, "")
}

const missedOrder = ["wrong", "partial", "imprecise", "missing", "unreadable"] as const
const missedAs: Readonly<Record<(typeof missedOrder)[number], string>> = {
  wrong: "wrong",
  partial: "partly right",
  imprecise: "too coarse",
  missing: "not answered",
  unreadable: "not readable",
}

const generalSlips: Readonly<Record<string, string>> = {
  sign: "the sign is the other one",
  transposed: "rows and columns are swapped",
  "power-of-ten": "the decimal point is in another place",
  percent: "per cent instead of a share",
  reciprocal: "the reciprocal",
  "cut-off": "cut off instead of rounded",
  "angle-unit": "degrees and radians are mixed up",
  "log-base": "another base of the logarithm",
}
