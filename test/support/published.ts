import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as z from "zod"
import type { Index } from "../../src/core/entries.ts"
import { type AnswerMark, gradeProblem, type ProblemMark, prepare } from "../../src/core/grade.ts"
import { toData } from "../../src/core/source.ts"
import { loadSubmission, type Submission } from "../../src/core/submission.ts"
import { filesBelow, readSource, shippedProblems } from "./problems.ts"

// The printed keys: fixtures/published-keys/<sheet>.yaml is a submission as anyone would hand it in,
// <sheet>.verdicts.yaml the verdicts it must get, index.yaml where each printed mistake is found.

export const folder = "fixtures/published-keys"

const verdict = z.enum([
  "correct",
  "carried",
  "imprecise",
  "partial",
  "wrong",
  "missing",
  "unreadable",
])

/** A verdict, and the mistake it accounts for; one that is not held against the sheet says why. */
const entryFinding = z.strictObject({
  verdict,
  entry: z.string().optional(),
  because: z.string().optional(),
})
type EntryFinding = z.output<typeof entryFinding>

const alone = verdict.transform((word): EntryFinding => ({ verdict: word }))

const answerFinding = entryFinding.extend({
  /** The words of the slip, or the code of a general reason. */
  reason: z.string().optional(),
  /** What is carried follows from these answers. */
  from: z.array(z.string()).optional(),
  review: z.boolean().optional(),
  /**
   * Verdicts by place, counted from 1; "(2, 4)" stands for all of row 4 in the second grid. The others
   * are correct. Left out: all entries have the answer's verdict.
   */
  entries: z.record(z.string(), z.union([alone, entryFinding])).optional(),
})
export type Finding = z.output<typeof answerFinding>

/** By problem and answer. */
const verdicts = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([verdict.transform((word): Finding => ({ verdict: word })), answerFinding]),
  ),
)

const index = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([
      z.string().transform(path => [path]),
      z.array(z.string()).min(1),
      z.strictObject({ because: z.string(), see: z.string().optional() }),
    ]),
  ),
)

export interface PublishedSheet {
  /** The stem of its file. */
  sheet: string
  submission: Submission
  marks: ReadonlyMap<string, ProblemMark>
  required: z.output<typeof verdicts>
}

/** Every printed key, graded with the shipped problems. */
export async function publishedSheets(): Promise<PublishedSheet[]> {
  const markings = new Map(
    (await shippedProblems()).map(problem => [problem.id, prepare(problem)] as const),
  )
  const files = filesBelow(folder, ".yaml").filter(
    file => !file.endsWith(".verdicts.yaml") && basename(file) !== "index.yaml",
  )
  return Promise.all(
    files.map(async file => {
      const submission = await loadSubmission(file, readFileSync(file, "utf8"), markings)
      const marks = [...submission.sheets].flatMap(([id, sheet]) => {
        const marking = markings.get(id)
        return marking ? [[id, gradeProblem(marking, sheet)] as const] : []
      })
      const required = verdicts.parse(dataOf(file.replace(/\.yaml$/, ".verdicts.yaml")))
      return { sheet: basename(file, ".yaml"), submission, marks: new Map(marks), required }
    }),
  )
}

/** Where each printed mistake is found, by kind and number. */
export function publishedIndex(): z.output<typeof index> {
  return index.parse(dataOf(join(folder, "index.yaml")))
}

/** A printed mistake at its place in a sheet's verdicts. */
export interface Place extends Omit<EntryFinding, "entry"> {
  entry: string
  /** sheet/problem/answer */
  path: string
}

/** The mistakes that a sheet's verdicts account for. */
export function placesIn({ sheet, required }: PublishedSheet): Place[] {
  return Object.entries(required).flatMap(([problem, answers]) =>
    Object.entries(answers).flatMap(([answer, { entries = {}, ...whole }]) =>
      [whole, ...Object.values(entries)].flatMap(({ entry, verdict, because }) =>
        entry === undefined
          ? []
          : [{ entry, verdict, because, path: `${sheet}/${problem}/${answer}` }],
      ),
    ),
  )
}

/** The answers that were written. */
export function writtenAnswers({ answers }: ProblemMark): AnswerMark[] {
  return answers.filter(({ written }) => written)
}

/** "(2, 2)", counted from 1. */
export function placeOf(index: Index): string {
  return `(${index.map(step => (typeof step === "number" ? step + 1 : step)).join(", ")})`
}

function dataOf(file: string): unknown {
  const [document] = readSource(file).documents
  return document?.written && toData(document.written)
}
