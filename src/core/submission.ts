import { type Diagnostic, type Place, suggest } from "./diagnostic.ts"
import type { Marking, SheetAnswers } from "./grade.ts"
import { loadExpressions } from "./number.ts"
import {
  entry,
  isNothing,
  Source,
  type Span,
  scalarTexts,
  submissionCaps,
  type Written,
  type WrittenEntry,
} from "./source.ts"

/** A student's answers, read and assigned to problems. */
export interface Submission {
  file: string
  source: Source
  student: string
  name?: string
  /** By problem id; only those the sheet names. */
  sheets: ReadonlyMap<string, SheetAnswers>
  diagnostics: readonly Diagnostic[]
  /** Whether it can be graded at all. */
  readable: boolean
}

/**
 * Reads an answer sheet against the problems it may answer. A YAML error that is confined to one
 * answer makes that answer unreadable and leaves the rest; any other makes the sheet unreadable.
 */
export async function loadSubmission(
  file: string,
  text: string,
  markings: ReadonlyMap<string, Marking>,
): Promise<Submission> {
  const { source, broken } = readSheet(file, text)
  const diagnostics = source.documents.flatMap(document => document.diagnostics).slice(0, most)
  const [document, second] = source.documents.filter(({ written }) => !isNothing(written))
  const written = document?.written
  const sheets = new Map<string, SheetAnswers>()
  const refuse = (): Submission => ({
    file,
    source,
    student: studentOf(file, written),
    sheets,
    diagnostics,
    readable: false,
  })
  const complain = (
    code: string,
    message: string,
    at?: Span,
    hint?: string,
    severity?: Diagnostic["severity"],
  ) => {
    if (diagnostics.length < most)
      diagnostics.push(source.diagnostic(code, message, at ?? { start: 0, end: 0 }, hint, severity))
  }

  if (written?.type !== "map") {
    const [code, message] = isNothing(written)
      ? ["empty", "the sheet holds no answers"]
      : ["type", "a sheet must be a map with `answers`"]
    if (diagnostics.length === 0) complain(code, message, written, "start with `answers:`")
    return refuse()
  }
  if (second) {
    complain(
      "two-sheets",
      "the file holds more than one sheet",
      second.written,
      "one file for each student",
    )
    return refuse()
  }
  const answers = entry(written, "answers")
  for (const { name, key } of written.entries) {
    if (topLevel.includes(name)) continue
    complain(
      "unknown-field",
      `a sheet has no field \`${name}\``,
      key,
      suggest(name, topLevel),
      "warning",
    )
  }
  const given = answers && entriesOf(answers.value)
  if (!given) {
    complain(
      "no-answers",
      "`answers` must be a map from names to answers",
      answers?.value ?? written,
      "answers:\n      R: 1.5",
    )
    return refuse()
  }
  await loadExpressions(scalarTexts(answers.value))
  assign(given, markings, sheets, complain)
  for (const each of broken) markBroken(each, given, markings, source, sheets)
  for (const each of diagnostics) markRefused(each, source, sheets)
  const name = entry(written, "name")?.value
  return {
    file,
    source,
    student: studentOf(file, written),
    ...(name?.type === "scalar" && { name: name.text }),
    sheets,
    diagnostics: [...broken.map(({ diagnostic }) => diagnostic), ...diagnostics],
    readable: true,
  }
}

/** What stands below `answers:`; nothing there is a blank sheet. */
function entriesOf(answers: Written): readonly WrittenEntry[] | undefined {
  if (answers.type === "map") return answers.entries
  return isNothing(answers) ? [] : undefined
}

/** As many complaints as anyone reads about one sheet. */
const most = 50

const topLevel = ["student", "name", "notes", "answers"]

type Complain = (
  code: string,
  message: string,
  at?: Span,
  hint?: string,
  severity?: Diagnostic["severity"],
) => void

/** Sorts entries to problems; without a problem id they belong to the only problem there is. */
function assign(
  entries: readonly WrittenEntry[],
  markings: ReadonlyMap<string, Marking>,
  sheets: Map<string, SheetAnswers>,
  complain: Complain,
): void {
  const [only] = markings.size === 1 ? markings.keys() : []
  const isSorted = entries.some(({ name }) => name === only)
  const loose: WrittenEntry[] = []
  for (const each of entries) {
    if (!markings.has(each.name)) {
      if (isSorted && each.value.type === "map") {
        const message = `\`${each.name}\` is not among the problems that are graded`
        complain("other-problem", message, each.key, undefined, "warning")
      } else if (only !== undefined) loose.push(each)
      else
        complain(
          "unknown-problem",
          `there is no problem \`${each.name}\``,
          each.key,
          suggest(each.name, [...markings.keys()]),
        )
    } else if (each.value.type === "map") {
      sheets.set(each.name, sheetOf(each.value.entries, markings.get(each.name), complain))
    } else if (each.value.type === "scalar" && each.value.value === null) {
      sheets.set(each.name, { answers: new Map() })
    } else {
      complain(
        "type",
        `the answers to \`${each.name}\` must be a map`,
        each.value,
        `${each.name}: { R: 1.5 }`,
      )
    }
  }
  if (only !== undefined && loose.length > 0) {
    const before = sheets.get(only)?.answers ?? new Map<string, WrittenEntry>()
    sheets.set(only, {
      answers: new Map([...before, ...sheetOf(loose, markings.get(only), complain).answers]),
    })
  }
}

