import { expect, test, vi } from "vitest"
import { gradeProblem, type Marking, prepare } from "../src/core/grade.ts"
import { loadSubmission, type Submission } from "../src/core/submission.ts"
import { problemsOf } from "./support/problems.ts"

// Sheets as students leave them, and as attackers write them. Each is read against two problems:
// `window`, whose printed key is det 5318, trace 784, R −19268.24, edge; and `bits`, where by hand
// ½ log₂ 2 + ½ log₂ ⅔ = 0.5 − 0.29248 = 0.20752.

const problems = await problemsOf(`
problems:
  - id: window
    kind: harris
    given: { Ix: [[4, 7, 6], [8, 8, 7], [8, 6, 5]], Iy: [[4, 8, 8], [8, 6, 7], [6, 6, 4]] }
    ask: [H, det, trace, R, verdict]
  - id: bits
    kind: kl
    given: { P: [0.5, 0.5], Q: [0.25, 0.75], log: 2, direction: PQ }
`)
const markings = new Map(problems.map(problem => [problem.id, prepare(problem)]))

function read(text: string, against: ReadonlyMap<string, Marking> = markings) {
  return loadSubmission("s1024.yaml", text, against)
}

/** `code line:column` of each complaint. */
function complaints({ diagnostics }: Submission): string[] {
  return diagnostics.map(({ code, place }) =>
    place ? `${code} ${place.line}:${place.column}` : code,
  )
}

/** The verdicts that are not `missing`, by problem and answer. */
function verdicts({ sheets }: Submission): Record<string, string> {
  const all = [...sheets].flatMap(([id, sheet]) => {
    const marking = markings.get(id)
    return marking ? gradeProblem(marking, sheet).answers.map(mark => ({ id, ...mark })) : []
  })
  return Object.fromEntries(
    all.flatMap(({ id, name, verdict }) =>
      verdict === "missing" ? [] : [[`${id} ${name}`, verdict]],
    ),
  )
}

/** what it is, the sheet, complaints, verdicts; no verdicts where it cannot be graded */
type Row = [string, string, string[], Record<string, string>?]

const right = { "window det": "correct", "window trace": "correct" }

