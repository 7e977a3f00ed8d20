import * as z from "zod"
import { suggest } from "./diagnostic.ts"
import { placesOf } from "./labels.ts"
import { readNumber } from "./number.ts"
import type { Path } from "./source.ts"
import type { Grid, Vector } from "./types.ts"

/**
 * The bricks that `given` is made of. Each takes its description; its messages complete the
 * sentence "`given.k` …" and name the value that was found.
 */

/** Marks an issue of ours: its stable code, and what to type instead. */
interface Complaint {
  path: Path
  message: string
  code?: string
  hint?: string
}

interface Range {
  min?: number
  max?: number
  /** Strictly above. */
  above?: number
}

z.config({
  jitless: true,
  customError: issue => {
    const found = describe(issue.input)
    if (issue.code === "invalid_type") {
      const expected = expectedWords[issue.expected] ?? `a ${issue.expected}`
      return issue.input === undefined
        ? `needs ${expected}`
        : `must be ${expected}, but it is ${found}`
    }
    if (issue.code === "invalid_value") {
      const options = issue.values.map(value => `\`${String(value)}\``)
      return `must be ${options.length > 1 ? "one of " : ""}${options.join(", ")}, but it is ${found}`
    }
    if (issue.code === "too_small") {
      const noun =
        issue.origin === "array" ? `at least ${plural(Number(issue.minimum), "entry")}` : undefined
      return noun ? `needs ${noun}` : `must be at least ${issue.minimum}, but it is ${found}`
    }
    return undefined
  },
})

/** A real number: `0.04`, or exact text such as `"1/3"` or `"sqrt(2)"`. */
export function number(description: string, range: Range = {}) {
  return real(range, "number").describe(description)
}

/** A whole number. */
export function integer(description: string, range: Range = {}) {
  return real(range, "whole number").describe(description)
}

/** A number that may be infinite (`.inf`). */
export function extended(description: string) {
  return real({}, "number", true).describe(description)
}

/** A name: text, or a number or yes/no that is meant as one. */
export function label(description: string) {
  return anyLabel().describe(description)
}

/** Names in order, none twice unless `repeated`. */
export function labels(description: string, { repeated = false } = {}) {
  const names = z.array(anyLabel()).min(1).meta({ title: "list of labels" })
  const checked = repeated ? names : names.superRefine((list, context) => unique(list, context))
  return checked.describe(description)
}

/** One name or a list of them, none twice; the list may be empty. */
export function labelOrLabels(description: string) {
  const list = z.array(anyLabel()).superRefine((names, context) => unique(names, context))
  return z
    .union([anyLabel(), list], {
      error: ({ input }) => mustBe("a label or a list of labels", input),
    })
    .meta({ title: "label or list of labels" })
    .describe(description)
}

/** Words. */
export function text(description: string) {
  return z.string().meta({ title: "text" }).describe(description)
}

export function flag(description: string) {
  return z.boolean().meta({ title: "true or false" }).describe(description)
}

/** One of a few words, or a number. */
export function wordOrNumber<const W extends readonly string[]>(
  description: string,
  words: W,
  range: Range = {},
) {
  const expected = `${quoted(words)} or a number`
  return z
    .union([z.literal(words), real(range, "number", false, expected)])
    .meta({ title: "word or number" })
    .describe(description)
}

/** One of a few words or numbers. */
export function oneOf<const O extends readonly (string | number)[]>(
  description: string,
  options: O,
) {
  return z.literal(options).describe(description)
}

/** (n) */
export function vector(description: string, range: Range = {}) {
  return z.array(real(range, "number")).min(1).meta({ title: "vector" }).describe(description)
}

/** (n), or one number for all n. */
export function broadcast(description: string) {
  return z
    .union([real({}, "number"), z.array(real({}, "number")).min(1)], {
      error: ({ input }) => mustBe("a number or a list of numbers", input),
    })
    .meta({ title: "vector or number" })
    .describe(description)
}

/** One whole number for both axes, or [along the height, along the width]. */
export function perAxis(description: string, range: Range = {}) {
  const size = real(range, "whole number")
  const error = ({ input }: { input?: unknown }) =>
    mustBe("a whole number or a pair [height, width]", input)
  return z
    .union([size, z.tuple([size, size], { error })], { error })
    .meta({ title: "whole number or pair" })
    .describe(description)
}

