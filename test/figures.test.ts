import { stripVTControlCharacters } from "node:util"
import stringWidth from "string-width"
import { describe, expect, it, test } from "vitest"
import { bars, curves, type FigureBlock, math, network, plane, text } from "../src/core/blocks.ts"
import { drawingLines, figureLines } from "../src/render/figure-lines.ts"
import { printJson, solutionJson } from "../src/render/json.ts"
import { renderMarkdown } from "../src/render/markdown.ts"
import type { Page } from "../src/render/page.ts"
import { type Color, paintIn } from "../src/render/paint.ts"
import { renderTerminal } from "../src/render/terminal.ts"

const esc = "\u001b"
const precision = { digits: 6, notation: new Map<number, string>() }

/** The picture alone, without colour unless asked. */
function drawn(figure: FigureBlock, limit = 80, color: Color = false): string[] {
  return drawingLines(figure, { limit, precision, paint: paintIn(color) })
}

/** The cells that the bar of a line takes, its last one counted by eighths. */
function barLength(line: string): number {
  return [...line].reduce((sum, sign) => sum + Math.max(0, " ▏▎▍▌▋▊▉█".indexOf(sign)) / 8, 0)
}

/** Where a sign stands in the picture. */
function placeOf(sign: string, lines: readonly string[]): [column: number, row: number] {
  const row = lines.findIndex(line => line.includes(sign))
  return [stringWidth((lines[row] ?? "").split(sign)[0] ?? ""), row]
}

const hostile = [
  `a${esc}[31m\u0007`,
  "日本語のラベル",
  "x".repeat(200),
  "two\nlines",
  "\u202egnp",
  "```",
  "$& $1",
  "",
]

const samples: Record<string, FigureBlock> = {
  bars: bars(text`Shares of ${"dog"}`, ["cat", "dog", "ox"], [0.125, 0.5, 0.375], { marks: [1] }),
  "bars below 0": bars("Gradient", ["w1", "w2", "w3"], [-1.5, 3, -0.001]),
  "many bars": bars(
    "Histogram",
    Array.from({ length: 256 }, (_, i) => String(i)),
    Array.from({ length: 256 }, (_, i) => (i % 97) - (i > 128 ? 40 : 0)),
    { marks: [130] },
  ),
  "hostile bars": bars("Labels", hostile, [1e300, 1e-300, -2, 0, Infinity, -Infinity, 3, 4]),
  "no bars": bars("None", [], []),
  curves: curves("Learning rate", { x: { label: "step" }, y: { label: math`\eta`, from: 0 } }, [
    {
      name: "linear",
      points: [
        [0, 1],
        [10, 0],
      ],
    },
    {
      name: "steps",
      points: [
        [0, 1],
        [5, 1],
        [10, 0.5],
      ],
      steps: true,
    },
  ]),
  "hostile curves": curves(
    "Names",
    { x: { label: hostile[0] ?? "" }, y: { label: hostile[2] ?? "", from: 0, to: 1 } },
    hostile.map((name, i) => ({
      name,
      points: [
        [i, i / 3],
        [1e200, -1e200],
        [i, Infinity],
      ],
    })),
  ),
  plane: plane("Boxes", {
    boxes: [
      { name: "A", box: [0, 0, 4, 4] },
      { name: "B", box: [2, 1, 6, 5], mark: true },
    ],
    points: [{ name: "p", at: [5, 4] }],
    arrows: [{ name: "v", from: [0, 0], to: [3, 3] }],
  }),
  "hostile plane": plane("Names", {
    y: "up",
    boxes: hostile.map((name, i) => ({ name, box: [i, i, i + 9, i % 3] })),
    points: hostile.map((name, i) => ({ name, at: [i * 1e6, i === 4 ? Infinity : 1e-6] })),
  }),
  network: network(
    "Net",
    [["x1", "x2"], ["h"], ["y"]],
    [
      { from: "x1", to: "h", label: 0.25 },
      { from: "x2", to: "h", label: -3 },
      { from: "h", to: "y", label: math`w_{3}` },
    ],
  ),
  "hostile network": network(
    "Names",
    [hostile, hostile.map(name => `${name}!`)],
    hostile.map((name, i) => ({ from: name, to: `${hostile[0]}!`, label: hostile[i] ?? "" })),
  ),
}

