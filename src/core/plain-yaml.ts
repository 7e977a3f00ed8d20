import type { Written, WrittenEntry, WrittenMap, WrittenScalar } from "./source.ts"

/**
 * Nearly every sheet is plain: names, and behind them numbers, words, or lists of these on one line.
 * That much of YAML is read here in a tenth of the time that all of YAML takes. Whatever is not
 * plain, or not right, gives `undefined`: the `yaml` package reads it, or complains about it. A test
 * holds the two to the same result.
 */
export function readPlainYaml(text: string): Written | undefined {
  return text.length > longest ? undefined : new PlainReader(text).read()
}

const longest = 64 * 1024
const deepest = 8

const space = / */y
const blankLine = /( *)(#.*)?$/my
const entryStart = /( *)([A-Za-z_]\w*(?:[.-]\w+)*) *:(?: +|$)/my
const restOfLine = /(?:#.*)?$/my
const lineEnd = /(?: +#.*| *)$/my
const flowName = /([A-Za-z_]\w*(?:[.-]\w+)*) *: +/y
/** Signs that mean nothing to YAML where they stand here. */
const plainScalar = /(?:[\w.(−]|[+-](?=[\d.]))[\w.+\-−/^%°()=]*(?: +[\w.(=−][\w.+\-−/^%°()=]*)*/y
const quotedScalar = /"([ !#-&(-[\]-~]*)"|'([ !#-&(-[\]-~]*)'/y

/** A map whose lines are being read. */
interface OpenMap {
  map: WrittenMap
  indent: number
  names: Set<string>
}

/** Reads line by line; a method that finds something else than it knows returns `undefined`. */
class PlainReader {
  readonly #text: string
  #at = 0
  readonly #open: OpenMap[] = []
  /** How far comments since the last entry are moved in. */
  #comment = 0
  /** The entry that has no value yet: its map follows, or it has none. */
  #waiting: { entry: WrittenEntry; indent: number; isCommented: boolean } | undefined

  constructor(text: string) {
    this.#text = text
  }

  read(): Written | undefined {
    while (this.#at < this.#text.length) {
      const blank = this.#take(blankLine)
      if (blank ? !this.#blank(blank) : !this.#entry()) return undefined
      this.#at += 1
    }
    return this.#comment > 0 ? undefined : this.#open[0]?.map
  }

  /** A map may end behind the comments below it; where that could be, it is not plain. */
  #blank([, { length: indent } = "", comment]: RegExpExecArray): boolean {
    if (comment !== undefined && this.#open.length > 0)
      this.#comment = Math.max(this.#comment, indent)
    return !this.#waiting || (comment === undefined && !this.#waiting.isCommented)
  }

  #entry(): boolean {
    const start = this.#at
    const [, { length: indent } = "", name = ""] = this.#take(entryStart) ?? []
    const at = start + indent
    if (indent < this.#comment) return false
    this.#comment = 0
    const owner = name === "" ? undefined : this.#ownerAt(indent, at)
    if (!owner || owner.names.has(name)) return false
    owner.names.add(name)
    const value: Written = scalarAt("", this.#at, this.#at)
    const entry: WrittenEntry = { name, key: { start: at, end: at + name.length }, value }
    owner.map.entries.push(entry)
    const rest = this.#take(restOfLine)
    this.#waiting = rest && { entry, indent, isCommented: rest[0] !== "" }
    if (this.#waiting?.isCommented) this.#comment = indent
    if (!rest) {
      const written = this.#value(0)
      if (!written || !this.#take(lineEnd)) return false
      entry.value = written
    }
    const end = rest?.[0] === "" ? this.#at : Math.min(this.#at + 1, this.#text.length)
    for (const { map } of this.#open) map.end = end
    return true
  }

  /** The map that a name in this column belongs to. */
  #ownerAt(indent: number, start: number): OpenMap | undefined {
    const opens = this.#waiting ? indent > this.#waiting.indent : this.#open.length === 0
    if (opens) {
      if (this.#open.length === deepest || (!this.#waiting && indent > 0)) return undefined
      const map: WrittenMap = { type: "map", entries: [], start, end: start }
      if (this.#waiting) this.#waiting.entry.value = map
      this.#open.push({ map, indent, names: new Set() })
    }
    while ((this.#open.at(-1)?.indent ?? 0) > indent) this.#open.pop()
    const owner = this.#open.at(-1)
    return owner?.indent === indent ? owner : undefined
  }

  #value(depth: number): Written | undefined {
    const start = this.#at
    const sign = this.#text[start]
    if (sign === "[" || sign === "{") {
      if (depth === deepest) return undefined
      this.#at += 1
      return sign === "[" ? this.#list(start, depth + 1) : this.#map(start, depth + 1)
    }
    const plain = this.#take(plainScalar)
    if (plain) {
      const value = meant(plain[0])
      return value === undefined ? undefined : scalarAt(plain[0], start, this.#at, false, value)
    }
    const quoted = this.#take(quotedScalar)
    const text = quoted?.[1] ?? quoted?.[2]
    return text === undefined ? undefined : scalarAt(text, start, this.#at, true, text)
  }

  #list(start: number, depth: number): Written | undefined {
    const items: Written[] = []
    this.#take(space)
    if (this.#sign("]")) return { type: "list", items, start, end: this.#at }
    for (;;) {
      const item = this.#value(depth)
      if (!item) return undefined
      items.push(item)
      this.#take(space)
      if (this.#sign("]")) return { type: "list", items, start, end: this.#at }
      if (!this.#sign(",")) return undefined
      this.#take(space)
    }
  }

  #map(start: number, depth: number): Written | undefined {
    const entries: WrittenEntry[] = []
    this.#take(space)
    if (this.#sign("}")) return { type: "map", entries, start, end: this.#at }
    for (;;) {
      const at = this.#at
      const name = this.#take(flowName)?.[1]
      const value = name === undefined ? undefined : this.#value(depth)
      if (name === undefined || !value || entries.some(each => each.name === name)) return undefined
      entries.push({ name, key: { start: at, end: at + name.length }, value })
      this.#take(space)
      if (this.#sign("}")) return { type: "map", entries, start, end: this.#at }
      if (!this.#sign(",")) return undefined
      this.#take(space)
    }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.#at = pattern.lastIndex
    return match
  }

  #sign(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }
}

function scalarAt(
  text: string,
  start: number,
  end: number,
  quoted = false,
  value: WrittenScalar["value"] = null,
): WrittenScalar {
  return { type: "scalar", text, quoted, value, start, end }
}

/** What YAML's core schema takes an unquoted scalar for; the rarer numbers are left to it. */
function meant(text: string): WrittenScalar["value"] | undefined {
  if (/^[-+]?\d+$/.test(text)) return Number.parseInt(text, 10)
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number.parseFloat(text)
  if (/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(text)) return /^t/i.test(text)
  if (/^(?:[Nn]ull|NULL)$/.test(text)) return null
  return /^(?:0[ox]|[-+]?\.[A-Za-z])/.test(text) ? undefined : text
}
