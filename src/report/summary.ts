import type { AnswerReport, SubmissionReport } from "../core/feedback.ts"
import type { Verdict } from "../core/grade.ts"
import { Fraction } from "../core/number.ts"
import { percentOf } from "../render/points.ts"
import { isRight } from "./words.ts"

/** What a class did; made of counts only. */
export interface ClassSummary {
  sheets: number
  graded: number
  /** Sheets that could not be read; they count nowhere below. */
  unreadable: number
  /** Over all sheets; absent where points are not told. */
  points?: Fraction
  outOf: Fraction
  /** In per cent; absent where points are not told, or none can be earned. */
  mean?: Fraction
  median?: Fraction
  /** Sheets from 0 % on, from 10 % on, …; the last one includes 100 %. */
  bins: readonly number[]
  /** Graded sheets that do not reach the pass mark. */
  belowPass?: number
  pass?: Fraction
  /** The asked answers, the one most often missed first. */
  answers: readonly AnswerCount[]
  /** The proved mistakes, the one most often made first. */
  slips: readonly SlipCount[]
}

export interface AnswerCount {
  problem: string
  name: string
  /** The sheets that were asked for it. */
  sheets: number
  /** Those where it is neither right nor follows from earlier work. */
  missed: number
  verdicts: Readonly<Record<Verdict, number>>
}

export interface SlipCount {
  problem: string
  name: string
  code: string
  /** The kind's words for it; a general slip has none. */
  slip?: string
  count: number
}

/** Gathers a summary from reports one by one; its memory does not grow with the class. */
export class ClassTally {
  readonly #pass: Fraction | undefined
  #sheets = 0
  #graded = 0
  #points: Fraction | undefined
  #outOf = new Fraction(0)
  #belowPass = 0
  #percents = new Fraction(0)
  /** How many sheets have so many hundredths of a per cent. */
  readonly #scores = new Map<number, number>()
  readonly #bins: number[] = Array(10).fill(0)
  readonly #answers = new Map<string, Tallied<AnswerCount>>()
  readonly #slips = new Map<string, Tallied<SlipCount>>()

  constructor(pass?: Fraction) {
    this.#pass = pass
  }

  add({ readable, points, outOf, problems }: SubmissionReport): void {
    this.#sheets += 1
    this.#outOf = this.#outOf.add(outOf)
    if (points) this.#points = (this.#points ?? new Fraction(0)).add(points)
    if (!readable) return
    this.#graded += 1
    const percent = points && percentOf(points, outOf)
    if (percent) this.#score(percent)
    for (const { problem, answers } of problems) {
      for (const answer of answers) if (answer.asked) this.#answer(problem, answer)
    }
  }

  summary(): ClassSummary {
    const scored = [...this.#scores.values()].reduce((sum, count) => sum + count, 0)
    return {
      sheets: this.#sheets,
      graded: this.#graded,
      unreadable: this.#sheets - this.#graded,
      ...(this.#points && { points: this.#points }),
      outOf: this.#outOf,
      ...(scored > 0 && { mean: this.#percents.div(scored), median: this.#median(scored) }),
      bins: [...this.#bins],
      ...(this.#pass && this.#points && { pass: this.#pass, belowPass: this.#belowPass }),
      answers: [...this.#answers.values()]
        .filter(({ missed }) => missed > 0)
        .sort((a, b) => b.missed / b.sheets - a.missed / a.sheets || b.missed - a.missed),
      slips: [...this.#slips.values()].sort((a, b) => b.count - a.count),
    }
  }

  #score(percent: Fraction): void {
    this.#percents = this.#percents.add(percent)
    const hundredths = Math.round(percent.mul(100).valueOf())
    this.#scores.set(hundredths, (this.#scores.get(hundredths) ?? 0) + 1)
    const bin = Math.min(9, Math.max(0, Math.floor(percent.div(10).valueOf())))
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    if (this.#pass && percent.compare(this.#pass.mul(100)) < 0) this.#belowPass += 1
  }

  #answer(problem: string, answer: AnswerReport): void {
    const { name, verdict, reason } = answer
    const key = `${problem}\u0000${name}`
    const count = this.#answers.get(key) ?? {
      problem,
      name,
      sheets: 0,
      missed: 0,
      verdicts: { ...noVerdicts },
    }
    count.sheets += 1
    count.missed += isRight(verdict) ? 0 : 1
    count.verdicts[verdict] += 1
    this.#answers.set(key, count)
    if (!reason || notSlips.has(reason.code)) return
    const { code, slip } = reason
    const slipKey = `${key}\u0000${code}\u0000${slip ?? ""}`
    const made = this.#slips.get(slipKey) ?? {
      problem,
      name,
      code,
      ...(slip !== undefined && { slip }),
      count: 0,
    }
    made.count += 1
    this.#slips.set(slipKey, made)
  }

  /** The middle of the scores, of an even number of them the mean of the two in the middle. */
  #median(scored: number): Fraction {
    const sorted = [...this.#scores].sort(([a], [b]) => a - b)
    const at = (rank: number): number => {
      let passed = 0
      for (const [score, count] of sorted) {
        passed += count
        if (passed > rank) return score
      }
      return 0
    }
    const middle = at(Math.floor((scored - 1) / 2)) + at(Math.floor(scored / 2))
    return new Fraction(middle, 200)
  }
}

/** A count while it still grows. */
type Tallied<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<Verdict, number>>
    ? Record<Verdict, number>
    : T[K]
}

const noVerdicts: Record<Verdict, number> = {
  correct: 0,
  carried: 0,
  imprecise: 0,
  partial: 0,
  wrong: 0,
  missing: 0,
  unreadable: 0,
}

/** Reasons that say something else than which mistake was made. */
const notSlips: ReadonlySet<string> = new Set([
  "unreadable",
  "imprecise",
  "shape",
  "one-value",
  "nothing-left",
  "implied",
])
