import type { AnswerKey, AnswerReport, ProblemReport, SubmissionReport } from "../core/feedback.ts"
import type { Verdict } from "../core/grade.ts"
import { gridBox, sideBySide } from "../render/grid-lines.ts"
import { type Color, type Paint, paintIn } from "../render/paint.ts"
import { padEnd, padStart, shorten, width, wrapWords } from "../render/plain.ts"
import { type Comparison, comparedGrids, comparisons, isCompared, precision } from "./comparison.ts"
import { tame } from "./safe.ts"
import { classLines } from "./terminal-class.ts"
import {
  answerPoints,
  firstMistakeWords,
  glyphs,
  isRight,
  placeWords,
  remark,
  reviewWords,
  scoreWords,
  shownAnswers,
} from "./words.ts"
import type { ReportWriter, Write } from "./writer.ts"

export interface TerminalReportOptions {
  /** Columns of the terminal. */
  width?: number
  color?: Color
}

export interface Look {
  limit: number
  paint: Paint
}

/** Graded sheets for a terminal, and below several of them what the class did. */
export function terminalReport(
  write: Write,
  { width: limit = 80, color = false }: TerminalReportOptions = {},
): ReportWriter {
  const look = { limit, paint: paintIn(color) }
  let first = true
  const print = (lines: readonly string[]) => {
    write(`${first ? "" : "\n"}${lines.join("\n")}\n`)
    first = false
  }
  return {
    begin() {},
    submission(report) {
      print(sheetLines(report, look))
    },
    end(summary) {
      if (summary.sheets > 1) print(classLines(summary, look))
    },
  }
}

function sheetLines(report: SubmissionReport, look: Look): string[] {
  const { file, student, name, readable, problems } = report
  const { paint, limit } = look
  const title = [student, ...(name === undefined ? [] : [name]), file].map(tame).join(" · ")
  const head = ends(title, readable ? scoreWords(report) : ungraded(report), limit, paint.title)
  if (!readable) return head
  return [...head, ...problems.flatMap(each => problemLines(each, problems.length > 1, look))]
}

/** The complaints themselves stand on standard error. */
function ungraded({ points, outOf }: SubmissionReport): string {
  const score = points && outOf.compare(0) > 0 ? ` · ${scoreWords({ points, outOf })}` : ""
  return `could not be graded${score}`
}

function problemLines(report: ProblemReport, several: boolean, look: Look): string[] {
  const { paint, limit } = look
  const { problem, points, firstMistake } = report
  const head =
    points && (several || report.answers.length === 0)
      ? ends(tame(problem), scoreWords(report), limit, paint.heading)
      : wrapWords(tame(problem), limit).map(paint.heading)
  const answers = shownAnswers(report)
  const marks = [
    ...(firstMistake ? [`first mistake: ${firstMistakeWords(firstMistake)}`] : []),
    ...answers.filter(({ key }) => key?.review).map(each => `to review: ${reviewWords(each)}`),
  ]
  return [
    ...head,
    ...answerLines(answers, look),
    ...marks.flatMap(mark => indented(wrapWords(tame(mark), limit - 2), 2)),
  ]
}

/** Widths that the rows of one problem share. */
interface Columns {
  name: number
  verdict: number
  points: number
  line: number
}

const widestName = 20
/** With less room than this, remarks stand below their row. */
const leastRemark = 24

function answerLines(answers: readonly AnswerReport[], look: Look): string[] {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(width))
  const columns = {
    name: widest(answers.map(nameText)),
    verdict: widest(answers.map(verdictText)),
    points: widest(answers.map(answerPoints)),
    line: widest(answers.map(lineText)),
  }
  return answers.flatMap(answer => [
    ...rowLines(answer, columns, look),
    ...(isCompared(answer) ? indented(comparisonLines(answer, look), detailMargin) : []),
  ])
}

const detailMargin = 6

