import { XMLParser, XMLValidator } from "fast-xml-parser"
import { describe, expect, test } from "vitest"
import { type Feedback, reportOf, type SubmissionReport } from "../src/core/feedback.ts"
import { gradeProblem, type Marking, prepare } from "../src/core/grade.ts"
import { Fraction } from "../src/core/number.ts"
import { loadSubmission } from "../src/core/submission.ts"
import { decimal, splitPoints } from "../src/render/points.ts"
import { csvReport } from "../src/report/csv.ts"
import { githubReport } from "../src/report/github.ts"
import { gradescopeRefusal, gradescopeReport } from "../src/report/gradescope.ts"
import { jsonReport } from "../src/report/json.ts"
import { junitReport } from "../src/report/junit.ts"
import { markdownReport } from "../src/report/markdown.ts"
import { type ClassSummary, ClassTally } from "../src/report/summary.ts"
import { terminalReport } from "../src/report/terminal.ts"
import type { ReportWriter, Write } from "../src/report/writer.ts"
import { problemsOf, shippedProblems } from "./support/problems.ts"

// Points are worked out by hand. The window's key is that of problems/vision/harris-window.yaml.

const harris = `
id: harris-window
kind: harris
title: Harris score of a 3×3 window
points: 20
given:
  Ix: [[4, 7, 6], [8, 8, 7], [8, 6, 5]]
  Iy: [[4, 8, 8], [8, 6, 7], [6, 6, 4]]
  k: 0.04
ask:
  H: { points: 10 }
  det: { points: 2 }
  trace: { points: 2 }
  R: { points: 4 }
  verdict: { points: 2 }
`

const fruit = `
id: fruit
kind: bayes
title: Apple, orange or banana
points: 4
given:
  classes: [Apple, Orange, Banana]
  priors: [0.3, 0.5, 0.2]
  likelihoods: [0.24, 0.15, 0.38]
ask: [joint, evidence, posterior, verdict]
`

/** H₂₂ is 381, so two of its three entries are right; det and trace follow from it, R has lost its sign. */
const sample = `student: s1024
answers:
  harris-window:
    H: [[403, 385], [385, 371]]
    det: 1288
    trace: 774
    R: 22675.04
    verdict: edge
`
const allRight = `name: Ada Lovelace
answers:
  harris-window:
    H: [[403, 385], [385, 381]]
    det: 5318
    trace: 784
    R: -19268.24
    verdict: edge
`
/** Joint: 2 of 3 right; evidence and posterior follow from it: 2/3 + 1 + 1 + 1 of 4. */
const bothProblems = `${sample}  fruit:
    joint: [0.072, 0.075, 0.086]
    evidence: 0.233
    posterior: [0.309, 0.3219, 0.3691]
    verdict: Banana
`
const broken = "answers: [\n"

type Sheet = string | { file: string; text: string }

async function markingsOf(yaml: readonly string[]): Promise<Map<string, Marking>> {
  const problems = (await Promise.all(yaml.map(problemsOf))).flat()
  return new Map(problems.map(problem => [problem.id, prepare(problem)]))
}

async function graded(
  sheet: Sheet,
  feedback: Feedback,
  markings: ReadonlyMap<string, Marking>,
  number = 1,
): Promise<SubmissionReport> {
  const { file, text } =
    typeof sheet === "string" ? { file: `answers/s${number}.yaml`, text: sheet } : sheet
  const submission = await loadSubmission(file, text, markings)
  const marks = [...submission.sheets].flatMap(([id, answers]) => {
    const marking = markings.get(id)
    return marking ? [gradeProblem(marking, answers)] : []
  })
  return reportOf(submission, marks, feedback)
}

interface Run {
  reports: readonly SubmissionReport[]
  markings: ReadonlyMap<string, Marking>
  feedback: Feedback
  summary: ClassSummary
}

async function runOf(
  sheets: readonly Sheet[],
  { feedback = "hint" as Feedback, problems = [harris, fruit] } = {},
): Promise<Run> {
  const markings = await markingsOf(problems)
  const reports: SubmissionReport[] = []
  const tally = new ClassTally(new Fraction("0.6"))
  for (const [i, sheet] of sheets.entries()) {
    const report = await graded(sheet, feedback, markings, i + 1)
    reports.push(report)
    tally.add(report)
  }
  return { reports, markings, feedback, summary: tally.summary() }
}

