import { suggest } from "./diagnostic.ts"
import { Fraction, isReadable, type Literal, readNumber } from "./number.ts"
import type { Span, Written, WrittenScalar } from "./source.ts"
import type { Answer, AnswerValue, At } from "./types.ts"

/** Where an entry stands in its answer; empty for a single number or label. */
export type Index = readonly At[]

/** What a student wrote for one entry. */
export type Cell = ReadCell | MissingCell | UnreadableCell

interface WrittenAt {
  index: Index
  span: Span
  text: string
}

export interface ReadCell extends WrittenAt {
  state: "value"
  leaf: AnswerValue
  literal?: Literal
  /** What was written across the diagonal of a mirrored grid, where it differs. */
  twin?: ReadCell
}

interface MissingCell extends WrittenAt {
  state: "missing"
}

interface UnreadableCell extends WrittenAt {
  state: "unreadable"
  reason: string
  hint?: string
}

/** A student's answer as far as it could be read. */
export type Reading =
  | { state: "missing" }
  | { state: "unreadable"; reason: string; hint?: string }
  /** Not of the asked shape: no cell is guessed, but slips are tried on `value`. */
  | { state: "misshapen"; message: string; value?: AnswerValue; literals: readonly Literal[] }
  | { state: "read"; cells: ReadonlyMap<string, Cell> }

/** The key of an entry in maps. */
export function keyOf(index: Index): string {
  return index.join("\u0000")
}

/** Answers that are one entry as a whole, compared with partial credit. */
export function isCollection({ type }: Answer): boolean {
  return type === "set" || type === "list" || type === "points"
}

/** Whether its entries are sizes, each a number or a symbol. */
export function isShape({ type }: Answer): boolean {
  return type === "shape" || type === "shapes"
}

/** Calls `visit` for each entry of a value, in reading order; mirrored entries once. */
export function eachEntry(
  answer: Answer,
  value: AnswerValue,
  visit: (leaf: AnswerValue, index: Index) => void,
  prefix: Index = [],
): void {
  walk(answer, value, prefix, (leaf, index) => {
    if (!answer.mirrored || !isBelowDiagonal(index)) visit(leaf, index)
  })
}

/** The same value with entries replaced; `undefined` keeps one. */
export function mapEntries(
  answer: Answer,
  value: AnswerValue,
  replace: (leaf: AnswerValue, index: Index) => AnswerValue | undefined,
  prefix: Index = [],
): AnswerValue {
  if (isEntry(answer, value)) {
    const index = answer.mirrored && isBelowDiagonal(prefix) ? mirror(prefix) : prefix
    return replace(value, index) ?? value
  }
  if (Array.isArray(value)) {
    return value.map((each, i) => mapEntries(answer, each, replace, [...prefix, i])) as AnswerValue
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      mapEntries(answer, each, replace, [...prefix, name]),
    ]),
  ) as AnswerValue
}

/** Reads what a student wrote as an answer of the same form as `key`. */
export function readAnswer(
  answer: Answer,
  key: AnswerValue,
  written: Written | undefined,
  expressions = true,
): Reading {
  if (!written || isBlank(written)) return { state: "missing" }
  const reader = new CellReader(answer, expressions)
  reader.read(key, written, [])
  if (reader.misfit === undefined) return { state: "read", cells: reader.cells }
  return { state: "misshapen", message: reader.misfit, ...plainNumbers(written) }
}

/** Nothing, null, `~`, `_` or `"?"`: not answered. */
export function isBlank(written: Written): boolean {
  if (written.type !== "scalar") return false
  return written.value === null || /^(_+|\?|)$/.test(written.text.trim())
}

/** "entry (2, 1)", counted from 1; a record's entry by its name. */
export function entryName(index: Index): string {
  if (index.every(step => typeof step === "string"))
    return index.map(step => `\`${step}\``).join(" ")
  const places = index.map(step => (typeof step === "number" ? step + 1 : step))
  return places.length === 1 ? `entry ${places[0]}` : `entry (${places.join(", ")})`
}

