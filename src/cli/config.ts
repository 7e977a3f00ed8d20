import { existsSync, realpathSync } from "node:fs"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import * as z from "zod"
import { type Diagnostic, suggest } from "../core/diagnostic.ts"
import { type Feedback, feedbackLevels } from "../core/feedback.ts"
import { flag, label, text } from "../core/fields.ts"
import { type Fraction, isReadable, readNumber } from "../core/number.ts"
import {
  dotted,
  locate,
  type Path,
  Source,
  type Span,
  toData,
  valueAt,
  type Written,
} from "../core/source.ts"
import { mustBe } from "../core/words.ts"
import { configName } from "./home.ts"
import { readSource } from "./read.ts"

/** The files that reports are written to. */
export const reportFiles = ["junit", "gradescope", "csv", "markdown"] as const
export type ReportFile = (typeof reportFiles)[number]

/** What `dlcheck.yaml` says. */
export interface Config {
  source: Source
  problems: readonly Listed[]
  submissions: readonly Listed[]
  feedback?: Feedback
  pass?: Fraction
  reports: ReadonlyMap<ReportFile, Listed>
  github: boolean
  adjust: readonly Adjustment[]
}

/** A path as seen from here, and where it is listed. */
export interface Listed {
  path: string
  span: Span
}

/** A regrade by hand. */
export interface Adjustment {
  student: string
  problem: string
  answer?: string
  points: Fraction
  /** Whether the points are added (`+2`, `-3`) rather than given instead. */
  isChange: boolean
  why: string
  span: Readonly<Record<"student" | "problem" | "answer", Span>>
}

/** A configuration, or why it is none. */
export interface LoadedConfig {
  config?: Config
  diagnostics?: readonly Diagnostic[]
}

/** The nearest configuration, here or in a folder above, as a path from here. */
export function findConfig(folder = process.cwd()): string | undefined {
  const path = join(folder, configName)
  if (existsSync(path)) return relative(process.cwd(), path)
  const above = dirname(folder)
  return above === folder ? undefined : findConfig(above)
}

/** Reads a configuration; complains about all that is wrong with it at once. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const source = await readSource(path)
  if (!(source instanceof Source)) return { diagnostics: [source] }
  const [document, second] = source.documents
  const diagnostics = source.documents.flatMap(each => each.diagnostics)
  if (second) {
    const message = "the file holds more than one document"
    diagnostics.push(source.diagnostic("two-documents", message, second.written, "keep one"))
  }
  if (diagnostics.length > 0) return { diagnostics }
  const written = document?.written ?? { type: "map", entries: [], start: 0, end: 0 }
  const { success, data, error } = schema.safeParse(toData(written))
  if (!success) {
    return { diagnostics: error.issues.flatMap(issue => complaints(issue, source, written)) }
  }
  const reader = new ConfigReader(source, written)
  const config = reader.read(data)
  return reader.diagnostics.length > 0 ? { diagnostics: reader.diagnostics } : { config }
}

/** A share such as `60%` or `3/5`; nothing for what is none. */
export function shareOf(written: string): Fraction | undefined {
  const read = readNumber(written)
  if (!isReadable(read) || !read.exact) return undefined
  return read.exact.compare(0) >= 0 && read.exact.compare(1) <= 0 ? read.exact : undefined
}

export const shareHint = "write 60% for sixty per cent"

const paths = z.union([z.string(), z.array(z.string())], {
  error: ({ input }) => mustBe("a path or a list of paths", input),
})
const numberOrText = z.union([z.number(), z.string()], {
  error: ({ input }) => mustBe("a number", input),
})

const reports = {
  junit: text("JUnit XML"),
  gradescope: text("Gradescope's results.json"),
  csv: text("a grade book"),
  markdown: text("Markdown"),
  github: flag("annotations, step summary and Classroom result"),
}
const adjustment = {
  student: label("whose sheet"),
  problem: text("a problem's id"),
  answer: text("one of its answers; absent: the problem as a whole").optional(),
  points: numberOrText.describe("the points it earns; with a sign, the points added"),
  why: text("what the student is told"),
}
const fields = {
  problems: paths.describe("what is graded against (default: problems)"),
  submissions: paths.describe("what is graded"),
  feedback: z.literal(feedbackLevels),
  pass: numberOrText.describe("the share of the points that a sheet must reach"),
  reports: z.strictObject(reports).partial(),
  adjust: z.array(z.strictObject(adjustment)),
}
const schema = z.strictObject(fields).partial()

class ConfigReader {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: Source
  readonly #written: Written
  readonly #folder: string

