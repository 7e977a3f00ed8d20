import { expect, test } from "vitest"
import * as z from "zod"
import { text } from "../src/core/blocks.ts"
import { type ProblemMark, prepare } from "../src/core/grade.ts"
import * as answer from "../src/core/kind.ts"
import { defineKind } from "../src/core/kind.ts"
import { loadProblems } from "../src/core/problem.ts"
import { Source } from "../src/core/source.ts"
import { kinds } from "../src/kinds/index.ts"
import { graded } from "./support/sheets.ts"

// The rules of grading, one case each. The keys are printed (harris: H = [403 385; 385 381],
// det 5318, trace 784, R −19268.24, edge) or worked out by hand in the comments.

/** Hands over what it is given: for sets, lists and points that few kinds ask for. */
const collections = defineKind({
  name: "collections",
  topic: "test",
  title: "Collections as they are",
  given: z.strictObject({
    found: z.array(z.string()),
    ordered: z.array(z.string()),
    points: z.array(z.strictObject({ x: z.number(), y: z.number(), kind: z.string() })),
    scoring: z.literal(["all-or-nothing", "per-option", "net-correct"]).optional(),
  }),
  answers: ({ scoring }) => ({
    found: answer.set("found", ["A", "B", "C", "D"], scoring ? { scoring } : {}),
    ordered: answer.list("ordered"),
    points: answer.points<{ x: number; y: number; kind: string }>("points", {
      key: ["x", "y"],
      sort: ["y", "x"],
    }),
  }),
  question: () => text`Which?`,
  solve: ({ found, ordered, points }, work) => {
    work.answer("found", found)
    work.answer("ordered", ordered)
    work.answer("points", points)
  },
})

/** The values above a threshold, by name; which names these are is asked as well. */
const above = defineKind({
  name: "above",
  topic: "test",
  title: "What lies above",
  given: z.strictObject({ values: z.record(z.string(), z.number()), threshold: z.number() }),
  answers: {
    threshold: answer.number("threshold"),
    above: answer.record("above", { open: true }),
    said: answer.labels("the same in words", ["up", "down"], { open: true, aside: true }),
  },
  question: () => text`Which?`,
  solve: ({ values, threshold }, work) => {
    const limit = work.answer("threshold", threshold)
    const found = Object.entries(values).filter(([, x]) => x > limit)
    work.answer("above", Object.fromEntries(found))
    work.answer("said", Object.fromEntries(found.map(([name]) => [name, "up"])))
  },
})

/** An old value plus a step: 1 − 0.01 = 0.99, 20 + 0.3 = 20.3. */
const update = defineKind({
  name: "update",
  topic: "test",
  title: "One step",
  given: z.strictObject({ old: z.array(z.number()), step: z.array(z.number()) }),
  answers: { updated: answer.vector("updated") },
  question: () => text`And then?`,
  solve: ({ old, step }, work) => {
    const updated = old.map((x, i) => x + (step[i] ?? 0))
    work.answer("updated", updated, {}, { from: old })
  },
})

const registry = {
  ...kinds,
  above: async () => ({ default: above }),
  collections: async () => ({ default: collections }),
  update: async () => ({ default: update }),
}