class CellReader {
  readonly cells = new Map<string, Cell>()
  misfit: string | undefined
  readonly #answer: Answer
  readonly #expressions: boolean

  constructor(answer: Answer, expressions: boolean) {
    this.#answer = answer
    this.#expressions = expressions
  }

  read(key: AnswerValue, written: Written, index: Index): void {
    if (isEntry(this.#answer, key)) return this.#entry(key, written, index)
    if (isBlank(written) && index.length > 0) return this.#blank(key, written, index)
    if (Array.isArray(key)) {
      const keys: readonly AnswerValue[] = key
      if (written.type !== "list") return this.#misfits(`a list of ${keys.length} is asked`)
      if (written.items.length !== keys.length) {
        const sizes = `${sizeWord(index)} has ${written.items.length}, not ${keys.length}`
        return this.#misfits(sizes + commaWords(written.items, keys.length))
      }
      for (const [i, each] of keys.entries()) {
        const item = written.items[i]
        if (item) this.read(each, item, [...index, i])
      }
      return
    }
    this.#fields(key as Readonly<Record<string, AnswerValue>>, written, index)
  }

  #fields(key: Readonly<Record<string, AnswerValue>>, written: Written, index: Index): void {
    const names = Object.keys(key)
    const { open } = this.#answer
    if (written.type !== "map") {
      const asked = open ? "names and their values" : names.map(name => `\`${name}\``).join(", ")
      return this.#misfits(`a map with ${asked} is asked`)
    }
    for (const { name, value } of written.entries) {
      if (names.includes(name)) continue
      if (!open)
        return this.#misfits(`\`${name}\` is not one of its names; ${suggest(name, names)}`)
      this.read(Object.values(key)[0] ?? this.#sample(), value, [...index, name])
    }
    for (const [name, each] of Object.entries(key)) {
      const found = written.entries.find(entry => entry.name === name)
      if (found) this.read(each, found.value, [...index, name])
      else this.#blank(each, written, [...index, name])
    }
  }

  /** What an entry is like, where the key has none. */
  #sample(): AnswerValue {
    return this.#answer.type === "labels" ? "" : 0
  }

  #blank(key: AnswerValue, { start, end }: Span, index: Index): void {
    walk(this.#answer, key, index, (_, at) => {
      this.#put({ state: "missing", index: at, span: { start, end }, text: "" })
    })
  }

  #entry(key: AnswerValue, written: Written, index: Index): void {
    const span = { start: written.start, end: written.end }
    if (isCollection(this.#answer)) return this.#collection(key, written, index, span)
    if (isBlank(written)) return this.#put({ state: "missing", index, span, text: "" })
    if (Array.isArray(key)) return this.#set(asList(written), index, span)
    // In words of one's own a comma or a bracket is no list: [CLS], [-1, 1].
    const words = this.#answer.accepts && memberTexts(written)?.join(", ")
    if (words !== undefined) {
      return this.#put({ state: "value", index, span, text: words, leaf: words })
    }
    if (written.type !== "scalar") {
      return this.#misfits(
        `one ${this.#answer.comparison ? "expression" : typeof key === "string" ? "label" : "number"} is asked${index.length > 0 ? ` at ${entryName(index)}` : ""}`,
      )
    }
    const { text } = written
    this.#put({
      index,
      span,
      text,
      ...(typeof key === "string" ? this.#label(text) : this.#number(written, key)),
    })
  }

  #number({ text, quoted }: WrittenScalar, key: AnswerValue) {
    const read = readNumber(withoutUnit(quoted ? text.trim() : text, this.#answer.unit))
    // A symbol where a size is a number is wrong, but can be read.
    const isSymbol = isShape(this.#answer) && /^[A-Za-z][\w+*^/-]*$/.test(text.trim())
    if (isSymbol && !isReadable(read)) return { state: "value" as const, leaf: text.trim() }
    if (!isReadable(read)) return { state: "unreadable" as const, ...read }
    if (!this.#expressions && read.place === 0 && !read.exact && Number.isFinite(read.value)) {
      return {
        state: "unreadable" as const,
        reason: "an expression is not accepted here",
        hint: "write the number",
      }
    }
    const leaf = key instanceof Fraction ? (read.exact ?? finite(read.value)) : read.value
    if (leaf === undefined) return { state: "unreadable" as const, reason: "a fraction is asked" }
    return { state: "value" as const, leaf, literal: read.text === text ? read : { ...read, text } }
  }

  #label(text: string) {
    const { options, type } = this.#answer
    const plain = text.trim()
    const refused = this.#answer.comparison?.refuses(plain)
    if (refused) return { state: "unreadable" as const, ...refused }
    if (!options || type === "text" || type === "expression")
      return { state: "value" as const, leaf: plain }
    const option =
      options.find(each => each === plain) ??
      options.find(each => each.toLowerCase() === plain.toLowerCase()) ??
      yesOrNo(plain, options)
    if (option !== undefined) return { state: "value" as const, leaf: option }
    return {
      state: "unreadable" as const,
      reason: `\`${plain}\` is none of the labels`,
      hint: suggest(plain, options),
    }
  }

  #set(written: Written, index: Index, span: Span): void {
    const members = memberTexts(written)
    if (!members) return this.#misfits("a list of labels is asked")
    this.#members(members, `[${members.join(", ")}]`, index, span)
  }

  #members(members: readonly string[], text: string, index: Index, span: Span): void {
    const known = members.map(member => this.#label(member))
    const bad = known.find(each => each.state === "unreadable")
    if (bad) return this.#put({ index, span, text, ...bad })
    const leaf = known.flatMap(each => (each.state === "value" ? [each.leaf] : []))
    const twice = leaf.find((each, i) => leaf.indexOf(each) < i)
    if (this.#answer.scoring === "ordering" && twice !== undefined) {
      const reason = `\`${twice}\` stands there twice`
      return this.#put({ state: "unreadable", index, span, text, reason })
    }
    this.#put({ state: "value", index, span, text, leaf })
  }

  #collection(key: AnswerValue, written: Written, index: Index, span: Span): void {
    if (this.#answer.type === "points") return this.#points(written, index, span)
    const members = memberTexts(asList(written))
    if (!members) return this.#misfits("a list of labels is asked")
    const text = `[${members.join(", ")}]`
    const ticked = members.length > 0 || (Array.isArray(key) && key.length === 0)
    if (this.#answer.scoring === "per-option" && !ticked)
      return this.#put({ state: "missing", index, span, text })
    this.#members(members, text, index, span)
  }

  #points(written: Written, index: Index, span: Span): void {
    const text = `${written.type === "list" ? written.items.length : 1} points`
    const points = pointsOf(written)
    if (points) return this.#put({ state: "value", index, span, text, leaf: points })
    const fields = (this.#answer.key ?? []).join(": …, ")
    this.#misfits(`a list of points is asked, each like { ${fields}: … }`)
  }

  #misfits(message: string): void {
    this.misfit ??= message
  }

  /** Two entries across a diagonal are one; what was written second is kept beside the first. */
  #put(cell: Cell): void {
    const below = this.#answer.mirrored && isBelowDiagonal(cell.index)
    const index = below ? mirror(cell.index) : cell.index
    const key = keyOf(index)
    const first = this.cells.get(key)
    if (!first) this.cells.set(key, { ...cell, index })
    else if (first.state !== "value" && cell.state === "value")
      this.cells.set(key, { ...cell, index })
    else if (first.state === "value" && cell.state === "value" && first.leaf !== cell.leaf) {
      this.cells.set(key, { ...first, twin: { ...cell, index } })
    }
  }
}