function output(make: (write: Write) => ReportWriter, run: Run): string {
  let text = ""
  write(
    make(piece => {
      text += piece
    }),
    run,
  )
  return text
}

function write(writer: ReportWriter, { reports, markings, feedback, summary }: Run): void {
  const problems = [...markings].map(([id, { problem, shares }]) => ({
    id,
    title: problem.title,
    outOf: shares.total,
  }))
  writer.begin({ feedback, problems, root: "/home/class" })
  for (const report of reports) writer.submission(report)
  writer.end(summary)
}

function github(run: Run) {
  const written = { annotations: "", stepSummary: "", classroom: "" }
  write(
    githubReport({
      annotations: text => {
        written.annotations += text
      },
      stepSummary: text => {
        written.stepSummary += text
      },
      classroom: text => {
        written.classroom += text
      },
    }),
    run,
  )
  return written
}

interface JsonAnswer {
  name: string
  points: number
  [field: string]: unknown
}

interface JsonReport {
  version: number
  submissions: {
    student: string
    points: number | null
    out_of: number
    problems: { problem: string; points: number | null; out_of: number; answers: JsonAnswer[] }[]
    diagnostics: Record<string, unknown>[]
  }[]
  points: number | null
  out_of: number
}

const json = (run: Run): JsonReport => JSON.parse(output(jsonReport, run))

interface JunitSuite {
  name: string
  tests: string
  failures: string
  errors: string
  skipped: string
  properties: { property: { name: string; value: string }[] }
  testcase: JunitCase[]
}

interface JunitCase {
  classname: string
  name: string
  file: string
  line?: string
  time: string
  failure?: { type: string; message: string; "#text": string }
  error?: { message: string; "#text": string }
  skipped?: { message: string }
}

function junit(run: Run): JunitSuite[] {
  const xml = output(junitReport, run)
  expect(XMLValidator.validate(xml)).toBe(true)
  const lists = ["testsuite", "testcase", "property"]
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    isArray: (name: string) => lists.includes(name),
  })
  return parser.parse(xml).testsuites.testsuite
}

function csv(run: Run): string[][] {
  const text = output(csvReport, run)
  expect(text.endsWith("\r\n")).toBe(true)
  return text
    .slice(0, -2)
    .split("\r\n")
    .map(row =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
      ),
    )
}

const classroom = (run: Run) =>
  JSON.parse(Buffer.from(github(run).classroom, "base64").toString("utf8"))

const gradescope = (run: Run) => JSON.parse(output(gradescopeReport, run))

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

const plainLines = (text: string) => text.split("\n").map(line => line.replace(/\s+/g, " ").trim())

