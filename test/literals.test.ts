import { expect, test } from "vitest"
import * as z from "zod"
import { text } from "../src/core/blocks.ts"
import * as answer from "../src/core/kind.ts"
import { defineKind } from "../src/core/kind.ts"
import { loadProblems } from "../src/core/problem.ts"
import { Source } from "../src/core/source.ts"
import { kinds } from "../src/kinds/index.ts"
import { graded } from "./support/sheets.ts"

// What a number may look like on a sheet, and what it earns. The right values are worked out by
// hand, in the comments, or printed in the corpus (harris); the verdicts follow from the rules.

/** Hands over what it is given: for units, angles and counts that no small problem asks for. */
const plain = defineKind({
  name: "plain",
  topic: "test",
  title: "Numbers as they are",
  given: z.strictObject({ width: z.number(), angle: z.number(), count: z.number() }),
  answers: {
    width: answer.number("width", { unit: "px" }),
    angle: answer.number("angle", { unit: "°", period: 360 }),
    count: answer.integer("count"),
  },
  question: () => text`How much?`,
  solve: ({ width, angle, count }, work) => {
    work.answer("width", width)
    work.answer("angle", angle)
    work.answer("count", count)
  },
})

const problems = {
  // The sheet's printed key: H = [403 385; 385 381], det 5318, trace 784, R −19268.24.
  harris: `
kind: harris
given: { Ix: [[4, 7, 6], [8, 8, 7], [8, 6, 5]], Iy: [[4, 8, 8], [8, 6, 7], [6, 6, 4]] }`,
  // Ixx = [1 4 9; 16 25 36], H = [91 0; 0 0], det 0, trace 91.
  flat: `
kind: harris
given: { Ix: [[1, 2, 3], [4, 5, 6]], Iy: [[0, 0, 0], [0, 0, 0]] }`,
  // trace = 32² = 1024, det = 0.
  power: `
kind: harris
given: { Ix: [[32]], Iy: [[0]] }`,
  // joint 0.15 and 0.35, evidence 0.5, posterior 0.3 and 0.7.
  half: `
kind: bayes
given: { classes: [a, b], priors: [0.5, 0.5], likelihoods: [0.3, 0.7] }`,
  // evidence = 0.2996
  near: `
kind: bayes
given: { classes: [a, b], priors: [0.5, 0.5], likelihoods: [0.2996, 0.2996] }`,
  // evidence = 1, posterior = 3/13 = 0.230769… and 10/13 = 0.769230…
  thirteen: `
kind: bayes
given: { classes: [a, b], priors: ["3/13", "10/13"], likelihoods: [1, 1] }`,
  // evidence = 0.125, no tolerance
  tie: `
kind: bayes
given: { classes: [a, b], priors: [0.5, 0.5], likelihoods: [0.125, 0.125] }
tolerance: { rel: 0 }`,
  // evidence = 0.2996, three decimals asked
  asked: `
kind: bayes
given: { classes: [a, b], priors: [0.5, 0.5], likelihoods: [0.2996, 0.2996] }
precision: { decimals: 3 }`,
  // KL(P‖Q) = ln 2 = 0.693147…, KL(Q‖P) is infinite
  log: `
kind: kl
given: { P: [1, 0], Q: [0.5, 0.5] }`,
  noExpressions: `
kind: kl
given: { P: [1, 0], Q: [0.5, 0.5] }
expressions: false`,
  // pre = −3.5
  negative: `
kind: rnn
given: { inputs: [[-3.5]], W_xh: [[1]], W_hh: [[0]] }`,
  // By counting: iou 1/2, 1/3 and 3/8 (printed), mean 29/72 = 0.40277…, accuracy 9/16 = 0.5625.
  masks: `
kind: segmentation-metrics
given:
  truth: [[2, 2, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [2, 1, 1, 2]]
  prediction: [[1, 2, 0, 1], [0, 2, 1, 0], [1, 1, 1, 2], [2, 2, 2, 2]]`,
  plain: `
kind: plain
given: { width: 12.5, angle: 350, count: 403 }`,
}

/** problem, answer, what stands on the sheet, verdict, and the reason's code or a part of its words */
type Row = [keyof typeof problems, string, string, string, string?]

