import {
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  type YAMLMap,
} from "yaml"
import type { Diagnostic, Place } from "./diagnostic.ts"

/** Longer lines are cut to this many characters around the place. */
const excerpt = 400

/** What a file may hold; checked while reading, before anything is built from it. */
export interface Caps {
  bytes: number
  depth: number
  aliases: number
  nodes: number
}

export const problemCaps: Caps = { bytes: 256 * 1024, depth: 64, aliases: 20, nodes: 40_000 }
export const submissionCaps: Caps = { ...problemCaps, bytes: 64 * 1024 }

export type Path = readonly (string | number)[]

/**
 * A value as it was written: scalars keep their source text, everything its place.
 * `0.500` stays three decimals here, and `1/3` stays a fraction.
 */
export type Written = WrittenScalar | WrittenList | WrittenMap

export interface Span {
  start: number
  end: number
}

export interface WrittenScalar extends Span {
  type: "scalar"
  text: string
  quoted: boolean
  value: string | number | boolean | null
}

export interface WrittenList extends Span {
  type: "list"
  items: Written[]
}

export interface WrittenMap extends Span {
  type: "map"
  entries: WrittenEntry[]
}

export interface WrittenEntry {
  name: string
  key: Span
  value: Written
}

/** Plain data as zod reads it; a number that is not finite stays text (`.inf`). */
export type Data = string | number | boolean | null | Data[] | { [name: string]: Data }

/** One YAML document of a file, with positions. */
export interface SourceDocument {
  written: Written | undefined
  diagnostics: Diagnostic[]
}

/** The text of a file and its YAML documents; turns paths and offsets into places. */
export class Source {
  readonly file: string
  readonly text: string
  readonly documents: SourceDocument[]
  readonly #lines: LineCounter

  constructor(file: string, text: string, caps: Caps = problemCaps) {
    this.file = file
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text
    this.#lines = new LineCounter()
    const bytes = Buffer.byteLength(text)
    if (bytes > caps.bytes) {
      this.documents = [{ written: undefined, diagnostics: [tooLarge(file, bytes, caps)] }]
      return
    }
    this.documents = this.#read(caps)
  }

  place(span: Span): Place {
    const { line, col } = this.#lines.linePos(span.start)
    const lineStart = span.start - (col - 1)
    const lineEnd = this.text.indexOf("\n", span.start)
    const whole = this.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, "")
    const endColumn = Math.min(col + Math.max(1, span.end - span.start), whole.length + 1)
    const offset = whole.length > excerpt ? Math.max(0, col - 1 - excerpt / 4) : 0
    return { line, column: col, endColumn, text: whole.slice(offset, offset + excerpt), offset }
  }

  /** A part of a scalar's text; all of it where quotes or line breaks changed the text. */
  within(whole: Span, part?: { text: string; span: Span }): Span {
    if (!part) return whole
    const offset = this.text.slice(whole.start, whole.end).indexOf(part.text)
    if (offset < 0) return whole
    const start = whole.start + offset
    return { start: start + part.span.start, end: start + part.span.end }
  }

  diagnostic(
    code: string,
    message: string,
    span: Span | undefined,
    hint?: string,
    severity: Diagnostic["severity"] = "error",
  ): Diagnostic {
    const place = span && this.place(span)
    return {
      code,
      severity,
      message,
      file: this.file,
      ...(place && { place }),
      ...(hint && { hint }),
    }
  }

  #read(caps: Caps): SourceDocument[] {
    const parser = new Parser(this.#lines.addNewLine)
    const composer = new Composer({ uniqueKeys: false, keepSourceTokens: false })
    const tokens: CST.Token[] = []
    this.#lines.addNewLine(0)
    let aliases = 0
    let nodes = 0
    // Nothing is made for a lexeme that is not needed: this loop is a good part of all reading.
    for (const lexeme of new Lexer().lex(this.text)) {
      for (const token of parser.next(lexeme)) tokens.push(token)
      const sign = lexeme[0]
      if (sign === CST.SCALAR || sign === '"' || sign === "'") nodes += 1
      else if (sign === "*" && CST.tokenType(lexeme) === "alias") aliases += 1
      const depth = parser.stack.length - 2
      if (depth <= caps.depth && aliases <= caps.aliases && nodes <= caps.nodes) continue
      const over = exceeded(caps, { depth, aliases, nodes })
      const span = { start: parser.offset - lexeme.length, end: parser.offset }
      return [
        {
          written: undefined,
          diagnostics: [this.diagnostic(over.code, over.message, span, over.hint)],
        },
      ]
    }
    for (const token of parser.end()) tokens.push(token)
    return [...composer.compose(tokens)].map(document => this.#document(document, caps))
  }

  #document(document: Document.Parsed, caps: Caps): SourceDocument {
    // After an error that is not harmless, what follows is read as something else than it is.
    const errors = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0])
    const lost = errors.findIndex(({ code }) => !harmless.has(code))
    const diagnostics = errors
      .slice(0, lost < 0 ? undefined : lost + 1)
      .map(error =>
        this.diagnostic(
          "yaml",
          `this is not YAML: ${yamlWords(error.message)}`,
          { start: error.pos[0], end: error.pos[1] },
          yamlHints[error.code],
        ),
      )
    if (diagnostics.length > 0) return { written: undefined, diagnostics }
    const reader = new Reader(this, document, caps)
    const written = document.contents ? reader.read(document.contents) : undefined
    return { written, diagnostics: reader.diagnostics }
  }
}

