import { describe, expect, test, vi } from "vitest"
import * as z from "zod"
import * as blocks from "../src/core/blocks.ts"
import { eachEntry, keyOf, mapEntries } from "../src/core/entries.ts"
import { feedbackLevels, reportOf, type SubmissionReport } from "../src/core/feedback.ts"
import { gradeProblem, type Marking, type ProblemMark, prepare } from "../src/core/grade.ts"
import * as answer from "../src/core/kind.ts"
import { defineKind } from "../src/core/kind.ts"
import { nudgeEntry } from "../src/core/nudge.ts"
import { Fraction } from "../src/core/number.ts"
import { loadProblems, type Problem } from "../src/core/problem.ts"
import { secretPaths, withoutSecrets } from "../src/core/secrets.ts"
import { type Run, runSlip, slipNames } from "../src/core/solve.ts"
import { Source } from "../src/core/source.ts"
import type { AnswerValue } from "../src/core/types.ts"
import { kinds } from "../src/kinds/index.ts"
import { problemsOf, shippedProblems, valuesOf } from "./support/problems.ts"
import { sheetOf, submitted, Verbatim } from "./support/sheets.ts"
import { rounding } from "./support/students.ts"

// What a report says at `hint` and below must not help to guess: no right value, and nothing that
// depends on the key but the verdicts, the points and the reasons.

vi.setConfig({ testTimeout: 60_000 })

const below = feedbackLevels.filter(level => level !== "full")

async function judged(marking: Marking, sheet: string) {
  const submission = await submitted(marking, sheet)
  const marks = [...submission.sheets.values()].map(own => gradeProblem(marking, own))
  return { submission, marks }
}

/** Everything a report holds, as text. */
function bytes(report: unknown): string {
  return JSON.stringify(report, (_, value: unknown) => {
    if (value instanceof Fraction) return value.toFraction()
    return value instanceof Map ? [...value] : value
  })
}

/** The line of the sheet that a place shows, cut where it is long. */
const ownLine = /"text":"(?:[^"\\]|\\.)*","offset":\d+/g

type Sheet = Record<string, AnswerValue | Verbatim | undefined>

/** Sheets that are wrong in every way there is, and hold as little of the key as they can. */
function wrongSheets({ problem, key }: Marking): string[] {
  const names = [...key.answers.keys()]
  const each = (value: (name: string) => AnswerValue | Verbatim | undefined): Sheet =>
    Object.fromEntries(names.map(name => [name, value(name)]))
  const texts = [
    "_",
    "x",
    "[]",
    "7",
    "[7, 7]",
    "[[7]]",
    "{ a: 7 }",
    "-8.5",
    "[[1, 2], [3]]",
    "1e999",
  ]
  const { pin, pen } = rounding(key, 6)
  const slipped = slipNames(problem, key).flatMap(slip => runSlip(problem, slip, pin) ?? [])
  return [
    ...texts.map(text => sheetOf(each(() => new Verbatim(text)))),
    sheetOf(replacing(key, x => -x)),
    sheetOf(replacing(key, x => x * 10)),
    sheetOf(replacing(key, x => x * 1.1 + 0.3)),
    ...names.map(name => sheetOf({ [name]: replacing(key, x => x * 1.1 + 0.3)[name] })),
    ...slipped.map(run => sheetOf(valuesOf(run), pen)),
  ]
}

/** The key with each number changed, and each label by another. */
function replacing(key: Run, change: (x: number) => number): Record<string, AnswerValue> {
  const entries = [...key.answers.values()].map(({ name, answer, value }) => {
    const other = mapEntries(answer, value, leaf =>
      typeof leaf === "number" ? Number(change(leaf).toPrecision(4)) : nudgeEntry(answer, leaf, 1),
    )
    return [name, other]
  })
  return Object.fromEntries(entries)
}

/** Numbers of four or more digits in a text, as they stand there. */
function numbersIn(text: string): Set<string> {
  const found = text.match(/\d+(?:\.\d+)?(?:\/\d+)?/g) ?? []
  return new Set(found.filter(each => each.replace(/^[0.]+|[./]/g, "").length >= 4))
}

