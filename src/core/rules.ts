import * as z from "zod"
import { type Complaint, complain, isAcross } from "./complaints.ts"
import { suggest } from "./diagnostic.ts"
import { placesOf } from "./labels.ts"
import type { Grid, Vector } from "./types.ts"
import { describe, plural, quoted, short, sizes } from "./words.ts"

/** Checks across the fields of `given`, for its `.check(…)`. */

/**
 * A check across fields. It runs as soon as the fields it names were read, whatever other checks
 * say, so that all complaints come at once; `path` starts at the field it is about.
 */
export function across<G extends object>(
  names: readonly Name<G>[],
  test: (given: G) => Complaint | readonly Complaint[] | undefined,
) {
  return z.superRefine<G>(
    (given, context) => {
      for (const complaint of [test(given) ?? []].flat()) complain(context, complaint, true)
    },
    {
      when: ({ value, issues }) =>
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !issues.some(issue => !isAcross(issue) && names.some(name => name === issue.path?.[0])),
    },
  )
}

/** Exactly one of these sets of fields must be given; `what` names what they yield. */
export function oneWay<G extends object>(what: string, ways: readonly Way<G>[]) {
  const sets = ways.map(way => ("all" in way ? way : { all: way, perhaps: [] }))
  const listed = `give ${sets.map(listedWay).join(", or ")}`
  const names = [...new Set(sets.flatMap(({ all, perhaps }) => [...all, ...perhaps]))]
  return across<G>(names, given => {
    const present = names.filter(name => given[name] !== undefined)
    const begun = sets.map(({ all, perhaps }) => {
      return present.filter(name => all.includes(name) || perhaps.includes(name))
    })
    const most = Math.max(...begun.map(({ length }) => length))
    const isWhole = sets.some(({ all }, i) => {
      return begun[i]?.length === present.length && all.every(name => present.includes(name))
    })
    if (isWhole) return undefined
    const chosen = begun.findIndex(({ length }) => length === most)
    const [way, own] = [sets[chosen], begun[chosen]]
    if (!way || !own || most === 0) {
      return { path: [], code: "missing-field", message: `needs ${what}: ${listed}` }
    }
    const extra = present.find(name => !own.includes(name))
    if (extra !== undefined) {
      const message = `stands beside \`${own[0]}\`: ${listed}`
      return { path: [extra], code: "conflict", message }
    }
    const missing = way.all.find(name => !own.includes(name))
    if (missing === undefined) return undefined
    const message = `is missing beside ${quoted(own, "and")}`
    return { path: [missing], code: "missing-field", message, hint: listed }
  })
}

type Name<G> = keyof G & string

/** Fields that are given together; some may be left out. */
type Way<G> = readonly Name<G>[] | { all: readonly Name<G>[]; perhaps: readonly Name<G>[] }

/** `scores` with `d_k`, perhaps with `V` */
function listedWay({ all, perhaps }: { all: readonly string[]; perhaps: readonly string[] }) {
  const others = all.slice(1)
  const whole = `${quoted(all.slice(0, 1))}${others.length > 0 ? ` with ${quoted(others, "and")}` : ""}`
  return perhaps.length > 0 ? `${whole}, perhaps with ${quoted(perhaps, "and")}` : whole
}

/** A field that has no use without another; `why` says what it would act on. */
export function needs<G extends object>(name: Name<G>, other: Name<G>, why: string) {
  return across<G>([name, other], given => {
    const unused = given[name] === undefined || given[name] === false
    if (unused || given[other] !== undefined) return undefined
    return { path: [name], code: "missing-field", message: `needs \`${other}\`: ${why}` }
  })
}

/** Fields that only some choices have a use for, by choice; without a use, a field must be left out. */
export function belongs<G extends object>(
  choice: Name<G>,
  uses: Readonly<Record<string, readonly Name<G>[]>>,
) {
  const names = [...new Set(Object.values(uses).flat())]
  return across<G>([choice, ...names], given => {
    const own = uses[String(given[choice])] ?? []
    return names
      .filter(name => given[name] !== undefined && !own.includes(name))
      .map(name => {
        const users = Object.keys(uses).filter(each => uses[each]?.includes(name))
        const message = `has no use with \`${choice}: ${given[choice]}\`, only with ${quoted(users, "and")}`
        return { path: [name], code: "conflict", message }
      })
  })
}

