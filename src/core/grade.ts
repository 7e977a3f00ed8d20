import { collectionCredit, setCredit } from "./credit.ts"
import {
  type Cell,
  type Index,
  isCollection,
  isShape,
  keyOf,
  type ReadCell,
  type Reading,
  readAnswer,
} from "./entries.ts"
import { countsAsNothing, isEmptyWork, isNoWork, type Wrong } from "./guards.ts"
import { neededBy } from "./implied.ts"
import { Fraction } from "./number.ts"
import { type Computed, followed, Path } from "./paths.ts"
import { type Shares, sharePoints } from "./points.ts"
import type { Problem, Settings } from "./problem.ts"
import { type Placed, provenSlip, type Reason, slipValues } from "./reasons.ts"
import { type Fit, fitOf, isCounted, isRough, ofEntry } from "./right.ts"
import { type Run, run } from "./solve.ts"
import type { Span, Written, WrittenEntry } from "./source.ts"
import type { Answer, AnswerValue } from "./types.ts"

export type Verdict =
  | "correct"
  | "carried"
  | "imprecise"
  | "partial"
  | "wrong"
  | "missing"
  | "unreadable"

/** A problem made ready for grading: its key is computed once for all submissions. */
export interface Marking {
  problem: Problem
  key: Run
  keyPath: Path
  shares: Shares
  /** The answers in the order they are listed, asked or not. */
  names: readonly string[]
}

/** What one entry earned, and against what; holds right values, so it never leaves as it is. */
export interface EntryMark {
  index: Index
  verdict: Verdict
  /** Between 0 and 1. */
  credit: Fraction
  text: string
  span?: Span
  /** Absent where the key has no entry of that name. */
  expected?: AnswerValue
  /** What follows from the student's own earlier work. */
  own?: AnswerValue
  reason?: Reason
  /** Of a carried one: the answer that counts as only written down wrong, or where its slip was proved. */
  without?: string
  under?: string
}

export interface AnswerMark {
  name: string
  answer: Answer
  verdict: Verdict
  points: Fraction
  outOf: Fraction
  asked: boolean
  written?: { key: Span; value: Written }
  entries: readonly EntryMark[]
  /** The student's answers that a carried one follows from. */
  sources: readonly string[]
  reason?: Reason
  expected: AnswerValue
  /** Right, though it does not follow from the student's own earlier work. */
  review: boolean
}

export interface ProblemMark {
  problem: Problem
  points: Fraction
  outOf: Fraction
  answers: readonly AnswerMark[]
  firstMistake?: { name: string; index: Index }
}

/** Answers as a sheet holds them; `broken` ones had a YAML error of their own. */
export interface SheetAnswers {
  answers: ReadonlyMap<string, WrittenEntry>
  broken?: ReadonlyMap<string, string>
}

export function prepare(problem: Problem): Marking {
  const key = run(problem)
  const names = [...key.answers.keys()]
  const keyPath = new Path(problem.kind.answers(problem.given as never), key.handed)
  return { problem, key, keyPath, shares: sharePoints(problem, names), names }
}

/**
 * Grades one sheet's answers to one problem: against the key, then along the right path, then along
 * the student's own path (see "Grading" in the README).
 */
export function gradeProblem(marking: Marking, sheet: SheetAnswers): ProblemMark {
  return new Grader(marking, sheet).grade()
}

const full = new Fraction(1)
const nothing = new Fraction(0)

class Grader {
  readonly #marking: Marking
  readonly #problem: Problem
  readonly #sheet: SheetAnswers
  readonly #readings = new Map<string, Reading>()
  readonly #cells: Map<string, Map<string, ReadCell>> = new Map()
  readonly #right = new Set<string>()
  /** Wrong entries that do not stand in on the own path. */
  #refused = new Set<string>()
  #own: Path | undefined
  #rightPath: Path | undefined
  readonly #without = new Map<string, Path | undefined>()
  readonly #righted = new Map<string, Path | undefined>()
  readonly #under = new Map<string, Path | undefined>()
  readonly #proven: { slip: string; path: Path; name: string }[] = []
  readonly #marks = new Map<string, Map<string, EntryMark>>()