describe("the sheet of the design", () => {
  test("says in the terminal what was right, what followed, and what went wrong first", async () => {
    const run = await runOf([sample])
    expect(plainLines(output(write => terminalReport(write, { width: 100 }), run))).toEqual([
      "s1024 · answers/s1.yaml 12.67 / 20",
      "harris-window",
      "H ◐ partial 6.67/10 entry (2, 2), written 371, is wrong; the others are right line 4",
      "det ✓ carried 2/2 follows from your H",
      "trace ✓ carried 2/2 follows from your H",
      "R ✗ wrong 0/4 check the sign line 7",
      "verdict ✓ correct 2/2",
      "first mistake: H (2, 2)",
      "",
    ])
  })

  test("at full feedback also shows what was expected, the differing entry marked", async () => {
    const run = await runOf([sample], { feedback: "full" })
    const lines = plainLines(output(terminalReport, run))
    expect(lines).toContain("403 385 403 385")
    expect(lines).toContain("385 [371] 385 [381]")
    expect(lines).toContain("written 1288 · expected 5318")
    expect(lines).toContain("written 22675.04 · expected −19268.24 · from your own work −22675.04")
    expect(lines.join(" ")).toContain("to review: verdict is right, though it does not follow")
  })

  test("colour changes nothing but colour", async () => {
    const run = await runOf([sample, allRight, broken], { feedback: "full" })
    const coloured = output(write => terminalReport(write, { color: true }), run)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a terminal is coloured
    const bare = coloured.replace(/\u001b\[[\d;]*m/g, "")
    expect(coloured).not.toBe(bare)
    // Without colour, marked cells have brackets.
    const first = (text: string) => text.split("\n")[0]
    expect(first(bare)).toBe(first(output(terminalReport, run)))
  })

  test("is this JSON", async () => {
    const { submissions } = json(await runOf([sample]))
    expect(submissions[0]?.problems[0]?.answers).toEqual([
      {
        name: "H",
        verdict: "partial",
        points: 6.666667,
        out_of: 10,
        written: "[[403, 385], [385, 371]]",
        line: 4,
        column: 8,
        entries: [
          { index: [0, 0], verdict: "correct" },
          { index: [0, 1], verdict: "correct" },
          { index: [1, 1], verdict: "wrong" },
        ],
      },
      expect.objectContaining({ name: "det", verdict: "carried", carried_from: "H", line: 5 }),
      expect.objectContaining({ name: "trace", verdict: "carried", carried_from: "H" }),
      {
        name: "R",
        verdict: "wrong",
        points: 0,
        out_of: 4,
        written: "22675.04",
        line: 7,
        column: 8,
        reason: { code: "sign", message: "check the sign" },
      },
      expect.objectContaining({ name: "verdict", verdict: "correct", points: 2 }),
    ])
  })
})

describe("all outputs add up to the same points", () => {
  // 38/3 + 11/3 = 49/3 of 24; 20 of 20; a sheet that cannot be read.
  const sheets = [bothProblems, allRight, broken]

  test("in every report of a class", async () => {
    const run = await runOf(sheets)
    const read = json(run)
    expect(read.submissions.map(({ points }) => points)).toEqual([16.333333, 20, 0])
    expect(read.submissions[0]?.problems.map(({ points }) => points)).toEqual([12.666667, 3.666667])
    expect([read.points, read.out_of]).toEqual([36.333333, 44])

    const suites = junit(run)
    const told = (suite: JunitSuite) =>
      suite.properties.property.find(({ name }) => name === "points")?.value
    expect(suites.map(told)).toEqual(["16.333333", "20", "0"])

    expect(csv(run)).toEqual([
      ["student", "name", "harris-window", "fruit", "total", "out_of", "percent"],
      ["s1024", "", "12.6667", "3.6667", "16.3333", "24", "68.0556"],
      ["s2", "Ada Lovelace", "20", "", "20", "20", "100"],
      ["s3", "", "", "", "0", "0", ""],
    ])

    const terminal = plainLines(output(terminalReport, run))
    expect(terminal).toContain("s1024 · answers/s1.yaml 16.33 / 24")
    expect(terminal).toContain("harris-window 12.67 / 20")
    expect(terminal).toContain("fruit 3.67 / 4")
    const markdown = output(markdownReport, run).split("\n")
    expect(markdown).toContain("## s1024: 16.33 / 24")
    expect(markdown).toContain("## s2 (Ada Lovelace): 20 / 20")
    expect(markdown).toContain("## s3: could not be graded")

    const { tests, max_score, status } = classroom(run)
    expect(sum(tests.map(({ score }: { score: number }) => score))).toBeCloseTo(36.333333, 6)
    expect([max_score, status]).toEqual([44, "error"])
  })

  test("in Gradescope's", async () => {
    const { score, tests } = gradescope(await runOf([bothProblems]))
    expect(score).toBe(16.333333)
    expect(sum(tests.map((each: { score: number }) => each.score))).toBeCloseTo(score, 9)
    expect(sum(tests.map((each: { max_score: number }) => each.max_score))).toBe(24)
  })

  test("thirds add up where a reader adds them up again", () => {
    const third = new Fraction(1, 3)
    expect(splitPoints([third, third, third])).toEqual([0.333333, 0.333334, 0.333333])
    expect(decimal(new Fraction(2, 3), 2)).toBe("0.67")
    expect(decimal(new Fraction("0.005"), 2)).toBe("0.01")
    expect(decimal(new Fraction(-3, 2), 2)).toBe("-1.5")
    expect(decimal(new Fraction(100), 2)).toBe("100")
  })
})

describe("JUnit", () => {
  test("counts by suite; a blank fails, what was not asked is skipped", async () => {
    const blank = "answers:\n  harris-window:\n    Ixx: [[1, 2], [3, 4]]\n    R: 1,5\n    det: ?\n"
    const [suite, other] = junit(await runOf([blank.replace("det: ?", 'det: "?"'), sample]))
    const cases = suite?.testcase ?? []
    expect(cases.map(({ name }) => name)).toEqual([
      "harris-window: Ixx",
      "harris-window: H",
      "harris-window: det",
      "harris-window: trace",
      "harris-window: R",
      "harris-window: verdict",
    ])
    expect(suite).toMatchObject({ tests: "6", failures: "5", errors: "0", skipped: "1" })
    expect(cases[0]?.skipped?.message).toMatch(/^wrong: not asked/)
    expect(cases[1]?.failure).toEqual({
      type: "missing",
      message: "missing, 0/10: not answered",
      "#text": "missing, 0/10: not answered",
    })
    expect(cases[4]).toMatchObject({ line: "4", time: "0", file: "answers/s1.yaml" })
    expect(cases[4]?.failure?.["#text"]).toMatch(/^unreadable, 0\/4: cannot be read: .*1\.5/)
    expect(other).toMatchObject({ tests: "5", failures: "2", errors: "0", skipped: "0" })
  })

  test("names are unique and files are relative, whatever the students call themselves", async () => {
    const run = await runOf([
      { file: "/home/class/a/answers.yaml", text: sample },
      { file: "./b/answers.yaml", text: sample },
      { file: "/elsewhere/answers.yaml", text: sample },
      { file: "c\\answers.yaml", text: broken },
    ])
    const suites = junit(run)
    const cases = suites.flatMap(({ testcase }) => testcase)
    const names = cases.map(({ classname, name }) => `${classname} ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect([...new Set(cases.map(({ file }) => file))]).toEqual([
      "a/answers.yaml",
      "b/answers.yaml",
      "elsewhere/answers.yaml",
      "c/answers.yaml",
    ])
    expect(suites[3]).toMatchObject({ tests: "1", failures: "0", errors: "1" })
    expect(suites[3]?.testcase[0]?.error?.["#text"]).toMatch(/^could not be graded: line /)
  })
})

describe("Gradescope", () => {
  test("takes one sheet with a score, and says so", async () => {
    expect(gradescopeRefusal(1, "hint")).toBeUndefined()
    expect(gradescopeRefusal(3, "hint")).toContain("one sheet, but there are 3")
    expect(gradescopeRefusal(1, "none")).toContain("needs a score")
    const run = await runOf([sample, sample])
    expect(() => output(gradescopeReport, run)).toThrow("one sheet")
  })

  test("each answer is a test with its place in the paper", async () => {
    const { tests, ...rest } = gradescope(await runOf([sample]))
    expect(rest).toMatchObject({
      score: 12.666667,
      output: "s1024: 12.67 / 20",
      visibility: "visible",
    })
    expect(tests[3]).toEqual({
      score: 0,
      max_score: 4,
      status: "failed",
      name: "harris-window: R",
      name_format: "text",
      number: "1.4",
      output: "wrong, 0/4: check the sign",
      output_format: "text",
      visibility: "visible",
    })
  })

  test("a sheet that cannot be read gets 0 and the reason", async () => {
    const { score, output } = gradescope(await runOf([broken]))
    expect(score).toBe(0)
    expect(output).toMatch(/^s1: could not be graded: line /)
  })
})

describe("GitHub", () => {
  test("annotates the answers at the student's own lines, the dearest first", async () => {
    const { annotations, stepSummary, classroom: result } = github(await runOf([sample]))
    expect(annotations.split("\n")).toEqual([
      "::error file=answers/s1.yaml,line=7,col=8,endColumn=16,title=harris-window%3A R::wrong, 0/4: check the sign",
      "::warning file=answers/s1.yaml,line=4,col=8,endColumn=32,title=harris-window%3A H::partial, 6.67/10: entry (2, 2), written 371, is wrong; the others are right",
      "",
    ])
    expect(stepSummary).toContain("| R | ✗ wrong | 0/4 | check the sign | 7 |")
    expect(JSON.parse(Buffer.from(result, "base64").toString())).toMatchObject({
      version: 1,
      status: "fail",
      max_score: 20,
      tests: [
        { name: "harris-window: H", status: "fail", score: 6.666667, line_no: 4 },
        { name: "harris-window: det", status: "pass", score: 2, filename: "answers/s1.yaml" },
        { score: 2, test_code: "", duration: 0 },
        { score: 0, message: "wrong, 0/4: check the sign" },
        { score: 2 },
      ],
    })
  })

  test("shows at most ten of a kind, a sheet that cannot be read before all others", async () => {
    const sheets = [...Array.from({ length: 14 }, () => sample), broken]
    const { annotations } = github(await runOf(sheets))
    const lines = annotations.trim().split("\n")
    const errors = lines.filter(line => line.startsWith("::error"))
    expect(errors).toHaveLength(10)
    expect(errors[0]).toContain("title=this sheet could not be graded")
    expect(lines.filter(line => line.startsWith("::warning"))).toHaveLength(10)
  })

  test("the step summary stays below 1 MiB and still has the class", async () => {
    const run = await runOf([sample])
    const [report] = run.reports
    if (!report) throw new Error("no report")
    const many = { ...run, reports: Array.from({ length: 4000 }, () => report) }
    const tally = new ClassTally()
    for (const each of many.reports) tally.add(each)
    const { stepSummary, classroom: result } = github({ ...many, summary: tally.summary() })
    expect(Buffer.byteLength(stepSummary)).toBeLessThan(1024 * 1024)
    expect(stepSummary).toMatch(/^## Graded sheets\n\n4000 sheets/)
    expect(stepSummary).toMatch(/… and \d+ more, for which there is no room here\n$/)
    expect(result).toBe("")
  })
})

describe("the class summary", () => {
  test("counts what was missed, and how", async () => {
    const nothing = "answers:\n  harris-window: {}\n"
    const { summary } = await runOf([sample, allRight, nothing, broken, sample])
    // 63.33, 100, 0 and 63.33 per cent
    expect(summary).toMatchObject({ sheets: 5, graded: 4, unreadable: 1, belowPass: 1 })
    expect(summary.bins).toEqual([1, 0, 0, 0, 0, 0, 2, 0, 0, 1])
    expect(summary.mean?.toFraction()).toBe("170/3")
    expect(summary.median?.valueOf()).toBeCloseTo(63.33, 9)
    expect(summary.answers.map(({ name, missed, sheets }) => [name, missed, sheets])).toEqual([
      ["H", 3, 4],
      ["R", 3, 4],
      ["det", 1, 4],
      ["trace", 1, 4],
      ["verdict", 1, 4],
    ])
    expect(summary.answers[0]?.verdicts).toMatchObject({ partial: 2, missing: 1, correct: 1 })
    expect(summary.slips).toEqual([{ problem: "harris-window", name: "R", code: "sign", count: 2 }])
  })

  test("is printed below several sheets, not below one", async () => {
    const several = await runOf([sample, allRight])
    const lines = plainLines(output(terminalReport, several))
    expect(lines).toContain("2 sheets · 0 below the pass mark of 60 %")
    expect(lines).toContain("mean 81.7 % · median 81.7 %")
    expect(lines).toContain(`60–70 % ${"█".repeat(32)} 1`)
    expect(lines).toContain("1 of 2 harris-window R 1 wrong")
    expect(lines).toContain("1× harris-window R the sign is the other one")
    expect(output(markdownReport, several)).toContain("| harris-window | R | 1 of 2 | 1 wrong |")
    expect(output(terminalReport, await runOf([sample]))).not.toContain("sheets")
  })
})

describe("feedback", () => {
  const everything = (run: Run): string => {
    const { annotations, stepSummary, classroom: result } = github(run)
    return [
      output(terminalReport, run),
      output(markdownReport, run),
      output(jsonReport, run),
      output(junitReport, run),
      output(csvReport, run),
      ...(run.feedback === "none" ? [] : [output(gradescopeReport, run)]),
      annotations,
      stepSummary,
      Buffer.from(result, "base64").toString(),
    ].join("\n")
  }

  test.each(["none", "score", "verdict", "hint"] as const)(
    "at %s no output has a right value",
    async feedback => {
      const text = everything(await runOf([sample], { feedback }))
      for (const right of ["381", "5318", "784", "19268"]) expect(text).not.toContain(right)
    },
  )

  test("at full they are there", async () => {
    const text = everything(await runOf([sample], { feedback: "full" }))
    for (const right of ["381", "5318", "784", "19268"]) expect(text).toContain(right)
  })

  test("at verdict there are no reasons, at score no answers, at none no points", async () => {
    const verdict = everything(await runOf([sample], { feedback: "verdict" }))
    expect(verdict).toContain("partial")
    for (const told of ["check the sign", "(2, 2)", "follows", "first mistake"]) {
      expect(verdict).not.toContain(told)
    }
    const score = everything(await runOf([sample], { feedback: "score" }))
    expect(score).toContain("12.67")
    for (const told of ["trace", "partial", "wrong", "22675"]) expect(score).not.toContain(told)
    const none = await runOf([sample], { feedback: "none" })
    expect(everything(none)).not.toMatch(/12\.6/)
    expect(json(none).points).toBeNull()
    expect(csv(none)[1]).toEqual(["s1024", "", "", "", "", "20", ""])
    expect(junit(none)[0]).toMatchObject({ tests: "1", failures: "0" })
  })
})

describe("hostile sheets", () => {
  const steering = "\\e[2J\\x9b31m\\u202e"
  const hostile = {
    file: "a/::error file=x::y\u001b[31m,z.yaml",
    text: `student: "::error file=x::boo\\n::warning::${steering}"
name: "=cmd()|'/C calc'!A0, \\"q\\" ]]> <img src=x> @octocat https://evil.example [a](b)"
answers:
  harris-window:
    H: [["::set-output name=x::y", "##[error]boo"], [385, "]]>&<script>"]]
    R: "\\n::error::x | y ${steering}"
    det: "=1+1\\u0000"
    verdict: "@SUM(A1)##[error]x"
    "::stop-commands::x": 1
`,
  }

  test("cannot say anything to a terminal, a CI job or a browser", async () => {
    const run = await runOf([hostile, sample], { feedback: "full" })
    const { annotations, stepSummary } = github(run)
    const outputs = [
      output(terminalReport, run),
      output(write => terminalReport(write, { width: 30 }), run),
      output(markdownReport, run),
      output(jsonReport, run),
      output(junitReport, run),
      output(csvReport, run).replaceAll("\r\n", "\n"),
      stepSummary,
    ]
    for (const text of outputs) {
      expect(text).not.toMatch(/^\s*::/m)
      expect(text).not.toContain("##[")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be printed
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028]/)
    }
    for (const line of annotations.trim().split("\n")) {
      expect(line).toMatch(/^::(?:error|warning) file=[^:,]+,[^:]*::(?:(?!::).)*$/)
    }
    for (const text of [output(markdownReport, run), stepSummary]) {
      expect(text).not.toMatch(/<(?!\/?(?:details|summary)>)/)
      expect(text).not.toContain("@octocat")
      expect(text).not.toContain("https://")
      for (const line of text.split("\n").filter(each => each.startsWith("| H "))) {
        expect(line.match(/(?<!\\)\|/g)).toHaveLength(6)
      }
    }
  })

  test("come out of the data as they went in, or plainly marked", async () => {
    const run = await runOf([hostile])
    const [submission] = json(run).submissions
    expect(submission?.student).toBe("::error file=x::boo\n::warning::\u001b[2J\u009b31m\u202e")
    expect(submission?.diagnostics[0]).toMatchObject({ code: "unknown-answer", line: 9 })
    const [head, row] = csv(run)
    expect(row).toHaveLength(head?.length ?? 0)
    expect(row?.[0]).toBe(": :error file=x: :boo : :warning: :␛[2J�31m�")
    expect(row?.[1]).toMatch(/^'=cmd\(\)/)
    const [suite] = junit(run)
    expect(suite?.testcase.map(({ failure }) => failure?.message ?? "").join()).toContain(
      "## [error]x",
    )
    expect(gradescope(run).output).not.toContain("\n")
  })
})

test("every kind's sheets can be reported, in 80 columns", async () => {
  for (const problem of await shippedProblems()) {
    const marking = prepare(problem)
    const markings = new Map([[problem.id, marking]])
    const [first = "", ...others] = marking.names
    const answers = [`${first}: [[1, 2.5], [x]]`, ...others.map(name => `${name}: 0.25`)]
    for (const lines of [answers, ["{}"]]) {
      const text = `answers:\n  ${problem.id}:\n${lines.map(line => `    ${line}\n`).join("")}`
      const report = await graded(text, "full", markings)
      const tally = new ClassTally()
      tally.add(report)
      const run = {
        reports: [report],
        markings,
        feedback: report.feedback,
        summary: tally.summary(),
      }
      for (const line of output(terminalReport, run).split("\n")) {
        expect([...line].length, line).toBeLessThanOrEqual(80)
      }
      const [submission] = json(run).submissions
      const points = submission?.problems.flatMap(each => each.answers.map(({ points }) => points))
      expect(sum(points ?? []), problem.id).toBeCloseTo(submission?.points ?? 0, 4)
      expect(junit(run)[0]?.testcase.length).toBeGreaterThan(0)
      expect(output(markdownReport, run)).toContain("### ")
    }
  }
})
