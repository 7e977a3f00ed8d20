import { describe, expect, test, vi } from "vitest"
import { eachEntry, type Index, keyOf, mapEntries } from "../src/core/entries.ts"
import { gradeProblem, type Marking, prepare } from "../src/core/grade.ts"
import { isCounted } from "../src/core/right.ts"
import { runSlip, slipNames } from "../src/core/solve.ts"
import type { AnswerValue } from "../src/core/types.ts"
import { kinds } from "./support/kinds.ts"
import { problemsOf, shippedProblems, valuesOf } from "./support/problems.ts"
import { answersOf, decimals, figures, inFull, type Pen } from "./support/sheets.ts"

import { explains, firstWrong, rounding, sameForm } from "./support/students.ts"

// Thousands of students, honest and not, on drawn problems. The honest ones do their own
// arithmetic here, apart from the solvers. Everything is seeded, so that a failure comes back.

vi.setConfig({ testTimeout: 60_000 })

type Answers = Record<string, AnswerValue>
type Matrix = number[][]

/** mulberry32: the same numbers from the same seed, between 0 and 1. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Problems of one template, with other givens each time. */
async function drawn<G extends object>(
  template: string,
  count: number,
  seed: number,
  draw: (next: () => number) => G,
): Promise<{ marking: Marking; given: G }[]> {
  const [problem] = await problemsOf(template)
  if (!problem) throw new Error("the template does not load")
  const next = random(seed)
  return Array.from({ length: count }, () => {
    const given = draw(next)
    return { marking: prepare({ ...problem, given: { ...problem.given, ...given } }), given }
  })
}

/** The share of what can be earned that a sheet earns. */
function share(marking: Marking, answers: Answers, pen: Pen): number {
  const { points, outOf } = gradeProblem(marking, answersOf(answers, pen))
  return points.div(outOf).valueOf()
}

/** The share of sheets with full marks. */
function fullMarks(shares: readonly number[]): number {
  return shares.filter(each => each === 1).length / shares.length
}

const mean = (shares: readonly number[]) => shares.reduce((a, b) => a + b, 0) / shares.length

/** With one decimal, in [−2, 2]. */
const oneDecimal = (next: () => number) => (Math.round(next() * 40) - 20) / 10
const matrix = (rows: number, columns: number, number: () => number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, number))

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => (b[0] ?? []).map((_, j) => row.reduce((sum, x, k) => sum + x * (b[k]?.[j] ?? 0), 0)))
const across = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map(row => row[j] ?? 0))
const each = (a: Matrix, change: (x: number) => number): Matrix => a.map(row => row.map(change))

const to3Decimals = (x: number) => Math.round(x * 1000) / 1000
const to3Figures = (x: number) => Number(x.toPrecision(3))

interface Habits {
  /** What is done to a written step before it is gone on with. */
  keep: (step: Matrix) => Matrix
  /** What is done to exponentials and their sums, which are not asked. */
  aside?: (x: number) => number
  root?: number
}

/** Attention as a student does it by hand: X·W, Q·Kᵀ, divided by √2, exponentials over their sum. */
function attend(
  { X, W_Q, W_K, W_V }: Record<"X" | "W_Q" | "W_K" | "W_V", Matrix>,
  { keep, aside = x => x, root = Math.SQRT2 }: Habits,
): Answers {
  const steps: Record<string, Matrix> = {}
  const say = (name: string, step: Matrix) => {
    steps[name] = step
    return keep(step)
  }
  const [Q, K, V] = [say("Q", times(X, W_Q)), say("K", times(X, W_K)), say("V", times(X, W_V))]
  const scores = say("scores", times(Q, across(K)))
  const scaled = say(
    "scaled",
    each(scores, x => x / root),
  )
  const exponentials = each(scaled, x => aside(Math.exp(x)))
  const sums = exponentials.map(row => aside(row.reduce((a, b) => a + b, 0)))
  const weights = say(
    "weights",
    exponentials.map((row, i) => row.map(x => x / (sums[i] ?? 1))),
  )
  say("output", times(weights, V))
  return steps
}

const attention = await drawn(
  "{ kind: attention, given: { X: [[1, 2], [0, 1], [3, 1]], W_Q: [[1, 0], [0, 1]], W_K: [[1, 0], [0, 1]], W_V: [[1, 0], [0, 1]] } }",
  2000,
  1,
  next => {
    const number = () => oneDecimal(next)
    const [X, W_Q] = [matrix(3, 2, number), matrix(2, 2, number)]
    return { X, W_Q, W_K: matrix(2, 2, number), W_V: matrix(2, 2, number) }
  },
)

