import { eachEntry, keyOf, mapEntries } from "../../src/core/entries.ts"
import type { EntryMark, ProblemMark } from "../../src/core/grade.ts"
import { Fraction } from "../../src/core/number.ts"
import { prefixOf } from "../../src/core/paths.ts"
import type { Problem } from "../../src/core/problem.ts"
import type { Reason } from "../../src/core/reasons.ts"
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

/** A piece of an answer with its wrong entries, or an answer of another shape with none. */
export interface Piece extends Pick<Handed, "name" | "at"> {
  wrong: readonly EntryMark[]
  reason?: Reason
}

/** The first piece with wrong entries, in the order of the work. */
export function firstWrong({ answers }: ProblemMark, key: Run): Piece | undefined {
  for (const { name, at } of key.handed) {
    const mark = answers.find(each => each.name === name)
    if (!mark?.written) continue
    const { entries, reason } = mark
    const wrong = entries.filter(
      ({ verdict, index }) => open.has(verdict) && (at === undefined || index[0] === at),
    )
    if (wrong.length === 0 && entries.length > 0) continue
    const said = entries.length === 0 ? reason : wrong[0]?.reason
    return { name, wrong, ...(at !== undefined && { at }), ...(said && { reason: said }) }
  }
  return undefined
}

const open: ReadonlySet<string> = new Set(["wrong", "partial"])

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
  const places = new Set(piece.wrong.map(({ index }) => keyOf(index)))
  const all = new Set([...tried.keys(), ...wrote.keys()])
  const scale = Math.max(0, ...[...wrote.values()].map(x => Math.abs(Number(x)) || 0))
  return [...all].every(place => {
    const [a, b] = [tried.get(place), wrote.get(place)]
    // What was written right must agree as well, as far as a grader tells numbers apart.
    if (places.size > 0 && !places.has(place)) return a === undefined || agrees(a, b, answer, scale)
    if (a === undefined || b === undefined || Math.abs(Number(a)) === Infinity) return false
    return typeof a === "number" && typeof b === "number"
      ? pen(a, piece.name) === pen(b, piece.name)
      : said(a) === said(b)
  })
}

/** Within the room for rounding: 0.5 % of the number, 0.1 % of the largest, 1 % of it for shares. */
function agrees(
  a: AnswerValue,
  b: AnswerValue | undefined,
  answer: Answer,
  scale: number,
): boolean {
  if (typeof a !== "number" || typeof b !== "number") return b !== undefined && said(a) === said(b)
  if (a === b || !Number.isFinite(a) || !Number.isFinite(b)) return a === b
  const shares = answer.min === 0 && answer.max === 1 && answer.type !== "number"
  const whole = Number.isInteger(a) && Number.isInteger(b)
  const room = whole ? 0 : Math.max(0.005 * Math.abs(a), (shares ? 0.01 : 0.001) * scale)
  return Math.abs(a - b) <= room
}

/** The entries of a value, or of a piece that belongs at `at`, by their key. */
export function leavesOf(answer: Answer, value: AnswerValue, at?: At): Map<string, AnswerValue> {
  const leaves = new Map<string, AnswerValue>()
  eachEntry(answer, value, (leaf, index) => leaves.set(keyOf(index), leaf), prefixOf(at))
  return leaves
}

/** Whether a run answered what the key does, in the same sizes. */
export function sameForm(run: Run, key: Run): boolean {
  return [...key.answers.values()].every(({ name, answer, value }) => {
    const own = run.answers.get(name)
    if (!own) return false
    const [a, b] = [leavesOf(own.answer, own.value), leavesOf(answer, value)]
    return [...a.keys()].join() === [...b.keys()].join()
  })
}

/** A leaf as text, `3/4` for a fraction. */
export function said(leaf: AnswerValue): string {
  if (leaf instanceof Fraction) return leaf.toFraction()
  return typeof leaf === "object" ? JSON.stringify(leaf) : String(leaf)
}
