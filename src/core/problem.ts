import * as z from "zod"
import { type Diagnostic, suggest } from "./diagnostic.ts"
import type { Kind } from "./kind.ts"
import { Fraction, isReadable, loadExpressions, readNumber } from "./number.ts"
import { problemSchema } from "./problem-schema.ts"
import {
  type Data,
  dotted,
  entry,
  isNothing,
  locate,
  type Path,
  type Source,
  type Span,
  scalarTexts,
  toData,
  valueAt,
  type Written,
} from "./source.ts"

/** Kinds by name, each loaded when a problem asks for it. */
export type Registry = Readonly<Record<string, () => Promise<{ default: Kind }>>>

/** What may be set for a problem, or nearer, for one of its answers. */
export interface Settings {
  tolerance?: { rel?: number | undefined; abs?: number | undefined }
  precision?: { decimals?: number | undefined; figures?: number | undefined }
  carried?: number
  imprecise?: number
  entries?: "each" | "all-or-nothing"
}

export interface Asked extends Settings {
  points?: Fraction
}

/** A problem, read and checked. */
export interface Problem {
  id: string
  kind: Kind
  title: string
  source?: string
  question?: string
  points?: Fraction
  /** Valid for the kind's schema, defaults filled in. */
  given: Readonly<Record<string, unknown>>
  /** The same with exact text kept as it was typed. */
  givenAsWritten: Readonly<Record<string, Data>>
  /** Exact texts of the givens by their value, such as `1/3`, so that solutions can show them. */
  notation: ReadonlyMap<number, string>
  settings: Settings
  /** A blank earns its points when a correct answer depends on it. */
  implied: boolean
  /** Whether `sqrt(2)` may be written as an answer. */
  expressions: boolean
  /** The asked answers; absent: all. */
  ask?: ReadonlyMap<string, Asked>
  /** The author's own key, as written. */
  expect?: Written
  /** Where it stands, for messages. */
  origin: { source: Source; written: Written }
}

/** An exam: a file that collects problems of other files. */
export interface Exam {
  title: string
  uses: readonly { path: string; points?: Fraction; written: Written }[]
}

export interface Loaded {
  problems: Problem[]
  exams: Exam[]
  diagnostics: Diagnostic[]
}

/** A file with more complaints than this is not the file that was meant. */
const mostComplaints = 50

/** Reads every problem of a file; complains about all that is wrong with it at once. */
export async function loadProblems(source: Source, registry: Registry): Promise<Loaded> {
  const loaded: Loaded = { problems: [], exams: [], diagnostics: [] }
  const { diagnostics } = loaded
  const broken = source.documents.some(document => document.diagnostics.length > 0)
  const written = source.documents.flatMap(document => {
    diagnostics.push(...document.diagnostics)
    return document.written && !isNothing(document.written) ? [document.written] : []
  })
  if (written.length === 0) {
    const empty = { start: 0, end: 0 }
    if (diagnostics.length === 0) {
      diagnostics.push(
        source.diagnostic(
          "empty",
          "the file holds no problem",
          empty,
          "start with `dlcheck new <kind>`",
        ),
      )
    }
    return loaded
  }
  if (diagnostics.some(({ code }) => code === "too-large")) return loaded
  const stem = stemOf(source.file)
  const items = written.flatMap(document => itemsOf(document, source, loaded))
  for (const [i, item] of items.entries()) {
    const fallback = items.length > 1 ? `${stem}-${i + 1}` : stem
    const problem = await loadProblem(item, fallback, source, registry, diagnostics)
    if (problem && !broken) loaded.problems.push(problem)
  }
  diagnostics.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0))
  if (diagnostics.length > mostComplaints) {
    const message = `more than ${mostComplaints} complaints, the rest is left out`
    const last = { start: source.text.length, end: source.text.length }
    diagnostics.splice(mostComplaints, Number.POSITIVE_INFINITY)
    diagnostics.push(source.diagnostic("too-many", message, last, "is this the file you meant?"))
  }
  return loaded
}

/** Complains where two problems of a run share an id. */
export function repeatedIds(problems: readonly Problem[]): Diagnostic[] {
  const seen = new Map<string, Problem>()
  return problems.flatMap(problem => {
    const first = seen.get(problem.id)
    if (!first) {
      seen.set(problem.id, problem)
      return []
    }
    const { source, written } = problem.origin
    const where = first.origin.source
    const { line } = where.place(first.origin.written)
    return source.diagnostic(
      "repeated-id",
      `the id \`${problem.id}\` is also used by ${where.file}:${line}`,
      entry(written, "id")?.value ?? written,
      "give one of the two another `id:`",
    )
  })
}

