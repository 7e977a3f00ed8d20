import { describe, expect, test } from "vitest"
import { evaluate, parseExpression, type Vocabulary } from "../src/core/expression.ts"
import { type Domain, sameValues } from "../src/core/expression-same.ts"
import { Refusal, textOf } from "../src/core/expression-tree.ts"
import { arrayFunctions, evaluateFormula } from "../src/math/formula.ts"

const names = ["x", "y"]

describe("an expression as people write it", () => {
  test.each([
    ["2x", "2*x"],
    ["-x^2", "-x^2"],
    ["x**2 · y", "x^2*y"],
    ["x²/√y", "x^(2)/sqrt(y)"],
    ["x⁻¹", "x^(-1)"],
    ["2(x + 1)(y − 1)", "2*(x + 1)*(y - 1)"],
    ["x(y + 1)", "x*(y + 1)"],
    ["ln|x|", "ln(abs(x))"],
    ["log(x)", "ln(x)"],
    ["x - (y - 1)", "x - (y - 1)"],
    ["(x/y)/2", "x/y/2"],
    ["x/(2y)", "x/(2*y)"],
    ["(-x)^2", "(-x)^2"],
    ["x > 1 ? x : -x", "x > 1 ? x : -x"],
  ])("%s is %s", (typed, text) => {
    const tree = parseExpression(typed, { names })
    expect(textOf(tree).replace(/\((\d)\)/, "$1")).toBe(text.replace(/\((\d)\)/, "$1"))
    expect(textOf(parseExpression(textOf(tree), { names }))).toBe(textOf(tree))
  })

  test.each([
    ["z + 1", "z", undefined],
    ["x + yy", "yy", "write y*y for a product"],
    ["2 + sigmod(x)", "sigmod", "did you mean `sigmoid`?"],
    ["3 + sin x", "sin", "put the argument in brackets: sin(…)"],
    ["y = 2x", "=", "write only what stands right of it"],
    ["x + 2^9999", "9999", undefined],
    ["max(1, 2) + max(x)", "max(x)", undefined],
    ["x + 1:9", "x + 1:9", undefined],
    ["x # y", "#", undefined],
  ])("%s is refused at %s", (typed, part, hint) => {
    const refusal = refusalOf(typed, { names })
    expect(typed.slice(refusal.at?.start, refusal.at?.end)).toBe(part)
    if (hint !== undefined) expect(refusal.hint).toBe(hint)
  })

  test.each([
    "(".repeat(200),
    "-".repeat(250),
    "[".repeat(200),
    `${"x^".repeat(100)}x`,
    "constructor",
    "x.constructor",
    "__proto__(x)",
    "process.exit()",
    "x; y",
    "x -> y",
    "{ a: 1 }",
    "'x'",
    "0x1F",
    "1e999",
    "",
  ])("%s is refused", typed => {
    expect(refusalOf(typed, { names })).toBeInstanceOf(Refusal)
    expect(evaluate(typed)).toHaveProperty("reason")
  })
})

// Both sides are equal or not by algebra; nothing here was taken from what the program says.
describe("equal by value", () => {
  test.each<[string, string, Domain?]>([
    ["(x + 1)^2", "x² + 2x + 1"],
    ["tanh(x)", "(e^x - e^-x)/(e^x + e^-x)"],
    ["sigmoid(x)*(1 - sigmoid(x))", "exp(-x)/(1 + exp(-x))^2"],
    ["1 - tanh(x)^2", "1/cosh(x)^2"],
    ["2ln(x)", "ln(x^2)"],
    ["softplus(x)", "ln(1 + exp(x))"],
    ["1/(3cbrt(x)^2)", "1/3 x^(-2/3)"],
    ["0", "sin(x)^2 + cos(x)^2 - 1"],
    ["x*ln(2)", "0.6931471806 x"],
    ["max(x, y)", "(x + y + |x - y|)/2"],
    ["relu(x)", "x > 0 ? x : 0"],
    ["1e-12 x", "x/1e12"],
    ["exp(exp(x))", "e^(e^x)"],
    ["-y/x + (1 - y)/(1 - x)", "(x - y)/(x(1 - x))"],
    ["asin(x/1000)", "asin(0.001x)"],
    ["ln(x/y)", "ln(x) - ln(y)", "positive"],
    ["x*(1 - x)", "x - x^2", "unit"],
  ])("%s and %s", (key, written, domain) => {
    expect(same(key, written, domain)).toBe(true)
  })

  test.each<[string, string, Domain?]>([
    ["2x", "2x + 1e-9"],
    ["2x", "2.0001x"],
    ["1e-12 x", "0"],
    ["1e-12 x", "2e-12 x"],
    ["0", "1e-15"],
    ["x", "x + 1e-12"],
    ["x", "(1e300 + x) - 1e300"],
    ["0", "(1e20 + x) - 1e20"],
    ["1e-20x", "(1 + x) - 1 - x"],
    ["1e12x", "1e12x + 1"],
    ["x", "|x|"],
    ["|x|", "x"],
    ["max(x, 100)", "x"],
    ["max(x, 100)", "100"],
    ["tanh(x)", "sign(x)"],
    ["x", "x + 0*ln(x)"],
    ["x", "1/(x - x)"],
    ["sqrt(x)", "x", "unit"],
  ])("not %s and %s", (key, written, domain) => {
    expect(same(key, written, domain)).toBe(false)
  })
})

// numpy
describe("formulas of vectors and matrices", () => {
  const values = {
    x: [1, -2],
    W: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    b: [0.5, 1, -1],
    k: 3,
  }
  const vocabulary = { arrays: true, functions: arrayFunctions, names: Object.keys(values) }

  test.each([
    ["W*x + b", [-2.5, -4, -8]],
    ["b*W", [-1.5, -1]],
    [
      "W'*W",
      [
        [35, 44],
        [44, 56],
      ],
    ],
    [
      "W .* x",
      [
        [1, -4],
        [3, -8],
        [5, -12],
      ],
    ],
    ["x.^2 ./ 4", [0.25, 1]],
    ["dot(x, x) + norm([3; 4])", 10],
    ["W[2, 1] + W[3][2]", 9],
    ["max(0, x)", [1, 0]],
    ["max(W) - min(x)", 8],
    ["det(inv(W'*W))", 1 / 24],
    ["rowmeans(W) - columns(W)", [-0.5, 1.5, 3.5]],
    [
      "var(b) > 0.5 ? outer(x, x) : 0",
      [
        [1, -2],
        [-2, 4],
      ],
    ],
    ["[W; x] * [1, 1]", [3, 7, 11, -1]],
  ])("%s", (typed, expected) => {
    const found = evaluateFormula(parseExpression(typed, vocabulary), values)
    expect([found].flat(2)).toHaveLength([expected].flat(2).length)
    for (const [i, x] of [found].flat(2).entries())
      expect(x).toBeCloseTo([expected].flat(2)[i] ?? Number.NaN, 10)
  })
})

function refusalOf(typed: string, vocabulary: Vocabulary): Refusal {
  try {
    parseExpression(typed, vocabulary)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error(`${typed} is read`)
}

function same(key: string, written: string, domain: Domain = "real"): boolean {
  const [a, b] = [key, written].map(text => parseExpression(text, { names }))
  return a !== undefined && b !== undefined && sameValues(a, b, { names, domain })
}