/** What is right, or follows from the student's own work, and was not written. */
function secrets(marks: readonly ProblemMark[]): number[] {
  return marks.flatMap(({ answers }) =>
    answers.flatMap(({ answer, expected, entries }) => {
      const values: number[] = []
      const keep = (leaf: AnswerValue | undefined) => {
        if (typeof leaf === "number") values.push(leaf)
        if (leaf instanceof Fraction) values.push(leaf.valueOf())
      }
      eachEntry(answer, expected, keep)
      for (const { own } of entries) keep(own)
      return values
    }),
  )
}

/** Of each kind the first two problems: all of them would take minutes. */
const problems = await shippedProblems()
const markings = problems
  .filter(({ kind, id }) => {
    const own = problems.filter(other => other.kind === kind).slice(0, 2)
    return own.some(other => other.id === id)
  })
  .map(prepare)

describe.each(below)("at %s", level => {
  test("no report holds a right value that was not written", async () => {
    for (const marking of markings) {
      const given = numbersIn(JSON.stringify(marking.problem.givenAsWritten))
      for (const sheet of wrongSheets(marking)) {
        const { submission, marks } = await judged(marking, sheet)
        const report = bytes(reportOf(submission, marks, level)).replaceAll(ownLine, "")
        const own = numbersIn(`${sheet} ${submission.file}`)
        const said = [...numbersIn(report)].filter(each => !given.has(each) && !own.has(each))
        const hidden = secrets(marks)
        const leaked = said.filter(each => hidden.some(x => isRoundingOf(each, x)))
        expect(leaked, `${marking.problem.id}\n${sheet}\n${report}`).toEqual([])
      }
    }
  })
})

test("at full the right values are told", async () => {
  const problem = problems.find(({ id }) => id === "harris-window")
  if (!problem) throw new Error("no problem")
  const marking = prepare(problem)
  const { submission, marks } = await judged(marking, "answers: { det: _ }")
  const hidden = secrets(marks).filter(x => numbersIn(String(x)).size > 0)
  const said = numbersIn(bytes(reportOf(submission, marks, "full")))
  expect(hidden.length).toBeGreaterThan(0)
  expect(hidden.filter(x => ![...said].some(each => isRoundingOf(each, x)))).toEqual([])
})

/** Whether a number in a text is what `x` looks like, whatever its sign. */
function isRoundingOf(text: string, x: number): boolean {
  const [whole = "", below] = text.split("/")
  if (below !== undefined) return Math.abs(Number(whole) / Number(below) - Math.abs(x)) < 1e-9
  const decimals = text.split(".")[1]?.length ?? 0
  return Math.abs(Number(text) - Math.abs(x)) <= 0.5 * 10 ** -decimals + 1e-12
}

const gradients = (a: number) =>
  `{ id: p, title: t, kind: harris, given: { Ix: [[${a}, 7, 6], [8, 8, 7]], Iy: [[4, 8, 8], [8, 6, 7]] } }`
const choice = (correct: string, scoring: string) =>
  `{ id: p, title: t, kind: choice, given: { question: q, options: { A: a, B: b, C: c, D: d }, correct: ${correct}, select: many, scoring: ${scoring} } }`
const divergence = (p: string) =>
  `{ id: p, title: t, kind: kl, given: { P: ${p}, Q: [0.3, 0.3, 0.4] } }`

const sizes = (kernel: string) =>
  `{ id: p, title: t, kind: conv-output, given: { input: [12, 9], kernel: ${kernel}, filters: 4 } }`

