import type { Diagnostic, Place } from "./diagnostic.ts"
import { type Index, keyOf } from "./entries.ts"
import type { AnswerMark, EntryMark, ProblemMark, Verdict } from "./grade.ts"
import { Fraction } from "./number.ts"
import type { Reason } from "./reasons.ts"
import type { Source } from "./source.ts"
import type { Submission } from "./submission.ts"
import type { Answer, AnswerValue } from "./types.ts"

/** How much a report tells, each level a little more than the one before. */
export const feedbackLevels = ["none", "score", "verdict", "hint", "full"] as const
export type Feedback = (typeof feedbackLevels)[number]

/** What is told of a graded sheet. */
export interface SubmissionReport {
  file: string
  student: string
  name?: string
  feedback: Feedback
  /** Whether the sheet could be graded; if not, the diagnostics say why. */
  readable: boolean
  /** Absent at feedback `none`. */
  points?: Fraction
  outOf: Fraction
  problems: readonly ProblemReport[]
  diagnostics: readonly Diagnostic[]
}

export interface ProblemReport {
  problem: string
  kind: string
  title: string
  points?: Fraction
  outOf: Fraction
  /** Empty below `verdict`. */
  answers: readonly AnswerReport[]
  firstMistake?: { name: string; index: Index }
}

/** Holds no right value: those stand in `key`, which exists at `full` only. */
export interface AnswerReport {
  name: string
  label: string
  asked: boolean
  verdict: Verdict
  points: Fraction
  outOf: Fraction
  /** The source text; absent when nothing was written. */
  written?: { text: string; place: Place }
  carriedFrom: readonly string[]
  reason?: { code: string; slip?: string; message: string }
  /** From `hint` on, where the answer has several entries. */
  entries?: readonly EntryReport[]
  key?: AnswerKey
}

export interface EntryReport {
  index: Index
  verdict: Verdict
  text: string
}

export interface AnswerKey {
  answer: Answer
  expected: AnswerValue
  /** By entry: the right value, and what follows from the student's own work where that differs. */
  entries: ReadonlyMap<string, { expected: AnswerValue; own?: AnswerValue }>
  /** Right, though it does not follow from the student's own earlier work. */
  review: boolean
}

/** The report of a graded sheet at a feedback level. */
export function reportOf(
  submission: Submission,
  marks: readonly ProblemMark[],
  feedback: Feedback,
): SubmissionReport {
  const told = (level: Feedback) =>
    feedbackLevels.indexOf(feedback) >= feedbackLevels.indexOf(level)
  const problems = marks.map(mark => {
    const open = withoutKey(mark, submission.source)
    const report = problemReport(open, told)
    return feedback === "full" ? withKey(report, mark) : report
  })
  const { file, student, name, readable, diagnostics } = submission
  return {
    file,
    student,
    ...(name !== undefined && { name }),
    feedback,
    readable,
    ...(told("score") && { points: total(marks.map(({ points }) => points)) }),
    outOf: total(marks.map(({ outOf }) => outOf)),
    problems,
    diagnostics,
  }
}

/** A mark without anything that says what would have been right. */
interface OpenMark {
  problem: string
  kind: string
  title: string
  points: Fraction
  outOf: Fraction
  answers: readonly OpenAnswer[]
  firstMistake?: { name: string; index: Index }
}

interface OpenAnswer extends Omit<AnswerReport, "key" | "reason"> {
  reason?: Pick<Reason, "code" | "slip" | "hint">
}

function withoutKey(mark: ProblemMark, source: Source): OpenMark {
  const sizesAsked = mark.answers.some(({ answer }) => sizeTypes.has(answer.type))
  return {
    problem: mark.problem.id,
    kind: mark.problem.kind.name,
    title: mark.problem.title,
    points: mark.points,
    outOf: mark.outOf,
    answers: mark.answers.map(each => openAnswer(each, source, sizesAsked)),
    ...(mark.firstMistake && { firstMistake: openMistake(mark, mark.firstMistake) }),
  }
}

