import type { Step } from "./blocks.ts"
import type { Work } from "./kind.ts"
import type { Problem } from "./problem.ts"
import type { Answer, Answers, AnswerValue, At, Handed, Pin } from "./types.ts"

/** An answer as a run left it. */
export interface Answered {
  name: string
  answer: Answer
  value: AnswerValue
  /** Handed over piece by piece: its entries need one another. */
  sequential: boolean
}

/** What one pass of a solver said. */
export interface Run {
  /** In the order of the work. */
  answers: ReadonlyMap<string, Answered>
  handed: readonly Handed[]
  steps: readonly Step[]
}

interface RunOptions {
  /** Values that stand in for computed ones. */
  pin?: Pin
  /** Other givens than the problem's, such as a slip's. */
  given?: object
  /** Whether the steps are wanted; they cost more than the numbers. */
  steps?: boolean
}

/** The solution of a problem: nothing pinned, with its steps. */
export function solve(problem: Problem): Run {
  return run(problem, { steps: true })
}

/** One pass of the problem's solver. */
export function run(
  problem: Problem,
  { pin, given = problem.given, steps: wanted }: RunOptions = {},
): Run {
  const declared = problem.kind.answers(given as never)
  const recorder = new Recorder(declared, pin, wanted ?? false)
  problem.kind.solve(given as never, recorder)
  return recorder.finish()
}

/** Pins whole answers, or the pieces of those that are handed over piece by piece. */
export function pinned(values: Readonly<Record<string, AnswerValue>>): Pin {
  return ({ name, at }) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return at === undefined || value === undefined ? value : pieceOf(value, at)
  }
}

/** The words of every slip that this problem's solver knows. */
export function slipNames(problem: Problem, key: Run): string[] {
  const changedGivens = Object.keys(problem.kind.slips)
  const changedFormulas = key.handed.flatMap(({ slips }) => Object.keys(slips))
  return [...new Set([...changedGivens, ...changedFormulas])]
}

/**
 * A run under a slip, other pieces pinned by `pin`. A changed given changes every piece; a changed
 * formula only those it stands beside. `undefined` where the slip cannot happen or gives nothing.
 */
export function runSlip(problem: Problem, slip: string, pin?: Pin): Run | undefined {
  const changed = problem.kind.slips[slip]?.(problem.given as never)
  let met = changed !== undefined
  const pinSlip: Pin = handed => {
    const value = handed.slips[slip]
    if (value === undefined) return pin?.(handed)
    met = true
    return value
  }
  try {
    const slipped = run(problem, { given: { ...problem.given, ...changed }, pin: pinSlip })
    return met ? slipped : undefined
  } catch {
    return undefined
  }
}

/** Gathers what a solver says and hands back what it must go on with. */
class Recorder implements Work<Answers> {
  readonly #declared: Answers
  readonly #pin: Pin | undefined
  readonly #wanted: boolean
  readonly #answers = new Map<string, Answered>()
  readonly #handed: Handed[] = []
  readonly #steps: Step[] = []

  constructor(declared: Answers, pin: Pin | undefined, wanted: boolean) {
    this.#declared = declared
    this.#pin = pin
    this.#wanted = wanted
  }

  step(title: string, blocks: () => Step["blocks"]): void {
    if (this.#wanted) this.#steps.push({ title, blocks: blocks(), after: this.#handed.length })
  }

  answer(...[name, value, slips = {}, more]: Parameters<Work<Answers>["answer"]>): never {
    if (this.#answers.has(name)) throw new Error(`the answer ${name} was handed over twice`)
    const used = this.#hand({ name, value, slips, ...more })
    this.#answers.set(name, { name, answer: this.#answer(name), value: used, sequential: false })
    return used as never
  }

  part(...[name, at, value, slips = {}, more]: Parameters<Work<Answers>["part"]>): never {
    const handed = { name, at, value, slips, ...more } as Handed
    const used = this.#hand(handed)
    const before = this.#answers.get(name)
    const grown = withPiece(before?.value, at, used)
    this.#answers.set(name, { name, answer: this.#answer(name), value: grown, sequential: true })
    return used as never
  }

  finish(): Run {
    for (const [name, { optional }] of Object.entries(this.#declared)) {
      if (!optional && !this.#answers.has(name))
        throw new Error(`the answer ${name} was not handed over`)
    }
    return { answers: this.#answers, handed: this.#handed, steps: this.#steps }
  }

  #hand(handed: Handed): AnswerValue {
    const value = this.#pin?.(handed) ?? handed.value
    this.#handed.push(value === handed.value ? handed : { ...handed, value })
    return value
  }

  #answer(name: string): Answer {
    const answer = this.#declared[name]
    if (!answer) throw new Error(`the answer ${name} is not declared`)
    return answer
  }
}

/** The piece of a value that belongs at an index or a name. */
export function pieceOf(value: AnswerValue, at: At): AnswerValue | undefined {
  if (typeof value !== "object") return undefined
  return Object.hasOwn(value, at) ? (value as Readonly<Record<At, AnswerValue>>)[at] : undefined
}

function withPiece(before: AnswerValue | undefined, at: At, piece: AnswerValue): AnswerValue {
  if (typeof at === "string") return { ...(before as object), [at]: piece } as AnswerValue
  const pieces = before === undefined ? [] : [...(before as readonly AnswerValue[])]
  pieces[at] = piece
  return pieces as unknown as AnswerValue
}