function walk(
  answer: Answer,
  value: AnswerValue,
  index: Index,
  visit: (leaf: AnswerValue, index: Index) => void,
): void {
  if (isEntry(answer, value)) return visit(value, index)
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) walk(answer, each, [...index, i], visit)
    return
  }
  for (const [name, each] of Object.entries(value)) walk(answer, each, [...index, name], visit)
}

function isEntry(answer: Answer, value: AnswerValue): boolean {
  if (typeof value !== "object" || value instanceof Fraction || isCollection(answer)) return true
  return answer.type === "table" && Array.isArray(value)
}

function isBelowDiagonal(index: Index): boolean {
  const [i, j] = index
  return typeof i === "number" && typeof j === "number" && i > j
}

function mirror([i, j, ...rest]: Index): Index {
  return i === undefined || j === undefined ? [] : [j, i, ...rest]
}

/** One label alone is a list of one. */
function asList(written: Written): Written {
  const { start, end } = written
  return written.type === "scalar" ? { type: "list", items: [written], start, end } : written
}

/** The members of a list as they were written; `[fox, quick]` in it is the pair "fox quick". */
function memberTexts(written: Written): string[] | undefined {
  if (written.type !== "list") return undefined
  const texts = written.items.flatMap(item => {
    if (item.type === "scalar") return [item.text.trim()]
    const inner = item.type === "list" ? memberTexts(item) : undefined
    return inner ? [inner.join(" ")] : []
  })
  return texts.length === written.items.length ? texts : undefined
}

