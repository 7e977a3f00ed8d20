import { math, type Rich } from "../core/blocks.ts"
import { operators } from "../core/expression-tree.ts"
import { called, operated } from "../core/expression-value.ts"
import type { Vector } from "../core/types.ts"
import { entry } from "./linear.ts"

// The gates of a computation graph. Going back, a gate hands each of its inputs the gradient from
// above times its own partial derivative.

/** A gate's output. */
export function outputOf(sort: string, inputs: Vector): number {
  if (sort === "minus") return 0 - entry(inputs, 0)
  const op = operators.find(each => each === sort)
  return op ? operated(op, entry(inputs, 0), entry(inputs, 1)) : called(sort, inputs)
}

/** What a gate does going back. */
export interface Rule {
  words(inputs: Vector, ties: Ties): string
  /** ∂out/∂input of each input. */
  partials(inputs: Vector, out: number, ties: Ties): Vector
  /** The same in symbols; none where it is a plain 1 or 0. */
  symbols(inputs: readonly Rich[], out: Rich): readonly (Rich | undefined)[]
  /** What usual mistakes take for the partial derivatives. */
  mistakes(inputs: Vector, out: number, ties: Ties): Readonly<Record<string, Vector>>
}

/** Which of several equal inputs a max takes. */
export type Ties = "first" | "split"

export function ruleOf(sort: string): Rule | undefined {
  return Object.hasOwn(rules, sort) ? rules[sort] : undefined
}

/** Whether a gate has no derivative at its inputs, and a convention says what it hands on. */
export function isKink(sort: string, inputs: Vector): boolean {
  if (sort === "max" || sort === "min") return equals(inputs, outputOf(sort, inputs)) > 1
  return (sort === "relu" || sort === "abs") && inputs[0] === 0
}

function equals(values: Vector, value: number): number {
  return values.filter(each => each === value).length
}

const empty = math``

const rules: Readonly<Record<string, Rule>> = {
  "+": two("adds: both inputs get the gradient as it is", {
    partials: () => [1, 1],
    symbols: () => [undefined, undefined],
    mistakes: (a, b) => ({ "an add gate swaps its inputs like a multiply gate": [b, a] }),
  }),
  "-": two("subtracts: the first input gets the gradient, the second one its negative", {
    partials: () => [1, -1],
    symbols: () => [undefined, math`(-1)`],
    mistakes: () => ({ "the minus of a subtraction is lost": [1, 1] }),
  }),
  "*": two("multiplies: each input gets the gradient times the other input", {
    partials: (a, b) => [b, a],
    symbols: (a, b) => [b, a],
    mistakes: (a, b) => ({
      "a multiply gate hands each input its own value": [a, b],
      "a multiply gate hands on the gradient as it is": [1, 1],
    }),
  }),
  "/": two("divides: 1/b to the dividend, −a/b² to the divisor", {
    partials: (a, b) => [1 / b, -a / b ** 2],
    symbols: (a, b) => [math`\frac{1}{${b}}`, math`(-\frac{${a}}{${b}^{2}})`],
    mistakes: (a, b) => ({
      "the minus of a quotient is lost": [1 / b, a / b ** 2],
      "the divisor is not squared": [1 / b, -a / b],
    }),
  }),
  "^": two("is a power: the exponent comes down, and the power is one less", {
    partials: (a, b) => [b * operated("^", a, b - 1), operated("^", a, b) * Math.log(a)],
    symbols: (a, b) => [math`${b} \cdot ${a}^{${b} - 1}`, math`${a}^{${b}} \cdot \ln(${a})`],
    mistakes: (a, b) => ({
      "the power is not lowered": [b * operated("^", a, b), 0],
      "the exponent does not come down": [operated("^", a, b - 1), 0],
    }),
  }),
  minus: one("changes the sign, of the gradient too", {
    partial: () => -1,
    symbol: () => math`(-1)`,
    mistakes: () => ({ "the minus sign is lost": 1 }),
  }),
  max: routing("max", Math.max),
  min: routing("min", Math.min),
  exp: one("is its own derivative: its output", {
    partial: (_, out) => out,
    symbol: (_, out) => out,
    mistakes: x => ({ "exp hands on its input instead of its output": x }),
  }),
  ln: one("has the derivative 1/x", {
    partial: x => 1 / x,
    symbol: x => math`\frac{1}{${x}}`,
  }),
  sqrt: one("has the derivative 1/(2√x)", {
    partial: (_, out) => 1 / (2 * out),
    symbol: (_, out) => math`\frac{1}{2 \cdot ${out}}`,
  }),
  sin: one("has the derivative cos x", {
    partial: Math.cos,
    symbol: x => math`\cos(${x})`,
  }),
  cos: one("has the derivative −sin x", {
    partial: x => -Math.sin(x),
    symbol: x => math`(-\sin(${x}))`,
  }),
  tanh: one("has the derivative 1 − tanh²", {
    partial: (_, out) => 1 - out ** 2,
    symbol: (_, out) => math`(1 - ${out}^{2})`,
    mistakes: (_, out) => ({ "tanh is not squared in its derivative": 1 - out }),
  }),
  sigmoid: one("has the derivative σ(1 − σ)", {
    partial: (_, out) => out * (1 - out),
    symbol: (_, out) => math`${out} \cdot (1 - ${out})`,
    mistakes: (_, out) => ({ "the factor 1 − σ of the sigmoid is left out": out }),
  }),
  softplus: one("has the sigmoid as its derivative", {
    partial: x => called("sigmoid", [x]),
    symbol: x => math`\sigma(${x})`,
  }),
  relu: one("lets the gradient through where its input is above 0", {
    partial: x => (x > 0 ? 1 : 0),
    symbol: () => undefined,
    mistakes: () => ({ "a relu lets every gradient through": 1 }),
  }),
  abs: one("passes the gradient on with the sign of its input", {
    partial: Math.sign,
    symbol: x => math`\operatorname{sign}(${x})`,
  }),
}