describe("honest students get full marks on attention", () => {
  const next = random(2)
  const round3 = (step: Matrix) => each(step, to3Decimals)
  const students: [string, Habits, Pen][] = [
    ["every step to 3 decimals", { keep: round3 }, decimals(3)],
    ["exponentials and their sums too", { keep: round3, aside: to3Decimals }, decimals(3)],
    [
      "some steps kept unrounded",
      { keep: step => (next() < 0.5 ? step : round3(step)) },
      decimals(3),
    ],
    ["3 significant digits", { keep: step => each(step, to3Figures) }, figures(3)],
    ["√2 as 1.41", { keep: round3, root: 1.41 }, decimals(3)],
  ]
  test.each(students)("%s", (_, habits, pen) => {
    const shares = attention.map(({ marking, given }) => share(marking, attend(given, habits), pen))
    expect(fullMarks(shares)).toBeGreaterThanOrEqual(0.98)
  })
})

const harris = await drawn(
  "{ kind: harris, given: { Ix: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], Iy: [[1, 0, 1], [2, 1, 0], [3, 3, 3]] } }",
  2000,
  3,
  next => {
    const number = next() < 0.5 ? () => Math.floor(next() * 19) - 9 : () => oneDecimal(next)
    return { Ix: matrix(3, 3, number), Iy: matrix(3, 3, number) }
  },
)

/** The Harris response by hand, every step rounded. */
function corner({ Ix, Iy }: { Ix: Matrix; Iy: Matrix }, round: (x: number) => number): Answers {
  const product = (a: Matrix, b: Matrix) =>
    a.map((row, i) => row.map((x, j) => round(x * (b[i]?.[j] ?? 0))))
  const [Ixx, Iyy, Ixy] = [product(Ix, Ix), product(Iy, Iy), product(Ix, Iy)]
  const [a, d, b] = [Ixx, Iyy, Ixy].map(grid => round(grid.flat().reduce((x, y) => x + y, 0)))
  if (a === undefined || d === undefined || b === undefined) throw new Error("three sums")
  const root = Math.sqrt((a - d) ** 2 + 4 * b ** 2)
  const [det, trace] = [round(a * d - b * b), round(a + d)]
  const R = round(det - 0.04 * trace ** 2)
  const eigenvalues = [round((a + d + root) / 2), round((a + d - root) / 2)]
  const verdict = R > 0 ? "corner" : R < 0 ? "edge" : "flat"
  return {
    Ixx,
    Iyy,
    Ixy,
    H: [
      [a, b],
      [b, d],
    ],
    eigenvalues,
    det,
    trace,
    R,
    verdict,
  }
}

const kl = await drawn(
  "{ kind: kl, given: { P: [0.5, 0.25, 0.25], Q: [0.2, 0.3, 0.5] } }",
  2000,
  4,
  next => {
    const distribution = () => {
      const [a, b] = [5 + Math.floor(next() * 55), 5 + Math.floor(next() * 30)]
      return [a, b, 100 - a - b].map(x => x / 100)
    }
    return { P: distribution(), Q: distribution() }
  },
)

/** Both divergences by hand, every step rounded. */
function divergences({ P, Q }: Record<"P" | "Q", number[]>, round: (x: number) => number): Answers {
  const terms = (a: number[], b: number[]) => a.map((x, i) => round(x * Math.log(x / (b[i] ?? 1))))
  const [terms_PQ, terms_QP] = [terms(P, Q), terms(Q, P)]
  const sum = (list: number[]) => round(list.reduce((x, y) => x + y, 0))
  return { terms_PQ, KL_PQ: sum(terms_PQ), terms_QP, KL_QP: sum(terms_QP) }
}

const rnn = await drawn(
  "{ kind: rnn, given: { inputs: [[1, 2], [0, 1], [1, 1]], W_xh: [[1, 0], [0, 1]], W_hh: [[1, 0], [0, 1]], b_h: [0, 1] } }",
  2000,
  5,
  next => {
    const number = () => oneDecimal(next)
    const [inputs, W_xh, W_hh] = [matrix(3, 2, number), matrix(2, 2, number), matrix(2, 2, number)]
    return { inputs, W_xh, W_hh, b_h: [number(), number()] }
  },
)