/** A label that must be one of those in another field; of equal ones, `the#2` is the second. */
export function among<G extends object>(name: Name<G>, list: Name<G>) {
  return across<G>([name, list], given => {
    const [label, labels] = [given[name], given[list]]
    if (typeof label !== "string") return undefined
    if (!isLabels(labels)) {
      return { path: [name], code: "missing-field", message: `needs \`${list}\` to choose from` }
    }
    const places = placesOf(labels, label)
    if (places.length === 1) return undefined
    if (places.length === 0) {
      const message = `must be one of \`${list}\`, but it is \`${label}\``
      return { path: [name], code: "unknown-label", message, hint: suggest(label, labels) }
    }
    const message = `is \`${label}\`, which stands ${places.length} times in \`${list}\``
    const hint = `write \`${label}#1\` for the first, \`${label}#2\` for the second`
    return { path: [name], code: "duplicate", message, hint }
  })
}

function isLabels(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === "string")
}

/** The named grids, vectors or numbers must have the shape of the first of them that is given. */
export function sameShape<G extends object>(...names: readonly Name<G>[]) {
  return across<G>(names, given => {
    const present = names.filter(name => given[name] !== undefined)
    const first = present[0]
    const form = (name: Name<G>) => formOf(given[name])
    const other = present.find(name => form(name) !== form(first ?? name))
    if (first === undefined || other === undefined) return undefined
    return {
      path: [other],
      code: "shape",
      message: `must have the shape of \`${first}\`, ${form(first)}, but it is ${form(other)}`,
    }
  })
}

/** The named lists must be as long as the first of them; a single number stands for all entries. */
export function sameLength<G extends object>(...names: readonly Name<G>[]) {
  return across<G>(names, given => {
    const [first, ...others] = names.filter(name => Array.isArray(given[name]))
    if (first === undefined) return undefined
    const expected = extent(given[first], "length")
    return others.flatMap(name => {
      const word = noun(given[name], isRows(given[name]) ? "rows" : "length")
      const found = extent(given[name], "length")
      return misfit(name, word, found, expected, n => `\`${first}\` has ${n}`) ?? []
    })
  })
}

/**
 * A dimension of one field must equal that of another, where both are given as lists:
 * `match(["W_xh", "columns"], ["inputs", "columns"])`. `say` words the other side in the terms of
 * the field ("tokens have 4 dimensions").
 */
export function match<G extends object>(
  [name, dimension]: readonly [Name<G>, Dimension],
  [other, otherDimension]: readonly [Name<G>, Dimension],
  say = (n: number) => `\`${other}\` has ${plural(n, dimensionWords[otherDimension])}`,
) {
  return across<G>([name, other], given => {
    const [found, expected] = [extent(given[name], dimension), extent(given[other], otherDimension)]
    return misfit(name, noun(given[name], dimension), found, expected, say)
  })
}

/**
 * The same where one of several fields says how large a dimension is: the first that is given;
 * `say` is told its name. Where `layout` is `columns`, rows and columns change places.
 */
export function fits<G extends Laid>(...fit: Fit<G>) {
  const [[name], others] = fit
  return across<G>([name, "layout", ...others], given => unfit(given, fit))
}

/** The same for a map among the givens, such as one head: its fields stand beside those of `given`. */
export function misfits<G extends Laid, M extends object>(
  given: G,
  member: M,
  at: Complaint["path"],
  fitsOf: readonly Fit<G & M>[],
): Complaint[] {
  return fitsOf.flatMap(fit => {
    const complaint = unfit({ ...given, ...member }, fit)
    return complaint ? [{ ...complaint, path: [...at, ...complaint.path] }] : []
  })
}

type Laid = { layout: "rows" | "columns" }

/** A dimension of a field, the fields that may say how large it is, which side of them, in which words. */
export type Fit<G> = readonly [
  of: readonly [Name<G>, Dimension],
  others: readonly Name<G>[],
  otherDimension: Dimension,
  say: (n: number, other: string) => string,
]

