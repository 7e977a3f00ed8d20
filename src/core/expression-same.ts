import type { Expression, Operator } from "./expression-tree.ts"
import { called, operated, type Values, valueOfName } from "./expression-value.ts"

// Whether two expressions are equal as functions, told from their values at many points. How far two
// equal values may lie apart follows from what floating point made of each, not from a constant.

/** Where the variables lie: anywhere, above 0, or between 0 and 1 as probabilities do. */
export type Domain = "real" | "positive" | "unit"

export interface Variables {
  names: readonly string[]
  domain?: Domain
}

/** Constants may be written with nine digits; an author may allow fewer. */
const relative = 1e-9
/** Points that decide, points that are tried, and how few may do where a key is defined in few places. */
const points = { wanted: 60, tried: 400, least: 20 }
/** A value of which rounding leaves fewer digits says nothing. */
const conditioned = 1e-6
/** Where the other is exactly 0, this is close enough to it. */
const negligible = 1e-9

/**
 * Whether `other` has the value of `key` wherever `key` is defined: at 60 points of several
 * magnitudes and signs. Points at which numbers leave the range of a double do not count.
 */
export function sameValues(
  key: Expression,
  other: Expression,
  { names, domain = "real" }: Variables,
  allowed = relative,
): boolean {
  let agreed = 0
  let usable = 0
  for (let i = 0; i < points.tried && agreed < points.wanted; i++) {
    const values = pointAt(i, names, domain)
    const a = estimate(key, values)
    if (!isValue(a)) continue
    const b = estimate(other, values)
    if (b === "out of range") continue
    if (b === "undefined") return false
    const size = Math.max(Math.abs(a.value), Math.abs(b.value))
    const noise = 2 * (a.error + b.error)
    if (Math.abs(a.value - b.value) > allowed * size + noise) return false
    const vanishes = isZero(a) || isZero(b)
    if (a.error <= conditioned * Math.abs(a.value)) usable += 1
    if (noise <= conditioned * size || (vanishes && noise <= negligible)) agreed += 1
  }
  return agreed >= Math.max(1, Math.min(points.least, usable / 2))
}

interface Estimate {
  value: number
  /** What rounding may have added, to first order. */
  error: number
}

type Found = Estimate | "undefined" | "out of range"

function isValue(found: Found): found is Estimate {
  return typeof found !== "string"
}

/** Exactly 0, not by rounding. */
function isZero({ value, error }: Estimate): boolean {
  return value === 0 && error === 0
}

const unit = Number.EPSILON

/** A value with the error that floating point may have left in it. */
function estimate(node: Expression, values: Values): Found {
  switch (node.type) {
    case "number":
      return {
        value: node.value,
        error: Number.isInteger(node.value) ? 0 : unit * Math.abs(node.value),
      }
    case "name": {
      const value = valueOfName(node.name, values)
      const typed = Object.hasOwn(values, node.name)
      return { value, error: typed ? 0 : unit * value }
    }
    case "minus": {
      const of = estimate(node.of, values)
      return isValue(of) ? { value: -of.value, error: of.error } : of
    }
    case "operator": {
      const [a, b] = [estimate(node.left, values), estimate(node.right, values)]
      if (!isValue(a)) return a
      return isValue(b) ? operatedOn(node.op, a, b) : b
    }
    case "call": {
      const args = node.args.map(arg => estimate(arg, values))
      const missing = args.find(arg => !isValue(arg))
      return missing ?? calledOn(node.name, args.filter(isValue))
    }
    case "if": {
      const condition = estimate(node.condition, values)
      if (!isValue(condition)) return condition
      return estimate(condition.value === 0 ? node.no : node.yes, values)
    }
    default:
      return "undefined"
  }
}

function operatedOn(op: Operator, a: Estimate, b: Estimate): Found {
  const value = operated(op, a.value, b.value)
  const [x, y] = [Math.abs(a.value), Math.abs(b.value)]
  if (Number.isNaN(value)) {
    const vague = op === "/" ? b.error > 0 : a.error > 0 && x <= 2 * a.error
    return vague ? "out of range" : "undefined"
  }
  const rounding = unit * Math.abs(value)
  switch (op) {
    case "+":
    case "-":
      return bounded(value, a.error + b.error + rounding)
    case "*":
      if (value === 0 && x > 0 && y > 0) return "out of range"
      return bounded(value, x * b.error + y * a.error + rounding)
    case "/":
      if ((value === 0 && x > 0) || b.error * 2 >= y) return "out of range"
      return bounded(value, (a.error + Math.abs(value) * b.error) / y + rounding)
    case "^": {
      if (value === 0 && x > 0) return "out of range"
      if (a.error * 2 >= x && x > 0) return "out of range"
      const ofBase = x === 0 ? 0 : (y * a.error) / x
      const ofExponent = b.error === 0 || x === 0 ? 0 : Math.abs(Math.log(x)) * b.error
      return bounded(value, Math.abs(value) * (ofBase + ofExponent) + 2 * rounding)
    }
    default:
      // A comparison that rounding may have turned says nothing.
      if (Math.abs(a.value - b.value) <= 2 * (a.error + b.error) && a.error + b.error > 0)
        return "out of range"
      return { value, error: 0 }
  }
}

function calledOn(name: string, args: readonly Estimate[]): Found {
  const at = (side: number) =>
    called(
      name,
      args.map(({ value, error }) => value + side * error),
    )
  const [value, below, above] = [at(0), at(-1), at(1)]
  const exact = args.every(({ error }) => error === 0)
  if (Number.isNaN(value)) {
    return Number.isNaN(below) && Number.isNaN(above) ? "undefined" : "out of range"
  }
  if (!Number.isFinite(value)) return exact && logarithms.has(name) ? "undefined" : "out of range"
  const vanishes = value === 0 && (name === "exp" || name === "sigmoid" || name === "softplus")
  if (vanishes || Number.isNaN(below) || Number.isNaN(above)) return "out of range"
  const spread = Math.max(Math.abs(below - value), Math.abs(above - value))
  return bounded(value, spread + 2 * unit * Math.abs(value))
}

const logarithms: ReadonlySet<string> = new Set(["ln", "log2", "log10"])

function bounded(value: number, error: number): Found {
  return Number.isFinite(value) && Number.isFinite(error) ? { value, error } : "out of range"
}

/** Magnitudes from which points are drawn in turn: the first are those that formulas are made for. */
const magnitudes = [
  [0.1, 3],
  [0.3, 8],
  [0.05, 1],
  [0.01, 30],
  [1e-3, 1e3],
  [1e-6, 1e-2],
  [10, 300],
] as const

/** The i-th point: every other one has positive values only, as roots and logarithms want them. */
function pointAt(i: number, names: readonly string[], domain: Domain): Values {
  const [low, high] = magnitudes[i % magnitudes.length] ?? [0.1, 3]
  const signed = domain === "real" && Math.floor(i / magnitudes.length) % 2 === 1
  return Object.fromEntries(
    names.map((name, j) => {
      const share = fraction(i, 2 * j + 1)
      if (domain === "unit") return [name, 0.001 + 0.998 * share]
      const size = low * (high / low) ** share
      return [name, signed && fraction(i, 2 * j + 2) < 0.5 ? -size : size]
    }),
  )
}

/** Numbers between 0 and 1 that look like chance and are always the same. */
function fraction(i: number, j: number): number {
  let x = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(j + 1, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}
