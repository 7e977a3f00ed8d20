import * as z from "zod"
import { type Context, complain } from "./complaints.ts"
import { readNumber } from "./number.ts"
import type { Vector } from "./types.ts"
import { describe, mustBe, plural, quoted, short, sizes } from "./words.ts"

/**
 * The bricks that `given` is made of. Each takes its description; its messages complete the
 * sentence "`given.k` …" and name the value that was found.
 */

interface Range {
  min?: number
  max?: number
  /** Strictly above. */
  above?: number
  /** Strictly below. */
  below?: number
}

/** A real number: `0.04`, or exact text such as `"1/3"` or `"sqrt(2)"`. */
export function number(description: string, range: Range = {}) {
  return real(range, "number").meta({ title: "number", description })
}

/** A whole number. */
export function integer(description: string, range: Range = {}) {
  return real(range, "whole number").meta({ title: "whole number", description })
}

/** A number that may be infinite (`.inf`). */
export function extended(description: string) {
  return real({}, "number", true).meta({ title: "number", description })
}

/** A name: text, or a number or yes/no that is meant as one. */
export function label(description: string) {
  return anyLabel().meta({ title: "label", description })
}

/** Names in order, none twice unless `repeated`. */
export function labels(description: string, { repeated = false } = {}) {
  const names = z.array(anyLabel()).min(1)
  const checked = repeated ? names : names.superRefine((list, context) => unique(list, context))
  return checked.meta({ title: "list of labels", description })
}

/** One name or a list of them, none twice; the list may be empty. */
export function labelOrLabels(description: string) {
  const list = z.array(anyLabel()).superRefine((names, context) => unique(names, context))
  return z
    .union([anyLabel(), list], {
      error: ({ input }) => mustBe("a label or a list of labels", input),
    })
    .meta({ title: "label or list of labels", description })
}

/** Words. */
export function text(description: string) {
  return z.string().meta({ title: "text", description })
}

export function flag(description: string) {
  return z.boolean().meta({ title: "true or false", description })
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
    .meta({ title: "word or number", description })
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
  return z.array(real(range, "number")).min(1).meta({ title: "vector", description })
}

/** (n), or one number for all n. */
export function broadcast(description: string, range: Range = {}) {
  return z
    .union([real(range, "number"), z.array(real(range, "number")).min(1)], {
      error: ({ input }) => mustBe("a number or a list of numbers", input),
    })
    .meta({ title: "vector or number", description })
}

/** One whole number for both axes, or [along the height, along the width]. */
export function perAxis(description: string, range: Range = {}) {
  const size = real(range, "whole number")
  const error = ({ input }: { input?: unknown }) =>
    mustBe("a whole number or a pair [height, width]", input)
  return z
    .union([size, z.tuple([size, size], { error })], { error })
    .meta({ title: "whole number or pair", description })
}

/**
 * Cells around an image: p on each side, [top and bottom, left and right],
 * [top, bottom, left, right], or one of the words.
 */
export function padding<const W extends readonly string[]>(description: string, words: W) {
  const expected = `a whole number, ${quoted(words)} or a list of 2 or 4 whole numbers`
  const side = real({ min: 0 }, "whole number", false, expected)
  const error = ({ input }: { input?: unknown }) => mustBe(expected, input)
  return z
    .union(
      [
        z.literal(words),
        side,
        z.tuple([side, side], { error }),
        z.tuple([side, side, side, side], { error }),
      ],
      { error },
    )
    .meta({ title: "whole number, word or list", description })
}

/** Two numbers, such as [x, y]. */
export function pair(description: string, range: Range = {}) {
  const each = real(range, "number")
  return z
    .tuple([each, each], { error: ({ input }) => mustBe("a list of 2 numbers", input) })
    .meta({ title: "pair", description })
}

/** (rows, cols); every row as long as the first. */
export function grid(description: string, range: Range = {}) {
  const isPlain = Object.keys(range).length === 0
  return (isPlain ? plainGrid : gridOf(range)).meta({ title: "grid", description })
}