/** (rows, cols); every row as long as the first. */
export function grid(description: string, range: Range = {}) {
  return rectangular(z.array(z.array(real(range, "number")).min(1)).min(1))
    .meta({ title: "grid" })
    .describe(description)
}

/** (rows, cols) of 0 and 1. */
export function maskGrid(description: string) {
  const bit = real({ min: 0, max: 1 }, "whole number")
  return rectangular(z.array(z.array(bit).min(1)).min(1))
    .meta({ title: "grid of 0 and 1" })
    .describe(description)
}

/** `none`, `causal`, or (queries, keys) of 0 and 1. */
export function attentionMask(description: string) {
  const expected = "`none`, `causal` or a grid of 0 and 1"
  return z
    .union([z.literal(["none", "causal"]), maskGrid("1 = may be seen")], {
      error: ({ input }) => mustBe(expected, input),
    })
    .meta({ title: "none, causal or grid of 0 and 1" })
    .describe(description)
}

/** (n), or (rows, cols). */
export function vectorOrGrid(description: string, range: Range = {}) {
  return z
    .union([vector("shape (n)", range), grid("shape (rows, cols)", range)], {
      error: ({ input }) => mustBe("a list of numbers or of rows of numbers", input),
    })
    .meta({ title: "vector or grid" })
    .describe(description)
}

/** (m, rows, cols); every grid of one shape. */
export function stack(description: string, range: Range = {}) {
  const grids = z.array(rectangular(z.array(z.array(real(range, "number")).min(1)).min(1))).min(1)
  return grids
    .superRefine((list, context) => {
      const first = list[0]
      if (!first) return
      for (const [m, each] of list.entries()) {
        if (sizes(each) === sizes(first)) continue
        complain(context, {
          path: [m],
          code: "shape",
          message: `is ${sizes(each)}, but the first grid is ${sizes(first)}`,
        })
      }
    })
    .meta({ title: "stack" })
    .describe(description)
}

/** Labels in rows and columns; numbers are taken as labels. */
export function labelGrid(description: string) {
  return rectangular(z.array(z.array(anyLabel()).min(1)).min(1))
    .meta({ title: "grid of labels" })
    .describe(description)
}

/** Probabilities that sum to 1. */
export function distribution(description: string) {
  return z
    .array(real({ min: 0 }, "number"))
    .min(1)
    .superRefine((values, context) => {
      const sum = total(values)
      if (values.length === 0 || !Number.isFinite(sum) || Math.abs(sum - 1) <= 1e-9) return
      const shown = short(sum)
      complain(context, {
        path: [],
        code: "distribution",
        message: `must sum to 1, but it sums to ${shown}`,
        hint: sum > 0 ? distributionHint(values, sum) : "give each outcome its probability",
      })
    })
    .meta({ title: "distribution" })
    .describe(description)
}

/** Values by name. */
export function record<V extends z.ZodType>(description: string, value: V) {
  // zod leaves out an entry of this name without a word.
  const refuse = (input: unknown, context: Context) => {
    if (typeof input === "object" && input !== null && Object.hasOwn(input, "__proto__")) {
      complain(context, {
        path: ["__proto__"],
        code: "name",
        message: "has a name that cannot be used",
        hint: "choose another name",
      })
    }
    return input
  }
  return z
    .preprocess(refuse, z.record(z.string(), value))
    .meta({ title: "map" })
    .describe(description)
}

/** A value that never leaves in a paper or at feedback `hint` and below. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ secret: true }) as S
}

/**
 * A check across fields. It runs as soon as the fields it names were read, whatever other checks
 * say, so that all complaints come at once; `path` starts at the field it is about.
 */
export function rule<G extends object>(
  names: readonly (keyof G & string)[],
  test: (given: G) => Complaint | readonly Complaint[] | undefined,
) {
  return z.superRefine<G>(
    (given, context) => {
      for (const complaint of [test(given) ?? []].flat()) complain(context, complaint, true)
    },
    {
      when: ({ issues }) =>
        !issues.some(issue => !isAcross(issue) && names.some(name => name === issue.path?.[0])),
    },
  )
}