async function grade(problem: string, sheet: string): Promise<ProblemMark> {
  const { problems, diagnostics } = await loadProblems(new Source("p.yaml", problem), registry)
  const [only] = problems
  if (!only || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
  return graded(prepare(only), `answers: ${sheet}`)
}

/** "correct 1/2 from det", by answer; those left out are missing and earn nothing. */
function told({ answers }: ProblemMark): Record<string, string> {
  return Object.fromEntries(
    answers.flatMap(({ name, verdict, points, sources, review }) => {
      if (verdict === "missing" && points.equals(0)) return []
      const from = sources.length > 0 ? ` from ${sources.join(", ")}` : ""
      return [[name, `${verdict} ${points.toFraction()}${from}${review ? ", review" : ""}`]]
    }),
  )
}

const harris = (more = "") => `
kind: harris
given: { Ix: [[4, 7, 6], [8, 8, 7], [8, 6, 5]], Iy: [[4, 8, 8], [8, 6, 7], [6, 6, 4]] }
${more}`

// h1 = 1, h2 = 2 + 0.5·1 = 2.5, h3 = 0 + 0.5·2.5 = 1.25; pre is the same, nothing is below 0.
const rnn = (more = "") => `
kind: rnn
given: { inputs: [[1], [2], [0]], W_xh: [[1]], W_hh: [[0.5]], activation: relu }
${more}`

// 0.29·50 = 14.5 → 15 are selected, of those 0.7·15 = 10.5 → 11 masked: a share of 0.29·0.7 = 0.203.
const masking = (more = "") => `
kind: masked-tokens
given: { tokens: 50, select: 0.29, mask: 0.7, random: 0.15 }
${more}`

/** what it shows, problem, sheet, what is told */
type Row = [string, string, string, Record<string, string>]

const rows: Row[] = [
  // With H₂₂ = 371: det = 403·371 − 385² = 1288, trace = 774, R = 1288 − 0.04·774² = −22675.04.
  [
    "a mistake costs once",
    harris("ask: [H, det, trace, R, verdict]"),
    "{ H: [[403, 385], [385, 371]], det: 1288, trace: 774, R: -22675.04, verdict: edge }",
    {
      H: "partial 2/3",
      det: "carried 1 from H",
      trace: "carried 1 from H",
      R: "carried 1 from det, trace",
      verdict: "correct 1",
    },
  ],
  [
    "what is only written down wrong is not followed",
    harris("ask: [H, det, trace, R]"),
    "{ H: [[403, 385], [385, 381]], det: 8315, trace: 784, R: -19268.24 }",
    { H: "correct 1", det: "wrong 0", trace: "correct 1", R: "correct 1, review" },
  ],
  [
    "carried credit may be less",
    harris("carried: 0.5\nask: { H: {}, det: {}, trace: { carried: 0.25 } }"),
    "{ H: [[403, 385], [385, 371]], det: 1288, trace: 774 }",
    { H: "partial 2/3", det: "carried 1/2 from H", trace: "carried 1/4 from H" },
  ],
  [
    "an answer may be all or nothing",
    harris("entries: all-or-nothing\nask: [H, det]"),
    "{ H: [[403, 385], [385, 371]], det: 1288 }",
    { H: "partial 0", det: "carried 1 from H" },
  ],
  [
    "a mistake that cost nothing is not followed",
    harris("ask: [det, trace]"),
    "{ H: [[403, 385], [385, 371]], det: 1288, trace: 784 }",
    { H: "partial 0", det: "wrong 0", trace: "correct 1" },
  ],
  [
    "nor is one in an answer worth no points",
    harris("points: 4\nask: { H: { points: 0 }, det: { points: 3 }, trace: {} }"),
    "{ H: [[403, 385], [385, 371]], det: 1288, trace: 774 }",
    { H: "partial 0", det: "wrong 0", trace: "wrong 0" },
  ],
  // 301768 = 403·381 + 385² is the kind's slip; R = 301768 − 24586.24.
  [
    "a slip that cost nothing is not followed",
    harris("ask: [R]"),
    "{ det: 301768, R: 277181.76 }",
    { det: "wrong 0", R: "wrong 0" },
  ],
  [
    "two sides of a diagonal that differ are both wrong",
    harris("ask: [H, det]"),
    "{ H: [[403, 385], [999, 381]], det: 5318 }",
    { H: "partial 2/3", det: "correct 1" },
  ],
  [
    "one side of a diagonal is enough",
    harris("ask: [H, det]"),
    "{ H: [[403, 385], [_, 381]], det: 5318 }",
    { H: "correct 1", det: "correct 1" },
  ],
  [
    "one value all over is no work",
    harris("ask: [H, Ixy]"),
    "{ H: [[385, 385], [385, 385]] }",
    { H: "wrong 0" },
  ],
  [
    "zero leaves nothing to work out",
    harris("ask: [det, trace, R]"),
    "{ det: 5318, trace: 0, R: 5318 }",
    { det: "correct 1", trace: "wrong 0", R: "carried 1 from trace" },
  ],
  [
    "a tolerance of the author's own holds for whole numbers too",
    harris("tolerance: { abs: 2 }\nask: [det, trace]"),
    "{ det: 5320, trace: 787 }",
    { det: "correct 1", trace: "wrong 0" },
  ],
  [
    "a count among shares is compared exactly, its zero no coarse rounding",
    masking("ask: [masked]"),
    "{ masked: { count: 10, share: 0.2 } }",
    { masked: "partial 1/2" },
  ],
  [
    "decimals may be asked",
    harris("precision: { decimals: 1 }\nask: [R]"),
    "{ R: -19268 }",
    { R: "imprecise 1/2" },
  ],
  [
    "figures may be asked, and coarse rounding made dear",
    harris("precision: { figures: 3 }\nimprecise: 0.1\nask: [R]"),
    "{ R: -19000 }",
    { R: "imprecise 1/10" },
  ],

  // Steps that need one another.
  [
    "an early mistake in a recurrence costs one entry",
    rnn(),
    "{ pre: [[3], [3.5], [1.75]], h: [[3], [3.5], [1.75]] }",
    { pre: "partial 2/3 from h", h: "carried 1 from pre" },
  ],
  [
    "what follows through a blank is carried",
    rnn(),
    "{ pre: [[3], _, [1.75]], h: [_, _, [1.75]] }",
    { pre: "partial 1/3 from pre", h: "partial 1/3 from pre" },
  ],
  [
    "a slip that is paid for is followed",
    rnn(),
    // The previous state is left out, twice: 2 instead of 2.5, and 0 instead of 1.
    "{ pre: [[1], [2.00], [0]], h: [[1], [2.00], [0]] }",
    { pre: "partial 2/3 from pre", h: "carried 1 from pre" },
  ],

  // Blanks that a right answer implies.
  ["a blank earns nothing", harris("ask: [det, trace, R]"), "{ R: -19268.24 }", { R: "correct 1" }],
  [
    "unless a right answer implies it",
    harris("implied: true\nask: [det, trace, R, verdict]"),
    "{ R: -19268.24 }",
    { det: "missing 1", trace: "missing 1", R: "correct 1" },
  ],
  [
    "a right label implies nothing that would not change it",
    harris("implied: true\nask: [det, trace, R, verdict]"),
    "{ verdict: edge }",
    { verdict: "correct 1" },
  ],
  [
    "a wrong answer implies nothing, and what is unreadable is no blank",
    harris("implied: true\nask: [det, trace, R]"),
    "{ trace: 7 84, R: 3 }",
    { trace: "unreadable 0", R: "wrong 0" },
  ],
  [
    "entry by entry",
    rnn("implied: true"),
    "{ pre: [[1], [2.5], [1.25]], h: [_, [2.5], [9]] }",
    { pre: "correct 1", h: "partial 2/3" },
  ],

  ...(
    [
      ["[0.99, 20.3]", "correct 1"],
      ["[0.990, 20.30]", "correct 1"],
      ["[1, 20]", "wrong 0"],
      ["[1.00, 20.30]", "partial 1/2"],
      ["[0.99, 20]", "partial 1/2"],
    ] as const
  ).map(
    ([written, verdict]): Row => [
      `${written} for [1, 20] and a step of [-0.01, 0.3]`,
      "{ kind: update, given: { old: [1, 20], step: [-0.01, 0.3] } }",
      `{ updated: ${written} }`,
      { updated: verdict },
    ],
  ),
  [
    "four digits are enough after a step that is smaller",
    "{ kind: update, given: { old: [1.23456], step: [0.00012] } }",
    "{ updated: [1.235] }",
    { updated: "correct 1" },
  ],

  // Collections: R right, W wrong, K in the key.
  ...(
    [
      ["", "[A, B]", "correct 1"],
      ["", "[b, a]", "correct 1"],
      ["", "A", "partial 1/2"],
      ["", "[A, A]", "partial 1/2"],
      ["", "[A, C]", "partial 1/3"],
      ["", "[A, B, C, D]", "partial 1/2"],
      ["", "[C]", "wrong 0"],
      ["", "[]", "wrong 0"],
      ["", "[A, X]", "unreadable 0"],
      ["scoring: net-correct", "[A]", "partial 1/2"],
      ["scoring: net-correct", "[A, C]", "wrong 0"],
      ["scoring: net-correct", "[A, B, C]", "partial 1/2"],
      ["scoring: net-correct", "[A, B, C, D]", "wrong 0"],
      ["scoring: per-option", "[A]", "partial 3/4"],
      ["scoring: per-option", "[A, B, C]", "partial 3/4"],
      ["scoring: per-option", "[C, D]", "wrong 0"],
      ["scoring: all-or-nothing", "[A, B]", "correct 1"],
      ["scoring: all-or-nothing", "[A]", "wrong 0"],
    ] as const
  ).map(
    ([scoring, written, verdict]): Row => [
      `${written} of a key [A, B] ${scoring}`,
      `{ kind: collections, given: { found: [A, B], ordered: [], points: [], ${scoring} }, ask: [found] }`,
      `{ found: ${written} }`,
      { found: verdict },
    ],
  ),
  [
    "nothing ticked per option is nothing answered",
    "{ kind: collections, given: { found: [A], ordered: [], points: [], scoring: per-option }, ask: [found] }",
    "{ found: [] }",
    {},
  ],
  [
    "with nothing in the key only an explicit nothing is right",
    "{ kind: collections, given: { found: [], ordered: [], points: [], scoring: net-correct }, ask: [found] }",
    "{ found: [] }",
    { found: "correct 1" },
  ],
  [
    "a list counts what stands in order",
    "{ kind: collections, given: { found: [], ordered: [a, b, c, d], points: [] }, ask: [ordered] }",
    "{ ordered: [a, c, b, d] }",
    { ordered: "partial 3/4" },
  ],

  // Names that are asked: R right of K, W that are not there. Above 1.5 lie b = 2 and c = 3.
  ...(
    [
      ["threshold: 1.5, above: { c: 3, b: 2 }", "correct 1"],
      ["threshold: 1.5, above: { b: 2 }", "partial 1/2"],
      ["threshold: 1.5, above: { b: 2, c: 3, a: 1 }", "partial 2/3"],
      ["threshold: 1.5, above: { b: 2, c: 7, a: 1 }", "partial 1/3"],
      ["threshold: 1.5, above: { a: 1 }", "wrong 0"],
      ["threshold: 1.5, above: { b: 2, c: 3, a: x }", "partial 2/3"],
      ["threshold: 1.5, above: [2, 3]", "wrong 0"],
      ["threshold: 1.5, above: {}", undefined],
      ["threshold: 2.5, above: { c: 3 }", "carried 1 from threshold"],
      ["threshold: 0.5, above: { a: 1, b: 2, c: 3 }", "carried 1 from threshold"],
      ["threshold: 5, above: {}", "wrong 0"],
    ] as const
  ).map(
    ([written, verdict]): Row => [
      `names that are asked: ${written}`,
      "{ kind: above, given: { values: { a: 1, b: 2, c: 3 }, threshold: 1.5 } }",
      `{ ${written} }`,
      {
        threshold: written.startsWith("threshold: 1.5") ? "correct 1" : "wrong 0",
        ...(verdict && { above: verdict }),
      },
    ],
  ),

  [
    "to name nothing may follow, but leaves nothing to work out",
    "{ kind: above, given: { values: { a: 1, b: 2, c: 3 }, threshold: 1.5 } }",
    "{ threshold: 5, said: {} }",
    { threshold: "wrong 0", said: "wrong 0" },
  ],
  [
    "a label that is not there counts like a wrong one",
    "{ kind: above, given: { values: { a: 1, b: 2, c: 3 }, threshold: 1.5 } }",
    "{ said: { a: up, b: up, c: up } }",
    { said: "partial 2/3" },
  ],

  // Orders of n: (LCS − h)/(n − h), h = ⌈n/2⌉; a key of 5 with h = 3.
  ...(
    [
      ["[a, b, c, d, e]", "correct 1"],
      ["[b, a, c, d, e]", "partial 1/2"],
      ["[b, c, d, e]", "partial 1/2"],
      ["[e, a, b, c, d]", "partial 1/2"],
      ["[b, a, c, e, d]", "wrong 0"],
      ["[e, d, c, b, a]", "wrong 0"],
      ["[a, b, c, d, d]", "unreadable 0"],
      ["[a, b, c, d, f]", "unreadable 0"],
      ["[a, b, c]", "wrong 0"],
    ] as const
  ).map(
    ([written, verdict]): Row => [
      `${written} to be put in order`,
      "{ kind: ordering, given: { items: { b: x, a: x, c: x, d: x, e: x }, order: [a, b, c, d, e] } }",
      `{ order: ${written} }`,
      { order: verdict },
    ],
  ),

  // True or false, three statements: with net-correct a wrong verdict takes away a right one.
  ...(
    [
      ["per-option", "{ a: true, b: no, c: F }", "correct 1"],
      ["per-option", "{ a: Y, b: wrong, c: false }", "correct 1"],
      ["per-option", "{ a: true, b: true, c: false }", "partial 2/3"],
      ["per-option", "{ a: true, b: maybe, c: false }", "partial 2/3"],
      ["net-correct", "{ a: true, b: true, c: false }", "partial 1/3"],
      ["net-correct", "{ a: true, b: _, c: false }", "partial 2/3"],
      ["net-correct", "{ a: true, b: true, c: true }", "partial 0"],
      ["all-or-nothing", "{ a: true, b: true, c: false }", "partial 0"],
      ["all-or-nothing", "{ a: true, b: false, c: false }", "correct 1"],
    ] as const
  ).map(
    ([scoring, written, verdict]): Row => [
      `${written} of true, false, false, ${scoring}`,
      `{ kind: true-false, given: { scoring: ${scoring}, statements: { a: { text: x, correct: true }, b: { text: x, correct: false }, c: { text: x, correct: false } } } }`,
      `{ verdicts: ${written} }`,
      { verdicts: verdict },
    ],
  ),

  // Matching, two items to three: a guess is right once in three times, so a wrong pair costs half.
  ...(
    [
      ["per-option", "{ one: A, two: b }", "correct 1"],
      ["per-option", "{ one: A, two: A }", "partial 1/2"],
      ["net-correct", "{ one: A, two: A }", "partial 1/4"],
      ["net-correct", "{ one: A, two: _ }", "partial 1/2"],
      ["net-correct", "{ one: C, two: A }", "wrong 0"],
      ["per-option", "{ one: A, two: D }", "partial 1/2"],
      ["per-option", "{ one: A, three: B }", "wrong 0"],
    ] as const
  ).map(
    ([scoring, written, verdict]): Row => [
      `${written} of pairs 1 A, 2 B, ${scoring}`,
      `{ kind: matching, given: { scoring: ${scoring}, left: { one: x, two: x }, right: { A: x, B: x, C: x }, pairs: { one: A, two: B } } }`,
      `{ pairs: ${written} }`,
      { pairs: verdict },
    ],
  ),

  // A table: x is A; y is A and B; z is none of the three. Each row is scored by itself.
  ...(
    [
      ["net-correct", "{ x: [A], y: [B, A], z: [] }", "correct 1"],
      ["net-correct", "{ x: a, y: [A, B], z: [] }", "correct 1"],
      ["net-correct", "{ x: [A, C], y: [A], z: [] }", "partial 2/3"],
      ["net-correct", "{ x: [A, B, C], y: [A, B, C], z: [A, B, C] }", "wrong 0"],
      ["net-correct", "{ x: [A], y: [A, B] }", "partial 2/3"],
      ["all-or-nothing", "{ x: [A], y: [A], z: [] }", "partial 2/3"],
      ["per-option", "{ x: [A, C], y: [A], z: [] }", "partial 7/9"],
      ["per-option", "{ x: [A, X], y: [A, B], z: [] }", "partial 2/3"],
    ] as const
  ).map(
    ([scoring, written, verdict]): Row => [
      `${written} in a table, ${scoring}`,
      `{ kind: classify, given: { scoring: ${scoring}, items: { x: x, y: y, z: z }, categories: [A, B, C], key: { x: A, y: [A, B], z: [] } } }`,
      `{ table: ${written} }`,
      { table: verdict },
    ],
  ),

  // Words; how they are compared is in wording.test.ts.
  ...(
    [
      ["RPN", "correct 1"],
      ["the Region-Proposal Networks", "correct 1"],
      ["selective search", "wrong 0"],
      ["selective search, region proposal network, sliding windows", "wrong 0"],
      ["[selective search, RPN]", "wrong 0"],
      ["[RPN]", "correct 1"],
      ["{ a: RPN }", "wrong 0"],
      ['"?"', undefined],
    ] as const
  ).map(
    ([written, verdict]): Row => [
      `${written} in words`,
      "{ kind: short-answer, given: { question: Which?, accept: [region proposal network, RPN] } }",
      `{ text: ${written} }`,
      verdict ? { text: verdict } : {},
    ],
  ),
  [
    "blank by blank, in their own places",
    "{ kind: short-answer, given: { question: Which?, blanks: { a: { accept: [encoder] }, b: { accept: [decoder] } } } }",
    "{ blanks: { a: encoders, b: encoder } }",
    { blanks: "partial 1/2" },
  ],

  // (1, 2) right, (3, 4) with the wrong kind: 2/3 of its fields; (5, 6) is not there.
  [
    "points are matched by their place, and their fields count",
    `
kind: collections
given:
  found: []
  ordered: []
  points: [{ x: 1, y: 2, kind: max }, { x: 3, y: 4, kind: min }]
ask: [points]`,
    "{ points: [{ x: 3, y: 4, kind: max }, { x: 5, y: 6, kind: min }, { x: 1, y: 2, kind: max }] }",
    { points: "partial 5/9" },
  ],
]

test.each(rows)("%s", async (_, problem, sheet, expected) => {
  expect(told(await grade(problem, sheet))).toEqual(expected)
})

test("the first mistake is the first in the order of the work", async () => {
  const sheet = "{ R: 3, det: 9, H: [[403, 385], [385, 381]] }"
  const mark = await grade(harris("ask: [R, det, H]"), sheet)
  expect(mark.firstMistake).toEqual({ name: "det", index: [] })
})

test("points are shared exactly", async () => {
  const mark = await grade(
    harris("points: 10\nask: { H: { points: 1/3 }, det: {}, trace: {}, R: {} }"),
    "{ H: [[403, 385], [385, 381]], det: 5318, trace: 784, R: -19268.24 }",
  )
  expect(mark.points.toFraction()).toBe("10")
  expect(mark.answers.find(({ name }) => name === "det")?.points.toFraction()).toBe("29/9")
})

test("an infinite key needs the same infinity", async () => {
  const problem = "{ kind: kl, given: { P: [0.5, 0.5], Q: [1, 0] } }"
  // 0.5·ln 0.5 = −0.34657 and ∞; the other way round 1·ln 2 and 0.
  const sheet = "{ terms_PQ: [-0.34657, .inf], KL_PQ: inf, terms_QP: [0.69315, 0], KL_QP: 1e300 }"
  expect(told(await grade(problem, sheet))).toEqual({
    terms_PQ: "correct 1",
    KL_PQ: "correct 1",
    terms_QP: "correct 1",
    KL_QP: "wrong 0",
  })
})