/** (rows, cols) of whole numbers. */
export function integerGrid(description: string, range: Range = {}) {
  return gridOf(range, "whole number").meta({ title: "grid of whole numbers", description })
}

function gridOf(range: Range, noun: "number" | "whole number" = "number") {
  return rectangular(z.array(z.array(real(range, noun)).min(1)).min(1))
}

/** Grids of any numbers differ in their description only, and building a schema takes time. */
const plainGrid = gridOf({})

/** (rows, cols) of 0 and 1. */
export function maskGrid(description: string) {
  const bit = real({ min: 0, max: 1 }, "whole number")
  return rectangular(z.array(z.array(bit).min(1)).min(1)).meta({
    title: "grid of 0 and 1",
    description,
  })
}

/** (n) of 0 and 1. */
export function maskVector(description: string) {
  const bit = real({ min: 0, max: 1 }, "whole number")
  return z.array(bit).min(1).meta({ title: "vector of 0 and 1", description })
}

/** `none`, `causal`, or (queries, keys) of 0 and 1. */
export function attentionMask(description: string) {
  const expected = "`none`, `causal` or a grid of 0 and 1"
  return z
    .union([z.literal(["none", "causal"]), maskGrid("1 = may be seen")], {
      error: ({ input }) => mustBe(expected, input),
    })
    .meta({ title: "none, causal or grid of 0 and 1", description })
}

/** (n), or (rows, cols). */
export function vectorOrGrid(description: string, range: Range = {}) {
  return z
    .union([vector("shape (n)", range), grid("shape (rows, cols)", range)], {
      error: ({ input }) => mustBe("a list of numbers or of rows of numbers", input),
    })
    .meta({ title: "vector or grid", description })
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
    .meta({ title: "stack", description })
}

/** (rows, cols), or (m, rows, cols). */
export function gridOrStack(description: string, range: Range = {}) {
  return z
    .union([grid("shape (rows, cols)", range), stack("shape (m, rows, cols)", range)], {
      error: ({ input }) => mustBe("a grid or a list of grids", input),
    })
    .meta({ title: "grid or stack", description })
}

/** Labels in rows and columns; numbers are taken as labels. */
export function labelGrid(description: string) {
  return rectangular(z.array(z.array(anyLabel()).min(1)).min(1)).meta({
    title: "grid of labels",
    description,
  })
}

/** Probabilities that sum to 1. */
export function distribution(description: string) {
  return z
    .array(real({ min: 0 }, "number"))
    .min(1)
    .superRefine((values, context) => {
      const sum = values.reduce((total, value) => total + value, 0)
      if (values.length === 0 || !Number.isFinite(sum) || Math.abs(sum - 1) <= 1e-9) return
      const shown = short(sum)
      complain(context, {
        path: [],
        code: "distribution",
        message: `must sum to 1, but it sums to ${shown}`,
        hint: sum > 0 ? distributionHint(values, sum) : "give each outcome its probability",
      })
    })
    .meta({ title: "distribution", description })
}

/** One distribution (n), or one in each row (rows, n). */
export function distributions(description: string) {
  const rows = rectangular(z.array(distribution("shape (n)")).min(1))
  return z
    .union([distribution("shape (n)"), rows], {
      error: ({ input }) => mustBe("a list of probabilities or of rows of them", input),
    })
    .meta({ title: "distribution or distributions", description })
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
  return z.preprocess(refuse, z.record(z.string(), value)).meta({ title: "map", description })
}

/** A value that never leaves in a paper or at feedback `hint` and below. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ secret: true }) as S
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
}

function outside(
  value: number,
  { min, max, above, below }: Range,
  noun: string,
  infinite: boolean,
): string | undefined {
  if (!infinite && !Number.isFinite(value)) return "must be finite"
  if (noun === "whole number" && !Number.isSafeInteger(value)) return "must be a whole number"
  if (above !== undefined && below !== undefined && (value <= above || value >= below)) {
    return `must be above ${above} and below ${below}`
  }
  if (above !== undefined && value <= above) return `must be above ${above}`
  if (below !== undefined && value >= below) return `must be below ${below}`
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