/** Where an entry has two values only, not which one is wrong. */
function openMistake({ answers }: ProblemMark, { name, index }: Mistake): Mistake {
  const answer = answers.find(each => each.name === name)?.answer
  return { name, index: answer && hasTwoValues(answer) ? [] : index }
}

type Mistake = NonNullable<ProblemMark["firstMistake"]>

function openAnswer(mark: AnswerMark, source: Source, sizesAsked: boolean): OpenAnswer {
  const { name, answer, asked, verdict, points, outOf, written, sources, reason } = mark
  const isTold = mark.entries.length > 1 && !hasTwoValues(answer)
  // Of names that are asked, those that were not written stay unsaid.
  const told = answer.open ? mark.entries.filter(({ text }) => text !== "") : mark.entries
  return {
    name,
    label: answer.label,
    asked,
    verdict,
    points,
    outOf,
    ...(written && {
      written: {
        text: source.text.slice(written.value.start, written.value.end).trimEnd(),
        place: source.place(written.value.end > written.value.start ? written.value : written.key),
      },
    }),
    carriedFrom: sources,
    ...(reason && { reason: openReason(reason, sizesAsked) }),
    ...(isTold && { entries: told.map(openEntry) }),
  }
}

function openReason(
  { code, slip, hint }: Reason,
  sizesAsked: boolean,
): Pick<Reason, "code" | "slip" | "hint"> {
  const said = code === "shape" && sizesAsked ? "it is not of the right form" : hint
  return { code, ...(slip !== undefined && { slip }), hint: said }
}

function openEntry({ index, verdict, text }: EntryMark): EntryReport {
  return { index, verdict, text }
}

function problemReport(mark: OpenMark, told: (level: Feedback) => boolean): ProblemReport {
  const { points, firstMistake, answers, ...rest } = mark
  return {
    answers: told("verdict") ? answers.map(each => answerReport(each, told)) : [],
    ...rest,
    ...(told("score") && { points }),
    ...(firstMistake && told("hint") && { firstMistake }),
  }
}

function answerReport(open: OpenAnswer, told: (level: Feedback) => boolean): AnswerReport {
  const { name, label, asked, verdict, points, outOf, written, carriedFrom, reason } = open
  const judged = { name, label, asked, verdict, points, outOf, ...(written && { written }) }
  if (!told("hint")) return { carriedFrom: [], ...judged }
  return {
    carriedFrom,
    ...(reason && { reason: openWords(reason) }),
    ...(open.entries && { entries: open.entries }),
    ...judged,
  }
}

function openWords({ code, slip, hint }: NonNullable<OpenAnswer["reason"]>) {
  return { code, ...(slip !== undefined && { slip }), message: hint }
}

/** At `full`: the right values, the exact words of the reasons, and what a person should look at. */
function withKey(report: ProblemReport, mark: ProblemMark): ProblemReport {
  const marks = new Map(mark.answers.map(each => [each.name, each]))
  return {
    ...report,
    ...(mark.firstMistake && { firstMistake: mark.firstMistake }),
    answers: report.answers.map(each => {
      const own = marks.get(each.name)
      if (!own) return each
      const { answer, expected, review, entries } = own
      const key = {
        answer,
        expected,
        review,
        entries: new Map(entries.flatMap(entry => pair(entry))),
      }
      const reason = own.reason && each.reason && { ...each.reason, message: own.reason.message }
      const all = entries.length > 1 && { entries: entries.map(openEntry) }
      return { ...each, key, ...(reason && { reason }), ...all }
    }),
  }
}

type Pair = { expected: AnswerValue; own?: AnswerValue }

function pair({ index, expected, own }: EntryMark): [string, Pair][] {
  return expected === undefined
    ? []
    : [[keyOf(index), { expected, ...(own !== undefined && { own }) }]]
}

/** Entries with two values only: telling that one is wrong tells what is right. */
function hasTwoValues({ binary, options }: Answer): boolean {
  return binary || (options !== undefined && options.length <= 2)
}

const sizeTypes: ReadonlySet<string> = new Set(["shape", "shapes", "list", "integer"])

function total(points: readonly Fraction[]): Fraction {
  return points.reduce((sum, each) => sum.add(each), new Fraction(0))
}