  constructor(source: Source, written: Written) {
    this.#source = source
    this.#written = written
    this.#folder = dirname(source.file)
  }

  read(data: z.output<typeof schema>): Config {
    const { problems, submissions, feedback, pass, adjust } = data
    const share = pass === undefined ? undefined : this.#share(["pass"])
    return {
      source: this.#source,
      problems: this.#paths("problems", problems ?? "problems"),
      submissions: this.#paths("submissions", submissions ?? []),
      ...(feedback !== undefined && { feedback }),
      ...(share && { pass: share }),
      reports: this.#reports(data.reports ?? {}),
      github: data.reports?.github ?? false,
      adjust: (adjust ?? []).flatMap((each, i) => this.#adjustment(each, ["adjust", i]) ?? []),
    }
  }

  #paths(name: string, listed: string | readonly string[]): Listed[] {
    return [listed].flat().map((path, i) => ({
      path: this.#fromHere(path),
      span: locate(this.#written, typeof listed === "string" ? [name] : [name, i]),
    }))
  }

  #fromHere(path: string): string {
    return isAbsolute(path) ? path : join(this.#folder, path)
  }

  #share(path: Path): Fraction | undefined {
    const written = this.#text(path)
    const share = shareOf(written)
    if (share) return share
    const message = `\`${dotted(path)}\` must be a share of the points, but it is \`${written}\``
    return this.#complain("value", message, path, shareHint)
  }

  /** Reports stay below the folder of the configuration: it may come with somebody else's files. */
  #reports(listed: Partial<Record<ReportFile, string | undefined>>): Map<ReportFile, Listed> {
    const found = new Map<ReportFile, Listed>()
    for (const name of reportFiles) {
      const path = listed[name]
      if (path === undefined) continue
      const at = ["reports", name]
      const file = this.#fromHere(path)
      if (isBelow(file, this.#folder || ".")) {
        found.set(name, { path: file, span: locate(this.#written, at) })
      } else {
        const message = `\`${path}\` leads out of the folder of this file`
        this.#complain("outside", message, at, `name it on the command line: --${name} ${path}`)
      }
    }
    return found
  }

  #adjustment(
    { problem, answer, why }: z.output<typeof schema.shape.adjust.def.innerType>[number],
    at: Path,
  ): Adjustment | undefined {
    const text = this.#text([...at, "points"])
    const read = readNumber(text)
    if (!isReadable(read) || !read.exact) {
      const message = `\`points\` must be a number, but it is \`${text}\``
      const hint = "write `3` to give 3 points, `+2` or `-2` to change them"
      return this.#complain("value", message, [...at, "points"], hint)
    }
    return {
      student: this.#text([...at, "student"]),
      problem,
      ...(answer !== undefined && { answer }),
      points: read.exact,
      isChange: /^\s*[+\-−]/.test(text),
      why,
      span: {
        student: this.#span(at, "student"),
        problem: this.#span(at, "problem"),
        answer: this.#span(at, "answer"),
      },
    }
  }

  #span(path: Path, field: string): Span {
    return locate(this.#written, [...path, field])
  }

  /** A scalar as it was written: `007` is a name, and `+2` is not 2. */
  #text(path: Path): string {
    const at = locate(this.#written, path)
    return "text" in at && typeof at.text === "string" ? at.text.trim() : ""
  }

  #complain(code: string, message: string, path: Path, hint: string): undefined {
    this.diagnostics.push(this.#source.diagnostic(code, message, locate(this.#written, path), hint))
  }
}

function complaints(issue: z.core.$ZodIssue, source: Source, written: Written): Diagnostic[] {
  const path = issue.path.map(step => (typeof step === "symbol" ? String(step) : step))
  const name = path.length === 0 ? "this file" : `\`${dotted(path)}\``
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(
      path[0] === "reports" ? reports : path[0] === "adjust" ? adjustment : fields,
    )
    return issue.keys.map(key =>
      source.diagnostic(
        "unknown-field",
        `${name} has no field \`${key}\``,
        locate(written, [...path, key], true),
        suggest(key, known),
      ),
    )
  }
  const found = valueAt(toData(written), path)
  const code = found === undefined ? "missing-field" : "type"
  return [source.diagnostic(code, `${name} ${issue.message}`, locate(written, path))]
}

/** Whether a file lies below a folder, links followed. */
function isBelow(file: string, folder: string): boolean {
  const from = realpathSync(folder)
  let at = resolve(file)
  while (!existsSync(at)) at = dirname(at)
  const real = realpathSync(at)
  const whole = join(real, relative(at, resolve(file)))
  return whole.startsWith(from.endsWith(sep) ? from : from + sep)
}