/** Exactly one of these sets of fields must be given; `what` names what they yield. */
export function oneWay<G extends object>(what: string, ways: readonly Way<G>[]) {
  const sets = ways.map(way => ("all" in way ? way : { all: way, perhaps: [] }))
  const listed = `give ${sets.map(listedWay).join(", or ")}`
  const names = [...new Set(sets.flatMap(({ all, perhaps }) => [...all, ...perhaps]))]
  return rule<G>(names, given => {
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
  return rule<G>([name, other], given => {
    const unused = given[name] === undefined || given[name] === false
    if (unused || given[other] !== undefined) return undefined
    return { path: [name], code: "missing-field", message: `needs \`${other}\`: ${why}` }
  })
}

/** A label that must be one of those in another field; of equal ones, `the#2` is the second. */
export function among<G extends object>(name: Name<G>, list: Name<G>) {
  return rule<G>([name, list], given => {
    const [label, labels] = [given[name], given[list]]
    if (typeof label !== "string") return undefined
    if (!isLabels(labels)) {
      return { path: [name], code: "missing-field", message: `needs \`${list}\` to choose from` }
    }
    const places = placesOf(labels, label)
    if (places.length === 1) return undefined
    if (places.length === 0) {
      const message = `must be one of \`${list}\`, but it is ${describe(label)}`
      return { path: [name], code: "unknown-label", message, hint: suggest(label, labels) }
    }
    const message = `is ${describe(label)}, which stands ${places.length} times in \`${list}\``
    const hint = `write \`${label}#1\` for the first, \`${label}#2\` for the second`
    return { path: [name], code: "duplicate", message, hint }
  })
}

function isLabels(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === "string")
}

/** The named grids must have the shape of the first of them that is given. */
export function sameShape<G extends object>(...names: readonly (keyof G & string)[]) {
  return rule<G>(names, given => {
    const present = names.filter(name => given[name] !== undefined)
    const first = present[0]
    const other = present.find(name => sizes(given[name]) !== sizes(given[first ?? name]))
    if (first === undefined || other === undefined) return undefined
    return {
      path: [other],
      code: "shape",
      message: `must have the shape of \`${first}\`, ${sizes(given[first])}, but it is ${sizes(given[other])}`,
    }
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
  return rule<G>([name, other], given => {
    const [found, expected] = [extent(given[name], dimension), extent(given[other], otherDimension)]
    return misfit(name, dimension, found, expected, say)
  })
}

/**
 * The same where one of several fields says how large a dimension is: the first that is given;
 * `say` is told its name. Where `layout` is `columns`, rows and columns change places.
 */
export function fits<G extends { layout: "rows" | "columns" }>(
  [name, dimension]: readonly [Name<G>, Dimension],
  others: readonly Name<G>[],
  otherDimension: Dimension,
  say: (n: number, other: string) => string,
) {
  return rule<G>([name, "layout", ...others], given => {
    const other = others.find(each => given[each] !== undefined)
    if (other === undefined) return undefined
    const turn = (side: Dimension) => (given.layout === "columns" ? turned[side] : side)
    const found = extent(given[name], turn(dimension))
    const expected = extent(given[other], turn(otherDimension))
    return misfit(name, turn(dimension), found, expected, n => say(n, other))
  })
}

function misfit(
  name: string,
  dimension: Dimension,
  found: number | undefined,
  expected: number | undefined,
  say: (n: number) => string,
): Complaint | undefined {
  if (found === undefined || expected === undefined || found === expected) return undefined
  const message = `has ${plural(found, dimensionWords[dimension])}, but ${say(expected)}`
  return { path: [name], code: "shape", message }
}

/** In a `mask` of shape (queries, keys), turned where tokens are columns, every query sees a key. */
export function everyQuerySees<G extends { mask: string | Grid; layout: "rows" | "columns" }>() {
  return rule<G>(["mask", "layout"], ({ mask, layout }) => {
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

type Dimension = "length" | "rows" | "columns"
const dimensionWords = { length: "number", rows: "row", columns: "column" } as const
const turned = { length: "length", rows: "columns", columns: "rows" } as const

function extent(value: unknown, dimension: Dimension): number | undefined {
  const list = dimension === "columns" && Array.isArray(value) ? value[0] : value
  return Array.isArray(list) ? list.length : undefined
}

/** The shape of nested lists in words: `3×2`, or `4` for a vector. */
export function sizes(value: unknown): string {
  const lengths: number[] = []
  for (let at = value; Array.isArray(at); at = at[0]) lengths.push(at.length)
  return lengths.join("×")
}

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "empty"
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${value.length}`
  if (typeof value === "object") return "a map"
  if (typeof value === "string")
    return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`
  return `\`${String(value)}\``
}

/** "1 row", "3 rows". */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`
  return `${count} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}

export function total(values: Vector): number {
  return values.reduce((sum, value) => sum + value, 0)
}

type Context = z.core.$RefinementCtx<unknown>

function complain(
  context: Context,
  { path, message, code = "value", hint }: Complaint,
  across = false,
): void {
  context.addIssue({
    code: "custom",
    path: [...path],
    message,
    // Not fatal: a union then reports the option whose shape fits, instead of none.
    continue: true,
    params: { code, across, ...(hint !== undefined && { hint }) },
  })
}

/** Whether a complaint is a rule's: the fields it names were read all the same. */
function isAcross(issue: z.core.$ZodRawIssue): boolean {
  return issue.code === "custom" && issue.params?.across === true
}

function real(
  range: Range,
  noun: "number" | "whole number",
  infinite = false,
  expected = `a ${noun}`,
) {
  const missing = (input: unknown) => mustBe(expected, input)
  return z
    .union([z.number(), z.string()], { error: ({ input }) => missing(input) })
    .transform((input, context): number => {
      const found = typeof input === "number" ? { value: input } : readNumber(input)
      if (!("value" in found)) {
        const why = found.reason === "not a number" ? "" : ` (${found.reason})`
        complain(context, {
          path: [],
          code: "type",
          message: `${missing(input)}${why}`,
          ...(found.hint && { hint: found.hint }),
        })
        return Number.NaN
      }
      const wrong = outside(found.value, range, noun, infinite)
      if (wrong)
        complain(context, {
          path: [],
          code: "range",
          message: `${wrong}, but it is ${describe(input)}`,
        })
      return found.value
    })
    .meta({ title: noun })
}

/** `a`, `b`, `c`; or with a word before the last. */
function quoted(names: readonly string[], last?: "and"): string {
  const shown = names.map(name => `\`${name}\``)
  if (last === undefined || shown.length < 2) return shown.join(", ")
  return `${shown.slice(0, -1).join(", ")} ${last} ${shown.at(-1)}`
}

function mustBe(expected: string, input: unknown): string {
  return input === undefined
    ? `needs ${expected}`
    : `must be ${expected}, but it is ${describe(input)}`
}

function outside(
  value: number,
  { min, max, above }: Range,
  noun: string,
  infinite: boolean,
): string | undefined {
  if (!infinite && !Number.isFinite(value)) return "must be finite"
  if (noun === "whole number" && !Number.isSafeInteger(value)) return "must be a whole number"
  if (above !== undefined && value <= above) return `must be above ${above}`
  if (min !== undefined && max !== undefined && (value < min || value > max)) {
    return `must be between ${min} and ${max}`
  }
  if (min !== undefined && value < min) return `must be at least ${min}`
  if (max !== undefined && value > max) return `must be at most ${max}`
  return undefined
}

function anyLabel() {
  return z
    .union([z.string(), z.number(), z.boolean()], {
      error: ({ input }) =>
        input === undefined ? "needs a label" : `must be a label, but it is ${describe(input)}`,
    })
    .transform(String)
    .meta({ title: "label" })
}

function unique(list: readonly string[], context: Context): void {
  for (const [i, name] of list.entries()) {
    const first = list.indexOf(name)
    if (first < i)
      complain(context, {
        path: [i],
        code: "duplicate",
        message: `is \`${name}\` again: each name stands once`,
      })
  }
}

function rectangular<T>(schema: z.ZodType<T[][]>) {
  return schema.superRefine((rows, context) => {
    const width = rows[0]?.length ?? 0
    for (const [i, row] of rows.entries()) {
      if (row.length === width) continue
      complain(context, {
        path: [i],
        code: "ragged",
        message: `has ${plural(row.length, "number")}, but the first row has ${width}`,
        hint: "every row of a grid is as long as the first",
      })
    }
  })
}

function distributionHint(values: Vector, sum: number): string {
  const scaled = values.map(value => short(value / sum)).join(", ")
  return Math.abs(sum - 1) < 0.01
    ? 'write thirds and the like exactly, as "1/3"'
    : `check the values; divided by their sum they are ${scaled}`
}

/** A number for a message, where no renderer is at hand. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}

const expectedWords: Record<string, string> = {
  array: "a list",
  object: "a map",
  record: "a map",
  string: "a text",
  boolean: "true or false",
  number: "a number",
}
