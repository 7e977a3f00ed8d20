import { spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import { XMLParser } from "fast-xml-parser"
import { describe, expect, test } from "vitest"
import { toData } from "../src/core/source.ts"
import { dlcheck, files, folder } from "./support/dlcheck.ts"
import { filesBelow, readSource } from "./support/problems.ts"

// `dlcheck grade` from the outside. What sheets earn is laid down in fixtures/submissions.

const window = readFileSync("fixtures/submissions/homework/problems/harris-window.yaml", "utf8")
const colours = readFileSync("problems/probability/five-colours.yaml", "utf8")
const right =
  "answers: { H: [[403, 385], [385, 381]], det: 5318, trace: 784, R: -19268.24, verdict: edge }\n"
/** 12.67 of 20 points. */
const sample = `student: s1024
answers:
  harris-window: { H: [[403, 385], [385, 371]], det: 1288, trace: 774, R: 22675.04, verdict: edge }
`

interface Answer {
  name: string
  verdict: string
  points: number
  out_of: number
  line: number | null
}
interface Sheet {
  file: string
  student: string
  points: number | null
  out_of: number
  problems: { problem: string; points: number | null; out_of: number; answers: Answer[] }[]
  diagnostics: { code: string; line: number | null }[]
}
interface Grades {
  submissions: Sheet[]
  points: number | null
  out_of: number
}

/** Grades to JSON; what is printed must be that whatever the exit code is. */
function grades(args: readonly string[], options: Parameters<typeof dlcheck>[1] = {}) {
  const { status, stdout, stderr } = dlcheck(["grade", ...args, "--format", "json"], options)
  const data: Grades | undefined = stdout === "" ? undefined : JSON.parse(stdout)
  return { status, stderr, data, sheets: data?.submissions ?? [] }
}

function rounded(points: number | null | undefined): number {
  return Math.round((points ?? Number.NaN) * 100) / 100
}

/** The shipped homework in a folder of its own, with the problems that it uses. */
function homework(name: string): string {
  const copy = join(folder, name)
  cpSync("problems", join(copy, "problems"), { recursive: true })
  cpSync("fixtures/submissions", join(copy, "fixtures/submissions"), { recursive: true })
  return join(copy, "fixtures/submissions/homework")
}

describe("exit codes", () => {
  const cwd = files("codes", {
    "problems/harris-window.yaml": window,
    "right.yaml": right,
    "half.yaml": sample,
    "broken.yaml": "answers: [\n",
    "unknown.yaml": "answers: { harris-window: { detr: 1 } }\n",
    "warned.yaml": `titel: mine\n${right}`,
  })
  test.each([
    [["right.yaml"], 0],
    [["half.yaml"], 0],
    [["right.yaml", "--pass", "100%"], 0],
    [["half.yaml", "--pass", "63%"], 0],
    [["half.yaml", "--pass", "64%"], 1],
    [["half.yaml", "--pass", "0.64"], 1],
    [["half.yaml", "--pass", "64%", "--feedback", "none"], 1],
    [["right.yaml", "half.yaml", "--pass", "64%"], 1],
    [["broken.yaml"], 2],
    [["unknown.yaml"], 2],
    [["warned.yaml"], 0],
    [["broken.yaml", "right.yaml", "half.yaml", "--pass", "64%"], 2],
    [["missing.yaml", "right.yaml"], 2],
    [["right.yaml", "--pass", "60"], 2],
    [["right.yaml", "--pass", "most"], 2],
    [["right.yaml", "--feedback", "all"], 2],
    [["right.yaml", "--problems", "nothing"], 2],
    [["right.yaml", "--csv", "nowhere/grades.csv"], 2],
    [["right.yaml", "--csv", "right.yaml"], 2],
    [["right.yaml", "--csv", "problems/harris-window.yaml"], 2],
    [["right.yaml", "--csv", "a.txt", "--junit", "./a.txt"], 2],
    [["right.yaml", "half.yaml", "--gradescope", "results.json"], 2],
    [["right.yaml", "--gradescope", "results.json", "--feedback", "none"], 2],
    [["-", "--problems", "-"], 2],
    [[], 2],
  ])("grade %j ends with %i", (args, expected) => {
    const { status, stderr } = dlcheck(["grade", ...args], { cwd })
    expect(status, stderr).toBe(expected)
    expect(stderr === "").toBe(expected < 2 && !args.includes("warned.yaml"))
    expect(readFileSync(join(cwd, "right.yaml"), "utf8")).toBe(right)
    expect(readdirSync(cwd).filter(name => /tmp|json|txt|csv/.test(name))).toEqual([])
  })

  test("a broken sheet costs nobody else's grade", () => {
    const { status, sheets } = grades(["broken.yaml", "missing.yaml", "right.yaml", "half.yaml"], {
      cwd,
    })
    expect(status).toBe(2)
    expect(sheets.map(({ student, points, out_of }) => [student, rounded(points), out_of])).toEqual(
      [
        ["broken", 0, 20],
        ["missing", 0, 20],
        ["right", 20, 20],
        ["s1024", 12.67, 20],
      ],
    )
    expect(sheets.map(({ diagnostics }) => diagnostics.map(({ code }) => code)[0])).toEqual([
      "yaml",
      "no-file",
      undefined,
      undefined,
    ])
  })
})

describe("what is graded", () => {
  test("reads standard input", () => {
    const cwd = files("piped", { "problems/harris-window.yaml": window })
    const { status, stderr, sheets } = grades(["-"], { cwd, input: sample })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(sheets.map(({ file, student }) => ({ file, student }))).toEqual([
      { file: "stdin", student: "s1024" },
    ])
    expect(rounded(sheets[0]?.points)).toBe(12.67)
    const nameless = grades(["-"], { cwd, input: right })
    expect(nameless.sheets[0]).toMatchObject({ student: "stdin", points: 20 })
  })

  test("takes the sheets of a folder, and each once", () => {
    const cwd = files("folder", {
      "problems/harris-window.yaml": window,
      "class/a/answers.yaml": right,
      "class/b/answers.yml": right,
      "class/c.yaml": `# mine\n"answers" : { det: 5318 }\n`,
      "class/d.yaml": "student: d\nanswer: { det: 5318 }\n",
      "class/dlcheck.yaml": "problems: x\n",
      "class/problem.yaml": window,
      "class/notes.yaml": "about: nothing\n",
      "class/.hidden.yaml": right,
      "class/readme.md": right,
    })
    writeFileSync(join(cwd, "class/utf16.yaml"), Buffer.from(right, "utf16le"))
    const students = (...args: string[]) => grades(args, { cwd }).sheets.map(each => each.student)
    expect(students("class")).toEqual(["a", "b", "c", "d", "utf16"])
    expect(students("class/b", "class", "class/c.yaml")).toEqual(["b", "a", "c", "d", "utf16"])
    expect(students("class/*/answers.y*ml")).toEqual(["a", "b"])
    const { status, stderr } = dlcheck(["grade", "problems"], { cwd })
    expect(status).toBe(2)
    expect(stderr).toContain("error[no-submissions]")
  })

  test("counts what a sheet names, and of an exam everything", () => {
    const cwd = files("counted", {
      "problems/harris-window.yaml": window,
      "problems/five-colours.yaml": `points: 6\n${colours}`,
      "exam.yaml":
        "problems:\n  - { use: problems/harris-window.yaml, points: 10 }\n  - { use: problems/five-colours.yaml }\n",
      "paper.yaml": `title: Paper\nproblems:\n  - ${window.trim().replaceAll("\n", "\n    ")}\n    id: harris-window\n  - ${colours.trim().replaceAll("\n", "\n    ")}\n    id: other\n`,
      "s.yaml": sample,
    })
    const outOf = (...args: string[]) => {
      const { sheets } = grades(["s.yaml", ...args], { cwd })
      return [rounded(sheets[0]?.points), sheets[0]?.out_of]
    }
    expect(outOf()).toEqual([12.67, 20])
    expect(outOf("--problems", "problems")).toEqual([12.67, 20])
    expect(outOf("--problems", "problems/*.yaml")).toEqual([12.67, 20])
    expect(outOf("--problems", "exam.yaml")).toEqual([6.33, 16])
    expect(outOf("--problems", "problems", "--problems", "exam.yaml")).toEqual([6.33, 16])
    expect(outOf("--problems", "paper.yaml")).toEqual([12.67, 22])
    expect(outOf("--problems", "problems/harris-window.yaml")).toEqual([12.67, 20])
  })

  test("an exam shares the points of a file among its problems, exactly", () => {
    const cwd = files("shared", {
      "both.yaml": `problems:\n  - { id: one, points: 2, ${given} }\n  - { id: two, points: 1, ${given} }\n`,
      "exam.yaml": "problems: [{ use: both.yaml, points: 1/3 }]\n",
      "s.yaml": "answers: { one: { det: 1 } }\n",
    })
    const { sheets } = grades(["s.yaml", "--problems", "exam.yaml"], { cwd })
    expect(sheets[0]?.problems.map(({ out_of }) => out_of)).toEqual([0.222222, 0.111111])
    expect(sheets[0]?.out_of).toBe(0.333333)
  })

  test("complains once about problems, and where two exams disagree", () => {
    const use = (points: number) => `problems: [{ use: w.yaml, points: ${points} }]\n`
    const cwd = files("disagreeing", {
      "w.yaml": window,
      "bad.yaml": `points: 3\n${window}`,
      "exams/a.yaml": use(10).replace("w.yaml", "../w.yaml"),
      "exams/b.yaml": use(20).replace("w.yaml", "../w.yaml"),
      "s1.yaml": right,
      "s2.yaml": right,
    })
    const two = dlcheck(["grade", "s1.yaml", "s2.yaml", "--problems", "exams"], { cwd })
    expect(two.status).toBe(2)
    expect(two.stderr.match(/error\[exam-points\]/g)?.length).toBe(1)
    expect(two.stderr).toContain("exams/b.yaml:1:")
    const bad = dlcheck(["grade", "s1.yaml", "s2.yaml", "--problems", "bad.yaml"], { cwd })
    expect(bad.status).toBe(2)
    expect(bad.stderr.match(/error\[points\]/g)?.length).toBe(1)
  })

  test("tells each sheet its own lines, though the words are those of another", () => {
    const cwd = files("same", {
      "problems/harris-window.yaml": window,
      "a.yaml": right,
      "b.yaml": `# mine\n\n${right}`,
    })
    const { sheets } = grades(["a.yaml", "b.yaml"], { cwd })
    const lines = sheets.map(({ problems }) => problems[0]?.answers.map(({ line }) => line))
    expect(lines).toEqual([Array(5).fill(1), Array(5).fill(3)])
  })

  test("warns of two sheets by one student, and grades both", () => {
    const cwd = files("twins", {
      "problems/harris-window.yaml": window,
      "one.yaml": sample,
      "two.yaml": sample.replace("1288", "5318"),
    })
    const { status, stderr, sheets } = grades(["one.yaml", "two.yaml"], { cwd })
    expect(status).toBe(0)
    expect(sheets.length).toBe(2)
    expect(stderr).toContain("warning[same-student]: `s1024` has handed in one.yaml")
    expect(stderr).toContain("two.yaml")
  })
})

const given = "kind: harris, given: { Ix: [[1, 2]], Iy: [[3, 5]] }, ask: [det, trace]"

describe("dlcheck.yaml", () => {
  const cwd = homework("ci")
  const outputs = join(folder, "github")
  mkdirSync(outputs)
  const env = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: join(cwd, "../../.."),
    GITHUB_STEP_SUMMARY: join(outputs, "summary.md"),
    GITHUB_OUTPUT: join(outputs, "output"),
  }
  const { status, stderr, data } = grades([], { cwd: join(cwd, "answers"), env })
  const read = (path: string) => readFileSync(join(cwd, "reports", path), "utf8")

  test("does the whole CI job", () => {
    expect(status).toBe(2)
    expect(readdirSync(join(cwd, "reports")).toSorted()).toEqual([
      "feedback.md",
      "grades.csv",
      "junit.xml",
    ])
    expect(data?.submissions.length).toBe(readdirSync(join(cwd, "answers")).length)
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, "utf8")).toMatch(/^## Graded sheets/)
  })

  test("all outputs have the same points", () => {
    const earned = (data?.submissions ?? []).map(({ points }) => rounded(points))
    expect(earned).toContain(22.67)
    const cells = read("grades.csv")
      .trim()
      .split("\r\n")
      .slice(1)
      .map(row => row.split(",").at(-3))
    expect(cells.map(cell => rounded(Number(cell)))).toEqual(earned)

    const parser = new XMLParser({ ignoreAttributes: false })
    const suites: { properties: { property: Record<string, string>[] } }[] = parser.parse(
      read("junit.xml"),
    ).testsuites.testsuite
    const points = suites
      .flatMap(({ properties }) => properties.property)
      .filter(each => each["@_name"] === "points")
    expect(points.map(each => rounded(Number(each["@_value"])))).toEqual(earned)

    const titles = [...read("feedback.md").matchAll(/^## .*: (?:([\d.]+) \/ 30|could not)/gm)]
    expect(titles.map(([, points]) => points).filter(Boolean)).toEqual(
      (data?.submissions ?? [])
        .filter(({ problems }) => problems.some(({ answers }) => answers.length > 1))
        .map(({ points }) => String(rounded(points))),
    )

    const [, base64 = ""] = readFileSync(env.GITHUB_OUTPUT, "utf8").match(/^result=(.*)\n$/) ?? []
    const classroom = JSON.parse(Buffer.from(base64, "base64").toString("utf8"))
    const scores: { score: number }[] = classroom.tests
    expect(rounded(scores.reduce((sum, { score }) => sum + score, 0))).toBe(rounded(data?.points))
    expect(rounded(data?.points)).toBe(rounded(earned.reduce((sum, each) => sum + each, 0)))
  })

  test("annotates at paths from the root of the repository", () => {
    const notes = stderr.split("\n").filter(line => line.startsWith("::"))
    expect(notes.length).toBeGreaterThan(5)
    for (const note of notes) {
      expect(note).toMatch(
        /^::(error|warning) file=fixtures\/submissions\/homework\/answers\/[\w-]+\.yaml,line=\d+/,
      )
    }
  })

  test("a hostile sheet starts no command in any output", () => {
    const texts = [stderr, JSON.stringify(data), read("feedback.md"), read("junit.xml")]
    for (const text of [...texts, readFileSync(env.GITHUB_STEP_SUMMARY, "utf8")]) {
      expect(text).not.toMatch(/^\s*::(?!(?:error|warning) file=fixtures)/m)
      expect(text).not.toContain("##[")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be printed
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
    }
    for (const row of read("grades.csv").split("\r\n")) expect(row).not.toMatch(/(^|,)"?[=+@]/)
    for (const text of [read("feedback.md"), read("junit.xml")]) {
      expect(text).not.toMatch(/<(script|img)/)
    }
    expect(existsSync(join(cwd, "pwned"))).toBe(false)
  })

  test("gives way to what is typed", () => {
    const one = grades(["answers/s1024.yaml"], { cwd })
    expect(one.sheets[0]).toMatchObject({ out_of: 30 })
    expect(one.data && JSON.stringify(one.data)).not.toContain("expected")
    const full = grades(["answers/s1024.yaml", "--feedback", "full", "--pass", "90%"], { cwd })
    expect(full.status).toBe(1)
    expect(JSON.stringify(full.data)).toContain("expected")
    const other = ["answers/s1024.yaml", "--problems", "problems/harris-window.yaml"]
    expect(grades(other, { cwd }).sheets[0]?.out_of).toBe(20)
  })

  test.each<[string, string, string, string]>([
    ["a misspelt field", "problem: x\n", "unknown-field", "1:1"],
    ["a misspelt report", "reports:\n  junt: x\n", "unknown-field", "2:3"],
    ["a pass mark in points", "pass: 60\n", "value", "1:7"],
    ["an unknown level", "feedback: lots\n", "type", "1:11"],
    ["a number for a path", "problems: [3]\n", "type", "1:11"],
    ["a report elsewhere", "reports:\n  csv: ../../x.csv\n", "outside", "2:8"],
    ["a report by another way", "reports:\n  csv: link/x.csv\n", "outside", "2:8"],
    ["an absolute report", "reports: { junit: /tmp/x.xml }\n", "outside", "1:19"],
    [
      "a regrade without a why",
      "adjust:\n  - { student: a, problem: b, points: 1 }\n",
      "missing-field",
      "2:5",
    ],
    [
      "a regrade without points",
      "adjust:\n  - { student: a, problem: b, points: x, why: c }\n",
      "value",
      "2:39",
    ],
    ["no YAML", "problems: [\n", "yaml", "2:1"],
    ["no problems", "problems: nowhere\nsubmissions: s.yaml\n", "no-file", "1:11"],
    [
      "no submissions",
      "problems: w.yaml\nsubmissions: [s.yaml, class]\n",
      "no-submissions",
      "2:23",
    ],
    [
      "a regrade of another problem",
      "problems: w.yaml\nsubmissions: s.yaml\nadjust:\n  - { student: s, problem: v, points: 1, why: c }\n",
      "unknown-problem",
      "4:28",
    ],
    [
      "a regrade of what is not asked",
      "problems: w.yaml\nsubmissions: s.yaml\nadjust:\n  - { student: s, problem: w, answer: Ixx, points: 1, why: c }\n",
      "unknown-answer",
      "4:39",
    ],
  ])("complains about %s", (name, text, code, at) => {
    const cwd = files(`config-${name.replaceAll(" ", "-")}`, {
      "dlcheck.yaml": text,
      "w.yaml": window,
      "s.yaml": right,
      "class/readme.md": "",
    })
    symlinkSync("/tmp", join(cwd, "link"))
    const { status, stderr } = dlcheck(["grade"], { cwd })
    expect(status, stderr).toBe(2)
    expect(stderr).toContain(`error[${code}]: `)
    expect(stderr).toContain(`--> dlcheck.yaml:${at}\n`)
  })

  test.each([
    ["answer: R, points: 3", 15.67, "R: partial 3/4"],
    ["answer: R, points: +1/2", 13.17, "R: partial 0.5/4"],
    ["answer: R, points: 4", 16.67, "R: correct 4/4"],
    ["answer: det, points: 0", 10.67, "det: wrong 0/2"],
    ["points: 15", 15, "regraded: correct 2.33/0"],
    ["points: -1", 11.67, "regraded: wrong -1/0"],
  ])("regrades { %s }", (change, total, said) => {
    const cwd = files(`regrade-${total}`, {
      "dlcheck.yaml": `problems: w.yaml\nsubmissions: [s.yaml, t.yaml]\nadjust: [{ student: s1024, problem: harris-window, ${change}, why: "see me" }]\n`,
      "w.yaml": `id: harris-window\n${window}`,
      "s.yaml": sample,
      "t.yaml": sample.replace("s1024", "t"),
    })
    for (const level of ["none", "score", "verdict", "full"]) {
      const reports = ["--csv", "g.csv", "--junit", "j.xml", "--pass", `${total * 5 - 1}%`]
      const { status, sheets, stderr } = grades(["--feedback", level, ...reports], { cwd })
      const [own, other] = sheets
      expect([status, stderr]).toEqual([total > 12.67 ? 1 : 0, ""])
      expect(rounded(own?.points)).toBe(level === "none" ? Number.NaN : total)
      expect(rounded(other?.points)).toBe(level === "none" ? Number.NaN : 12.67)
      const answers = (own?.problems ?? []).flatMap(problem => problem.answers)
      if (answers.length === 0) continue
      expect(rounded(answers.reduce((sum, { points }) => sum + points, 0))).toBe(total)
      const words = answers.map(
        ({ name, verdict, points, out_of }) => `${name}: ${verdict} ${rounded(points)}/${out_of}`,
      )
      expect(words).toContain(said)
      expect(readFileSync(join(cwd, "g.csv"), "utf8")).toContain(`,${String(total).slice(0, 4)}`)
    }
    expect(dlcheck(["grade"], { cwd }).stdout).toContain("regraded: see me")
  })

  test("warns where nobody is regraded", () => {
    const cwd = files("nobody", {
      "dlcheck.yaml":
        "problems: w.yaml\nsubmissions: s.yaml\nadjust: [{ student: t, problem: w, points: 1, why: c }]\n",
      "w.yaml": window,
      "s.yaml": right,
    })
    const { status, stderr } = dlcheck(["grade"], { cwd })
    expect(status).toBe(0)
    expect(stderr).toContain("warning[unknown-student]: there is no sheet of `t`")
  })
})

describe("feedback", () => {
  // What these sheets say is wrong or blank throughout, so that every right value would be a leak.
  const sheet = `answers:
  harris-window: { H: [[1, 2], [3, 4]], det: 17, R: 3 }
  five-colours: { KL_PQ: 7, terms_PQ: [9, 9, 9] }
`
  const tellTales = [
    5318, 784, 403, 385, 381, 19268.24, 0.15997, 0.01938, 0.19042, 0.06389, 0.05282,
  ]
  const reports = ["--junit", "j.xml", "--csv", "g.csv", "--markdown", "f.md", "--github"]
  const outputs = (name: string, level: string, first: string, second: string) => {
    const cwd = files(`${name}-${level}`, {
      "p/harris-window.yaml": first,
      "p/five-colours.yaml": second,
      "s1.yaml": sheet,
      "s2.yaml": "answers: { harris-window: , five-colours: { KL_PQ: x } }\n",
    })
    const env = { GITHUB_STEP_SUMMARY: join(cwd, "s.md"), GITHUB_OUTPUT: join(cwd, "o") }
    const printed = ["terminal", "markdown", "json"].map(format => {
      const args = ["s1.yaml", "s2.yaml", "--problems", "p", "--feedback", level]
      const { stdout, stderr } = dlcheck(["grade", ...args, "--format", format, ...reports], {
        cwd,
        env,
      })
      return stdout + stderr
    })
    const gradescope = ["grade", "s1.yaml", "--problems", "p", "--feedback", level]
    if (level !== "none") dlcheck([...gradescope, "--gradescope", "g.json"], { cwd })
    const written = readdirSync(cwd)
      .filter(file => !file.startsWith("p") && !/^s\d/.test(file))
      .toSorted()
      .map(file => readFileSync(join(cwd, file), "utf8"))
      .map(text =>
        text.replace(/^result=(.*)$/gm, (_, data) => Buffer.from(data, "base64").toString()),
      )
    return [...printed, ...written]
  }

  test.each(["none", "score", "verdict", "hint"])("%s tells no right value", level => {
    const texts = outputs("leak", level, window, colours)
    expect(texts.length).toBeGreaterThan(7)
    for (const text of texts)
      for (const value of tellTales) expect(text).not.toContain(String(value))
    // Other numbers, the same verdicts, the same words.
    const otherWindow = window.replaceAll("8, 8", "8, 9").replace("k: 0.04", "k: 0.05")
    const otherColours = colours.replace("0.35, 0.15", "0.30, 0.20")
    expect([otherWindow, otherColours]).not.toContain(window)
    expect(outputs("other", level, otherWindow, otherColours)).toEqual(texts)
  })

  test("full tells them", () => {
    const [terminal = "", markdown = ""] = outputs("told", "full", window, colours)
    for (const text of [terminal, markdown]) expect(text).toContain("5318")
  })

  test("is what CI says, or what is asked for", () => {
    const cwd = files("level", { "problems/harris-window.yaml": window, "s.yaml": sample })
    const tells = (args: string[], env: Record<string, string>) =>
      dlcheck(["grade", "s.yaml", ...args], { cwd, env }).stdout.includes("expected")
    expect(tells([], {})).toBe(true)
    expect(tells([], { CI: "true" })).toBe(false)
    expect(tells([], { CI: "false" })).toBe(true)
    expect(tells(["--feedback", "full"], { CI: "1" })).toBe(true)
    expect(tells(["--feedback", "verdict"], {})).toBe(false)
  })
})

describe("hostile sheets", () => {
  const deep = "[".repeat(10_000)
  const aliases = Array.from({ length: 30 }, (_, i) => `  a${i}: *x`).join("\n")
  test.each<[string, string, string, string]>([
    ["10 MB", `answers: { R: "${"x".repeat(10_000_000)}" }\n`, "too-large", ""],
    ["70 KB", `answers: { R: "${"x".repeat(70_000)}" }\n`, "too-large", ""],
    ["10,000 levels", `answers:\n  R: ${deep}\n`, "too-deep", ":2:"],
    ["10,000 closed levels", `answers:\n  R: ${deep}${"]".repeat(10_000)}\n`, "too-deep", ":2:"],
    ["30 aliases", `answers:\n  x: &x [1]\n${aliases}\n`, "too-many-aliases", ":"],
    ["a tag", "answers: { R: !!js/function x }\n", "tag", ":1:"],
    ["a list", "- answers\n", "type", ":1:1"],
    ["nothing", "", "empty", ":1:1"],
    ["control characters", "answers: { R: \u0001\u001b[2J }\n", "yaml", ":1:17"],
    [
      "a prototype",
      "answers: { __proto__: { toString: 1 }, constructor: 2 }\n",
      "unknown-answer",
      ":1:12",
    ],
    ["a program", "answers: { R: process.exit(), det: (() => 1)(), trace: require }\n", "", ""],
    ["a twin key", "answers: { R: 1, R: 2 }\n", "duplicate-key", ":1:18"],
  ])("%s is complained about and costs nobody else's grade", (name, text, code, at) => {
    const cwd = files(`hostile-${name.replaceAll(/\W/g, "-")}`, {
      "problems/harris-window.yaml": window,
      "bad.yaml": text,
      "good.yaml": right,
    })
    const start = Date.now()
    const { status, stderr, sheets } = grades(["bad.yaml", "good.yaml"], { cwd })
    expect(Date.now() - start).toBeLessThan(5000)
    expect(sheets.map(({ student }) => student)).toEqual(["bad", "good"])
    expect(sheets[0]?.points).toBe(0)
    expect(sheets[1]?.points).toBe(20)
    expect(status, stderr).toBe(code === "" ? 0 : 2)
    if (code !== "") {
      expect(stderr).toContain(`error[${code}]: `)
      expect(stderr).toContain(`--> bad.yaml${at}`)
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be printed
    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  })

  test("a device is not read to its end", () => {
    const cwd = files("device", { "problems/harris-window.yaml": window })
    const { status, stderr } = grades(["/dev/zero"], { cwd })
    expect(status).toBe(2)
    expect(stderr).toContain("error[too-large]")
  })
})

describe("a class", () => {
  const cwd = files("class", {
    "problems/harris-window.yaml": window,
    ...Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `answers/s${String(i).padStart(3, "0")}.yaml`,
        i % 4 === 0 ? sample.replace("s1024", `s${i}`) : right,
      ]),
    ),
  })

  test("of 200 is graded with a summary", () => {
    const { status, stdout, stderr } = dlcheck(["grade", "answers", "--pass", "64%"], { cwd })
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" })
    const summary = stdout.slice(stdout.indexOf("200 sheets"))
    expect(summary).toContain("50 below the pass mark of 64 %")
    expect(summary).toMatch(/60–70 % .* 50\n/)
    expect(summary).toMatch(/90–100 % .* 150\n/)
    expect(summary).toMatch(/50 of 200 +harris-window R/)
  })

  test("has the same sum everywhere", () => {
    const { data } = grades(["answers", "--csv", "grades.csv"], { cwd })
    const rows = readFileSync(join(cwd, "grades.csv"), "utf8").trim().split("\r\n").slice(1)
    const total = rows.reduce((sum, row) => sum + Number(row.split(",")[3]), 0)
    expect(rounded(data?.points)).toBe(rounded((150 * 20 + 50 * 38) / 3 + 2000))
    expect(total).toBeCloseTo(data?.points ?? 0, 2)
    expect(data?.out_of).toBe(4000)
  })

  test("is printed to a file alike", () => {
    const printed = dlcheck(["grade", "answers", "--format", "markdown"], { cwd })
    const written = dlcheck(["grade", "answers", "--format", "markdown", "-o", "f.md"], { cwd })
    expect(written).toEqual({ ...printed, stdout: "" })
    expect(readFileSync(join(cwd, "f.md"), "utf8")).toBe(printed.stdout)
  })
})