function itemsOf(document: Written, source: Source, loaded: Loaded): Written[] {
  const list = entry(document, "problems")
  if (!list) return [document]
  if (list.value.type !== "list") {
    loaded.diagnostics.push(source.diagnostic("type", "`problems` must be a list", list.value))
    return []
  }
  const items = list.value.items
  if (!items.some(item => entry(item, "use"))) return items
  loaded.exams.push(examOf(document, items, source, loaded.diagnostics))
  return items.filter(item => !entry(item, "use"))
}

function examOf(
  document: Written,
  items: Written[],
  source: Source,
  diagnostics: Diagnostic[],
): Exam {
  const title = entry(document, "title")?.value
  const uses = items.flatMap(item => {
    const use = entry(item, "use")
    if (!use) return []
    const pointsWritten = entry(item, "points")?.value
    const read = pointsWritten?.type === "scalar" ? readNumber(pointsWritten.text) : undefined
    if (
      use.value.type !== "scalar" ||
      (pointsWritten && !(read && isReadable(read) && read.exact))
    ) {
      diagnostics.push(
        source.diagnostic(
          "exam",
          "an exam lists `use: path` and, if you like, `points: number`",
          item,
        ),
      )
      return []
    }
    const points = read && isReadable(read) ? read.exact : undefined
    return [{ path: use.value.text, written: item, ...(points && { points }) }]
  })
  return { title: title?.type === "scalar" ? title.text : stemOf(source.file), uses }
}

async function loadProblem(
  written: Written,
  fallbackId: string,
  source: Source,
  registry: Registry,
  diagnostics: Diagnostic[],
): Promise<Problem | undefined> {
  const refused = diagnostics.map(({ place }) => `${place?.line}:${place?.column}`)
  const report: Report = (code, message, path, hint, onKey, within) => {
    const span = source.within(locate(written, path, onKey), within)
    const { line, column } = source.place(span)
    if (!refused.includes(`${line}:${column}`))
      diagnostics.push(source.diagnostic(code, message, span, hint))
    return undefined
  }
  if (written.type !== "map") {
    return report("type", `a problem must be a map with \`kind\` and \`given\``, [])
  }
  const named = entry(written, "kind")?.value
  const name = named?.type === "scalar" ? named.text : undefined
  if (!name)
    return report(
      "no-kind",
      "this problem names no kind",
      ["kind"],
      "start with `kind: harris`, say; `dlcheck kinds` lists them",
    )
  const load = Object.hasOwn(registry, name) ? registry[name] : undefined
  if (!load)
    return report(
      "unknown-kind",
      `there is no kind \`${name}\``,
      ["kind"],
      suggest(name, Object.keys(registry)),
    )
  const [{ default: kind }] = await Promise.all([load(), loadExpressions(scalarTexts(written))])

  const data = toData(written)
  const parsed = schemaOf(kind).safeParse(data)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) reportIssue(issue, data, kind, report)
    return undefined
  }
  const { id, title, source: from, question, points, ask, given, ...rest } = parsed.data
  const givenData = (data as { given: Data }).given
  const notation = new Map<number, string>()
  const givenAsWritten = asWritten(given, givenData, notation) as Record<string, Data>
  const expect = entry(written, "expect")?.value
  const { tolerance, precision, carried, imprecise, entries, implied, expressions } = rest
  const asked = ask && askedAnswers(ask, written)
  return {
    id: id ?? fallbackId,
    kind,
    title: title ?? kind.title,
    ...(from !== undefined && { source: from }),
    ...(question !== undefined && { question }),
    ...(points !== undefined && { points: exactPoints(written, ["points"], points) }),
    given: given as Record<string, unknown>,
    givenAsWritten,
    notation,
    settings: withoutUndefined({ tolerance, precision, carried, imprecise, entries }),
    implied: implied ?? false,
    expressions: expressions ?? true,
    ...(asked && { ask: asked }),
    ...(expect && { expect }),
    origin: { source, written },
  }
}

const schemas = new WeakMap<Kind, ReturnType<typeof problemSchema>>()

function schemaOf(kind: Kind) {
  const schema = schemas.get(kind) ?? problemSchema(kind.given, [kind.name])
  schemas.set(kind, schema)
  return schema
}

/** Complains about the value at a path, unless reading it was refused already. */
type Report = (
  code: string,
  message: string,
  path: Path,
  hint?: string,
  onKey?: boolean,
  /** The part of the value's text that it is about. */
  within?: { text: string; span: Span },
) => undefined