function sheetOf(
  entries: readonly WrittenEntry[],
  marking: Marking | undefined,
  complain: Complain,
): SheetAnswers {
  const answers = new Map<string, WrittenEntry>()
  const known = marking?.names ?? []
  for (const each of entries) {
    if (known.includes(each.name)) answers.set(each.name, each)
    else
      complain(
        "unknown-answer",
        `this problem has no answer \`${each.name}\``,
        each.key,
        suggest(each.name, known),
      )
  }
  return { answers }
}

interface Broken {
  name: string
  line: number
  message: string
  diagnostic: Diagnostic
}

/** How much is parsed again to find the answers that are broken; a long sheet is given up sooner. */
const patience = 4 * submissionCaps.bytes

/** A YAML error in one answer is taken out, so that the others can be read. */
function readSheet(file: string, text: string): { source: Source; broken: Broken[] } {
  const broken: Broken[] = []
  let source = new Source(file, text, submissionCaps)
  let left = patience
  const repair = (line: number) => {
    for (const { lines, upTo, ...taken } of candidates(source.text.split("\n"), line)) {
      left -= text.length
      if (left < 0) return undefined
      const tried = new Source(file, lines.join("\n"), submissionCaps)
      if (firstErrorLine(tried) > upTo) return { taken, tried }
    }
    return undefined
  }
  for (;;) {
    const error = source.documents
      .flatMap(document => document.diagnostics)
      .find(({ code }) => code === "yaml")
    const repaired = error?.place && repair(error.place.line)
    if (!error || !repaired) return { source, broken }
    broken.push({ ...repaired.taken, message: error.message, diagnostic: error })
    source = repaired.tried
  }
}

/**
 * The sheet without one of the answers above an error, the nearest first; offsets stay. Where a name
 * itself stands in the wrong column its whole line goes. `upTo` is the line up to which no error may
 * be left.
 */
function candidates(lines: readonly string[], errorLine: number) {
  const found: { name: string; line: number; lines: string[]; upTo: number }[] = []
  for (let at = Math.min(errorLine, lines.length) - 1; at >= 0 && found.length < 24; at--) {
    const [start, indent = "", , name = ""] =
      lines[at]?.match(/^(\s+)(?:(["']?)([\w.-]+)\2)\s*:/) ?? []
    if (start === undefined) continue
    let end = at + 1
    while (end < lines.length && isDeeper(lines[end] ?? "", indent.length)) end += 1
    const without = (keep: string, end: number) =>
      lines.map((each, i) => (i < at || i >= end ? each : (i > at ? "" : keep).padEnd(each.length)))
    found.push({ name, line: at + 1, lines: without(start, end), upTo: errorLine })
    if (found.length === 1)
      found.push({ name, line: at + 1, lines: without("", at + 1), upTo: lines.length })
  }
  return found
}

/** The line of the first YAML error; infinite where there is none. */
function firstErrorLine(source: Source): number {
  const errors = source.documents
    .flatMap(document => document.diagnostics)
    .filter(({ code }) => code === "yaml")
  return Math.min(...errors.map(({ place }) => place?.line ?? 0))
}

function isDeeper(line: string, indent: number): boolean {
  return line.trim() === "" || line.length - line.trimStart().length > indent
}

/** Says of a broken answer, or of all answers of a broken problem, why it could not be read. */
function markBroken(
  { name, line, message }: Broken,
  entries: readonly WrittenEntry[],
  markings: ReadonlyMap<string, Marking>,
  source: Source,
  sheets: Map<string, SheetAnswers>,
): void {
  const [only] = markings.size === 1 ? markings.keys() : []
  const above = entries.findLast(({ key }) => source.place(key).line <= line)
  const problem = above && markings.has(above.name) ? above.name : only
  const known = problem === undefined ? undefined : markings.get(problem)?.names
  if (problem === undefined || !known) return
  const isWhole = above?.name === problem && source.place(above.key).line === line
  const names = isWhole ? known : known.filter(each => each === name)
  addBroken(problem, names, message, sheets)
}

/** An answer with a tag, an alias or a key that has no meaning could not be read either. */
function markRefused(
  { code, place, message }: Diagnostic,
  source: Source,
  sheets: Map<string, SheetAnswers>,
): void {
  if (!place || !["tag", "alias", "key"].includes(code)) return
  const isBefore = (a: Place, b: Place) =>
    a.line < b.line || (a.line === b.line && a.column <= b.column)
  for (const [problem, { answers }] of [...sheets]) {
    for (const { name, value } of answers.values()) {
      const end = source.place({ start: value.end, end: value.end })
      if (isBefore(source.place(value), place) && isBefore(place, end))
        addBroken(problem, [name], message, sheets)
    }
  }
}

function addBroken(
  problem: string,
  names: readonly string[],
  message: string,
  sheets: Map<string, SheetAnswers>,
): void {
  const sheet: SheetAnswers = sheets.get(problem) ?? { answers: new Map() }
  const more = names.map(name => [name, message] as const)
  sheets.set(problem, { ...sheet, broken: new Map([...(sheet.broken ?? []), ...more]) })
}

/** `student:`, else the file's stem, else the folder's name when the stem is `answers`. */
function studentOf(file: string, written: Written | undefined): string {
  const named = entry(written, "student")?.value
  if (named?.type === "scalar" && named.text.trim() !== "") return named.text.trim()
  const parts = file.split(/[/\\]/)
  const stem = (parts.at(-1) ?? file).replace(/\.ya?ml$/i, "")
  return stem === "answers" ? (parts.at(-2) ?? stem) : stem
}
