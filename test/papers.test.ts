import { describe, expect, test } from "vitest"
import { keys } from "../src/cli/key.ts"
import { sheets } from "../src/cli/sheet.ts"
import { gradeProblem, prepare } from "../src/core/grade.ts"
import { loadSubmission } from "../src/core/submission.ts"
import { formOf } from "../src/render/form.ts"
import { renderHtml } from "../src/render/html.ts"
import { forPdflatex } from "../src/render/latex/unicode.ts"
import { renderLatex } from "../src/render/latex.ts"
import { leaksOf } from "./support/papers.ts"
import { problemsOf, shippedProblems } from "./support/problems.ts"

// Keys and question papers: the one earns full marks, the other gives nothing away.

const markings = (await shippedProblems()).map(prepare)
const named = markings.map(marking => ({ id: marking.problem.id, marking }))

describe("a key as a submission", () => {
  test.each(named)("$id earns full marks", async ({ marking }) => {
    const text = await keys.data.yaml([marking])
    const submission = await loadSubmission(
      "key.yaml",
      text,
      new Map([[marking.problem.id, marking]]),
    )
    expect(submission.diagnostics).toEqual([])
    const sheet = submission.sheets.get(marking.problem.id)
    const mark = sheet && gradeProblem(marking, sheet)
    expect(
      mark?.answers.filter(({ verdict }) => verdict !== "correct").map(({ name }) => name),
    ).toEqual([])
    expect(mark?.points.equals(marking.shares.total)).toBe(true)
  })
})

describe("a paper", () => {
  test.each(named)("$id holds no right value that is not given", async ({ marking }) => {
    expect(await leaksOf(marking)).toEqual([])
  })

  test("an answer sheet to fill in is blank as it stands", async () => {
    const all = new Map(markings.map(marking => [marking.problem.id, marking]))
    for (const marking of markings) {
      const text = await sheets.data.yaml([marking])
      const { sheets: read, diagnostics } = await loadSubmission("blank.yaml", text, all)
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([])
      const own = read.get(marking.problem.id)
      const mark = gradeProblem(marking, own ?? { answers: new Map() })
      expect(
        mark.answers.map(({ verdict }) => verdict).filter(each => each !== "missing"),
        marking.problem.id,
      ).toEqual([])
    }
  })
})

describe("documents", () => {
  test.each(named)("$id is HTML and LaTeX without gaps", async ({ marking }) => {
    for (const page of [keys.page(marking), sheets.page(marking)]) {
      const html = await renderHtml([page])
      expect(html).not.toMatch(/undefined|\[object|NaN|temml-error|ParseError/)
      expect(html).not.toMatch(/<script|javascript:|https?:\/\/(?!www\.w3\.org)/)
      expect(balanced(html)).toEqual([])
      const latex = renderLatex([page])
      expect(latex).not.toMatch(/undefined|\[object|NaN/)
      expect(braces(latex)).toBe(0)
      expect([...latex].filter(sign => sign > "\u017f")).toEqual([])
    }
  })

  test("what authors and givens say is shown, and does nothing", async () => {
    const hostile = `</style><script>alert(1)</script> \\input{/etc/passwd} $\\frac{1}{2}$ **bold** \u0007 100% & #1_`
    const [problem] = await problemsOf(`
kind: choice
title: ${JSON.stringify(hostile)}
source: ${JSON.stringify(hostile)}
question: ${JSON.stringify(hostile)}
given: { question: ${JSON.stringify(hostile)}, options: { A: ${JSON.stringify(hostile)}, B: other }, correct: A }`)
    if (!problem) throw new Error("no problem")
    const marking = prepare(problem)
    for (const page of [keys.page(marking), sheets.page(marking)]) {
      const html = await renderHtml([page, page], { title: hostile })
      expect(html).not.toContain("<script")
      expect(html.match(/<\/style>/g)).toHaveLength(1)
      expect(html).toContain("<math")
      expect(html).toContain("<strong>bold</strong>")
      const latex = renderLatex([page, page], { title: hostile })
      expect(latex).not.toMatch(/\\input\b/)
      expect(latex).toContain("\\textbf{bold}")
      expect(latex).toContain("\\frac{1}{2}")
      expect(latex).not.toContain("\u0007")
    }
  })
})

test("a size that is asked is not in the form of another answer", () => {
  const grid = { type: "grid", label: "output" } as const
  const value = [
    [1, 2, 3],
    [4, 5, 6],
  ]
  expect(formOf(grid, value, new Set())).toBe("2×3 numbers")
  expect(formOf(grid, value, new Set([3]))).toBe("a grid of numbers")
  const open = { type: "labels", label: "whom", open: true } as const
  expect(formOf(open, { a: "b", c: "d" }, new Set())).toBe("a label by name")
})

test("signs beyond ASCII are commands that pdflatex knows", () => {
  expect(forPdflatex("α ≤ ∞")).toBe(
    "\\ensuremath{\\alpha} \\ensuremath{\\le} \\ensuremath{\\infty}",
  )
  expect(forPdflatex("x̂ naïve Łódź")).toBe("\\ensuremath{\\hat{x}} naïve Łódź")
  expect(forPdflatex("漢🙂")).toBe("\\texttt{[U+6F22]}\\texttt{[U+1F642]}")
  expect(forPdflatex("a\u00a0–\u00a0b")).toBe("a~--~b")
})

/** Tags that are opened and not closed in their order. */
function balanced(html: string): string[] {
  const open: string[] = []
  const body = html.slice(html.indexOf("<body>"), html.indexOf("</html>"))
  for (const [, close, name = "", self] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (self || /^(?:br|hr|img|col|meta)$/.test(name)) continue
    if (!close) open.push(name)
    else if (open.at(-1) === name) open.pop()
    else return [...open, `/${name}`]
  }
  return open.filter(name => name !== "html")
}

function braces(latex: string): number {
  const signs = latex.replace(/\\\\/g, "").replace(/\\[{}]/g, "")
  return [...signs].reduce((depth, sign) => depth + (sign === "{" ? 1 : sign === "}" ? -1 : 0), 0)
}