const rows: Row[] = [
  // One value, written in many ways.
  ["half", "evidence", "0.500", "correct"],
  ["half", "evidence", ".5", "correct"],
  ["half", "evidence", "5e-1", "correct"],
  ["half", "evidence", "+0.5", "correct"],
  ["half", "evidence", "1/2", "correct"],
  ["half", "evidence", "50%", "correct"],
  ["half", "evidence", "50 %", "correct"],
  ["half", "evidence", "½", "correct"],
  ["half", "evidence", '"0.5"', "correct"],
  ["half", "evidence", "!!str 0.5", "correct"],
  ["half", "evidence", "0.5000001", "correct"],
  ["half", "evidence", "0.5 # from 0.15 + 0.35", "correct"],
  ["half", "evidence", "0.5\u00A0", "correct"],
  ["half", "evidence", "0.15 + 0.35", "correct"],
  ["half", "evidence", "2^-1", "correct"],
  ["half", "evidence", "0.49", "wrong"],
  ["half", "evidence", "0.51", "wrong"],
  // To the coarsest place and beyond.
  ["near", "evidence", "0.3", "correct"],
  ["near", "evidence", "0.30", "correct"],
  ["near", "evidence", "0.299", "correct"],
  ["near", "evidence", "0.29", "imprecise", "imprecise"],
  ["near", "evidence", "0.2", "wrong"],
  ["near", "evidence", "2.996", "wrong", "power-of-ten"],
  ["near", "evidence", "0.02996", "wrong", "power-of-ten"],
  ["near", "evidence", "-0.2996", "wrong", "sign"],
  ["asked", "evidence", "0.300", "correct"],
  ["asked", "evidence", "0.30", "correct"],
  ["asked", "evidence", "0.29", "imprecise"],
  ["tie", "evidence", "0.12", "correct"],
  ["tie", "evidence", "0.13", "correct"],
  ["tie", "evidence", "0.125", "correct"],
  ["tie", "evidence", "0.124", "wrong"],
  ["tie", "evidence", "0.14", "wrong"],
  // Whole numbers and signs.
  ["harris", "det", "5318", "correct"],
  ["harris", "det", "5_318", "correct"],
  ["harris", "det", "5318.", "correct"],
  ["harris", "det", "5318.0", "correct"],
  ["harris", "det", "5.318e3", "correct"],
  ["harris", "det", "10636/2", "correct"],
  ["harris", "det", "403*381 - 385^2", "correct"],
  ["harris", "det", "5320", "correct"],
  ["harris", "det", "5300", "correct"],
  ["harris", "det", "5000", "imprecise"],
  ["harris", "det", "5319", "wrong"],
  ["harris", "det", "5319/1", "wrong"],
  ["harris", "det", "5318.5", "correct"],
  ["harris", "det", "5.318", "wrong", "power-of-ten"],
  ["harris", "det", "5,318", "unreadable", "write 5318 or 5.318"],
  ["harris", "det", "5 318", "unreadable"],
  ["harris", "H", "[[404, 385], [385, 381]]", "partial"],
  ["harris", "R", "-19268.24", "correct"],
  ["harris", "R", "−19268.24", "correct"],
  ["harris", "R", "-19268.2", "correct"],
  ["harris", "R", "-19300", "correct"],
  ["harris", "R", "-20000", "imprecise"],
  ["harris", "R", "19268.24", "wrong", "sign"],
  ["harris", "R", "-1926.824", "wrong", "power-of-ten"],
  ["harris", "R", "-19,268.24", "unreadable", "write -19268.24"],
  ["negative", "pre", "[[−3.5]]", "correct"],
  ["negative", "pre", "[[–3.50]]", "correct"],
  ["negative", "pre", "[[3.50]]", "wrong", "sign"],
  ["flat", "det", "0", "correct"],
  ["flat", "det", "-0", "correct"],
  ["flat", "det", "0.000", "correct"],
  ["flat", "det", "0.0004", "wrong"],
  ["power", "trace", "1024", "correct"],
  ["power", "trace", "1_024", "correct"],
  ["power", "trace", "2^10", "correct"],
  ["power", "trace", "2**10", "correct"],
  ["power", "trace", "1023", "wrong"],
  ["power", "trace", "1.0240", "wrong", "power-of-ten"],
  // Fractions and shares.
  ["masks", "mean_iou", "29/72", "correct"],
  ["masks", "mean_iou", "58/144", "correct"],
  ["masks", "mean_iou", "0.4028", "correct"],
  ["masks", "mean_iou", "0.40", "correct"],
  ["masks", "mean_iou", "40.28%", "correct"],
  ["masks", "mean_iou", "40.28", "wrong", "percent"],
  ["masks", "mean_iou", "30/72", "wrong"],
  ["masks", "mean_iou", "2/5", "wrong"],
  ["masks", "mean_iou", "29/0", "unreadable"],
  ["masks", "iou", '{ "0": 6/12, "1": ⅓, "2": 6/16 }', "correct"],
  ["masks", "iou", '{ "0": 1/2, "2": 3/8 }', "partial"],
  ["thirteen", "posterior", "[23.08%, 76.92%]", "correct"],
  ["thirteen", "posterior", "[0.2308, 0.7692]", "correct"],
  ["thirteen", "posterior", "[3/13, 10/13]", "correct"],
  ["thirteen", "posterior", "[23.08, 76.92]", "wrong", "percent"],
  ["thirteen", "evidence", "1.0000", "correct"],
  ["thirteen", "evidence", "100%", "correct"],
  // Expressions and infinity.
  ["log", "KL_PQ", "ln(2)", "correct"],
  ["log", "KL_PQ", "0.69", "correct"],
  ["log", "KL_PQ", "log(2)", "unreadable", "ln, log2 or log10"],
  ["log", "KL_PQ", "1.000", "wrong", "base 2"],
  ["noExpressions", "KL_PQ", "ln(2)", "unreadable"],
  ["noExpressions", "KL_PQ", "0.693", "correct"],
  ["log", "KL_QP", ".inf", "correct"],
  ["log", "KL_QP", "inf", "correct"],
  ["log", "KL_QP", "∞", "correct"],
  ["log", "KL_QP", "-.inf", "wrong"],
  ["log", "KL_QP", "1e300", "wrong"],
  ["log", "KL_QP", "1e999", "unreadable"],
  ["log", "KL_QP", "nan", "unreadable"],
  ["log", "KL_QP", ".nan", "unreadable"],
  // Units, angles and counts.
  ["plain", "width", "12.5 px", "correct"],
  ["plain", "width", "12.5px", "correct"],
  ["plain", "width", "12 px", "correct"],
  ["plain", "width", "12.5 cm", "unreadable"],
  ["plain", "angle", "350°", "correct"],
  ["plain", "angle", "-10", "correct"],
  ["plain", "angle", "710", "correct"],
  ["plain", "count", "403", "correct"],
  ["plain", "count", "403.0", "correct"],
  ["plain", "count", "400", "wrong"],
  ["plain", "count", "404", "wrong"],
  // What is no number, or not of the form that is asked.
  ["half", "evidence", "0,5", "unreadable", "write 0.5"],
  ["half", "evidence", "about a half", "unreadable"],
  ["half", "evidence", "true", "unreadable"],
  ["half", "evidence", "0x1", "unreadable"],
  ["half", "evidence", "[0.5]", "wrong", "shape"],
  ["half", "evidence", "{ value: 0.5 }", "wrong", "shape"],
  ["half", "evidence", "", "missing"],
  ["half", "evidence", "~", "missing"],
  ["half", "evidence", "null", "missing"],
  ["half", "evidence", "_", "missing"],
  ["half", "evidence", '"?"', "missing"],
  ["half", "evidence", '""', "missing"],
  ["half", "joint", "[0,15, 0,35]", "wrong", "shape"],
  ["half", "joint", "[0.15, _]", "partial"],
  ["half", "joint", "[0.15, , 0.35]", "unreadable"],
  ["half", "joint", "[0.15, 0.35", "unreadable"],
  ["half", "verdict", "B", "correct"],
  ["half", "verdict", "c", "unreadable"],
  ["harris", "H", "[[403, 385]]", "wrong", "shape"],
  ["harris", "H", "[[403, 385], [385]]", "wrong", "shape"],
  ["flat", "Ixx", "[[1, 4, 9], [16, 25, 36]]", "correct"],
  ["flat", "Ixx", "[[1, 16], [4, 25], [9, 36]]", "wrong", "transposed"],
]

const registry = { ...kinds, plain: async () => ({ default: plain }) }

test.each(rows)("%s: %s: %s is %s", async (name, asked, written, verdict, reason) => {
  const { problems: loaded } = await loadProblems(new Source("p.yaml", problems[name]), registry)
  const [problem] = loaded
  if (!problem) throw new Error(`${name} does not load`)
  const { answers } = await graded(problem, `answers:\n  ${asked}: ${written}\n`)
  const mark = answers.find(each => each.name === asked)
  expect(mark?.verdict).toBe(verdict)
  if (reason) expect(`${mark?.reason?.code} ${mark?.reason?.message}`).toContain(reason)
})