describe("JSON Schemas", () => {
  const schema = (what: string) =>
    new Ajv2020({ strict: false, allErrors: true }).compile(
      JSON.parse(dlcheck(["schema", what]).stdout),
    )

  test("`schema output` takes what grade prints, at every level", () => {
    const validate = schema("output")
    const cwd = homework("schemas")
    for (const level of ["none", "score", "verdict", "hint", "full"]) {
      const { data } = grades(["answers", "--feedback", level], { cwd })
      expect(data?.submissions.length).toBeGreaterThan(5)
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true)
    }
    expect(validate({ version: 1, submissions: [{}], points: 0, out_of: 0 })).toBe(false)
  })

  test("`schema submission` takes sheets, and no others", () => {
    const validate = schema("submission")
    const valid = (file: string) => {
      const [document, second] = readSource(file).documents
      return document?.written && !second ? validate(toData(document.written)) : undefined
    }
    const sheets = filesBelow("fixtures/submissions", ".yaml").filter(file =>
      file.includes("answers/"),
    )
    const found = sheets.map(file => [file.split("/").at(-1), valid(file)])
    expect(found.filter(([, is]) => is === false).map(([name]) => name)).toEqual([
      "wrong-names.yaml",
    ])
    expect(found.filter(([, is]) => is).length).toBeGreaterThan(4)
    expect(valid("problems/vision/harris-window.yaml")).toBe(false)
  })
})