function unfit<G extends Laid>(
  given: G,
  [[name, dimension], others, otherDimension, say]: Fit<G>,
): Complaint | undefined {
  const other = others.find(each => given[each] !== undefined)
  if (other === undefined) return undefined
  const turn = (side: Dimension) => (given.layout === "columns" ? turned[side] : side)
  const found = extent(given[name], turn(dimension))
  const expected = extent(given[other], turn(otherDimension))
  const word = noun(given[name], turn(dimension))
  return misfit(name, word, found, expected, n => say(n, other))
}

/** Says of a field that it has `found` rows (or columns, numbers …) where there must be `expected`. */
export function misfit(
  name: string,
  word: string,
  found: number | undefined,
  expected: number | undefined,
  say: (n: number) => string,
): Complaint | undefined {
  if (found === undefined || expected === undefined || found === expected) return undefined
  const message = `has ${plural(found, word)}, but ${say(expected)}`
  return { path: [name], code: "shape", message }
}

/** What keeps a grid from being symmetric; `why` says why it is: "a covariance is symmetric". */
export function asymmetry(name: string, matrix: Grid, why: string): Complaint | undefined {
  if (matrix[0]?.length !== matrix.length) {
    const message = `must have as many rows as columns, but it is ${sizes(matrix)}`
    return { path: [name], code: "shape", message }
  }
  for (const [i, row] of matrix.entries()) {
    for (const [j, value] of row.entries()) {
      const across = matrix[j]?.[i] ?? value
      if (Math.abs(value - across) <= 1e-9 * Math.max(Math.abs(value), Math.abs(across))) continue
      const message = `is ${short(across)}, but the entry across the diagonal, (${i + 1}, ${j + 1}), is ${short(value)}: ${why}`
      return { path: [name, j, i], code: "asymmetric", message }
    }
  }
  return undefined
}

/** Vectors, or rows of a grid, that are 0 and so have no direction to compare. */
export function directionless(path: Complaint["path"], values: Vector | Grid): Complaint[] {
  const message = "is the zero vector, which has no direction to compare"
  const rows = values.flatMap((each, i) => (typeof each === "number" ? [] : [{ each, i }]))
  if (rows.length === 0) return values.every(each => each === 0) ? [{ path, message }] : []
  return rows.flatMap(({ each, i }) =>
    each.every(value => value === 0) ? [{ path: [...path, i], message }] : [],
  )
}

/** What a dimension counts. */
function noun(value: unknown, dimension: Dimension): string {
  return isLabels(value) ? "label" : dimensionWords[dimension]
}

/** In a `mask` of shape (queries, keys), turned where tokens are columns, every query sees a key. */
export function everyQuerySees<G extends { mask: string | Grid; layout: "rows" | "columns" }>() {
  return across<G>(["mask", "layout"], ({ mask, layout }) => {
    if (typeof mask === "string") return undefined
    const blind =
      layout === "rows"
        ? mask.findIndex(row => !row.includes(1))
        : (mask[0] ?? []).findIndex((_, j) => mask.every(row => row[j] === 0))
    if (blind === -1) return undefined
    const message = `hides every key from query ${blind + 1}, whose weights would be 0/0`
    return { path: layout === "rows" ? ["mask", blind] : ["mask"], code: "masked", message }
  })
}

/** `a number`, `a list of 3`, `3×2` */
function formOf(value: unknown): string {
  return isRows(value) ? sizes(value) : Array.isArray(value) ? describe(value) : "a number"
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && Array.isArray(value[0])
}

/** More products than this would take too long. */
export const mostProducts = 5_000_000

/** The field that `blame` names must not lead to more products than anyone waits for. */
export function affordable<G extends object>(
  names: readonly Name<G>[],
  blame: (given: G) => Name<G>,
  products: (given: G) => number,
) {
  return across<G>(names, given => {
    if (products(given) <= mostProducts) return undefined
    const message = `leads to more than ${mostProducts} products, which would take too long`
    return { path: [blame(given)], code: "size", message }
  })
}

type Dimension = "length" | "rows" | "columns"
const dimensionWords = { length: "number", rows: "row", columns: "column" } as const
const turned = { length: "length", rows: "columns", columns: "rows" } as const

function extent(value: unknown, dimension: Dimension): number | undefined {
  const list = dimension === "columns" && Array.isArray(value) ? value[0] : value
  return Array.isArray(list) ? list.length : undefined
}
