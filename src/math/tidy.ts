import {
  build,
  childrenOf,
  type Expression,
  textOf,
  withChildren,
} from "../core/expression-tree.ts"
import { Fraction } from "../core/number.ts"

// Expressions as one would write them down: numbers worked out, like factors and like terms put
// together, 0 and 1 left out. Brackets are multiplied out by a
// number only.

export function tidied(node: Expression): Expression {
  return writtenSum(termsOf(node))
}

/** coefficient · factors; a factor with a negative exponent stands below the line. */
interface Term {
  coefficient: Fraction
  factors: readonly Factor[]
}

interface Factor {
  base: Expression
  /** A whole number, unless the power was written with something else. */
  exponent: number
}

function termsOf(node: Expression): Term[] {
  const inner = withChildren(node, childrenOf(node))
  if (inner.type === "minus") return termsOf(inner.of).map(negated)
  if (inner.type === "operator" && (inner.op === "+" || inner.op === "-")) {
    const right = termsOf(inner.right)
    return collected([...termsOf(inner.left), ...(inner.op === "-" ? right.map(negated) : right)])
  }
  return collected(spread(termOf(inner)))
}

/** A number times a sum, term by term. */
function spread(term: Term): readonly Term[] {
  const [only, ...others] = term.factors
  const base = only?.base
  const isSum = base?.type === "operator" && (base.op === "+" || base.op === "-")
  if (!base || !isSum || only.exponent !== 1 || others.length > 0) return [term]
  return termsOf(base).map(each => ({
    ...each,
    coefficient: each.coefficient.mul(term.coefficient),
  }))
}

function termOf(node: Expression): Term {
  const exact = node.type === "number" ? exactly(node.value) : undefined
  if (exact) return { coefficient: exact, factors: [] }
  if (node.type === "minus") return negated(termOf(node.of))
  if (node.type === "operator") {
    if (node.op === "*") return product(termOf(node.left), termOf(node.right))
    if (node.op === "/") {
      const below = termOf(node.right)
      if (!below.coefficient.equals(0)) return product(termOf(node.left), inverted(below))
    }
    const exponent = node.op === "^" ? wholeNumber(node.right) : undefined
    if (exponent !== undefined) return raised(termOf(node.left), exponent)
    if (node.op === "+" || node.op === "-") {
      const terms = termsOf(node)
      const [only] = terms
      if (terms.length === 0) return { coefficient: new Fraction(0), factors: [] }
      if (terms.length === 1 && only) return only
      return { coefficient: new Fraction(1), factors: [{ base: writtenSum(terms), exponent: 1 }] }
    }
    if (node.op === "^") {
      const base = build.operator("^", tidied(node.left), tidied(node.right))
      return { coefficient: new Fraction(1), factors: [{ base, exponent: 1 }] }
    }
  }
  const base = withChildren(node, childrenOf(node).map(tidied))
  return { coefficient: new Fraction(1), factors: [{ base, exponent: 1 }] }
}

function product(a: Term, b: Term): Term {
  const factors = new Map<string, Factor>()
  for (const factor of [...a.factors, ...b.factors]) {
    const key = textOf(factor.base)
    const before = factors.get(key)
    factors.set(key, before ? { ...before, exponent: before.exponent + factor.exponent } : factor)
  }
  return withoutRoots({
    coefficient: a.coefficient.mul(b.coefficient),
    factors: [...factors.values()].filter(({ exponent }) => exponent !== 0),
  })
}

/** √u squared is u. */
function withoutRoots(term: Term): Term {
  const at = term.factors.findIndex(
    ({ base, exponent }) =>
      base.type === "call" && base.name === "sqrt" && exponent !== 0 && exponent % 2 === 0,
  )
  const found = term.factors[at]
  const root = found?.base.type === "call" ? found.base.args[0] : undefined
  if (!found || !root) return term
  const rest = { ...term, factors: term.factors.toSpliced(at, 1) }
  return product(rest, raised(termOf(root), found.exponent / 2))
}

function inverted({ coefficient, factors }: Term): Term {
  return {
    coefficient: coefficient.inverse(),
    factors: factors.map(({ base, exponent }) => ({ base, exponent: -exponent })),
  }
}