describe.each(Object.entries(samples))("a picture: %s", (_, figure) => {
  test.each([20, 60, 80, 120])("keeps to %d columns", limit => {
    for (const color of [false, true] as const) {
      const look = { limit, precision, paint: paintIn(color) }
      const lines = figureLines(figure, look)
      expect(Math.max(...lines.map(line => stringWidth(line)))).toBeLessThanOrEqual(limit)
      expect(lines.join("\n")).not.toMatch(/undefined|NaN|\[object/)
      if (color) continue
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be printed
      expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    }
  })

  it("says the same with colour", () => {
    const words = (lines: string[]) =>
      stripVTControlCharacters(lines.join(" ")).match(/[\p{L}\d.∞]+/gu)
    expect(words(drawn(figure, 80, true))).toEqual(words(drawn(figure, 80)))
  })
})

describe("bars", () => {
  it("have their label, their value and a length in proportion", () => {
    const lines = drawn(bars("", ["cat", "dog", "ox"], [0.125, 0.5, 0.375]))
    expect(lines.map(line => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ["cat", "0.125"],
      ["dog", "0.500"],
      ["ox", "0.375"],
    ])
    const [cat = 0, dog = 0, ox = 0] = lines.map(barLength)
    expect(cat / dog).toBeCloseTo(0.25, 2)
    expect(ox / dog).toBeCloseTo(0.75, 2)
  })

  it("show that a small value is not 0", () => {
    const [tiny = "", none = ""] = drawn(bars("", ["a", "b", "c"], [1e-6, 0, 1]))
    expect(barLength(tiny)).toBe(1 / 8)
    expect(barLength(none)).toBe(0)
  })

  it("go to the left below 0, in the same scale", () => {
    const [left = "", right = ""] = drawn(bars("", ["a", "b"], [-1, 2]))
    expect(left.indexOf("│")).toBe(right.indexOf("│"))
    expect(left.indexOf("█")).toBeLessThan(left.indexOf("│"))
    expect(right.indexOf("█")).toBeGreaterThan(right.indexOf("│"))
    expect(Math.abs(barLength(right) - 2 * barLength(left))).toBeLessThanOrEqual(1)
  })

  it("are pointed out by brackets where there is no colour", () => {
    const figure = bars("", ["a", "b"], [1, 2.5], { marks: [1] })
    expect(drawn(figure)[1]).toContain("[2.5]")
    expect(drawn(figure, 80, true)[1]).toContain(`${esc}[33m`)
    expect(drawn(figure, 80, true)[1]).not.toContain("[2.5]")
  })

  it("name an infinite value and do not draw it", () => {
    const [line = ""] = drawn(bars("", ["a", "b"], [Infinity, 2]))
    expect(line).toContain("∞")
    expect(barLength(line)).toBe(0)
  })

  const labels = Array.from({ length: 256 }, (_, i) => `g${i}`)

  it("of which few are not 0 leave the others out and say so", () => {
    const values = labels.map((_, i) => (i === 7 || i === 200 ? i : 0))
    const lines = drawn(bars("", labels, values))
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^g7 /)
    expect(lines[2]).toBe("The other 254 bars are 0.")
  })

  it("that are very many stand side by side in groups, and it is said how", () => {
    const values = labels.map((_, i) => (i === 101 ? 80 : (i % 10) + 1))
    const lines = drawn(bars("", labels, values, { marks: [101] }))
    expect(lines.join("\n")).toContain("Each column is the largest of 4 neighbouring bars.")
    expect(lines).toContain("▲ g101: 80")
    expect(lines[0]).toContain("80")
    const [column] = placeOf("▲", lines)
    const [peak] = placeOf("█", lines)
    expect(column).toBe(peak)
    // Group 25 (100 to 103), one column each, behind "80 │".
    expect(peak).toBe(4 + 25)
  })
})