function reportIssue(issue: z.core.$ZodIssue, data: Data, kind: Kind, report: Report): void {
  const path = issue.path.map(step => (typeof step === "symbol" ? String(step) : step))
  if (issue.code === "unrecognized_keys") {
    const known = knownNames(kind, path)
    const owner = path.length === 0 ? "a problem" : `\`${dotted(path)}\``
    for (const key of issue.keys.slice(0, mostComplaints + 1)) {
      const hint = suggest(key, known)
      report("unknown-field", `${owner} has no field \`${key}\``, [...path, key], hint, true)
    }
    return
  }
  const params = issue.code === "custom" ? (issue.params ?? {}) : {}
  const missing = valueAt(data, path) === undefined
  const code = typeof params.code === "string" ? params.code : missing ? "missing-field" : "type"
  const hint = typeof params.hint === "string" ? params.hint : describedField(kind, path)
  const subject = path.length === 0 ? "the problem" : `\`${dotted(path)}\``
  const text = valueAt(data, path)
  const { within: span } = params as { within?: Span }
  const within = span && typeof text === "string" ? { text, span } : undefined
  report(code, `${subject} ${issue.message}`, path, hint, false, within)
}

/** The field names that may stand at a path, for "did you mean". */
function knownNames(kind: Kind, path: Path): string[] {
  return nodesAt(kind, path).flatMap(({ properties }) => Object.keys(properties ?? {}))
}

/** What a given field is, where a complaint has no better hint. */
function describedField(kind: Kind, [owner, name]: Path): string | undefined {
  if (owner !== "given") return undefined
  if (typeof name !== "string") return `\`dlcheck kinds ${kind.name}\` lists its fields`
  const description = nodesAt(kind, [owner, name]).find(node => node.description)?.description
  return description && `\`${name}\`: ${description}`
}

function nodesAt(kind: Kind, path: Path): Node[] {
  const schema = z.toJSONSchema(schemaOf(kind), {
    io: "input",
    unrepresentable: "any",
  })
  let at: Node[] = [schema as Node]
  for (const step of path) {
    at = at
      .flatMap(variants)
      .flatMap(node => node.properties?.[step] ?? node.items ?? node.additionalProperties ?? [])
  }
  return at.flatMap(variants)
}

/** The parts of a JSON Schema that lead further down. */
interface Node {
  description?: string
  properties?: Record<string, Node>
  items?: Node
  additionalProperties?: Node
  anyOf?: Node[]
  oneOf?: Node[]
}

function variants(node: Node): Node[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(variants)]
}

function askedAnswers(
  ask: string[] | Record<string, unknown>,
  written: Written,
): ReadonlyMap<string, Asked> {
  if (Array.isArray(ask)) return new Map(ask.map(name => [name, {}]))
  return new Map(
    Object.entries(ask).map(([name, settings]) => {
      const { points, ...rest } = (settings ?? {}) as Settings & { points?: number }
      const own =
        points === undefined
          ? {}
          : { points: exactPoints(written, ["ask", name, "points"], points) }
      return [name, { ...withoutUndefined(rest), ...own }]
    }),
  )
}

/** Points as typed, so that thirds add up. */
function exactPoints(written: Written, path: Path, value: number): Fraction {
  const at = locate(written, path)
  const read = "text" in at && typeof at.text === "string" ? readNumber(at.text) : undefined
  return read && isReadable(read) && read.exact ? read.exact : new Fraction(value)
}

/** The parsed givens with exact text put back; collects which text stands for which value. */
function asWritten(parsed: unknown, data: Data | undefined, notation: Map<number, string>): Data {
  if (typeof parsed === "number") {
    if (typeof data !== "string") return parsed
    if (Number.isFinite(parsed)) notation.set(parsed, data)
    return data
  }
  if (Array.isArray(parsed)) {
    return parsed.map((each, i) =>
      asWritten(each, Array.isArray(data) ? data[i] : undefined, notation),
    )
  }
  if (typeof parsed === "object" && parsed !== null) {
    const fields = typeof data === "object" && data !== null && !Array.isArray(data) ? data : {}
    return Object.fromEntries(
      Object.entries(parsed)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => [
          name,
          asWritten(each, Object.hasOwn(fields, name) ? fields[name] : undefined, notation),
        ]),
    )
  }
  return parsed as Data
}

function stemOf(file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? file
  return name.replace(/\.ya?ml$/i, "")
}

function withoutUndefined<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as never
}