/** Walks a YAML tree into `Written`, following aliases and refusing what has no meaning here. */
class Reader {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: Source
  readonly #document: Document.Parsed
  #left: number
  readonly #open = new Set<Node>()

  constructor(source: Source, document: Document.Parsed, caps: Caps) {
    this.#source = source
    this.#document = document
    this.#left = caps.nodes
  }

  read(node: Node): Written {
    const span = spanOf(node)
    this.#left -= 1
    if (this.#left < 0)
      return this.#refuse("too-large", "aliases make this file too large to read", span)
    if (isAlias(node)) {
      const target = node.resolve(this.#document)
      if (!target || this.#open.has(target)) {
        return this.#refuse(
          "alias",
          `the alias \`*${node.source}\` names nothing that is complete here`,
          span,
        )
      }
      return { ...this.read(target as Node), ...span }
    }
    const tag = node.tag
    if (tag !== undefined && !coreTags.has(tag)) {
      return this.#refuse(
        "tag",
        `the tag \`${tag.replace(coreTagPrefix, "!!")}\` has no meaning here`,
        span,
        "leave the tag out",
      )
    }
    if (isMap(node)) return isQuestionMark(node) ? nothing(span) : this.#map(node, span)
    if (isSeq(node)) {
      this.#open.add(node)
      const items = node.items.map(item => this.read(item as Node))
      this.#open.delete(node)
      return { type: "list", items, ...span }
    }
    return scalar(node as Scalar, span)
  }

  #map(node: YAMLMap, span: Span): Written {
    const entries: WrittenEntry[] = []
    const seen = new Set<string>()
    this.#open.add(node)
    for (const { key, value } of node.items) {
      const keySpan = key ? spanOf(key as Node) : span
      if (!isScalar(key)) {
        this.#refuse("key", "a name on the left of a colon must be plain text", keySpan)
        continue
      }
      const typed = String(key.source ?? key.value ?? "")
      // `{ x:3 }` is a name without a value.
      const isAlone = node.flow && !value && key.type === "PLAIN"
      const [, name = typed, rest] = (isAlone && /^([^:]+):(.+)$/.exec(typed)) || []
      if (rest !== undefined) {
        const hint = `write \`${name}: ${rest}\``
        this.#refuse("key", `\`${typed}\` lacks a space after the colon`, keySpan, hint)
      }
      if (seen.has(name)) {
        this.#refuse(
          "duplicate-key",
          `\`${name}\` is written twice`,
          keySpan,
          "keep one of the two",
        )
        continue
      }
      seen.add(name)
      const blank = nothing(keySpan)
      const own = rest === undefined ? blank : { ...blank, text: rest, value: rest }
      entries.push({ name, key: keySpan, value: value ? this.read(value as Node) : own })
    }
    this.#open.delete(node)
    return { type: "map", entries, ...span }
  }

  #refuse(code: string, message: string, span: Span, hint?: string): WrittenScalar {
    if (code !== "too-large" || !this.diagnostics.some(each => each.code === code)) {
      this.diagnostics.push(this.#source.diagnostic(code, message, span, hint))
    }
    return nothing(span)
  }
}

/** What zod reads: numbers, texts, lists and objects without a prototype. */
export function toData(written: Written): Data {
  if (written.type === "list") return written.items.map(toData)
  if (written.type === "scalar") {
    const { value, text } = written
    return typeof value === "number" && !Number.isFinite(value) ? text : value
  }
  const data: { [name: string]: Data } = Object.create(null)
  for (const { name, value } of written.entries) {
    Object.defineProperty(data, name, { value: toData(value), enumerable: true })
  }
  return data
}

/** The entry of that name, if `written` is a map that has it. */
export function entry(written: Written | undefined, name: string): WrittenEntry | undefined {
  return written?.type === "map" ? written.entries.find(each => each.name === name) : undefined
}

/**
 * Where a path leads; where the path leaves what was written, the closest ancestor.
 * `onKey` asks for the name's own place where the path ends in one.
 */