interface Pairwise {
  partials(a: number, b: number): readonly [number, number]
  symbols(a: Rich, b: Rich): readonly [Rich | undefined, Rich | undefined]
  mistakes(a: number, b: number): Readonly<Record<string, readonly [number, number]>>
}

function two(words: string, { partials, symbols, mistakes }: Pairwise): Rule {
  return {
    words: () => words,
    partials: ([a = 0, b = 0]) => partials(a, b),
    symbols: ([a = empty, b = empty]) => symbols(a, b),
    mistakes: ([a = 0, b = 0]) => mistakes(a, b),
  }
}

interface Single {
  partial(x: number, out: number): number
  symbol(x: Rich, out: Rich): Rich | undefined
  mistakes?(x: number, out: number): Readonly<Record<string, number>>
}

function one(words: string, { partial, symbol, mistakes }: Single): Rule {
  return {
    words: () => words,
    partials: ([x = 0], out) => [partial(x, out)],
    symbols: ([x = empty], out) => [symbol(x, out)],
    mistakes: ([x = 0], out) =>
      Object.fromEntries(
        Object.entries(mistakes?.(x, out) ?? {}).map(([slip, value]) => [slip, [value]]),
      ),
  }
}

/** The chosen input gets the gradient, the others nothing. */
function routing(name: string, choose: (...values: number[]) => number): Rule {
  const most = name === "max" ? "largest" : "smallest"
  const routed = (inputs: Vector, chosen: number, ties: Ties) => {
    const equal = equals(inputs, chosen)
    return inputs.map((value, i) => {
      if (value !== chosen) return 0
      return ties === "split" ? 1 / equal : inputs.indexOf(chosen) === i ? 1 : 0
    })
  }
  const other = name === "max" ? Math.min : Math.max
  return {
    words: (inputs, ties) => {
      const equal = equals(inputs, choose(...inputs))
      const rest = inputs.length - (ties === "split" ? equal : 1)
      const others = ["", ", the other gets 0"][rest] ?? ", the others get 0"
      if (equal === 1) return `routes: the ${most} input gets the gradient${others}`
      return ties === "split"
        ? `routes: its ${equal} equal ${most} inputs share the gradient${others}`
        : `routes: of its ${equal} equal ${most} inputs the first gets the gradient${others}`
    },
    partials: (inputs, _, ties) => routed(inputs, choose(...inputs), ties),
    symbols: inputs => inputs.map(() => undefined),
    mistakes: (inputs, _, ties) => ({
      "a max or min gate hands the gradient to all its inputs": inputs.map(() => 1),
      "a max or min gate routes the gradient to the other input": routed(
        inputs,
        other(...inputs),
        ties,
      ),
    }),
  }
}