const sheets: Row[] = [
  // As people write them.
  ["a plain sheet", "answers:\n  window: { det: 5318, trace: 784 }\n", [], right],
  ["JSON", '{ "answers": { "window": { "det": 5318, "trace": 784 } } }', [], right],
  [
    "with Windows line ends",
    "answers:\r\n  window:\r\n    det: 5318\r\n    trace: 784\r\n",
    [],
    right,
  ],
  ["with a byte order mark", "\uFEFFanswers: { window: { det: 5318, trace: 784 } }", [], right],
  [
    "with a closing document mark",
    "---\nanswers: { window: { det: 5318, trace: 784 } }\n---\n",
    [],
    right,
  ],
  [
    "with the name kept",
    "name: A. B.\nnotes: [1]\nanswers: { window: { det: 5318 } }",
    [],
    { "window det": "correct" },
  ],
  [
    "a problem left blank",
    "answers:\n  window:\n  bits: { KL_PQ: 0.20752 }\n",
    [],
    { "bits KL_PQ": "correct" },
  ],

  // Not a sheet at all.
  ["nothing", "", ["empty 1:1"]],
  ["only a comment", "# later\n", ["empty 1:1"]],
  ["a text", "see attachment", ["type 1:1"]],
  ["a web page", "<html><body>404</body></html>", ["type 1:1"]],
  [
    "two students in a list",
    "- { student: a, answers: {} }\n- { student: b, answers: {} }",
    ["type 1:1"],
  ],
  [
    "two students in two documents",
    "student: a\nanswers: { window: { det: 1 } }\n---\nstudent: b\nanswers: { window: { det: 5318 } }\n",
    ["two-sheets 4:1"],
  ],
  ["no answers", "student: a\n", ["no-answers 1:1"]],
  ["one word for answers", "answers: none", ["no-answers 1:10"]],
  ["a list of answers", "answers: [5318, 784]", ["no-answers 1:10"]],
  ["not YAML", "{[ ::", ["yaml 1:6"]],
  ["tabs", "answers:\n\twindow:\n\t\tdet: 5318\n", ["yaml 2:1", "yaml 3:1"]],
  ["10 MB", `answers: { window: { det: ${"9".repeat(10 * 1024 * 1024)} } }`, ["too-large"]],
  ["10,000 levels", `answers: { window: { det: ${"[".repeat(10_000)} } }`, ["too-deep 1:89"]],
  [
    "aliases of aliases",
    `a: &a [1,1,1,1,1,1,1,1,1]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
answers: { window: { H: [*c,*c,*c] } }`,
    ["too-many-aliases 4:32"],
  ],

  // One mistake, the rest counts.
  [
    "an unknown problem",
    "answers:\n  windwo: { det: 1 }\n  window: { det: 5318 }",
    ["unknown-problem 2:3"],
    { "window det": "correct" },
  ],
  [
    "an unknown answer",
    "answers:\n  window: { dte: 1, det: 5318 }",
    ["unknown-answer 2:13"],
    { "window det": "correct" },
  ],
  [
    "an unknown field",
    "answer: 3\nanswers: { window: { det: 5318 } }",
    ["unknown-field 1:1"],
    { "window det": "correct" },
  ],
  [
    "an answer twice",
    "answers: { window: { det: 5318, det: 1, trace: 784 } }",
    ["duplicate-key 1:33"],
    right,
  ],
  [
    "answers without a map",
    "answers: { window: 3, bits: { KL_PQ: 0.20752 } }",
    ["type 1:20"],
    { "bits KL_PQ": "correct" },
  ],
  [
    "a name that is a list",
    "answers:\n  [a, b]: 3\n  window: { det: 5318 }",
    ["key 2:3"],
    { "window det": "correct" },
  ],
  [
    "a bracket too few",
    "answers:\n  window:\n    H: [[403, 385], [385, 381]\n    det: 5318\n    trace: 784\n  bits: { KL_PQ: 0.20752 }\n",
    ["yaml 4:5"],
    { ...right, "window H": "unreadable", "bits KL_PQ": "correct" },
  ],
  [
    "a bracket too many",
    "answers:\n  window:\n    H: [403, 385], [385, 381]]\n    det: 5318\n    trace: 784\n",
    ["yaml 3:18"],
    { ...right, "window H": "unreadable" },
  ],
  [
    "an empty cell",
    "answers:\n  window:\n    H: [[403, , 385], [385, 381]]\n    det: 5318\n    trace: 784\n",
    ["yaml 3:15"],
    { ...right, "window H": "unreadable" },
  ],
  [
    "a quote that is not closed",
    'answers:\n  window:\n    det: 5318\n    verdict: "edge\n    trace: 784\n',
    ["yaml 6:1"],
    { ...right, "window verdict": "unreadable" },
  ],
  [
    "a bare question mark",
    "answers:\n  window:\n    det: 5318\n    R: ?\n    trace: 784\n",
    ["yaml 4:8"],
    { ...right, "window R": "unreadable" },
  ],
  [
    "a colon in a value",
    "answers:\n  window:\n    det: 5318\n    R: R: 3\n    trace: 784\n",
    ["yaml 4:8"],
    { ...right, "window R": "unreadable" },
  ],
  [
    "a name in the wrong column",
    "answers:\n  window:\n    det: 5318\n   R: 3\n    trace: 784\n",
    ["yaml 4:1"],
    { ...right, "window R": "unreadable" },
  ],
  [
    "two broken answers",
    "answers:\n  window:\n    H: ]\n    det: 5318\n    R: @3\n    trace: 784\n",
    ["yaml 3:8", "yaml 5:8"],
    { ...right, "window H": "unreadable", "window R": "unreadable" },
  ],
  [
    "an alias of itself",
    "answers: { window: { H: &x [*x], det: 5318 } }",
    ["alias 1:29"],
    { "window H": "unreadable", "window det": "correct" },
  ],

  // Hostile: nothing is run, nothing is more than text.
  [
    "code for a number",
    "answers: { window: { det: process.exit(), trace: \"require('fs')\", R: globalThis.ran=1, verdict: 'ran=1' } }",
    [],
    {
      "window det": "unreadable",
      "window trace": "unreadable",
      "window R": "unreadable",
      "window verdict": "unreadable",
    },
  ],
  [
    "code in an expression",
    "answers: { window: { det: 'import(\"x\")', trace: 'f(x)=x', R: 'createUnit(\"a\")' } }",
    [],
    { "window det": "unreadable", "window trace": "unreadable", "window R": "unreadable" },
  ],
  [
    "a tag",
    "answers: { window: { det: !!js/function 'ran=1', trace: 784 } }",
    ["tag 1:41"],
    { "window det": "unreadable", "window trace": "correct" },
  ],
  [
    "names of the prototype",
    "answers:\n  __proto__: { det: 1 }\n  constructor: 1\n  window: { __proto__: 1, toString: 1, det: 5318, trace: __proto__ }",
    ["unknown-problem 2:3", "unknown-problem 3:3", "unknown-answer 4:13", "unknown-answer 4:27"],
    { "window det": "correct", "window trace": "unreadable" },
  ],
  [
    "a merge key",
    "answers:\n  window: &w { det: 5318 }\n  bits: { <<: *w, KL_PQ: 0.20752 }",
    ["unknown-answer 3:11"],
    { "window det": "correct", "bits KL_PQ": "correct" },
  ],
  [
    "what other formats obey",
    "answers: { window: { det: '::error::x', trace: ']]>', R: '=cmd()', verdict: '<script>' } }",
    [],
    {
      "window det": "unreadable",
      "window trace": "unreadable",
      "window R": "unreadable",
      "window verdict": "unreadable",
    },
  ],
  [
    "control characters",
    'answers: { window: { det: "\\u001b[2J5318", trace: "784\\u0000", verdict: edge } }',
    [],
    { "window det": "unreadable", "window trace": "unreadable", "window verdict": "correct" },
  ],
  [
    "60,000 digits",
    `answers: { window: { R: ${"9".repeat(60_000)}, det: 5318 } }`,
    [],
    { "window R": "unreadable", "window det": "correct" },
  ],
  [
    "10,000 brackets in a text",
    `answers: { window: { R: '${"(".repeat(10_000)}', det: 5318 } }`,
    [],
    { "window R": "unreadable", "window det": "correct" },
  ],
  [
    "a tower of powers",
    "answers: { window: { R: 9^9^9^9, trace: 2^1e9, det: 5318 } }",
    [],
    { "window R": "unreadable", "window trace": "unreadable", "window det": "correct" },
  ],
]

