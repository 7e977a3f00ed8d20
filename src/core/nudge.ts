import { eachEntry, keyOf, mapEntries } from "./entries.ts"
import { Fraction } from "./number.ts"
import { isCounted } from "./right.ts"
import type { Answer, AnswerValue, Point } from "./types.ts"

/**
 * Another admissible value for one entry: a number off by 10 % of `scale`, the largest entry of its
 * answer; a whole number by 1; another label, member or order. `undefined` where there is no other.
 */
export function nudgeEntry(
  answer: Answer,
  leaf: AnswerValue,
  scale: number,
): AnswerValue | undefined {
  if (leaf instanceof Fraction)
    return leaf.equals(0) ? new Fraction(1, 10) : leaf.mul(new Fraction(9, 10))
  if (typeof leaf === "number") return nudgeNumber(answer, leaf, scale)
  if (answer.comparison) return `2*(${leaf}) + 1`
  if (typeof leaf === "string") return answer.options?.find(option => option !== leaf)
  if (!Array.isArray(leaf)) return undefined
  if (answer.type === "points") return nudgePoints(leaf)
  return answer.type === "list" ? nudgeList(answer, leaf) : nudgeSet(answer, leaf)
}

/** The same value with the first entry that has another value nudged. */
export function nudge(answer: Answer, value: AnswerValue): AnswerValue | undefined {
  const scale = largestEntry(answer, value)
  let at: string | undefined
  const nudged = mapEntries(answer, value, (leaf, index) => {
    if (at !== undefined && at !== keyOf(index)) return undefined
    const other = nudgeEntry(answer, leaf, scale)
    if (other !== undefined) at = keyOf(index)
    return other
  })
  return at === undefined ? undefined : nudged
}

function nudgeNumber(answer: Answer, x: number, scale: number): number | undefined {
  if (!Number.isFinite(x)) return undefined
  const step = isCounted(answer) ? 1 : scale === 0 ? 0.1 : 0.1 * scale
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = answer
  return [x + step, x - step].find(other => other >= min && other <= max)
}

function nudgePoints(points: readonly Point[]): AnswerValue | undefined {
  return points.length > 0 ? points.slice(1) : undefined
}

/** Two neighbours swapped; of a list with only one member, another one. */
function nudgeList({ options }: Answer, members: readonly (number | string)[]) {
  const at = members.findIndex((each, i) => i > 0 && each !== members[i - 1])
  if (at > 0) {
    return members.map((each, i) => members[i === at ? at - 1 : i === at - 1 ? at : i] ?? each)
  }
  const [first] = members
  const other = options?.find(option => option !== first)
  return other === undefined ? undefined : [other, ...members.slice(1)]
}

/** Another member in the place of the first; none is taken out of nothing. */
function nudgeSet({ options }: Answer, members: readonly string[]): AnswerValue | undefined {
  const other = options?.find(option => !members.includes(option))
  if (other !== undefined) return [...members.slice(1), other]
  return members.length > 0 ? members.slice(1) : undefined
}

function largestEntry(answer: Answer, value: AnswerValue): number {
  let largest = 0
  eachEntry(answer, value, leaf => {
    if (typeof leaf === "number" && Number.isFinite(leaf))
      largest = Math.max(largest, Math.abs(leaf))
  })
  return largest
}
