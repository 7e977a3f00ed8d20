import { readFileSync } from "node:fs"
import stringWidth from "string-width"
import { describe, expect, it, test } from "vitest"
import {
  type Block,
  grid,
  type Inline,
  join as joined,
  math,
  type Rich,
  table,
  text,
} from "../src/core/blocks.ts"
import type { Diagnostic } from "../src/core/diagnostic.ts"
import { Fraction } from "../src/core/number.ts"
import { loadProblems, type Problem } from "../src/core/problem.ts"
import { type Run, solve } from "../src/core/solve.ts"
import { Source } from "../src/core/source.ts"
import type { AnswerType, AnswerValue } from "../src/core/types.ts"
import { kinds } from "../src/kinds/index.ts"
import { renderDiagnostic } from "../src/render/diagnostic.ts"
import { formulaLines } from "../src/render/formula-lines.ts"
import { latexOf, plainOf } from "../src/render/inline.ts"
import { printJson, solutionJson } from "../src/render/json.ts"
import { latexText, unknownCommands } from "../src/render/latex-text.ts"
import { renderMarkdown } from "../src/render/markdown.ts"
import { fixed, fractionText, gridTexts, numberText } from "../src/render/number.ts"
import { type Page, pageOf } from "../src/render/page.ts"
import { renderTerminal } from "../src/render/terminal.ts"
import { shippedProblems } from "./support/problems.ts"

const esc = "\u001b"
const precision = { digits: 6, notation: new Map<number, string>() }