describe("curves", () => {
  const axes = { x: { label: "recall", from: 0, to: 1 }, y: { label: "precision", from: 0, to: 1 } }

  it("stand in axes with their names and numbers", () => {
    const printed = drawn(
      curves("", axes, [
        {
          points: [
            [0, 1],
            [1, 0],
          ],
        },
      ]),
    ).join("\n")
    for (const word of ["recall", "precision", "0.2", "0.8", "1 ┤", "0 ┤"]) {
      expect(printed).toContain(word)
    }
  })

  it("are told apart by symbols, which a legend names", () => {
    const lines = drawn(samples.curves ?? bars("", [], []))
    expect(lines.at(-1)).toBe("○ linear   □ steps")
    const plot = lines.slice(0, -1).join("")
    expect(plot).toContain("○")
    expect(plot).toContain("□")
  })

  it("hold by steps up to the next x, and go straight otherwise", () => {
    const points = [
      [0, 1],
      [1, 0],
    ] as const
    const rows = (steps: boolean) =>
      drawn(curves("", axes, [{ points, steps }])).filter(line => /[│┤]. *[⠁-⣿]|[⠁-⣿]/.test(line))
    // y holds up to its x: 0 from x = 0 on, after a fall at x = 0.
    const [first = "", ...others] = rows(true)
    expect(
      others.slice(0, -1).every(line => line.trimEnd().length === first.trimEnd().length),
    ).toBe(true)
    expect(others.at(-1)?.length).toBeGreaterThan(50)
    expect(new Set(rows(false).map(line => line.length)).size).toBeGreaterThan(5)
  })

  it("point out places in the plot and in words", () => {
    const lines = drawn(
      curves("", axes, [
        {
          points: [
            [0, 1],
            [1, 0],
          ],
          marks: [[0.5, 0.5]],
        },
      ]),
    )
    const [column, row] = placeOf("●", lines)
    expect(Math.abs(row - (placeOf("1 ┤", lines)[1] + placeOf("0 ┤", lines)[1]) / 2)).toBeLessThan(
      1,
    )
    expect(column).toBeGreaterThan(25)
    expect(lines.at(-1)).toBe("● (0.5, 0.5)")
  })

  it("may be constant, a single point or nothing", () => {
    expect(
      drawn(curves("", { x: { label: "x" }, y: { label: "y" } }, [{ points: [[2, 3]] }])).join(
        "\n",
      ),
    ).toMatch(/3 ┤ *○/)
    const flat = curves("", { x: { label: "x" }, y: { label: "y" } }, [
      {
        points: [
          [0, 3],
          [1, 3],
        ],
      },
    ])
    expect(drawn(flat).filter(line => /[⠁-⣿]/.test(line))).toHaveLength(1)
    expect(drawn(curves("", axes, [{ points: [] }]))).toEqual([])
  })

  it("leave out what is infinite, and say so", () => {
    const figure = curves("", axes, [
      {
        points: [
          [0, Infinity],
          [0.5, 0.7],
          [1, 0],
        ],
      },
    ])
    expect(drawn(figure).at(-1)).toBe("Not drawn: (0, ∞)")
  })
})

describe("a plane", () => {
  it("has the corners of boxes where they belong, as wide as high", () => {
    const lines = drawn(
      plane("", {
        boxes: [
          { name: "A", box: [0, 0, 6, 6] },
          { name: "B", box: [8, 8, 10, 10], mark: true },
        ],
      }),
    )
    const [left, top] = placeOf("┌─ A", lines)
    const [right, below] = placeOf("┘", lines)
    expect(right - left).toBe(2 * (below - top))
    const [markLeft, markTop] = placeOf("┏", lines)
    expect((markTop - top) / (below - top)).toBeCloseTo(8 / 6)
    expect((markLeft - left) / (right - left)).toBeCloseTo(8 / 6)
    expect(lines.join("\n")).toContain("━")
  })

  it("grows down or up", () => {
    const points = [
      { name: "low", at: [1, 0] as const },
      { name: "high", at: [1, 5] as const },
    ]
    for (const y of ["down", "up"] as const) {
      const lines = drawn(plane("", { y, points }))
      const isBelow = placeOf("high", lines)[1] > placeOf("low", lines)[1]
      expect(isBelow).toBe(y === "down")
      expect(lines.join("\n")).toContain(y === "down" ? "↓ y" : "↑ y")
      expect(lines.join("\n")).toContain("→ x")
    }
  })

  it("joins edges that meet and keeps the names of boxes that overlap", () => {
    const printed = drawn(samples.plane ?? bars("", [], [])).join("\n")
    for (const piece of [" A ", " B ", "┿", "╂", "○ p", "v"]) expect(printed).toContain(piece)
  })

  it("shows boxes without width or height, and names without room in words", () => {
    const boxes = [
      { name: "line", box: [0, 0, 9, 0] as const },
      { name: "dot", box: [5, 4, 5, 4] as const },
    ]
    const printed = drawn(plane("", { boxes })).join("\n")
    expect(printed).toMatch(/╶─ line ─+╴/)
    expect(printed).toContain("▪ dot")
    const crowd = Array.from({ length: 60 }, (_, i) => ({
      name: `a box with the name ${i}`,
      box: [0, 0, 1, 1] as const,
    }))
    expect(drawn(plane("", { boxes: crowd })).join(" ")).toMatch(
      /Without a name in the picture: .*\[0, 0, 1, 1\]/,
    )
  })

  it("names what has no place", () => {
    const lines = drawn(
      plane("", {
        points: [
          { name: "p", at: [1, 1] },
          { name: "q", at: [Infinity, 1] },
        ],
      }),
    )
    expect(lines.at(-1)).toBe("Not drawn: q (∞, 1).")
  })
})