test.each(sheets)("%s", async (_, text, found, expected) => {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never)
  const started = performance.now()
  const submission = await read(text)
  expect(complaints(submission)).toEqual(found)
  expect(submission.readable).toBe(expected !== undefined)
  expect(verdicts(submission)).toEqual(expected ?? {})
  expect(performance.now() - started).toBeLessThan(3000)
  expect(exit).not.toHaveBeenCalled()
  expect(globalThis).not.toHaveProperty("ran")
  for (const { message, file, severity } of submission.diagnostics) {
    expect(message).not.toBe("")
    expect(file).toBe("s1024.yaml")
    expect(["error", "warning"]).toContain(severity)
  }
})

test("a broken sheet of the largest size is given up in time, with few complaints", async () => {
  const lines = Array.from({ length: 4000 }, (_, i) => `    a${i}: ]`).join("\n")
  const started = performance.now()
  const submission = await read(`answers:\n  window:\n${lines}\n`)
  expect(submission.readable).toBe(false)
  expect(submission.diagnostics.length).toBeLessThanOrEqual(50)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test("where there is one problem its id may be left out", async () => {
  const [window] = [...markings].filter(([id]) => id === "window")
  if (!window) throw new Error("no problem")
  const submission = await read("answers: { det: 5318, trace: ] }", new Map([window]))
  expect(verdicts(submission)).toEqual({})
  const loose = await read("answers:\n  det: 5318\n  trace: ]\n", new Map([window]))
  expect(verdicts(loose)).toEqual({ "window det": "correct", "window trace": "unreadable" })
})

test.each([
  ["s1024.yaml", "student: a1\nanswers: {}", "a1"],
  ["s1024.yaml", "student: ''\nanswers: {}", "s1024"],
  ["s1024.yaml", "student: [a]\nanswers: {}", "s1024"],
  ["class/s1024.yml", "answers: {}", "s1024"],
  ["class/s1024/answers.yaml", "answers: {}", "s1024"],
  ["class\\s1024\\answers.yaml", "answers: {}", "s1024"],
  ["s1024.yaml", "student: 007\nanswers: {}", "007"],
])("%s with %j is from %s", async (file, text, student) => {
  expect((await loadSubmission(file, text, markings)).student).toBe(student)
})