function pointsOf(written: Written): Record<string, number | string>[] | undefined {
  if (written.type !== "list") return undefined
  const points = written.items.map(item => {
    if (item.type !== "map") return undefined
    const fields = item.entries.map(({ name, value }): [string, number | string] => {
      const text = value.type === "scalar" ? value.text : ""
      const read = readNumber(text)
      return [name, isReadable(read) ? read.value : text.trim()]
    })
    return Object.fromEntries(fields)
  })
  return points.every(point => point !== undefined) ? points : undefined
}

/** The numbers of an answer of another shape, for slips such as a transposed grid. */
function plainNumbers(written: Written): { value?: AnswerValue; literals: Literal[] } {
  const literals: Literal[] = []
  const read = (at: Written): unknown => {
    if (at.type === "list") return at.items.map(read)
    const found = at.type === "scalar" ? readNumber(at.text) : undefined
    if (!found || !isReadable(found)) throw new RangeError("not numbers")
    literals.push(found)
    return found.value
  }
  try {
    return { value: read(written) as AnswerValue, literals }
  } catch {
    return { literals: [] }
  }
}

/** The option of a pair that is meant: true and false are also written yes and no, T and F. */
function yesOrNo(plain: string, options: readonly string[]): string | undefined {
  const wordsOf = (text: string) => yesAndNo.find(words => words.includes(text.toLowerCase()))
  const meant = wordsOf(plain)
  const sides = options.map(wordsOf)
  if (!meant || options.length !== 2 || sides.includes(undefined) || sides[0] === sides[1]) {
    return undefined
  }
  return options[sides.indexOf(meant)]
}

const yesAndNo: readonly (readonly string[])[] = [
  ["true", "t", "yes", "y", "right", "correct"],
  ["false", "f", "no", "n", "wrong", "incorrect"],
]

/** Twice as many whole numbers as asked are decimals with a comma: [0,15, 0,35]. */
function commaWords(items: readonly Written[], asked: number): string {
  const whole = items.every(item => item.type === "scalar" && /^[-−]?\d+$/.test(item.text))
  return whole && items.length === 2 * asked ? "; write decimals with a point, like 0.5" : ""
}

function sizeWord(index: Index): string {
  if (index.length === 0) return "the list"
  return `row ${index.map(step => (typeof step === "number" ? step + 1 : step)).join(", ")}`
}

function finite(value: number): Fraction | undefined {
  return Number.isFinite(value) ? new Fraction(value) : undefined
}

function withoutUnit(text: string, unit: string | undefined): string {
  const plain = text.trim()
  return unit !== undefined && plain.endsWith(unit) ? plain.slice(0, -unit.length).trim() : plain
}