function rowLines(answer: AnswerReport, columns: Columns, { paint, limit }: Look): string[] {
  const { asked, verdict } = answer
  const name = padEnd(nameText(answer), columns.name)
  const judged = padEnd(verdictText(answer), columns.verdict)
  const points = padStart(answerPoints(answer), columns.points)
  const head = asked
    ? `  ${paint.name(name)}  ${paintOf(verdict, paint)(judged)}  ${points}`
    : `  ${paint.faint(`${name}  ${judged}  ${points}`)}`
  const start = 2 + width(name) + 2 + width(judged) + 2 + width(points) + 2
  const behind = columns.line === 0 ? 0 : columns.line + 2
  const room = limit - start - behind
  const said = held(tame(remark(answer)))
  const paintRemark = asked ? same : paint.faint
  const line = padStart(lineText(answer), behind)
  if (room >= leastRemark) {
    const [first = "", ...rest] = wrapWords(said, room)
    return [
      `${head}  ${paintRemark(padEnd(first, room))}${paint.faint(line)}`.trimEnd(),
      ...indented(rest.map(paintRemark), start),
    ]
  }
  const below = said === "" ? [] : wrapWords(said, limit - 4).map(paintRemark)
  const fits = start - 2 + behind <= limit
  return [`${head}${fits ? paint.faint(line) : ""}`.trimEnd(), ...indented(below, 4)]
}

function nameText({ name }: AnswerReport): string {
  return shorten(tame(name), widestName)
}

function verdictText({ verdict }: AnswerReport): string {
  return `${glyphs[verdict]} ${verdict}`
}

/** Only where there is something to look at. */
function lineText({ verdict, written }: AnswerReport): string {
  return written && !isRight(verdict) ? `line ${written.place.line}` : ""
}

function paintOf(verdict: Verdict, paint: Paint): (text: string) => string {
  switch (verdict) {
    case "correct":
    case "carried":
      return paint.good
    case "imprecise":
    case "partial":
      return paint.warning
    case "wrong":
    case "unreadable":
      return paint.error
    case "missing":
      return paint.faint
    default:
      return verdict satisfies never
  }
}

/** As many entries of labels and records are compared one by one. */
const mostCompared = 8

function comparisonLines(answer: AnswerReport & { key: AnswerKey }, look: Look): string[] {
  const limit = look.limit - detailMargin
  const grids = comparedGrids(answer)
  if (grids.length > 0) {
    const boxes = grids.map(block => gridBox(block, limit, precision, look.paint))
    const typed = answer.entries ? [] : [...writtenLine(comparisons(answer)[0], limit)]
    return [...typed, ...sideBySide(boxes, limit)]
  }
  const rows = comparisons(answer)
  const more = rows.length - mostCompared
  return [
    ...rows.slice(0, mostCompared).flatMap(row => wrapWords(comparisonText(row), limit)),
    ...(more > 0 ? [`… and ${more} more, all of them in the JSON`] : []),
  ].map(look.paint.faint)
}

function writtenLine(row: Comparison | undefined, limit: number): string[] {
  return row?.written === undefined ? [] : wrapWords(`written ${tame(row.written)}`, limit)
}

function comparisonText({ index, written, expected, own }: Comparison): string {
  const parts = [
    ...(written === undefined ? [] : [`written ${written}`]),
    `expected ${expected}`,
    ...(own === undefined ? [] : [`from your own work ${own}`]),
  ]
  const where = index ? `${placeWords(index)} ` : ""
  return held(tame(where + parts.join(" · ")))
}

/** Places such as "(2, 2)" are not broken. */
function held(text: string): string {
  return text.replace(/\([\d, ]+\)/g, place => place.replaceAll(" ", "\u00a0"))
}

/** What is on the left, and at the right end of the line or below it, how it went. */
function ends(left: string, right: string, limit: number, paint: Paint["title"]): string[] {
  const room = limit - width(left) - width(right)
  if (room >= 2) return [paint(left) + " ".repeat(room) + paint(right)]
  return [...wrapWords(left, limit).map(paint), padStart(paint(right), limit)]
}

function indented(lines: readonly string[], margin: number): string[] {
  return lines.map(line => (line === "" ? "" : " ".repeat(margin) + line))
}

function same(text: string): string {
  return text
}