describe("a network", () => {
  it("has weights on its lines where there is room", () => {
    const lines = drawn(samples.network ?? bars("", [], []))
    for (const piece of ["(x1)", "(h", "(y", "0.25", "−3", "w₃"]) {
      expect(lines.join("\n")).toContain(piece)
    }
    expect(lines.join("\n")).not.toContain("←")
    expect(placeOf("(x1)", lines)[1]).toBeLessThan(placeOf("(x2)", lines)[1])
  })

  it("lists the weights of a dense one below the picture", () => {
    const inputs = ["a", "b", "c"]
    const outputs = ["u", "v", "w"]
    const edges = inputs.flatMap((from, i) =>
      outputs.map((to, j) => ({ from, to, label: i - j / 2 })),
    )
    const lines = drawn(network("", [inputs, outputs], edges))
    expect(lines).toContain("u ← a: 0, b: 1, c: 2")
    expect(lines.join("\n")).toContain("(a)")
  })

  it("lists edges that do not go to the right, and units too many to draw", () => {
    const lines = drawn(
      network(
        "",
        [["x"], ["h"]],
        [
          { from: "x", to: "h" },
          { from: "h", to: "h", label: 0.5 },
        ],
      ),
    )
    expect(lines.at(-1)).toBe("Not in the picture: h → h (0.5).")
    const many = Array.from({ length: 30 }, (_, i) => `x${i}`)
    const large = drawn(
      network(
        "",
        [many, ["y"]],
        many.map(from => ({ from, to: "y" })),
      ),
    )
    expect(large.join("\n")).toMatch(/y ← x0, .* and 22 more/)
  })
})

describe("pages with a picture", () => {
  const figure = bars(math`p_i`, ["a", "```"], [0.25, 0.75])
  const page: Page = {
    id: "synthetic",
    kind: "softmax",
    title: "A page",
    setting: [],
    given: [],
    steps: [{ title: "Step", blocks: [text`Before.`, figure, text`After.`], after: 0 }],
    answers: [],
    notation: new Map(),
  }

  it("set it apart in a terminal", async () => {
    const lines = (await renderTerminal(page)).split("\n").slice(2)
    expect(lines.slice(0, 4)).toEqual(["1  Step", "   Before.", "", "   pᵢ"])
    expect(lines.slice(-2)).toEqual(["", "   After."])
  })

  it("fence it in Markdown, whatever its labels hold", async () => {
    const printed = await renderMarkdown(page)
    expect(printed).toContain("$p_i$\n\n````text\na  ")
    expect(printed.match(/^````/gm)).toHaveLength(2)
  })

  it("hold its data in JSON, words without markup", () => {
    const edge = network("N", [["x"], ["y"]], [{ from: "x", to: "y", label: math`w_{1}` }])
    const plot = curves("C", { x: { label: math`t` }, y: { label: math`\eta_t` } }, [
      { points: [[0, Infinity]] },
    ])
    const run = {
      answers: new Map(),
      handed: [],
      steps: [{ title: "S", blocks: [figure, edge, plot], after: 0 }],
    }
    const problem = {
      id: "p",
      title: "P",
      kind: { name: "k" },
      givenAsWritten: {},
      notation: new Map(),
    }
    const { steps } = JSON.parse(printJson(solutionJson(problem as never, run)))
    expect(steps[0].blocks).toEqual([
      {
        type: "figure",
        figure: "bars",
        caption: "pᵢ",
        drawn: { labels: ["a", "```"], values: [0.25, 0.75] },
      },
      {
        type: "figure",
        figure: "network",
        caption: "N",
        drawn: { layers: [["x"], ["y"]], edges: [{ from: "x", to: "y", label: "w₁" }] },
      },
      {
        type: "figure",
        figure: "curves",
        caption: "C",
        drawn: { x: { label: "t" }, y: { label: "ηₜ" }, curves: [{ points: [[0, "Infinity"]] }] },
      },
    ])
  })
})
