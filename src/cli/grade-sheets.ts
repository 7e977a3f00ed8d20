import { resolve } from "node:path"
import type { Diagnostic } from "../core/diagnostic.ts"
import { type Feedback, reportOf, type SubmissionReport } from "../core/feedback.ts"
import type { ProblemMark } from "../core/grade.ts"
import { Fraction } from "../core/number.ts"
import type { Problem } from "../core/problem.ts"
import { submissionCaps } from "../core/source.ts"
import { loadSubmission, type Submission } from "../core/submission.ts"
import { findFiles, type Sought } from "./find.ts"
import type { Regrades } from "./grade-adjust.ts"
import { Marks } from "./marks.ts"
import type { Paper } from "./paper.ts"
import { readText, standardInput } from "./read.ts"
import { solving } from "./solving.ts"

const sought: Sought = { fields: ["answers", "student"], noun: "submission" }

/** The files of the submissions that arguments name, each once; complaints where there are none. */
export async function findSheets(args: readonly string[]) {
  const files = new Map<string, string>()
  const diagnostics: Diagnostic[] = []
  for (const found of await findFiles(args, sought)) {
    if (typeof found !== "string") diagnostics.push(found)
    else {
      const place = found === "-" ? found : resolve(found)
      if (!files.has(place)) files.set(place, found)
    }
  }
  return { files, diagnostics }
}

/** A graded sheet: as the machine judged it, and with what was regraded by hand. */
export interface Graded {
  judged: SubmissionReport
  report: SubmissionReport
  /** Also where the report does not tell them. */
  points: Fraction
}

/** Reads and grades sheets, one at a time. */
export class SheetGrader {
  readonly #paper: Paper
  readonly #feedback: Feedback
  readonly #regrades: Regrades
  readonly #marksOf = new Marks()
  /** The points of a sheet that could not be read. */
  readonly #outOf: Fraction
  /** The first file of each student. */
  readonly #students = new Map<string, string>()

  constructor(paper: Paper, feedback: Feedback, regrades: Regrades) {
    this.#paper = paper
    this.#feedback = feedback
    this.#regrades = regrades
    this.#outOf = [...paper.markings.values()]
      .filter(({ problem }) => paper.counted.has(problem.id))
      .reduce((sum, { shares }) => sum.add(shares.total), new Fraction(0))
  }

  /** The students seen so far. */
  get students(): Iterable<string> {
    return this.#students.keys()
  }

  async grade(path: string): Promise<Graded> {
    const submission = await this.#load(path)
    const twin = this.#twin(submission)
    const diagnostics = [...submission.diagnostics, ...(twin ? [twin] : [])]
    const marks = submission.readable ? this.#marks(submission) : []
    const bare = reportOf({ ...submission, diagnostics }, marks, this.#feedback)
    const judged = submission.readable ? bare : { ...bare, outOf: this.#outOf }
    const { report, change } = this.#regrades.applied(judged, marks)
    const points = marks.reduce((sum, mark) => sum.add(mark.points), change)
    return { judged, report, points }
  }

  async #load(path: string): Promise<Submission> {
    const { markings } = this.#paper
    const text = await readText(path, submissionCaps.bytes)
    const file = path === "-" ? standardInput : path
    if (typeof text === "string") return loadSubmission(file, text, markings)
    return { ...(await loadSubmission(file, "", markings)), diagnostics: [text] }
  }

  #marks({ sheets, student, file, source }: Submission): ProblemMark[] {
    const { markings, counted } = this.#paper
    const regraded = this.#regrades.problemsOf(student)
    return [...markings].flatMap(([id, marking]) => {
      const sheet = sheets.get(id)
      if (!sheet && !counted.has(id) && !regraded.includes(id)) return []
      return grading(file, marking.problem, () => this.#marksOf.of(marking, sheet ?? blank, source))
    })
  }

  #twin({ student, file, source }: Submission): Diagnostic | undefined {
    const first = this.#students.get(student)
    if (first === undefined) {
      this.#students.set(detached(student), file)
      return undefined
    }
    const message = `\`${student}\` has handed in ${first} as well as ${file}`
    const hint = "both are graded; which one counts is for you to say"
    return { code: "same-student", severity: "warning", message, file: source.file, hint }
  }
}

/** The same text by itself: a piece of a larger one may keep all of that in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString()
}

const blank = { answers: new Map() }

/** Should the grader throw, the report of our bug names the sheet too. */
function grading<T>(file: string, problem: Problem, grade: () => T): T {
  try {
    return solving(problem, grade)
  } catch (cause) {
    throw new Error(`while grading ${file}`, { cause })
  }
}