/** The states by hand, every step rounded. */
function recur(
  given: { inputs: Matrix; W_xh: Matrix; W_hh: Matrix; b_h: number[] },
  round: (x: number) => number,
): Answers {
  const [pre, states]: [Matrix, Matrix] = [[], []]
  let h = [0, 0]
  for (const x of given.inputs) {
    const dot = (row: number[], v: number[]) => row.reduce((sum, w, i) => sum + w * (v[i] ?? 0), 0)
    const a = given.b_h.map((b, i) =>
      round(dot(given.W_xh[i] ?? [], x) + dot(given.W_hh[i] ?? [], h) + b),
    )
    h = a.map(value => round(Math.tanh(value)))
    pre.push(a)
    states.push(h)
  }
  return { pre, h: states }
}

describe("honest students with 3 significant digits get full marks", () => {
  test("on harris", () => {
    const shares = harris.map(({ marking, given }) =>
      share(marking, corner(given, to3Figures), figures(3)),
    )
    expect(fullMarks(shares)).toBeGreaterThanOrEqual(0.98)
  })
  test("on kl", () => {
    const shares = kl.map(({ marking, given }) =>
      share(marking, divergences(given, to3Figures), figures(3)),
    )
    expect(fullMarks(shares)).toBeGreaterThanOrEqual(0.98)
  })
  test("on rnn", () => {
    const shares = rnn.map(({ marking, given }) =>
      share(marking, recur(given, to3Figures), figures(3)),
    )
    expect(fullMarks(shares)).toBeGreaterThanOrEqual(0.98)
  })
})

/** The key with every number replaced; labels stay as they are. */
function filled(marking: Marking, fill: (x: number) => number): Answers {
  const change = (value: unknown): unknown => {
    if (typeof value === "number") return fill(value)
    return Array.isArray(value) ? value.map(change) : value
  }
  const entries = Object.entries(valuesOf(marking.key))
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value) as AnswerValue]))
}

describe("nonsense earns next to nothing", () => {
  const nonsense: [string, (x: number) => number][] = [
    ["zeros", () => 0],
    ["ones", () => 1],
    ["the key rounded to whole numbers", Math.round],
  ]
  test.each(nonsense)("%s", (_, fill) => {
    for (const students of [attention, kl]) {
      const shares = students
        .slice(0, 500)
        .map(({ marking }) => share(marking, filled(marking, fill), inFull))
      expect(mean(shares)).toBeLessThan(0.1)
    }
  })

  test("whole numbers from step to step", () => {
    const whole = (step: Matrix) => each(step, Math.round)
    const onAttention = attention
      .slice(0, 500)
      .map(({ marking, given }) =>
        share(marking, attend(given, { keep: whole, aside: Math.round }), decimals(0)),
      )
    const onKl = kl.map(({ marking, given }) =>
      share(marking, divergences(given, Math.round), decimals(0)),
    )
    expect(mean(onAttention)).toBeLessThan(0.1)
    expect(mean(onKl)).toBeLessThan(0.1)
  })

  test("on harris carrying earns it no more than not carrying", () => {
    const next = random(6)
    const fills = [() => 0, () => 1, () => 7, () => Math.floor(next() * 3) - 1]
    for (const { marking } of harris.slice(0, 30)) {
      for (const fill of fills) {
        for (const verdict of ["corner", "edge", "flat"]) {
          const answers = { ...filled(marking, fill), verdict }
          const [carried, not] = [marking, uncarried(marking)].map(on => share(on, answers, inFull))
          expect(carried, JSON.stringify([answers, marking.problem.given])).toBe(not)
        }
      }
    }
  })

  test("on harris wild numbers gain next to nothing from carrying", () => {
    const next = random(7)
    const gains = harris.slice(0, 200).map(({ marking }) => {
      const answers = { ...filled(marking, () => Math.floor(next() * 200) - 100), verdict: "_" }
      return share(marking, answers, inFull) - share(uncarried(marking), answers, inFull)
    })
    expect(mean(gains)).toBeLessThan(0.005)
  })
})

function uncarried(marking: Marking): Marking {
  return { ...marking, problem: { ...marking.problem, settings: { carried: 0 } } }
}

const shipped = (await shippedProblems()).map(prepare)
const realValued = ["number", "vector", "grid", "stack"]