describe("numbers", () => {
  test.each([
    [5318, "5318"],
    [-19268.24, "−19268.24"],
    [0.0852996123, "0.0852996"],
    [385.15710880025, "385.157"],
    [1234567.891, "1234567.89"],
    [0.1 + 0.2, "0.3"],
    [0.5, "0.5"],
    [0.999999997, "1"],
    [0, "0"],
    [-0, "0"],
    [0.00020644266, "0.000206443"],
    [2.520042991e-9, "2.52004·10⁻⁹"],
    [2.52e-9, "2.52·10⁻⁹"],
    [-9.9999999e-7, "−1·10⁻⁶"],
    [9007199254740991, "9007199254740991"],
    [1e23, "1·10²³"],
    [1.5e15, "1500000000000000"],
    [123456789012345.6, "1.23457·10¹⁴"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d is written %s", (x, written) => {
    expect(numberText(x, precision)).toBe(written)
  })

  test.each([
    [1.005, 2, "1.01"],
    [2.5, 0, "3"],
    [0.125, 2, "0.13"],
    [0.004, 2, "0.00"],
    [0.005, 2, "0.01"],
    [0.05, 0, "0"],
    [99.995, 2, "100.00"],
    [1e21, 1, "1000000000000000000000.0"],
  ])("%d has %d decimals as %s", (x, places, written) => {
    expect(fixed(x, places)).toBe(written)
  })

  it("keeps two decimals where fewer digits are asked", () => {
    const three = { ...precision, digits: 3 }
    expect([19268.24, 385.1571, 1.2345, 0.085299].map(x => numberText(x, three))).toEqual([
      "19268.24",
      "385.16",
      "1.23",
      "0.0853",
    ])
  })

  it("writes exact values as they were typed", () => {
    const notation = new Map([
      [1 / 3, "1/3"],
      [-Math.SQRT2, "-sqrt(2)"],
      [0.5, "50%"],
      [1000, "1_000"],
      [1e-5, "1e-5"],
    ])
    const written = [...notation.keys()].map(x => numberText(x, { digits: 6, notation }))
    expect(written).toEqual(["1/3", "−sqrt(2)", "0.5", "1000", "1·10⁻⁵"])
  })

  it("writes fractions exactly", () => {
    expect(fractionText(new Fraction(29, 72))).toBe("29/72")
    expect(fractionText(new Fraction(-3, 1))).toBe("−3")
  })
})

describe("grids of numbers", () => {
  it("share their decimals, whole numbers stay whole", () => {
    // The largest magnitude is 2.4, so six digits are five decimals.
    expect(
      gridTexts(
        [
          [1 / 3, 1],
          [-2.4, 0],
        ],
        precision,
      ),
    ).toEqual([
      ["0.33333", "1"],
      ["−2.40000", "0"],
    ])
  })

  it("drop the zeros that end a whole column", () => {
    expect(
      gridTexts(
        [
          [0.25, 0.1],
          [0.5, 0.2],
        ],
        precision,
      ),
    ).toEqual([
      ["0.25", "0.1"],
      ["0.50", "0.2"],
    ])
  })

  it("do not turn a small number into zero", () => {
    expect(gridTexts([[2.5e-9, 0.999999997, 0]], precision)).toEqual([["≈0", "1", "0"]])
    expect(gridTexts([[Number.NEGATIVE_INFINITY, 1.5]], precision)).toEqual([["−∞", "1.5"]])
  })

  it("show short decimals beside large numbers", () => {
    expect(gridTexts([[0.001, 1000.5]], precision)).toEqual([["0.001", "1000.5"]])
  })
})

describe("formulas in a terminal", () => {
  test.each([
    [String.raw`3 \cdot 4 + 0.5 \times 2`, "3·4 + 0.5×2"],
    [String.raw`\frac{a}{b}`, "a/b"],
    [String.raw`\frac{a + b}{2}`, "(a + b)/2"],
    [String.raw`\frac{1}{2 \cdot 3}`, "1/(2·3)"],
    [String.raw`\frac{1}{n} \sum_{i=1}^{n} x_i`, "(1/n) Σᵢ₌₁ⁿ xᵢ"],
    [String.raw`\frac{\partial L}{\partial w}`, "∂L/∂w"],
    [String.raw`\left(\frac{1}{3}\right)^2`, "(1/3)²"],
    [String.raw`\sqrt{64} + \sqrt{a + b}`, "√64 + √(a + b)"],
    [String.raw`\frac{Q K^\top}{\sqrt{d_k}}`, "Q Kᵀ/√dₖ"],
    ["W_Q^T x_{t-1} + b_h", "W_Qᵀ xₜ₋₁ + b_h"],
    [String.raw`W_{xh}\,x_t, \; W_{\text{in}}, \; w_{min}`, "W_xh xₜ, W_in, w_min"],
    [String.raw`H_{12} H_{21}, \lambda_{1,2}, a_{ij}, G_{s+1}`, "H₁₂ H₂₁, λ₁,₂, aᵢⱼ, Gₛ₊₁"],
    ["e^{-x} + e^{-3.5} + 2^{10} + e^{z_i} + x^{(t)}", "e⁻ˣ + e^(−3.5) + 2¹⁰ + e^zᵢ + x⁽ᵗ⁾"],
    [String.raw`2.52 \cdot 10^{-9}`, "2.52·10⁻⁹"],
    [String.raw`-\sum_i p_i \log_2 p_i`, "−Σᵢ pᵢ log₂ pᵢ"],
    [String.raw`\ln\frac{1}{3}, \ln(x), \ln x`, "ln(1/3), ln(x), ln x"],
    [String.raw`\left\lfloor \frac{n - k}{s} \right\rfloor + 1`, "⌊(n − k)/s⌋ + 1"],
    [String.raw`a \le b \ne c \in \{1, 2\}`, "a ≤ b ≠ c ∈ {1, 2}"],
    [String.raw`\begin{bmatrix} 1 & -2 \\ 0.5 & 4 \end{bmatrix}`, "[1 −2; 0.5 4]"],
    [String.raw`\begin{bmatrix} a b & c \end{bmatrix}`, "[a b  c]"],
    [
      String.raw`\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}`,
      "{ x if x > 0; 0 otherwise",
    ],
    [String.raw`\operatorname{trace} H, \operatorname{tanh}(a), \det H`, "trace H, tanh(a), det H"],
    [String.raw`\hat{y}_i, \bar\alpha_t`, "ŷᵢ, ᾱₜ"],
    [String.raw`\alpha x - \eta \nabla L \approx \infty`, "αx − η∇L ≈ ∞"],
    ["x > -3, |R|, -1", "x > −3, |R|, −1"],
    [String.raw`\text{a\_b\{1\}\textbackslash{}n 5\%}`, "a_b{1}\\n 5%"],
    [String.raw`\mathit{Ix}(x, y) \cdot \mathit{Iy}`, "Ix(x, y)·Iy"],
  ])("%s is %s", (latex, written) => {
    expect(unknownCommands(latex)).toEqual([])
    expect(latexText(latex)).toBe(written)
  })

  it("know what they do not know", () => {
    expect(unknownCommands(String.raw`\foo{x} + \begin{tikz} \end{tikz}`)).toEqual(["foo", "tikz"])
  })
})

describe("values in formulas", () => {
  const third = new Fraction(1, 3)
  const cases: [string, Rich, string][] = [
    ["a factor", math`${3} \cdot ${-2}`, "3·(−2)"],
    ["the first factor", math`${-3} \cdot ${2} = ${-6}`, "−3·2 = −6"],
    ["a power", math`${-3}^2 + ${third}^2`, "(−3)² + (1/3)²"],
    ["a difference", math`a - ${-3} - ${4}`, "a − (−3) − 4"],
    ["an argument", math`\max(${-1}, ${-2})`, "max(−1, −2)"],
    ["an argument without brackets", math`\ln ${-1}`, "ln(−1)"],
    ["sums of fractions", math`${third} + ${third} = ${new Fraction(2, 3)}`, "1/3 + 1/3 = 2/3"],
    ["products of fractions", math`${third} \cdot ${third}`, "(1/3)·(1/3)"],
    ["an exponent", math`e^${-2.5} + 2^${10}`, "e^(−2.5) + 2¹⁰"],
    ["a quotient", math`\frac{${-1}}{${-2}}`, "−1/(−2)"],
    ["vectors", math`x = ${[1, -2.5]}`, "x = [1, −2.5]"],
    ["grids", math`H = ${[[403, 385], [385, -381]]}`, "H = [403 385; 385 −381]"],
    ["formulas", joined([math`${-1} \cdot 2`, math`${-3} \cdot 4`], " + "), "−1·2 + (−3)·4"],
    ["labels", math`P(${"a_b & 5%"})`, "P(a_b & 5%)"],
    ["labels as names", math`\operatorname{${"tanh"}}(x)`, "tanh(x)"],
    ["large numbers", math`n = ${2n ** 70n}`, "n = 1180591620717411303424"],
    ["words", math`x = ${text`about ${-2}`}`, "x = about −2"],
  ]
  test.each(cases)("%s", (_, rich, written) => {
    expect(latexText(latexOf(rich, precision))).toBe(written)
  })

  it("is plain LaTeX", () => {
    expect(latexOf(math`2^${10} \cdot ${-2e-7} + ${"a_b"}`, precision)).toBe(
      String.raw`2^{10} \cdot (-2 \cdot 10^{-7}) + \text{a\_b}`,
    )
  })

  it("stands among words", () => {
    expect(plainOf(text`R = ${-2} and ${math`h_{t-1}`}, ${"edge"}`, precision)).toBe(
      "R = −2 and hₜ₋₁, edge",
    )
  })
})

describe("lines of formulas", () => {
  it("meet at their first equals sign", () => {
    expect(formulaLines(["det H = 1 = 1", "R = 2", "h(x)"], 40)).toEqual([
      "det H = 1 = 1",
      "R     = 2",
      "h(x)",
    ])
  })

  it("break before an equals sign, or before a sum", () => {
    expect(formulaLines(["abc = 1·2 + 3·4 = 2 + 12 = 14"], 20)).toEqual([
      "abc = 1·2 + 3·4",
      "    = 2 + 12 = 14",
    ])
    expect(formulaLines(["abc = 1·2 + 3·4 + 5·6"], 16)).toEqual(["abc = 1·2 + 3·4", "      + 5·6"])
  })

  it("never pass the width", () => {
    const long = `y = [${Array.from({ length: 40 }, (_, i) => i / 7).join(", ")}] + ${"x".repeat(90)}`
    for (const line of formulaLines([long, "a = b"], 30))
      expect(line.length).toBeLessThanOrEqual(30)
  })
})

const masked = grid("masked", [[2, 0, Number.NEGATIVE_INFINITY, null]], {
  hidden: [
    [0, 1],
    [0, 2],
    [0, 3],
  ],
})

/** A page that no kind makes. */
function pageWith(blocks: readonly Block[], more: Partial<Page> = {}): Page {
  return {
    id: "synthetic",
    kind: "harris",
    title: "A page",
    setting: [],
    given: [],
    steps: [{ title: "Step", blocks, after: 0 }],
    answers: [],
    notation: new Map(),
    ...more,
  }
}

function answerOf(type: AnswerType, value: AnswerValue, unit?: string): Page["answers"][number] {
  return { name: type, answer: { type, label: `a ${type}`, ...(unit && { unit }) }, value }
}

const everyAnswer = [
  answerOf("number", -1.5, "px"),
  answerOf("integer", 2n ** 70n),
  answerOf("ratio", new Fraction(29, 72)),
  answerOf("vector", [0.5, Number.POSITIVE_INFINITY]),
  answerOf("grid", [
    [1, 2, 3],
    [4, 5, 6],
  ]),
  answerOf("stack", [[[1, 2]], [[3, -4]]]),
  answerOf("record", { cat: new Fraction(1, 3), dog: new Fraction(1, 2) }),
  answerOf("choice", "edge"),
  answerOf("set", ["b", "a"]),
  answerOf("list", ["x", 2]),
  answerOf("points", [
    { x: 5, y: 1, scale: 2, extremum: "max" },
    { x: 2, y: 1, scale: 2, extremum: "min" },
  ]),
  answerOf("shape", [64, "C", 32]),
  answerOf("shapes", [[3, 5], [7]]),
  answerOf("labels", { first: "yes", second: "no" }),
  answerOf("table", { A: ["p", "q"], B: [] }),
  answerOf("expression", "2*x"),
  answerOf("text", "because"),
]

describe("answers of every type", async () => {
  const expected: Record<AnswerType, string> = {
    number: "−1.5 px",
    integer: "1180591620717411303424",
    ratio: "29/72 ≈ 0.402778",
    vector: "[0.5, ∞]",
    grid: "[1 2 3; 4 5 6]",
    stack: "[1 2], [3 −4]",
    record: "cat: 1/3 ≈ 0.333333",
    choice: "edge",
    set: "b, a",
    list: "x, 2",
    points: "x: 5, y: 1, scale: 2, extremum: max",
    shape: "64×C×32",
    shapes: "3×5, (7)",
    labels: "first: yes, second: no",
    table: "A: p, q; B: none",
    expression: "2*x",
    text: "because",
  }
  const page = pageWith([], { answers: everyAnswer })
  const printed = (await renderTerminal(page, { width: 100 })).split("\n")

  test.each(Object.entries(expected))("%s", (type, written) => {
    const line = printed.find(each => each.trim().startsWith(`${type} `)) ?? ""
    expect(line.trim().split(/ {3,}/)[1]).toBe(written)
  })

  it("has a large grid in the step that shows it, or below", async () => {
    const large = Array.from({ length: 9 }, (_, i) => [i * 1000.5, i * 2000, i * 7.25, -i])
    const shown = pageOfAnswers([grid("G", large)], large)
    expect(await renderTerminal(shown)).toContain("9×4, in step 1")
    expect(await renderTerminal(pageOfAnswers([], large))).toContain("9×4, below")
  })
})

/** A page whose answer `G` may be shown by its only step. */
function pageOfAnswers(blocks: readonly Block[], value: AnswerValue): Page {
  const problem = { id: "g", title: "G", kind: { name: "g" }, given: {}, notation: new Map() }
  const run: Run = {
    answers: new Map([
      ["G", { name: "G", answer: { type: "grid", label: "a grid" }, value, sequential: false }],
    ]),
    handed: [],
    steps: [{ title: "Step", blocks, after: 0 }],
  }
  const written = { start: 0, end: 0, type: "map", entries: [] } as const
  const kind = { ...problem.kind, question: () => text`?`, given: undefined }
  const origin = { source: new Source("g.yaml", ""), written }
  return pageOf({ ...problem, kind, origin } as unknown as Problem, run)
}

describe("a terminal", () => {
  it("puts grids side by side with their decimal points in line", async () => {
    const page = pageWith([
      grid("A", [
        [1, -0.5],
        [10, 0.25],
      ]),
      grid("B", [[7]], { foot: math`\sum = ${7}` }),
    ])
    expect((await renderTerminal(page)).split("\n").slice(2)).toEqual([
      "1  Step",
      "   A               B",
      "      1  −0.50       7",
      "     10   0.25     Σ = 7",
    ])
  })

  it("marks cells with brackets where there is no colour", async () => {
    const block = grid(
      "D",
      [
        [1, -3],
        [2, 10],
      ],
      { marks: [[0, 1]], rows: ["a", "b"], columns: ["x", "y"] },
    )
    expect((await renderTerminal(pageWith([block]))).split("\n").slice(3)).toEqual([
      "   D",
      "      x    y",
      "   a  1  [−3]",
      "   b  2   10",
    ])
    expect(await renderTerminal(pageWith([block]), { color: true })).toContain(`${esc}[4m−3`)
  })

  it("shows what takes no part as such", async () => {
    const lines = (await renderTerminal(pageWith([masked]))).split("\n").slice(3)
    expect(lines).toEqual(["   masked", "     2  (0)  ·  ·"])
    const colored = await renderTerminal(pageWith([masked]), { color: true })
    expect(colored).toContain(`${esc}[2m0${esc}[22m`)
    expect(colored).toContain(`${esc}[2m−∞${esc}[22m`)
  })

  describe("shades a grid with heat", () => {
    const heat = grid(
      "W",
      [
        [0.5, -2, 0],
        [1, 2, Number.NEGATIVE_INFINITY],
      ],
      { heat: true, marks: [[1, 0]], hidden: [[1, 2]], rows: ["a", "b"] },
    )
    const grounds = async (color: 1 | 2 | 3) =>
      (await renderTerminal(pageWith([heat]), { color })).match(/\[48;[\d;]+m/g) ?? []

    it("by signs where there is no colour, or too few", async () => {
      const plain = (await renderTerminal(pageWith([heat]))).split("\n").slice(4)
      expect(plain).toEqual(["   a   0.5 ░  −2 █  0", "   b  [1]  ▒   2 █  ·"])
      expect(await grounds(1)).toEqual([])
      expect(await renderTerminal(pageWith([heat]), { color: 1 })).toContain("█")
    })

    it("by colour from 256 colours on, one for each sign, none where hidden", async () => {
      const printed = await renderTerminal(pageWith([heat]), { color: 3 })
      expect(printed).not.toMatch(/[░▒▓█]/)
      expect(printed).toContain("[1]")
      for (const level of [2, 3] as const) {
        const [half, below, none, one, above, ...others] = await grounds(level)
        expect(others).toEqual([])
        expect(new Set([half, below, none, one, above]).size).toBe(5)
      }
    })

    it("only if that does not tear it apart", async () => {
      const wide = grid("G", [Array.from({ length: 12 }, (_, j) => 1000.5 + j)], { heat: true })
      expect(await renderTerminal(pageWith([wide]), { width: 130 })).toContain("█")
      const narrow = await renderTerminal(pageWith([wide]), { width: 104 })
      expect(narrow).not.toContain("█")
      expect(narrow).not.toContain("columns")
    })
  })

  it("cuts what is too large for a page and says so", async () => {
    const large = Array.from({ length: 64 }, (_, i) => Array.from({ length: 40 }, (_, j) => i * j))
    const printed = await renderTerminal(pageWith([grid("G", large)]))
    expect(printed).toContain("… 64×40, whole in the JSON")
    expect(printed.split("\n").length).toBeLessThan(25)
  })

  it("splits a wide grid into parts", async () => {
    const wide = [Array.from({ length: 14 }, (_, j) => 10 ** 6 + j + 0.5)]
    const printed = await renderTerminal(pageWith([grid("G", wide)]))
    expect(printed).toContain("columns 8–14")
    expect(widest(printed)).toBeLessThanOrEqual(80)
  })

  it("lays out a table within the width", async () => {
    const words = "a text that is much longer than the column that it stands in "
    const page = pageWith([
      table(
        ["name", math`P(x)`, "why"],
        [
          ["a", 0.25, words.repeat(3)],
          ["b", 1 / 3, words],
        ],
      ),
    ])
    const printed = await renderTerminal(page, { width: 60 })
    expect(widest(printed)).toBeLessThanOrEqual(60)
    expect(printed).toContain("a      0.250000")
    expect(printed).toContain("b      0.333333")
  })

  it("prints no control characters and counts wide ones", async () => {
    const page = pageWith(
      [text`${`wide 日本語 ${"語".repeat(60)}`}`, grid("日\n本", [[1]], { rows: [`${esc}[2J`] })],
      {
        title: `a${esc}[31m title\u202e`,
        source: "line\r\nbreak\u0007",
        setting: [math`${`k${esc}`} = ${1}`],
        question: `- one\n- two${esc}]0;x\u0007\n\nhalf $\\frac{1}{2}$ for $5 and $6`,
        answers: [answerOf("text", `x${esc}y\nz`), answerOf("labels", { [`a${esc}`]: "b" })],
      },
    )
    const printed = await renderTerminal(page, { width: 40 })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be printed
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(widest(printed)).toBeLessThanOrEqual(40)
    expect(printed).toContain("half 1/2 for $5 and $6")
    expect(printed).toContain("- one\n- two")
  })

  it("shows only the answers asked for", async () => {
    const [problem] = await load("problems/vision/harris-window.yaml")
    if (!problem) throw new Error("no problem")
    const page = pageOf(problem, solve(problem), { only: ["R", "verdict"] })
    expect((await renderTerminal(page)).split("\n").slice(2)).toEqual([
      "Answers",
      "   R         −19268.24   response",
      "   verdict   edge        what the window shows",
    ])
  })
})

describe("Markdown", () => {
  it("takes no markup from a problem", async () => {
    const page = pageWith(
      [text`${"- <img src=x> **b** [l](u) $x$ | `c` #1"}`, table(["a|b"], [["<b>"], ["x\ny"]])],
      { title: "# <script>alert(1)</script>" },
    )
    const printed = await renderMarkdown(page)
    expect(printed).not.toMatch(/<(?!br>)/)
    expect(printed).toContain("# \\# &lt;script&gt;alert(1)&lt;/script&gt;")
    expect(printed).toContain(
      "\\- &lt;img src=x&gt; \\*\\*b\\*\\* \\[l\\](u) &#36;x&#36; | \\`c\\` \\#1",
    )
    expect(printed).toContain("| a\\|b |")
    expect(printed).toContain("| x y |")
  })

  it("leaves the author's Markdown, without its tags", async () => {
    const question = "Is **x** < 3?\n\n- <b>yes</b>"
    expect(await renderMarkdown(pageWith([], { question }))).toContain(
      "Is **x** < 3?\n\n- &lt;b>yes&lt;/b>",
    )
  })

  it("aligns formulas that follow each other, as GitHub reads them", async () => {
    const page = pageWith([
      math`\operatorname{trace} H = ${-2} = b`,
      math`x_{i=1} + c = ${[[1, 2]]}`,
    ])
    expect(await renderMarkdown(page)).toContain(String.raw`$$
\begin{aligned}
\mathop{\text{trace}} H &= -2 = b \\
x_{i=1} + c &= \begin{bmatrix} 1 & 2 \end{bmatrix}
\end{aligned}
$$`)
  })

  it("writes grids as tables", async () => {
    const block = grid("G", [[1, -0.5]], { rows: ["a"], columns: ["x", "y"], marks: [[0, 1]] })
    expect(await renderMarkdown(pageWith([block]))).toContain(
      "**G**\n\n|  | x | y |\n| --- | --: | --: |\n| **a** | 1 | **−0.5** |",
    )
  })

  it("strikes out what takes no part", async () => {
    expect(await renderMarkdown(pageWith([masked]))).toContain("| 2 | ~~0~~ | · | · |")
  })
})

describe("JSON", () => {
  it("rounds nothing and names what JSON lacks", () => {
    const run: Run = {
      answers: new Map(everyAnswer.map(each => [each.name, { ...each, sequential: false }])),
      handed: [],
      steps: [
        {
          title: "S",
          after: 0,
          blocks: [math`x = ${1 / 3}`, grid("g", [[Number.NEGATIVE_INFINITY, null]])],
        },
      ],
    }
    const problem = {
      id: "p",
      title: "P",
      kind: { name: "k" },
      givenAsWritten: { a: "1/3" },
      notation: new Map(),
    }
    const { answers, steps, given } = JSON.parse(
      printJson(solutionJson(problem as unknown as Problem, run)),
    )
    expect(given).toEqual({ a: "1/3" })
    expect(steps[0].blocks).toEqual([
      { type: "math", math: "x = 0.3333333333333333" },
      { type: "grid", caption: "g", cells: [["-Infinity", null]] },
    ])
    expect(answers.integer).toMatchObject({ value: 2 ** 70, exact: "1180591620717411303424" })
    expect(answers.ratio).toMatchObject({ value: 29 / 72, exact: "29/72" })
    expect(answers.record).toMatchObject({
      value: { cat: 1 / 3, dog: 0.5 },
      exact: { cat: "1/3", dog: "1/2" },
    })
    expect(answers.vector.value).toEqual([0.5, "Infinity"])
    expect(answers.points.value.map((point: { x: number }) => point.x)).toEqual([2, 5])
    expect(answers.table.value).toEqual({ A: ["p", "q"], B: [] })
    expect(answers.number).toEqual({ value: -1.5, label: "a number", type: "number", unit: "px" })
  })

  it("keeps short lists on their line", () => {
    expect(printJson({ a: [1, 2], b: Array.from({ length: 40 }, () => 12) }, 40)).toMatch(
      /^\{\n {2}"a": \[1, 2\],\n {2}"b": \[\n {4}12,\n/,
    )
  })
})

describe("diagnostics", () => {
  const base: Diagnostic = {
    code: "range",
    severity: "error",
    message: "too large",
    file: "a.yaml",
  }
  const line = "  k: 1e999"

  it("point at the place", () => {
    const place = { line: 12, column: 6, endColumn: 11, text: line, offset: 0 }
    expect(renderDiagnostic({ ...base, place, hint: "try 1" })).toBe(
      [
        "error[range]: too large",
        "  --> a.yaml:12:6",
        "   |",
        "12 |   k: 1e999",
        "   |      ^^^^^",
        "   = hint: try 1",
      ].join("\n"),
    )
  })

  it("can be about a whole file", () => {
    expect(renderDiagnostic({ ...base, severity: "warning" })).toBe(
      "warning[range]: too large\n --> a.yaml",
    )
  })

  it("expand tabs, show controls, count wide characters", () => {
    const written = `\tk: "日${esc}" x`
    const place = { line: 1, column: 7, endColumn: 8, text: written, offset: 0 }
    const lines = renderDiagnostic({ ...base, message: `a${esc}[0m`, place }).split("\n")
    expect(lines[0]).toBe("error[range]: a␛[0m")
    expect(lines[3]).toBe('1 |     k: "日␛" x')
    expect(lines[4]).toBe("  |           ^")
  })

  test.each([0, 900])("cut a long line around the mark, %d characters gone in front", offset => {
    const written = `[${"10.25, ".repeat(50)}x, ${"7, ".repeat(15)}]`
    const at = written.indexOf("x")
    const place = {
      line: 3,
      column: offset + at + 1,
      endColumn: offset + at + 2,
      text: written,
      offset,
    }
    const [, , , excerpt = "", marks = ""] = renderDiagnostic(
      { ...base, place },
      { width: 60 },
    ).split("\n")
    expect(excerpt[marks.indexOf("^")]).toBe("x")
    expect(stringWidth(excerpt)).toBeLessThanOrEqual(60)
    expect(excerpt).toMatch(/^3 \| ….*…$/)
  })

  it("colour only where asked", () => {
    const place = { line: 1, column: 1, endColumn: 2, text: "x", offset: 0 }
    expect(renderDiagnostic({ ...base, place })).not.toContain(esc)
    expect(renderDiagnostic({ ...base, place }, { color: true })).toContain(esc)
  })
})

describe("every problem that ships", async () => {
  const problems = await shippedProblems()

  it("is found", () => {
    expect(problems.length).toBeGreaterThan(0)
  })

  test.each(problems.map(problem => [problem.id, problem] as const))("%s", async (_, problem) => {
    const run = solve(problem)
    const page = pageOf(problem, run)
    for (const width of [80, 120]) {
      const plain = await renderTerminal(page, { width })
      expect(widest(plain)).toBeLessThanOrEqual(width)
      expect(plain).not.toContain(esc)
      expect(plain).not.toMatch(/undefined|NaN|\[object/)
    }
    expect(widest(await renderTerminal(page, { width: 80, color: true }))).toBeLessThanOrEqual(80)
    expect(await renderMarkdown(page)).not.toMatch(/undefined|NaN|\[object/)
    const data = JSON.parse(printJson(solutionJson(problem, run)))
    expect(Object.keys(data.answers)).toEqual([...run.answers.keys()])
    expect(JSON.stringify(data.answers)).not.toContain("null")
    const formulas = [
      ...run.steps.flatMap(({ blocks }) => blocks),
      problem.kind.question(problem.given as never),
    ]
    expect(
      formulas.flatMap(richIn).flatMap(rich => unknownCommands(latexOf(rich, precision))),
    ).toEqual([])
  })
})

function widest(printed: string): number {
  return Math.max(...printed.split("\n").map(line => stringWidth(line)))
}

async function load(file: string): Promise<Problem[]> {
  return (await loadProblems(new Source(file, readFileSync(file, "utf8")), kinds)).problems
}

/** The formulas of a block, wherever they stand in it. */
function richIn(block: Block): Rich[] {
  if ("mode" in block) return formulasIn(block)
  if (block.type === "figure")
    return formulasIn(typeof block.caption === "object" ? block.caption : null)
  if (block.type === "table") return [...block.head, ...block.rows.flat()].flatMap(formulasIn)
  return [block.caption ?? null, block.foot ?? null, ...block.cells.flat()].flatMap(formulasIn)
}

function formulasIn(value: Inline | null): Rich[] {
  if (typeof value !== "object" || value === null || !("mode" in value)) return []
  return value.mode === "math" ? [value] : value.values.flatMap(formulasIn)
}