/** Two problems of other numbers, and a sheet that fares the same in both. */
const twins: [string, string, string, string][] = [
  [
    "wrong everywhere",
    gradients(4),
    gradients(5),
    "{ H: [[1.5, 2], [2, 3.5]], det: 7.5, R: 1234 }",
  ],
  [
    "a wrong shape",
    gradients(4),
    gradients(5),
    "{ H: [[1, 2]], Ixx: [1, 2], det: [3], verdict: x }",
  ],
  ["unreadable", gradients(4), gradients(5), "{ H: x, det: '1,5', R: log(3), trace: 1e999 }"],
  ["blank", gradients(4), gradients(5), "{ H: _, det: ~ }"],
  [
    "carried from a wrong start",
    gradients(4),
    gradients(5),
    "{ H: [[50, 20], [20, 30]], det: 1100, trace: 80 }",
  ],
  [
    "the sign lost",
    divergence("[0.2, 0.3, 0.5]"),
    divergence("[0.1, 0.3, 0.6]"),
    "{ KL_PQ: -7, terms_PQ: [7, 8, 9] }",
  ],
  ["sizes of a wrong length", sizes("3"), sizes("[2, 4]"), "{ output: [1, 2, 3], shape: 5 }"],
  ["wrong sizes", sizes("3"), sizes("[2, 4]"), "{ output: [1, 2], shape: [1, 2, 3] }"],
  [
    "a wrong option",
    choice("[A]", "net-correct"),
    choice("[A, B]", "net-correct"),
    "{ choice: [C] }",
  ],
  [
    "another half of the options",
    choice("[A, B]", "net-correct"),
    choice("[A, D]", "net-correct"),
    "{ choice: [A] }",
  ],
  [
    "options one by one",
    choice("[A, B]", "per-option"),
    choice("[A, D]", "per-option"),
    "{ choice: [A, C] }",
  ],
]

test.each(twins)("two keys that fare the same read the same: %s", async (_, one, two, answers) => {
  const [a, b] = await Promise.all(
    [one, two].map(async text => {
      const [problem] = await problemsOf(text)
      if (!problem) throw new Error("no problem")
      return judged(prepare(problem), `answers: ${answers}`)
    }),
  )
  if (!a || !b) throw new Error("two sheets")
  const fates = ({ marks }: typeof a) =>
    marks.flatMap(mark =>
      mark.answers.map(({ name, verdict, points, entries }) => [
        name,
        verdict,
        points.toFraction(),
        entries.map(({ index, verdict, reason }) => [keyOf(index), verdict, reason?.code]),
      ]),
    )
  expect(fates(a)).toEqual(fates(b))
  for (const level of below) {
    expect(bytes(reportOf(a.submission, a.marks, level))).toBe(
      bytes(reportOf(b.submission, b.marks, level)),
    )
  }
})

// Entries with two values, and names that are asked: what is wrong or missing would tell what is right.

const mask = defineKind({
  name: "mask",
  topic: "test",
  title: "A mask",
  given: z.strictObject({ mask: z.array(z.array(z.number())) }),
  answers: { mask: answer.grid("mask", { binary: true }) },
  question: () => blocks.text`Which?`,
  solve: ({ mask }, work) => {
    work.answer("mask", mask)
  },
})

const open = defineKind({
  name: "open",
  topic: "test",
  title: "Names that are asked",
  given: z.strictObject({ found: z.record(z.string(), z.string()) }),
  answers: { found: answer.labels("found", ["p", "q", "r"], { open: true }) },
  question: () => blocks.text`Which?`,
  solve: ({ found }, work) => {
    work.answer("found", found)
  },
})

async function reported(text: string, answers: string, level: SubmissionReport["feedback"]) {
  const registry = {
    ...kinds,
    mask: async () => ({ default: mask }),
    open: async () => ({ default: open }),
  }
  const { problems } = await loadProblems(new Source("p.yaml", text), registry)
  const [problem] = problems
  if (!problem) throw new Error("no problem")
  const { submission, marks } = await judged(prepare(problem), `answers: ${answers}`)
  return reportOf(submission, marks, level).problems[0]
}

const statements = "a: { text: x, correct: true }, b: { text: x, correct: false }"
const twoValued = [
  ["a mask", "{ kind: mask, given: { mask: [[1, 0], [1, 1]] } }", "{ mask: [[1, 1], [1, 1]] }"],
  [
    "true or false",
    `{ kind: true-false, given: { statements: { ${statements} } } }`,
    "{ verdicts: { a: true, b: true } }",
  ],
  [
    "one of two",
    "{ kind: matching, given: { left: { a: x, b: x }, right: { A: x, B: x }, pairs: { a: A, b: B } } }",
    "{ pairs: { a: A, b: A } }",
  ],
  [
    "ticks in two columns",
    "{ kind: classify, given: { items: { a: x, b: x }, categories: [A, B], key: { a: A, b: B } } }",
    "{ table: { a: A, b: A } }",
  ],
] as const

