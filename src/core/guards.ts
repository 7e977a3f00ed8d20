import { Fraction } from "./number.ts"
import type { Answer, AnswerValue } from "./types.ts"

// Guards of fairness: a mistake must have cost something before it is carried, and must leave
// work to do. What they turn away was found by simulating sheets of zeros, ones and roundings.

/** A wrong entry: what was written, and what is right. */
export type Wrong = readonly [written: { leaf: AnswerValue }, right: AnswerValue | undefined]

/**
 * Whether the wrong entries of an answer, or of a whole sheet, are too empty to be followed: more
 * than half of its `size` entries, all one value or all 0 and ±1, where the right ones are not.
 */
export function isEmptyWork(wrong: readonly Wrong[], size: number): boolean {
  if (size < 2 || wrong.length * 2 <= size) return false
  const written = wrong.map(([{ leaf }]) => leaf)
  const right = wrong.flatMap(([, leaf]) => (leaf === undefined ? [] : [leaf]))
  return isOneValue(written) && !isOneValue(right)
}

/**
 * Whether an answer is written with one value, or only 0 and ±1, where the right one is not. Of two
 * entries, one may well be right and the other by mistake the same: 0 and ±1 alone count there.
 */
export function isNoWork(written: readonly AnswerValue[], right: readonly AnswerValue[]): boolean {
  if (written.length < 2 || isOneValue(right)) return false
  return written.length === 2 ? isZerosAndOnes(written) : isOneValue(written)
}

/** All one value, or nothing but 0 and ±1. */
function isOneValue(leaves: readonly AnswerValue[]): boolean {
  if (leaves.some(leaf => magnitudeOf(leaf) === undefined)) return false
  return new Set(leaves.map(signedOf)).size === 1 || isZerosAndOnes(leaves)
}

function isZerosAndOnes(leaves: readonly AnswerValue[]): boolean {
  return leaves.map(magnitudeOf).every(x => x === 0 || x === 1)
}

/**
 * Whether a carried answer says less than the key: zero where there is a number, fewer than half
 * as many different magnitudes (to three digits), nothing or everything of a set.
 */
export function countsAsNothing(
  answer: Answer,
  written: readonly AnswerValue[],
  expected: readonly AnswerValue[],
): boolean {
  if (written.length === 0) return expected.length > 0
  const [first] = written
  const [right] = expected
  if (Array.isArray(first) && Array.isArray(right)) {
    const says = (members: readonly unknown[]) =>
      members.length > 0 && members.length !== answer.options?.length
    return says(right) && !says(first)
  }
  return distinct(written) * 2 < distinct(expected)
}

/** How many different non-zero magnitudes there are, to three digits. */
function distinct(leaves: readonly AnswerValue[]): number {
  const magnitudes = leaves.flatMap(leaf => {
    const x = magnitudeOf(leaf)
    return x === undefined || x === 0 ? [] : [x.toPrecision(3)]
  })
  return new Set(magnitudes).size
}

function magnitudeOf(leaf: AnswerValue): number | undefined {
  const x = signedOf(leaf)
  return typeof x === "number" ? Math.abs(x) : undefined
}

function signedOf(leaf: AnswerValue): AnswerValue {
  return leaf instanceof Fraction ? leaf.valueOf() : typeof leaf === "bigint" ? Number(leaf) : leaf
}
