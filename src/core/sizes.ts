import * as z from "zod"
import { complain } from "./complaints.ts"
import { expression } from "./expression-answer.ts"
import { isVariable } from "./expression-field.ts"
import { constants } from "./expression-tree.ts"
import * as answer from "./kind.ts"
import { type Fraction, readNumber } from "./number.ts"
import { across } from "./rules.ts"
import type { Answer, Declared } from "./types.ts"
import { describe, mustBe } from "./words.ts"

/** How large something is: a whole number, a symbol such as `k`, or an expression in symbols. */
export type Size = number | string

/** No size is larger, so that products of a few are still exact. */
const largest = 1e8

/** A size that is given: a whole number, or a symbol. */
export function size(description: string, { max = largest } = {}) {
  const expected = "a whole number or a symbol such as `k`"
  return z
    .union([z.number(), z.string()], { error: ({ input }) => mustBe(expected, input) })
    .transform((input, context): Size => {
      if (typeof input === "string" && isSymbol(input)) return input
      const found = typeof input === "number" ? { value: input } : readNumber(input)
      const refuse = (message: string, code: string) =>
        complain(context, { path: [], code, message })
      if (!("value" in found)) refuse(mustBe(expected, input), "type")
      else if (!Number.isSafeInteger(found.value)) {
        refuse(`must be a whole number, but it is ${describe(input)}`, "range")
      } else if (found.value < 1 || found.value > max) {
        refuse(`must be between 1 and ${max}, but it is ${describe(input)}`, "range")
      } else return found.value
      return 1
    })
    .meta({ title: "size", description })
}

/** Two sizes, such as those of a matrix. */
export function sizePair(description: string) {
  const each = size("a size")
  return z
    .tuple([each, each], { error: ({ input }) => mustBe("a list of 2 sizes", input) })
    .meta({ title: "pair of sizes", description })
}

/** A count that follows from these sizes: a whole number, or an expression in their symbols. */
export function count(
  label: string,
  sizes: readonly (Size | undefined)[],
  more: Omit<Declared, "label"> = {},
): Answer<number> | Answer<string> {
  const names = symbolsIn(sizes)
  return names.length === 0
    ? answer.integer(label, { min: 0, ...more })
    : expression(label, { names, domain: "positive" }, more)
}

/** The same for a quotient of counts: an exact fraction. */
export function countRatio(
  label: string,
  sizes: readonly (Size | undefined)[],
  more: Omit<Declared, "label"> = {},
): Answer<Fraction> | Answer<string> {
  const names = symbolsIn(sizes)
  return names.length === 0
    ? answer.ratio(label, { min: 0, ...more })
    : expression(label, { names, domain: "positive" }, more)
}

export function symbolsIn(sizes: readonly (Size | undefined)[]): string[] {
  return [...new Set(sizes.filter(each => typeof each === "string"))]
}

/** The largest of the counts must be one that can be written down exactly. */
export function countable<G extends object>(
  names: readonly (keyof G & string)[],
  counts: (given: G) => readonly Size[],
) {
  return across<G>(names, given => {
    const tooLarge = counts(given).some(each => typeof each === "number" && !(each < 2 ** 53))
    const name = names.find(each => typeof given[each] === "number") ?? names[0]
    if (!tooLarge || name === undefined) return undefined
    const message = "leads to counts of 2^53 and more, which are too large to be exact"
    return { path: [name], code: "size", message }
  })
}

function isSymbol(text: string): boolean {
  return /^[A-Za-z]\w*$/.test(text) && !Object.hasOwn(constants, text) && isVariable(text)
}
