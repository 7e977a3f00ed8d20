import { eachEntry, keyOf, mapEntries } from "../../src/core/entries.ts"
import type { EntryMark, ProblemMark } from "../../src/core/grade.ts"
import { Fraction } from "../../src/core/number.ts"
import { prefixOf } from "../../src/core/paths.ts"
import type { Problem } from "../../src/core/problem.ts"
import { isCounted } from "../../src/core/right.ts"
import { type Run, run } from "../../src/core/solve.ts"
import type { Answer, AnswerValue, At, Handed, Pin } from "../../src/core/types.ts"
import { infinite, type Pen } from "./sheets.ts"

/** A student who rounds every real number to `n` significant digits as soon as it is computed. */
export function rounding(key: Run, n: number): { pin: Pin; pen: Pen } {
  const isReal = (name: string) => {
    const answer = key.answers.get(name)?.answer
    return answer !== undefined && real.has(answer.type) && !isCounted(answer)
  }
  const round = (leaf: AnswerValue) =>
    typeof leaf === "number" && Number.isFinite(leaf) ? Number(leaf.toPrecision(n)) : undefined
  return {
    pin: ({ name, at, value }) => {
      const answer = key.answers.get(name)?.answer
      return answer && isReal(name) ? mapEntries(answer, value, round, prefixOf(at)) : undefined
    },
    pen: (x, name) => {
      if (!Number.isFinite(x)) return infinite(x)
      const rounded = isReal(name) ? Number(x.toPrecision(n)) : x
      return !isReal(name) || Number.isInteger(rounded) ? String(rounded) : x.toPrecision(n)
    },
  }
}

const real: ReadonlySet<string> = new Set(["number", "vector", "grid", "stack", "record"])

/** A piece of an answer with its wrong entries. */
export interface Piece extends Pick<Handed, "name" | "at"> {
  wrong: readonly EntryMark[]
}

/** The first piece with wrong entries, in the order of the work. */
export function firstWrong(mark: ProblemMark, key: Run): Piece | undefined {
  for (const { name, at } of key.handed) {
    const entries = mark.answers.find(each => each.name === name)?.entries ?? []
    const wrong = entries.filter(
      ({ verdict, index }) => verdict === "wrong" && (at === undefined || index[0] === at),
    )
    if (wrong.length > 0) return { name, wrong, ...(at !== undefined && { at }) }
  }
  return undefined
}

/** Whether a slip gives what was written at a piece, going on with what was written before it. */
export function explains(
  problem: Problem,
  slip: string,
  piece: Piece,
  slipped: Run,
  pen: Pen,
): boolean {
  const changed = problem.kind.slips[slip]?.(problem.given as never)
  let found: AnswerValue | undefined
  let answer: Answer | undefined
  try {
    const given = { ...problem.given, ...changed }
    answer = problem.kind.answers(given as never)[piece.name]
    run(problem, {
      given,
      pin: ({ name, at, value, slips }) => {
        const here = name === piece.name && at === piece.at
        if (here) found = slips[slip] ?? (changed && value)
        return slipped.handed.find(each => each.name === name && each.at === at)?.value
      },
    })
  } catch {
    return false
  }
  const own = slipped.answers.get(piece.name)
  if (found === undefined || !answer || !own) return false
  const [tried, wrote] = [leavesOf(answer, found, piece.at), leavesOf(own.answer, own.value)]
  return piece.wrong.every(({ index }) => {
    const [a, b] = [tried.get(keyOf(index)), wrote.get(keyOf(index))]
    if (a === undefined || b === undefined || Math.abs(Number(a)) === Infinity) return false
    return typeof a === "number" && typeof b === "number"
      ? pen(a, piece.name) === pen(b, piece.name)
      : said(a) === said(b)
  })
}

/** The entries of a value, or of a piece that belongs at `at`, by their key. */
export function leavesOf(answer: Answer, value: AnswerValue, at?: At): Map<string, AnswerValue> {
  const leaves = new Map<string, AnswerValue>()
  eachEntry(answer, value, (leaf, index) => leaves.set(keyOf(index), leaf), prefixOf(at))
  return leaves
}

/** Whether two runs answered the same things in the same sizes. */
export function sameForm(a: Run, b: Run): boolean {
  const form = ({ answers }: Run) =>
    JSON.stringify(
      [...answers.values()].map(({ name, answer, value }) => [
        name,
        ...leavesOf(answer, value).keys(),
      ]),
    )
  return form(a) === form(b)
}

/** A leaf as text, `3/4` for a fraction. */
export function said(leaf: AnswerValue): string {
  if (leaf instanceof Fraction) return leaf.toFraction()
  return typeof leaf === "object" ? JSON.stringify(leaf) : String(leaf)
}