test.each(twoValued)("of %s no entry's verdict is told before the end", async (_, text, sheet) => {
  for (const level of below) {
    const report = await reported(text, sheet, level)
    expect(report?.answers.flatMap(({ entries }) => entries ?? [])).toEqual([])
    expect(report?.firstMistake?.index ?? []).toEqual([])
  }
  const full = await reported(text, sheet, "full")
  expect(full?.answers[0]?.entries?.map(({ verdict }) => verdict)).toContain("wrong")
  expect(full?.firstMistake?.index.length).toBeGreaterThan(0)
})

const names = "{ kind: open, given: { found: { alpha: p, beta: q, gamma: r } } }"

test.each([
  "{ found: { alpha: p } }",
  "{ found: { alpha: q, delta: p } }",
  "{ found: { alpha: p, delta: x } }",
  "{ found: [p, q] }",
  "{ found: p }",
  "{ found: _ }",
])("names that are asked stay unsaid: %s", async sheet => {
  for (const level of below) {
    const report = bytes(await reported(names, sheet, level))
    for (const name of ["alpha", "beta", "gamma"]) {
      if (!sheet.includes(name)) expect(report, level).not.toContain(name)
    }
  }
})

test("at hint a name that is not there is told to be wrong, and at full what is missing", async () => {
  const sheet = "{ found: { alpha: p, delta: p } }"
  const entries = async (level: SubmissionReport["feedback"]) => {
    const report = await reported(names, sheet, level)
    return report?.answers[0]?.entries?.map(({ index, verdict }) => `${index} ${verdict}`)
  }
  expect(await entries("hint")).toEqual(["alpha correct", "delta wrong"])
  expect(await entries("full")).toEqual([
    "alpha correct",
    "beta missing",
    "gamma missing",
    "delta wrong",
  ])
})

const quizzes = markings.filter(({ problem }) => problem.kind.topic === "quiz")

/** As an id says it: words alone. */
function plain(text: string): string {
  return ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ")} `
}

test("no report on a quiz, its ids and titles included, holds a reason or an accepted text", async () => {
  for (const marking of quizzes) {
    const { problem } = marking
    const secrets = textsIn(secretsOf(problem))
    for (const sheet of wrongSheets(marking)) {
      const { submission, marks } = await judged(marking, sheet)
      const known = plain(JSON.stringify(withoutSecrets(problem.kind, problem.given)) + sheet)
      for (const level of below) {
        const report = bytes(reportOf(submission, marks, level))
        const said = textsIn(JSON.parse(report)).map(plain)
        const leaked = secrets
          .map(plain)
          .filter(each => !known.includes(each) && said.some(text => text.includes(each)))
        expect(leaked, `${problem.id}\n${sheet}\n${report}`).toEqual([])
      }
    }
  }
})

/** What a paper leaves out of a problem's givens, and what would help. */
function secretsOf({ kind, given }: Problem): unknown[] {
  return secretPaths(kind)
    .filter(path => path.at(-1) !== "optional")
    .flatMap(path => valuesAt(given, path))
}

function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    name === "*" || name === key ? valuesAt(each, rest) : [],
  )
}

/** Words of four letters or more, so that they are not found by chance. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.length >= 4 ? [value] : []
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : []
}

test("each level tells more than the one before", async () => {
  const [problem] = await problemsOf(gradients(4))
  if (!problem) throw new Error("no problem")
  // Ixx = [16 49 36; 64 64 49]: 278 in all, written 268.
  const { submission, marks } = await judged(prepare(problem), "answers: { H: [[268, 1], [1, 2]] }")
  const [none, score, verdict, hint, full] = feedbackLevels.map(level =>
    reportOf(submission, marks, level),
  )
  expect(none).not.toHaveProperty("points")
  expect(none?.problems[0]).not.toHaveProperty("points")
  expect(score).toHaveProperty("points")
  expect(score?.problems[0]?.answers).toEqual([])
  const answer = (report: SubmissionReport | undefined) =>
    report?.problems[0]?.answers.find(({ name }) => name === "H")
  expect(answer(verdict)?.verdict).toBe("wrong")
  expect(answer(verdict)).not.toHaveProperty("entries")
  expect(answer(hint)?.entries?.map(entry => entry.verdict)).toEqual(["wrong", "wrong", "wrong"])
  expect(answer(hint)).not.toHaveProperty("key")
  expect(answer(full)?.key?.expected).toEqual([
    [278, 281],
    [281, 293],
  ])
})