/** A number of the size of `scale` with four significant digits that is not near `x`. */
function wrongNumber(x: number, scale: number, next: () => number): number {
  for (;;) {
    const other = Number(((next() * 4 - 2) * scale).toPrecision(4))
    if (Math.abs(other - x) > 0.12 * scale) return other
  }
}

/** With four significant digits where that says all. */
const fourFigures: Pen = (x, name) =>
  Number(x.toPrecision(4)) === x ? x.toPrecision(4) : inFull(x, name)

/** A key with one random wrong number in each real-valued answer. */
function withWrongNumbers(
  marking: Marking,
  next: () => number,
): { answers: Answers; wrong: number } {
  const answers = { ...valuesOf(marking.key) }
  let wrong = 0
  for (const { name, answer, value } of marking.key.answers.values()) {
    if (!realValued.includes(answer.type) || isCounted(answer)) continue
    const places: Index[] = []
    let [scale, real] = [0, false]
    eachEntry(answer, value, (leaf, index) => {
      if (typeof leaf !== "number" || !Number.isFinite(leaf)) return
      if (!Number.isInteger(leaf)) real = true
      places.push(index)
      scale = Math.max(scale, Math.abs(leaf))
    })
    const at = places[Math.floor(next() * places.length)]
    if (!at || !real) continue
    wrong += 1
    answers[name] = mapEntries(answer, value, (leaf, index) =>
      keyOf(index) === keyOf(at) ? wrongNumber(Number(leaf), scale, next) : undefined,
    )
  }
  return { answers, wrong }
}

const drawnByKind: [string, Marking[]][] = [attention, harris, kl, rnn].map(students => {
  const on = students.map(({ marking }) => marking)
  return [on[0]?.problem.kind.name ?? "", on]
})
/** The shipped problems of every other kind. */
const others: [string, Marking[]][] = Object.keys(kinds)
  .filter(name => drawnByKind.every(([drawn]) => drawn !== name))
  .map(name => [name, shipped.filter(({ problem }) => problem.kind.name === name)])

/** How many random wrong numbers get a reason. */
function accused(on: readonly Marking[], count: number): { tried: number; named: number } {
  const next = random(8)
  let [tried, named] = [0, 0]
  for (const marking of Array.from({ length: count }, (_, i) => on[i % on.length])) {
    if (!marking || tried >= count) break
    const { answers, wrong } = withWrongNumbers(marking, next)
    if (wrong === 0) continue
    const mark = gradeProblem(marking, answersOf(answers, fourFigures))
    tried += wrong
    for (const { entries } of mark.answers)
      named += entries.filter(({ verdict, reason }) => verdict === "wrong" && reason).length
  }
  return { tried, named }
}

test.each(drawnByKind)("on %s a random wrong number gets no reason", (_, on) => {
  const { tried, named } = accused(on, 5000)
  expect(tried).toBeGreaterThanOrEqual(5000)
  expect(named / tried).toBeLessThan(0.002)
})

test("on the other kinds a random wrong number gets no reason", () => {
  const all = others.map(([, on]) => accused(on, 1000))
  const total = (count: "tried" | "named") => all.reduce((sum, each) => sum + each[count], 0)
  expect(total("named")).toBeLessThanOrEqual(0.002 * total("tried"))
})

test.each([...drawnByKind, ...others])(
  "on %s a slip is named where it can be told apart",
  (_, on) => {
    let [alone, named] = [0, 0]
    const misnamed: string[] = []
    for (const marking of on.slice(0, 50)) {
      const { problem, key } = marking
      const { pin, pen } = rounding(key, 4)
      const slips = slipNames(problem, key)
      for (const slip of slips) {
        const slipped = runSlip(problem, slip, pin)
        if (!slipped || !sameForm(slipped, key)) continue
        const mark = gradeProblem(marking, answersOf(valuesOf(slipped), pen))
        const first = firstWrong(mark, key)
        if (!first) continue
        const alike = slips.filter(other => explains(problem, other, first, slipped, pen))
        const said = first.reason?.slip
        if (alike.length === 1) {
          alone += 1
          named += said === slip ? 1 : 0
        }
        if (said !== undefined && (said !== slip || alike.length > 1)) misnamed.push(said)
      }
    }
    expect(misnamed).toEqual([])
    expect(named).toBeGreaterThanOrEqual(0.95 * alone)
  },
)