describe("hint", () => {
  const cwd = files("hints", {
    "harris-window.yaml": window,
    "mine.yaml": sample,
    "right.yaml": right,
  })
  const hint = (...args: string[]) => dlcheck(["hint", "harris-window.yaml", ...args], { cwd })

  test("shows the way to an answer without its value", () => {
    const { status, stdout, stderr } = hint("R")
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toContain("R = det H − k (trace H)²")
    expect(stdout).not.toMatch(/19268|5318|784/)
  })

  test("without an answer it is how to begin", () => {
    expect(hint().stdout).toContain("structure matrix")
  })

  test("goes on where a sheet is not right yet", () => {
    expect(hint("--mine", "mine.yaml").stdout).toMatch(/^harris-window · H/)
    const { stdout } = dlcheck(["hint", "harris-window.yaml", "--mine", "-"], {
      cwd,
      input: "answers: { H: [[403, 385], [385, 381]], det: 5318, R: 3 }\n",
    })
    expect(stdout).toMatch(/^harris-window · trace/)
    expect(hint("--mine", "right.yaml")).toMatchObject({ status: 0 })
    expect(hint("--mine", "right.yaml").stdout).toContain("every answer is right")
  })

  test.each([
    [["S"], "no answer `S`"],
    [["--mine", "nothing.yaml"], "no file `nothing.yaml`"],
  ])("%j cannot be answered", (args, message) => {
    const { status, stdout, stderr } = hint(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(message)
  })
})

describe("the GitHub action", () => {
  const action = toData(
    readSource(".github/actions/grade/action.yml").documents[0]?.written ?? fail(),
  ) as { runs: { steps: { id?: string; run?: string; env?: Record<string, string> }[] } }
  const step = action.runs.steps.find(({ id }) => id === "grade")

  test("hands its inputs over as they are", () => {
    const cwd = files("action", {
      "problems/harris-window.yaml": window,
      "my answers.yaml": right,
      "$(touch pwned).yaml": right,
    })
    const inputs = {
      ARGS: "my answers.yaml\n$(touch pwned).yaml\n\n",
      PASS: "60%; touch pwned",
      FEEDBACK: "",
    }
    expect(Object.keys(step?.env ?? {}).toSorted()).toEqual(
      [...Object.keys(inputs), "ROOT"].toSorted(),
    )
    expect(step?.run).not.toContain("${{")
    const run = (env: Record<string, string>) =>
      spawnSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step?.run ?? ""], {
        cwd,
        env: { PATH: process.env.PATH, ROOT: resolve("."), ...inputs, ...env },
        encoding: "utf8",
      })
    expect(run({}).status).toBe(2)
    const { status, stdout } = run({ PASS: "60%" })
    expect(status).toBe(0)
    expect(stdout).toContain("my answers.yaml")
    expect(stdout).toContain("$(touch pwned).yaml")
    expect(readdirSync(cwd)).not.toContain("pwned")
  })
})

function fail(): never {
  throw new Error("the action cannot be read")
}
