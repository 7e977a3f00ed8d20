import { type BigNumber as Big, bignumberDependencies, create } from "mathjs"
import type { Rich } from "../core/blocks.ts"
import { childrenOf, constants, type Expression } from "../core/expression-tree.ts"
import { entry } from "./linear.ts"

// Values with 50 digits, for differences that doubles cannot hold.

const { bignumber } = create({ ...bignumberDependencies }, { precision: 50 })

export type { Big }

/** A number with the digits it is written with. */
export function big(value: number | string): Big {
  return bignumber(value)
}

/** A number with its digits, up to so many decimals. */
export function digitsOf(x: Big, places: number): Rich {
  const kept = x.toDecimalPlaces(Math.max(0, places))
  const isPlain = kept.isZero() || (kept.e >= -4 && kept.e < 12)
  const [mantissa, exponent] = (isPlain ? kept.toFixed() : kept.toExponential()).split("e")
  const power = exponent === undefined ? "" : ` \\cdot 10^{${Number(exponent)}}`
  return { mode: "math", strings: [`${mantissa}${power}`], values: [] }
}

/** The parts of an expression that take one branch at `from` and another one at `to`. */
export function branchChanges(
  node: Expression,
  from: Readonly<Record<string, Big>>,
  to: Readonly<Record<string, Big>>,
): Expression[] {
  const below = childrenOf(node).flatMap(child => branchChanges(child, from, to))
  if (node.type !== "call" || !branching.has(node.name)) return below
  const [before, after] = [branchesAt(node, from), branchesAt(node, to)]
  return before.some(branch => after.includes(branch)) ? below : [...below, node]
}

const branching: ReadonlySet<string> = new Set(["relu", "abs", "sign", "step", "max", "min"])

/** Which arguments are chosen; a single one is compared with 0. */
function branchesAt(
  { name, args }: Extract<Expression, { type: "call" }>,
  values: Readonly<Record<string, Big>>,
): number[] {
  const inputs = args.map(arg => bigValue(arg, values))
  const all = inputs.length > 1 ? inputs : [...inputs, big(0)]
  const chosen = functions[name === "min" ? "min" : "max"]?.(entry(all, 0), all)
  return all.flatMap((input, i) => (chosen && input.eq(chosen) ? [i] : []))
}

/** Beyond these, exp, powers and angles are out of all reason, and slow. */
const largest = { exponent: 5000, angle: 1e15 }

/** The value of an expression; not finite where it is undefined. */
export function bigValue(node: Expression, values: Readonly<Record<string, Big>>): Big {
  const parts = childrenOf(node).map(child => bigValue(child, values))
  if (parts.some(part => !part.isFinite())) return big(Number.NaN)
  switch (node.type) {
    case "number":
      return big(node.text)
    case "name":
      return named(node.name, values)
    case "minus":
      return entry(parts, 0).neg()
    case "operator":
      return operated(node.op, entry(parts, 0), entry(parts, 1))
    case "call":
      return functions[node.name]?.(entry(parts, 0), parts) ?? big(Number.NaN)
    default:
      return big(Number.NaN)
  }
}

function named(name: string, values: Readonly<Record<string, Big>>): Big {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value) return value
  if (name === "e") return big(1).exp()
  return Object.hasOwn(constants, name) ? big(-1).acos() : big(Number.NaN)
}

function operated(op: string, a: Big, b: Big): Big {
  switch (op) {
    case "+":
      return a.plus(b)
    case "-":
      return a.minus(b)
    case "*":
      return a.times(b)
    case "/":
      return a.div(b)
    case "^":
      return b.abs().gt(largest.exponent) ? big(Number.NaN) : a.pow(b)
    case ">":
      return big(a.gt(b) ? 1 : 0)
    case "<":
      return big(a.lt(b) ? 1 : 0)
    default:
      return big(Number.NaN)
  }
}

const one = big(1)

const functions: Readonly<Record<string, (x: Big, all: readonly Big[]) => Big>> = {
  sqrt: x => x.sqrt(),
  cbrt: x => x.cbrt(),
  exp: x => exponential(x),
  ln: x => x.ln(),
  log2: x => x.log(2),
  log10: x => x.log(10),
  sin: angle(x => x.sin()),
  cos: angle(x => x.cos()),
  tan: angle(x => x.tan()),
  asin: x => x.asin(),
  acos: x => x.acos(),
  atan: x => x.atan(),
  sinh: x => exponential(x).minus(exponential(x.neg())).div(2),
  cosh: x => exponential(x).plus(exponential(x.neg())).div(2),
  tanh: x => one.minus(big(2).div(exponential(x.times(2)).plus(1))),
  sigmoid: x => one.div(exponential(x.neg()).plus(1)),
  softplus: x => exponential(x).plus(1).ln(),
  relu: x => (x.gt(0) ? x : big(0)),
  abs: x => x.abs(),
  sign: x => big(x.cmp(0)),
  step: x => big(x.gt(0) ? 1 : 0),
  max: (_, all) => all.reduce((a, b) => (a.gt(b) ? a : b)),
  min: (_, all) => all.reduce((a, b) => (a.lt(b) ? a : b)),
}

function exponential(x: Big): Big {
  return x.abs().gt(largest.exponent) ? big(Number.NaN) : x.exp()
}

function angle(f: (x: Big) => Big): (x: Big) => Big {
  return x => (x.abs().gt(largest.angle) ? big(Number.NaN) : f(x))
}