export function locate(written: Written, path: Path, onKey = false): Span {
  let at: Written = written
  for (const [depth, step] of path.entries()) {
    const found: WrittenEntry | undefined = entry(at, String(step))
    if (found && onKey && depth === path.length - 1) return found.key
    const next: Written | undefined =
      found?.value ?? (at.type === "list" ? at.items[Number(step)] : undefined)
    if (!next) break
    at = next
  }
  return at
}

/** Whether nothing was written, or YAML's null. */
export function isNothing(written: Written | undefined): boolean {
  return !written || (written.type === "scalar" && written.value === null)
}

/** The data at a path, if the path leads anywhere. */
export function valueAt(data: Data, path: Path): Data | undefined {
  let at: Data | undefined = data
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined
    at = Array.isArray(at) ? at[Number(step)] : at[step]
  }
  return at
}

/** Every scalar that YAML took for text. */
export function* scalarTexts(written: Written): Generator<string> {
  if (written.type === "scalar") {
    if (typeof written.value === "string") yield written.text
  } else if (written.type === "list") for (const item of written.items) yield* scalarTexts(item)
  else for (const { value } of written.entries) yield* scalarTexts(value)
}

/** `given.Ix[2][1]`, with list places counted from 1 as people do. */
export function dotted(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step + 1}]` : i === 0 ? step : `.${step}`))
    .join("")
}

/** A lone `?` in a flow list, which YAML takes for a map without a key. */
function isQuestionMark({ items, flow }: YAMLMap): boolean {
  const [pair, other] = items
  const isEmpty = (part: unknown) => part === null || (isScalar(part) && part.value === null)
  return flow === true && pair !== undefined && !other && isEmpty(pair.key) && isEmpty(pair.value)
}

function scalar(node: Scalar, span: Span): WrittenScalar {
  const quoted = node.type !== "PLAIN" && node.type !== undefined
  const value = node.value
  const kept =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : null
  return { type: "scalar", text: node.source ?? String(value ?? ""), quoted, value: kept, ...span }
}

function nothing(span: Span): WrittenScalar {
  return { type: "scalar", text: "", quoted: false, value: null, ...span }
}

function spanOf(node: Node): Span {
  return { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 }
}

function tooLarge(file: string, bytes: number, caps: Caps): Diagnostic {
  const size = (n: number) => `${Math.ceil(n / 1024)} KiB`
  return {
    code: "too-large",
    severity: "error",
    message: `the file has ${size(bytes)}, and at most ${size(caps.bytes)} are read`,
    file,
    hint: "a problem is a page of text: is this the file you meant?",
  }
}

/** Which of the caps it is. */
function exceeded(caps: Caps, found: Omit<Caps, "bytes">) {
  if (found.depth > caps.depth) {
    const hint = "a list of lists of lists is as deep as a problem goes"
    return { code: "too-deep", message: `nested deeper than ${caps.depth} levels`, hint }
  }
  if (found.aliases > caps.aliases) {
    return {
      code: "too-many-aliases",
      message: `more than ${caps.aliases} aliases`,
      hint: "write the values out",
    }
  }
  return {
    code: "too-large",
    message: `more than ${caps.nodes} values`,
    hint: "is this the file you meant?",
  }
}

/** What is wrong in this project's words where the parser's are hard to follow. */
function yamlWords(message: string): string {
  const line = message.split("\n")[0] ?? message
  const open = line.match(/^Flow (?:sequence|map) in block collection .* end with a (.)/)
  if (open) return `a bracket is not closed with \`${open[1]}\` before this place`
  const plain = line.replace(/ at line \d+, column \d+:?$/, "")
  return plain.charAt(0).toLowerCase() + plain.slice(1)
}

const coreTagPrefix = "tag:yaml.org,2002:"
const coreTags = new Set(
  ["map", "seq", "str", "null", "bool", "int", "float"].map(name => `${coreTagPrefix}${name}`),
)

/** Errors that leave no doubt where texts, lists and maps begin and end. */
const harmless: ReadonlySet<string> = new Set([
  "BAD_DQ_ESCAPE",
  "BAD_SCALAR_START",
  "TAB_AS_INDENT",
])

const yamlHints: Record<string, string> = {
  BAD_INDENT: "close every bracket; lines of one list or map start in the same column",
  BLOCK_AS_IMPLICIT_KEY: "put the value on its own line, or quote a text that contains `: `",
  MISSING_CHAR: "a bracket, brace or quote is not closed",
  MULTILINE_IMPLICIT_KEY: "is a colon missing, or a bracket not closed?",
  TAB_AS_INDENT: "indent with spaces",
  UNEXPECTED_TOKEN: "quote a text that starts with a special character",
}