function raised({ coefficient, factors }: Term, exponent: number): Term {
  if (coefficient.equals(0) && exponent <= 0) {
    const base = build.operator("^", build.number(0), build.number(exponent))
    return { coefficient: new Fraction(1), factors: [{ base, exponent: 1 }] }
  }
  return {
    coefficient: coefficient.pow(exponent) ?? new Fraction(1),
    factors:
      exponent === 0 ? [] : factors.map(each => ({ ...each, exponent: each.exponent * exponent })),
  }
}

function negated(term: Term): Term {
  return { ...term, coefficient: term.coefficient.neg() }
}

/** Like terms put together, those that vanish left out. */
function collected(terms: readonly Term[]): Term[] {
  const found = new Map<string, Term>()
  for (const term of terms) {
    const key = term.factors
      .map(({ base, exponent }) => `${textOf(base)}^${exponent}`)
      .sort()
      .join("·")
    const before = found.get(key)
    const coefficient = before ? before.coefficient.add(term.coefficient) : term.coefficient
    found.set(key, { ...(before ?? term), coefficient })
  }
  return [...found.values()].filter(({ coefficient }) => !coefficient.equals(0))
}

function writtenSum(terms: readonly Term[]): Expression {
  // A sum starts with what is not taken away, if there is such a term.
  const sorted = [...terms.filter(isPositive), ...terms.filter(term => !isPositive(term))]
  const [first, ...rest] = sorted
  if (!first) return build.number(0)
  return rest.reduce(
    (sum, term) =>
      isPositive(term)
        ? build.operator("+", sum, written(term))
        : build.operator("-", sum, written(negated(term))),
    written(first),
  )
}

function isPositive({ coefficient }: Term): boolean {
  return coefficient.compare(0) > 0
}

function written(term: Term): Expression {
  if (!isPositive(term)) return build.minus(written(negated(term)))
  const { coefficient, factors } = term
  const above = factors.filter(({ exponent }) => exponent > 0).map(power)
  const below = factors
    .filter(({ exponent }) => exponent < 0)
    .map(({ base, exponent }) => power({ base, exponent: -exponent }))
  const isDecimal = /^10+$/.test(String(coefficient.d))
  const n = isDecimal ? coefficient.valueOf() : Number(coefficient.n)
  const d = isDecimal ? 1 : Number(coefficient.d)
  const top = times([...(n === 1 && above.length > 0 ? [] : [build.number(n)]), ...above])
  const bottom = [...(d === 1 ? [] : [build.number(d)]), ...below]
  return bottom.length === 0 ? top : build.operator("/", top, times(bottom))
}

function times(factors: readonly Expression[]): Expression {
  const [first = build.number(1), ...rest] = factors
  return rest.reduce((whole, factor) => build.operator("*", whole, factor), first)
}

function power({ base, exponent }: Factor): Expression {
  return exponent === 1 ? base : build.operator("^", base, build.number(exponent))
}

/** Numbers that fractions hold exactly; others stay as they are typed. */
function exactly(value: number): Fraction | undefined {
  const isShort = Math.abs(value) < 1e9 && String(value).length <= 12 && Number.isFinite(value)
  return isShort ? new Fraction(value) : undefined
}

function wholeNumber(node: Expression): number | undefined {
  const term =
    node.type === "number" || node.type === "operator" || node.type === "minus"
      ? constantOf(node)
      : undefined
  return term !== undefined && Number.isInteger(term) && Math.abs(term) <= 64 ? term : undefined
}

/** The value of an exponent such as 2 − 1 or −2. */
function constantOf(node: Expression): number | undefined {
  if (node.type === "number") return node.value
  if (node.type === "minus") {
    const of = constantOf(node.of)
    return of === undefined ? undefined : -of
  }
  if (node.type !== "operator") return undefined
  const [a, b] = [constantOf(node.left), constantOf(node.right)]
  if (a === undefined || b === undefined) return undefined
  if (node.op === "+") return a + b
  if (node.op === "-") return a - b
  return node.op === "*" ? a * b : undefined
}
