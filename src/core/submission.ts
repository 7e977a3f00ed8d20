import { type Diagnostic, suggest } from "./diagnostic.ts"
import type { Marking, SheetAnswers } from "./grade.ts"
import { loadExpressions } from "./number.ts"
import {
  entry,
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
  const diagnostics = source.documents.flatMap(document => document.diagnostics)
  const [document, second] = source.documents
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
  ) =>
    void diagnostics.push(
      source.diagnostic(code, message, at ?? { start: 0, end: 0 }, hint, severity),
    )

  if (written?.type !== "map") {
    if (diagnostics.length === 0)
      complain("empty", "the sheet holds no answers", written, "start with `answers:`")
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
  if (answers?.value.type !== "map") {
    complain(
      "no-answers",
      "`answers` must be a map from names to answers",
      answers?.value ?? written,
      "answers:\n      R: 1.5",
    )
    return refuse()
  }
  await loadExpressions(scalarTexts(answers.value))
  assign(answers.value.entries, markings, sheets, complain)
  for (const { name, line, message } of broken) markBroken(name, line, message, source, sheets)
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
  const loose: WrittenEntry[] = []
  for (const each of entries) {
    if (!markings.has(each.name)) {
      if (only !== undefined) loose.push(each)
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

/** A YAML error in one answer is taken out, so that the others can be read. */
function readSheet(file: string, text: string): { source: Source; broken: Broken[] } {
  const broken: Broken[] = []
  let source = new Source(file, text, submissionCaps)
  let current = text
  for (let tries = 0; tries < 8; tries++) {
    const error = source.documents
      .flatMap(document => document.diagnostics)
      .find(({ code }) => code === "yaml")
    if (!error?.place) break
    const repaired = withoutBrokenAnswer(file, current, error.place.line)
    if (!repaired) break
    broken.push({ ...repaired.taken, message: error.message, diagnostic: error })
    current = repaired.text
    source = repaired.source
  }
  return { source, broken }
}

/** Blanks the nearest answer above an error without which the error is gone; offsets stay. */
function withoutBrokenAnswer(file: string, text: string, errorLine: number) {
  const lines = text.split("\n")
  for (let at = Math.min(errorLine, lines.length) - 1, tried = 0; at >= 0 && tried < 24; at--) {
    const line = lines[at] ?? ""
    const match = line.match(/^(\s+)(?:(["']?)([\w.-]+)\2)\s*:/)
    if (!match) continue
    tried += 1
    const [, indent = "", , name = ""] = match
    let end = at + 1
    while (end < lines.length && isDeeper(lines[end] ?? "", indent.length)) end += 1
    const blanked = lines.map((each, i) => {
      if (i === at) return match[0] + " ".repeat(each.length - match[0].length)
      return i > at && i < end ? " ".repeat(each.length) : each
    })
    const source = new Source(file, blanked.join("\n"), submissionCaps)
    if (firstErrorLine(source) > errorLine)
      return { text: blanked.join("\n"), source, taken: { name, line: at + 1 } }
  }
  return undefined
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

/** Finds the blanked answer by its line and says why it could not be read. */
function markBroken(
  name: string,
  line: number,
  message: string,
  source: Source,
  sheets: Map<string, SheetAnswers>,
): void {
  for (const [problem, sheet] of sheets) {
    const found = sheet.answers.get(name)
    if (!found || source.place(found.key).line !== line) continue
    sheets.set(problem, { ...sheet, broken: new Map([...(sheet.broken ?? []), [name, message]]) })
  }
}

/** `student:`, else the file's stem, else the folder's name when the stem is `answers`. */
function studentOf(file: string, written: Written | undefined): string {
  const named = entry(written, "student")?.value
  if (named?.type === "scalar" && named.text.trim() !== "") return named.text.trim()
  const parts = file.split(/[/\\]/)
  const stem = (parts.at(-1) ?? file).replace(/\.ya?ml$/i, "")
  return stem === "answers" ? (parts.at(-2) ?? stem) : stem
}