  constructor(marking: Marking, sheet: SheetAnswers) {
    this.#marking = marking
    this.#problem = marking.problem
    this.#sheet = sheet
  }

  grade(): ProblemMark {
    this.#read()
    if (!this.#allRight()) this.#follow()
    this.#judge()
    if (this.#problem.implied) this.#imply()
    const answers = this.#marking.names.map(name => this.#answerMark(name))
    const points = answers.reduce((sum, each) => sum.add(each.points), nothing)
    const first = this.#firstMistake(answers)
    return {
      problem: this.#problem,
      points,
      outOf: this.#marking.shares.total,
      answers,
      ...(first && { firstMistake: first }),
    }
  }

  #read(): void {
    for (const { name, answer, value } of this.#marking.key.answers.values()) {
      const broken = this.#sheet.broken?.get(name)
      const written = this.#sheet.answers.get(name)?.value
      const reading: Reading =
        broken === undefined
          ? readAnswer(answer, value, written, this.#problem.expressions)
          : { state: "unreadable", reason: broken }
      this.#readings.set(name, reading)
      if (reading.state !== "read") continue
      const own = new Map<string, ReadCell>()
      for (const [key, cell] of reading.cells) if (cell.state === "value") own.set(key, cell)
      this.#cells.set(name, own)
    }
  }

  /** Marks what is right against the key; whether that is everything. */
  #allRight(): boolean {
    let all = true
    for (const name of this.#marking.names) {
      for (const [key, expected] of this.#marking.keyPath.entries(name)) {
        const cell = this.#cells.get(name)?.get(key)
        if (cell && this.#fits(name, cell, expected, this.#marking.keyPath) === "right")
          this.#right.add(id(name, key))
        else all = false
      }
    }
    return all
  }

  /** Entries under names that the key has not, where the names are asked. */
  #extras(name: string): string[] {
    const expected = this.#marking.keyPath.entries(name)
    return [...(this.#cellsOf(name)?.keys() ?? [])].filter(key => !expected.has(key))
  }

  #follow(): void {
    const { keyPath } = this.#marking
    this.#rightPath = followed(this.#problem, this.#cells, (name, cell, leaf, key) => {
      if (this.#right.has(id(name, key))) return true
      const from = keyPath.entry(name, key)?.from
      const computed = { leaf, ...(from !== undefined && { from }) }
      return this.#fits(name, cell, computed, keyPath) === "right"
    })
    for (const [name, cells] of this.#cells) {
      for (const [key, cell] of cells) {
        const computed = this.#rightPath?.entry(name, key)
        if (computed && this.#fits(name, cell, computed, this.#rightPath ?? keyPath) === "right") {
          this.#right.add(id(name, key))
        }
      }
    }
    this.#refused = this.#refuse()
    this.#own = this.#ownPath()
  }

  /** The student's own path; what makes the run fail is refused until it does not. */
  #ownPath(): Path | undefined {
    for (let tries = 0; tries < 32; tries++) {
      let blamed: string | undefined
      const path = followed(this.#problem, this.#cells, this.#stands(), undefined, (name, at) => {
        blamed = id(name, at === undefined ? "" : String(at))
        for (const key of this.#cells.get(name)?.keys() ?? []) {
          if (at === undefined || key === String(at) || key.startsWith(`${at}\u0000`))
            this.#refused.add(id(name, key))
        }
      })
      if (path || blamed === undefined) return path
    }
    return undefined
  }

  #stands(except?: string) {
    return (name: string, cell: ReadCell, computed: AnswerValue, key: string): boolean =>
      name !== except &&
      !this.#refused.has(id(name, key)) &&
      (isAdmissible(this.#answer(name), cell) || cell.leaf === computed)
  }

  /** Wrong entries that may not be followed: they cost nothing, or say nothing. */
  #refuse(): Set<string> {
    const refused = new Set<string>()
    const numbers = [...this.#cells].flatMap(([name, cells]) =>
      [...cells].flatMap(([key, cell]) => (cell.literal ? [{ name, key, cell }] : [])),
    )
    const wrongNumbers = numbers.flatMap(({ name, key, cell }) =>
      this.#right.has(id(name, key)) ? [] : [this.#wrong(name, key, cell)],
    )
    const emptySheet = isEmptyWork(wrongNumbers, numbers.length)
    for (const [name, cells] of this.#cells) {
      const wrong = [...cells].filter(([key]) => !this.#right.has(id(name, key)))
      const pairs = wrong.map(([key, cell]) => this.#wrong(name, key, cell))
      const empty = emptySheet || isEmptyWork(pairs, this.#marking.keyPath.entries(name).size)
      const rounded = this.#rough(name).length > 0 && wrong.some(([key]) => this.#isOff(name, key))
      if (this.#isWorth(name) && !empty && !rounded) continue
      for (const [key] of wrong) refused.add(id(name, key))
    }
    return refused
  }

  #wrong(name: string, key: string, cell: ReadCell): Wrong {
    return [cell, this.#marking.keyPath.entry(name, key)?.leaf]
  }

  /** The entries of an answer that are rounded too coarsely, where they are more than half of it. */
  #rough(name: string): string[] {
    const { keyPath } = this.#marking
    const answer = this.#answer(name)
    const expected = keyPath.entries(name)
    const rough = [...(this.#cells.get(name) ?? [])].flatMap(([key, { literal, index }]) => {
      const x = expected.get(key)?.leaf
      if (!literal || typeof x !== "number" || isCounted(ofEntry(answer, index))) return []
      return isRough(literal, x, keyPath.scale(name), this.#settings(name)) ? [key] : []
    })
    return expected.size > 1 && rough.length * 2 > expected.size ? rough : []
  }

  /** Whether an entry is neither right nor coarsely right. */
  #isOff(name: string, key: string): boolean {
    const cell = this.#cells.get(name)?.get(key)
    return [this.#marking.keyPath, this.#rightPath].every(path => {
      const computed = path?.entry(name, key)
      return !cell || !path || !computed || this.#fits(name, cell, computed, path) === "off"
    })
  }

  #judge(): void {
    const seen = new Set<string>()
    for (const { name, at } of this.#marking.key.handed) {
      const entries = this.#marking.keyPath.entries(name)
      const prefix = at === undefined ? undefined : String(at)
      const keys = [...entries.keys()].filter(
        key => prefix === undefined || key === prefix || key.startsWith(`${prefix}\u0000`),
      )
      this.#judgePiece(name, keys, [...seen])
      seen.add(name)
    }
    for (const name of this.#marking.names) {
      const extras = this.#extras(name)
      if (extras.length > 0) this.#judgePiece(name, extras, [])
    }
  }

  #judgePiece(name: string, keys: readonly string[], earlier: readonly string[]): void {
    const marks = this.#marks.get(name) ?? new Map<string, EntryMark>()
    this.#marks.set(name, marks)
    const open: Placed[] = []
    const right: Placed[] = []
    for (const key of keys) {
      const cell = this.#cellOf(name, key)
      const mark = this.#settle(name, key, cell, earlier)
      marks.set(key, mark)
      if (cell?.state !== "value") continue
      if (mark.verdict === "wrong" || mark.verdict === "partial") open.push({ key, cell })
      else right.push({ key, cell })
    }
    if (open.length === 0) return
    const reason = this.#prove(name, open, right)
    if (!reason) return
    for (const { key } of open) {
      const mark = marks.get(key)
      if (mark) marks.set(key, { ...mark, reason })
    }
  }

  /** The first verdict that holds for one entry. */
  #settle(
    name: string,
    key: string,
    cell: Cell | undefined,
    earlier: readonly string[],
  ): EntryMark {
    const expected = this.#marking.keyPath.entry(name, key)
    const index = expected?.index ?? cell?.index
    if (!index) throw new RangeError(`${name} has no entry ${key}`)
    const own = this.#own?.entry(name, key)
    const settings = this.#settings(name)
    const base = {
      index,
      text: cell ? writtenText(cell) : "",
      ...(expected && { expected: expected.leaf }),
      ...(cell && { span: cell.span }),
      ...(own && { own: own.leaf }),
    }
    const mark = (verdict: Verdict, credit: Fraction, reason?: Reason): EntryMark => ({
      verdict,
      credit,
      ...base,
      ...(reason && { reason }),
    })
    // Where names are asked, not to write one may be what follows.
    if (this.#answer(name).open && !cell?.text && this.#own && !own)
      return mark("carried", new Fraction(settings.carried ?? 1))
    if (!cell || cell.state === "missing") return mark("missing", nothing)
    if (cell.state === "unreadable") return mark("unreadable", nothing, unreadable(cell))
    if (this.#right.has(id(name, key))) return mark("correct", full)

    const carriedCredit = new Fraction(settings.carried ?? 1)
    // Of a few labels one follows from nearly everything, so for them only the whole path counts.
    const isLabel = typeof expected?.leaf === "string"
    const others: { path: Path | undefined; without?: string }[] = [
      { path: this.#own },
      ...earlier
        .filter(each => !isLabel && this.#hasWrong(each))
        .map(without => ({ path: this.#pathWithout(without), without })),
    ]
    for (const { path, without } of others) {
      const computed = path?.entry(name, key)
      if (path && computed && this.#fits(name, cell, computed, path) === "right")
        return { ...mark("carried", carriedCredit), ...(without !== undefined && { without }) }
    }
    const scale = this.#own?.scale(name) ?? this.#marking.keyPath.scale(name)
    for (const { slip, path, name: under } of this.#proven) {
      const leaf =
        this.#own && slipValues(this.#own, path, this.#answer(name), name, slip)?.get(key)
      if (leaf !== undefined && this.#fit(name, cell, { leaf }, scale) === "right")
        return { ...mark("carried", carriedCredit), under }
    }

    const paths = [this.#marking.keyPath, this.#rightPath, ...others.map(({ path }) => path)]
    const targets = paths.flatMap(path => {
      const computed = path?.entry(name, key)
      return computed && path ? [this.#fits(name, cell, computed, path)] : []
    })
    if (targets.includes("imprecise")) {
      return mark("imprecise", new Fraction(settings.imprecise ?? 0.5), coarse(cell))
    }
    const partial = this.#partialCredit(name, cell, [expected, this.#rightPath?.entry(name, key)])
    return partial.compare(0) > 0 ? mark("partial", partial) : mark("wrong", nothing)
  }

  #prove(name: string, open: readonly Placed[], right: readonly Placed[]): Reason | undefined {
    if (!this.#own) return undefined
    const proof = provenSlip({
      problem: this.#problem,
      answer: this.#answer(name),
      name,
      open,
      refutes: values => this.#refutes(name, right, values),
      own: this.#own,
      under: slip => this.#pathUnder(slip),
    })
    if (proof?.slip !== undefined && this.#isWorth(name))
      this.#proven.push({ slip: proof.slip, path: proof.path, name })
    return proof?.reason
  }

  /** Whether a slip would have changed an entry of the same piece that was written right. */
  #refutes(
    name: string,
    right: readonly Placed[],
    values: ReadonlyMap<string, AnswerValue>,
  ): boolean {
    const scale = this.#own?.scale(name) ?? 0
    return right.some(({ key, cell }) => {
      const leaf = values.get(key)
      return leaf !== undefined && this.#fit(name, cell, { leaf }, scale) === "off"
    })
  }

  #answerMark(name: string): AnswerMark {
    const { key, shares, keyPath } = this.#marking
    const answered = key.answers.get(name)
    const reading = this.#readings.get(name)
    if (!answered || !reading) throw new RangeError(`${name} is not an answer`)
    const { answer, value: expected } = answered
    const outOf = shares.worth.get(name) ?? nothing
    const written = this.#sheet.answers.get(name)
    const base = {
      name,
      answer,
      outOf,
      asked: shares.worth.has(name),
      expected,
      ...(written && { written }),
    }
    const marks = [...(this.#marks.get(name)?.values() ?? [])]
    const implied = reading.state === "missing" && marks.some(isImplied)
    if (reading.state !== "read" && !implied) {
      const verdict = reading.state === "misshapen" ? "wrong" : reading.state
      const reason =
        reading.state === "misshapen"
          ? (this.#proveMisshapen(name, reading) ?? shapeReason(reading.message, answer))
          : reading.state === "unreadable"
            ? unreadable(reading)
            : undefined
      return {
        verdict,
        points: nothing,
        entries: [],
        sources: [],
        review: false,
        ...base,
        ...(reason && { reason }),
      }
    }
    const entries = this.#guarded(name, answer, marks, keyPath.entries(name))
    const whole =
      this.#settings(name).entries === "all-or-nothing" ||
      (answer.type === "labels" && answer.scoring === "all-or-nothing")
    const lost = whole && entries.some(({ credit }) => credit.equals(0))
    const mean = lost ? nothing : netCredit(answer, entries)
    const reason = entries.find(each => each.reason)?.reason
    return {
      verdict: verdictOf(entries),
      points: mean === full ? outOf : outOf.mul(mean),
      entries,
      sources: entries.some(({ verdict }) => verdict === "carried")
        ? this.#sources(name, entries)
        : [],
      review: this.#needsReview(name, entries),
      ...base,
      ...(reason && { reason }),
    }
  }

  /** A blank earns its points when a correct answer depends on it. */
  #imply(): void {
    const places = [...this.#marks].flatMap(([name, marks]) =>
      [...marks].map(([key, { verdict }]) => ({ name, key, verdict })),
    )
    const correct = places.filter(({ verdict }) => verdict === "correct")
    for (const place of places) {
      const { name, key, verdict } = place
      const { state } = this.#readings.get(name) ?? {}
      if (verdict !== "missing" || (state !== "read" && state !== "missing")) continue
      const { keyPath } = this.#marking
      const by = neededBy(this.#problem, keyPath, this.#answer(name), place, correct)
      const mark = this.#marks.get(name)?.get(key)
      if (!by || !mark) continue
      const message = `left out, but your ${by.name} depends on it`
      const reason = { code: "implied", message, hint: message }
      this.#marks.get(name)?.set(key, { ...mark, credit: full, reason })
    }
  }

  /** Takes back credit that an answer without content would earn. */
  #guarded(
    name: string,
    answer: Answer,
    entries: readonly EntryMark[],
    expected: ReadonlyMap<string, Computed>,
  ): readonly EntryMark[] {
    const cells = [...(this.#cells.get(name) ?? [])]
    const written = cells.map(([, { leaf }]) => leaf)
    const asked = answer.open ? [...expected.keys()] : cells.map(([key]) => key)
    const right = asked.flatMap(key => {
      const leaf = expected.get(key)?.leaf
      return leaf === undefined ? [] : [leaf]
    })
    const wrong = entries.some(({ verdict }) => verdict === "wrong")
    if (wrong && !isShape(answer) && isNoWork(written, right)) {
      const message = "one value all over, or only 0 and 1, is no work on this answer"
      const reason = { code: "one-value", message, hint: message }
      return entries.map(each =>
        each.verdict === "wrong"
          ? { ...each, credit: nothing, reason: each.reason ?? reason }
          : { ...each, credit: nothing },
      )
    }
    const rough = new Set(this.#rough(name))
    if (rough.size > 0 && entries.some(({ verdict }) => verdict === "wrong")) {
      return entries.map(each =>
        rough.has(keyOf(each.index)) && each.verdict !== "wrong"
          ? { ...each, verdict: "imprecise", credit: nothing, reason: coarse(each) }
          : each,
      )
    }
    const carried = entries.some(({ verdict }) => verdict === "carried")
    if (!carried || !countsAsNothing(answer, written, right)) return entries
    const message = `follows from your ${listed(this.#sources(name, entries))}, but that left nothing to work out`
    const reason = { code: "nothing-left", message, hint: message }
    return entries.map(each =>
      each.verdict === "carried" ? { ...each, verdict: "wrong", credit: nothing, reason } : each,
    )
  }

  /** The answers of the student that, put right, change what follows here. */
  #sources(name: string, entries: readonly EntryMark[]): string[] {
    const at = entries.find(({ verdict }) => verdict === "carried")
    if (!at) return []
    if (at.under !== undefined) return [at.under]
    const key = keyOf(at.index)
    const own = this.#own?.entry(name, key)
    const names = this.#marking.names.filter(
      each => each !== name && each !== at.without && this.#hasWrong(each),
    )
    const direct = names.filter(each => {
      const path = this.#pathRighted(each)
      const righted = path?.entry(name, key)
      // Where names are asked, an entry may be there on one of the paths only.
      if (!righted || !own) return path !== undefined && righted !== own
      return JSON.stringify(plain(righted.leaf)) !== JSON.stringify(plain(own.leaf))
    })
    return direct.length > 0 ? direct : this.#hasWrong(name) ? [name] : names.slice(0, 1)
  }

  #needsReview(name: string, entries: readonly EntryMark[]): boolean {
    const own = this.#own
    if (!own) return false
    return entries.some(mark => {
      if (mark.verdict !== "correct") return false
      const key = keyOf(mark.index)
      const cell = this.#cells.get(name)?.get(key)
      const computed = own.entry(name, key)
      return cell && computed && this.#fits(name, cell, computed, own) === "off"
    })
  }

  #proveMisshapen(
    name: string,
    reading: Extract<Reading, { state: "misshapen" }>,
  ): Reason | undefined {
    if (!this.#own || reading.value === undefined) return undefined
    return provenSlip({
      problem: this.#problem,
      answer: this.#answer(name),
      name,
      open: [],
      misshapen: { value: reading.value, literals: reading.literals },
      own: this.#own,
      under: slip => this.#pathUnder(slip),
    })?.reason
  }

  #firstMistake(answers: readonly AnswerMark[]): ProblemMark["firstMistake"] {
    const byName = new Map(answers.map(each => [each.name, each]))
    for (const { name, at } of this.#marking.key.handed) {
      const mark = byName.get(name)
      if (!mark?.asked || mark.verdict === "missing" || mark.verdict === "unreadable") continue
      if (mark.entries.length === 0) return { name, index: [] }
      const wrong = mark.entries.find(
        ({ verdict, index }) =>
          (verdict === "wrong" || verdict === "partial") && (at === undefined || index[0] === at),
      )
      if (wrong) return { name, index: mark.entries.length === 1 ? [] : wrong.index }
    }
    return undefined
  }

  #pathWithout(name: string): Path | undefined {
    if (!this.#without.has(name)) {
      this.#without.set(name, followed(this.#problem, this.#cells, this.#stands(name)))
    }
    return this.#without.get(name)
  }

  /** The own path with the givens as a slip changes them; none where it changes nothing or fails. */
  #pathUnder(slip: string): Path | undefined {
    if (!this.#under.has(slip)) this.#under.set(slip, this.#changedPath(slip))
    return this.#under.get(slip)
  }

  #changedPath(slip: string): Path | undefined {
    const { kind, given } = this.#problem
    try {
      const changed = kind.slips[slip]?.(given as never)
      return (
        changed && followed(this.#problem, this.#cells, this.#stands(), { ...given, ...changed })
      )
    } catch {
      return undefined
    }
  }

  /** The own path with the key in the place of one answer. */
  #pathRighted(name: string): Path | undefined {
    if (!this.#righted.has(name)) {
      const right = this.#marking.keyPath.entries(name)
      const cells = [...(this.#cells.get(name) ?? [])].map(([key, cell]) => {
        return [key, { ...cell, leaf: right.get(key)?.leaf ?? cell.leaf }] as const
      })
      const righted = new Map([...this.#cells, [name, new Map(cells)]])
      this.#righted.set(name, followed(this.#problem, righted, this.#stands()))
    }
    return this.#righted.get(name)
  }

  /** Whether a mistake in this answer costs anything. */
  #isWorth(name: string): boolean {
    return (this.#marking.shares.worth.get(name)?.compare(0) ?? 0) > 0
  }

  #hasWrong(name: string): boolean {
    const cells = this.#cells.get(name)
    return cells !== undefined && [...cells.keys()].some(key => !this.#right.has(id(name, key)))
  }

  #cellsOf(name: string): ReadonlyMap<string, Cell> | undefined {
    const reading = this.#readings.get(name)
    return reading?.state === "read" ? reading.cells : undefined
  }

  #cellOf(name: string, key: string): Cell | undefined {
    return this.#cellsOf(name)?.get(key)
  }

  #fits(name: string, cell: ReadCell, computed: Computed, path: Path): Fit {
    return this.#fit(name, cell, computed, path.scale(name))
  }

  /** The worse of what was written at a place and across the diagonal from it. */
  #fit(name: string, cell: ReadCell, { leaf, from }: Computed, scale: number): Fit {
    const first = fitCell(this.#answer(name), cell, leaf, scale, from, this.#settings(name))
    if (!cell.twin || first === "off") return first
    const second = this.#fit(name, cell.twin, { leaf, ...(from !== undefined && { from }) }, scale)
    return second === "right" ? first : second
  }

  #partialCredit(
    name: string,
    cell: ReadCell,
    targets: readonly (Computed | undefined)[],
  ): Fraction {
    const answer = this.#answer(name)
    const credits = targets.flatMap(target => {
      if (!target || !Array.isArray(target.leaf)) return []
      return [
        isCollection(answer)
          ? collectionCredit(answer, cell.leaf, target.leaf)
          : setCredit(answer, cell.leaf as readonly string[], target.leaf),
      ]
    })
    return credits.reduce((best, each) => (each.compare(best) > 0 ? each : best), nothing)
  }

  #answer(name: string): Answer {
    const answered = this.#marking.key.answers.get(name)
    if (!answered) throw new RangeError(`${name} is not an answer`)
    return answered.answer
  }

  #settings(name: string): Settings {
    const nearer = this.#problem.ask?.get(name)
    return nearer ? { ...this.#problem.settings, ...nearer } : this.#problem.settings
  }
}

function fitCell(
  answer: Answer,
  cell: ReadCell,
  leaf: AnswerValue,
  scale: number,
  from: number | undefined,
  settings: Settings,
): Fit {
  if (typeof leaf === "number" || typeof leaf === "bigint" || leaf instanceof Fraction) {
    if (!cell.literal) return "off"
    return fitOf(
      cell.literal,
      { x: leaf, scale: scale || size(leaf), ...(from !== undefined && { from }) },
      ofEntry(answer, cell.index),
      settings,
    )
  }
  if (typeof leaf === "string") {
    const said = cell.leaf === leaf || answer.accepts?.(cell.text, cell.index)
    const { tolerance } = settings
    return said || answer.comparison?.same(String(cell.leaf), leaf, tolerance?.rel)
      ? "right"
      : "off"
  }
  const credit = isCollection(answer)
    ? collectionCredit(answer, cell.leaf, leaf)
    : setCredit(answer, cell.leaf as readonly string[], leaf as readonly string[])
  return credit.equals(1) ? "right" : "off"
}

/** Whether a written value could be an answer at all: finite, and within the declared range. */
function isAdmissible(answer: Answer, { leaf }: ReadCell): boolean {
  const x = leaf instanceof Fraction ? leaf.valueOf() : leaf
  if (typeof x !== "number") return true
  if (!Number.isFinite(x)) return false
  if (isCounted(answer) && !Number.isInteger(x)) return false
  return (
    x >= (answer.min ?? Number.NEGATIVE_INFINITY) && x <= (answer.max ?? Number.POSITIVE_INFINITY)
  )
}

function meanCredit(entries: readonly EntryMark[]): Fraction {
  if (entries.every(({ credit }) => credit === full)) return full
  return entries.reduce((sum, { credit }) => sum.add(credit), nothing).div(entries.length)
}

/** The mean credit; of N labels to choose from, a wrong one may cost 1/(N − 1), what guessing earns. */
function netCredit({ type, scoring, options = [] }: Answer, entries: readonly EntryMark[]) {
  const mean = meanCredit(entries)
  if (type !== "labels" || scoring !== "net-correct" || options.length < 2) return mean
  const wrong = entries.filter(({ verdict }) => verdict === "wrong").length
  const net = mean.sub(new Fraction(wrong, entries.length * (options.length - 1)))
  return net.compare(0) > 0 ? net : nothing
}

function isImplied({ reason }: EntryMark): boolean {
  return reason?.code === "implied"
}

function verdictOf(entries: readonly EntryMark[]): Verdict {
  if (entries.length === 0) return "correct"
  const blank = entries.every(({ verdict }) => verdict === "missing")
  const verdicts = new Set(
    entries.map(mark => (isImplied(mark) && !blank ? "correct" : mark.verdict)),
  )
  const [only] = verdicts
  if (verdicts.size === 1 && only) return only
  if (
    !["partial", "wrong", "missing", "unreadable", "imprecise"].some(each =>
      verdicts.has(each as Verdict),
    )
  )
    return "carried"
  if (entries.every(({ credit }) => credit.compare(0) > 0))
    return verdicts.has("partial") ? "partial" : "imprecise"
  return entries.some(({ credit }) => credit.compare(0) > 0) ? "partial" : "wrong"
}

function unreadable({ reason, hint }: { reason: string; hint?: string }): Reason {
  const message = hint === undefined ? reason : `${reason}; ${hint}`
  return { code: "unreadable", message, hint: message }
}

/** What was written for an entry, on both sides of the diagonal where the two differ. */
function writtenText(cell: Cell): string {
  const twin = cell.state === "value" ? cell.twin : undefined
  return twin ? `${cell.text} and ${twin.text}` : cell.text
}

function coarse({ text }: { text: string }): Reason {
  const message = `${text} is rounded too coarsely`
  return { code: "imprecise", message, hint: message }
}

function shapeReason(message: string, answer: Answer): Reason {
  const asked = answer.type === "shape" || answer.type === "shapes" || answer.type === "list"
  return { code: "shape", message, hint: asked ? "it is not of the right form" : message }
}

/** "Q", "det and trace". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "earlier answers"
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`
}

function size(leaf: number | bigint | Fraction): number {
  const x = Math.abs(Number(leaf instanceof Fraction ? leaf.valueOf() : leaf))
  return Number.isFinite(x) ? x : 0
}

function plain(leaf: AnswerValue): unknown {
  return leaf instanceof Fraction
    ? leaf.toFraction()
    : typeof leaf === "bigint"
      ? String(leaf)
      : leaf
}

function id(name: string, key: string): string {
  return `${name}\u0001${key}`
}
