import { eachEntry, type Index, keyOf, mapEntries, type ReadCell } from "./entries.ts"
import { Fraction } from "./number.ts"
import type { Problem } from "./problem.ts"
import { run } from "./solve.ts"
import type { Answer, AnswerValue, At, Handed } from "./types.ts"

/** One computed entry: its value before anything was pinned over it. */
export interface Computed {
  leaf: AnswerValue
  from?: number
}

interface ComputedEntry extends Computed {
  index: Index
}

/** What a run computed, entry by entry, and what it handed over in order. */
export class Path {
  readonly handed: readonly Handed[]
  readonly #answers: Readonly<Record<string, Answer>>
  #entries: Map<string, Map<string, ComputedEntry>> | undefined
  readonly #scales = new Map<string, number>()

  constructor(answers: Readonly<Record<string, Answer>>, handed: readonly Handed[]) {
    this.#answers = answers
    this.handed = handed
  }

  entry(name: string, key: string): ComputedEntry | undefined {
    this.#entries ??= this.#index()
    return this.#entries.get(name)?.get(key)
  }

  entries(name: string): ReadonlyMap<string, ComputedEntry> {
    this.#entries ??= this.#index()
    return this.#entries.get(name) ?? new Map()
  }

  /** The largest absolute entry of an answer; of a record or a single number there is none but its own. */
  scale(name: string): number {
    const known = this.#scales.get(name)
    if (known !== undefined) return known
    const { type, separate = false } = this.#answers[name] ?? {}
    let largest = 0
    if (!separate && (type === "vector" || type === "grid" || type === "stack")) {
      for (const { leaf } of this.entries(name).values()) {
        if (typeof leaf === "number" && Number.isFinite(leaf))
          largest = Math.max(largest, Math.abs(leaf))
      }
    }
    this.#scales.set(name, largest)
    return largest
  }

  #index(): Map<string, Map<string, ComputedEntry>> {
    const entries = new Map<string, Map<string, ComputedEntry>>()
    for (const { name, at, value, from } of this.handed) {
      const answer = this.#answers[name]
      if (!answer) continue
      const own = entries.get(name) ?? new Map<string, ComputedEntry>()
      entries.set(name, own)
      const old = from === undefined ? undefined : leavesOf(answer, from, at)
      eachEntry(
        answer,
        value,
        (leaf, index) => {
          const before = old?.get(keyOf(index))
          own.set(keyOf(index), {
            leaf,
            index,
            ...(typeof before === "number" && { from: before }),
          })
        },
        prefixOf(at),
      )
    }
    return entries
  }
}

/** Says which of a student's entries stand in for a computed one. */
export type Choose = (name: string, cell: ReadCell, computed: AnswerValue, key: string) => boolean

export type Cells = ReadonlyMap<string, ReadonlyMap<string, ReadCell>>

/**
 * Runs the solver with chosen entries of a student's work standing in, and keeps what it computed
 * before they did. A run that throws or meets NaN failed: `undefined`, with the last piece in which
 * something stood in reported to `blame`.
 */
export function followed(
  problem: Problem,
  cells: Cells,
  choose: Choose,
  given?: object,
  blame?: (name: string, at: At | undefined) => void,
): Path | undefined {
  const answers = problem.kind.answers((given ?? problem.given) as never)
  const handed: Handed[] = []
  let last: Handed | undefined
  try {
    run(problem, {
      ...(given && { given }),
      pin: piece => {
        if (holdsNaN(piece.value)) throw new RangeError(`${piece.name} is not a number`)
        handed.push(piece)
        const own = cells.get(piece.name)
        const answer = answers[piece.name]
        if (!own || !answer) return undefined
        let pinned = false
        const value = mapEntries(
          answer,
          piece.value,
          (leaf, index) => {
            const key = keyOf(index)
            const cell = own.get(key)
            if (!cell || !choose(piece.name, cell, leaf, key)) return undefined
            pinned = true
            return cell.leaf
          },
          prefixOf(piece.at),
        )
        if (!pinned) return undefined
        last = piece
        return value
      },
    })
  } catch {
    if (last) blame?.(last.name, last.at)
    return undefined
  }
  return new Path(answers, handed)
}

export function prefixOf(at: At | undefined): Index {
  return at === undefined ? [] : [at]
}

function leavesOf(
  answer: Answer,
  value: AnswerValue,
  at: At | undefined,
): Map<string, AnswerValue> {
  const leaves = new Map<string, AnswerValue>()
  eachEntry(answer, value, (leaf, index) => leaves.set(keyOf(index), leaf), prefixOf(at))
  return leaves
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value)
  if (Array.isArray(value)) return value.some(holdsNaN)
  if (typeof value !== "object" || value === null || value instanceof Fraction) return false
  return Object.values(value).some(holdsNaN)
}
