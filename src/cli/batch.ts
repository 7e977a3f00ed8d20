import { mkdirSync } from "node:fs"
import { basename, extname, join, resolve } from "node:path"
import { type Command, InvalidArgumentError, Option } from "commander"
import type { Diagnostic } from "../core/diagnostic.ts"
import type { Marking } from "../core/grade.ts"
import { plural } from "../core/words.ts"
import { escapeMarkdown } from "../render/markdown-text.ts"
import type { Page } from "../render/page.ts"
import type { CollectedExam } from "./collect.ts"
import { complain } from "./complain.ts"
import { digitsOf } from "./digits.ts"
import { type DocumentOptions, documentFormats } from "./documents.ts"
import { openPaper } from "./paper.ts"
import { findPress, type Press } from "./pdf.ts"
import { Progress } from "./progress.ts"
import { complaint } from "./read.ts"
import { fail, type Session, usageError } from "./session.ts"
import { writeWhole } from "./write.ts"

export const batchFormats: readonly string[] = [
  ...Object.keys(documentFormats),
  "json",
  "yaml",
  "pdf",
]

export interface BatchOptions {
  out: string
  format: string[]
  combined?: boolean
  digits?: number
}

/** What a command makes of problems: pages to be printed, and data in the formats for programs. */
export interface Batch {
  /** "key", "sheet": the heading of what is written. */
  title: string
  page: (marking: Marking) => Page
  data: Readonly<Record<"json" | "yaml", (markings: readonly Marking[]) => Promise<string>>>
}

/** One document: a problem by itself, or all of an exam. */
interface Bundle {
  name: string
  title: string
  markings: readonly Marking[]
}

/** The arguments and options that `key` and `sheet` share. */
export function batchArguments(command: Command): Command {
  return command
    .argument("<problem...>", "problems, exams, folders or globs")
    .requiredOption("-o, --out <folder>", "where the files go; the folder is made if need be")
    .addOption(
      formatsOption("-f, --format <formats>", "how to write them").default(
        ["markdown"],
        "markdown",
      ),
    )
    .option("--combined", "one document for each exam, or for all problems where none is named")
    .option("--digits <n>", "significant digits, 1 to 15 (default: 6)", digitsOf)
}

/** An option that takes formats separated by commas. */
export function formatsOption(flags: string, what: string): Option {
  return new Option(flags, `${what}: one or more of ${batchFormats.join(", ")}`)
    .argParser((text: string) => {
      const names = [...new Set(text.split(",").map(name => name.trim()))]
      if (names.every(name => batchFormats.includes(name))) return names
      throw new InvalidArgumentError(`It must be one or more of ${batchFormats.join(", ")}.`)
    })
    .default([])
}

/** Writes every document whole; what cannot be written is named, and the rest is done. */
export async function runBatch(
  args: readonly string[],
  options: BatchOptions,
  batch: Batch,
  { command, session }: { command: Command; session: Session },
): Promise<void> {
  const press = options.format.includes("pdf") ? findPress() : undefined
  if (options.format.includes("pdf") && !press) {
    const hint =
      "install pdflatex (Debian: texlive-latex-extra) or Chromium, or choose latex or html"
    usageError(command, "neither pdflatex nor a Chromium was found to make a PDF", hint)
  }
  const paper = await openPaper(args, false)
  const markings = [...paper.markings.values()]
  const diagnostics: Diagnostic[] = [...paper.diagnostics]
  const bundles = options.combined
    ? combined(markings, paper.exams, batch.title)
    : markings.map(marking => single(marking))
  makeFolderOf(options.out, command)
  const shown = options.digits === undefined ? {} : { digits: options.digits }
  const written: Written[] = []
  const progress = new Progress(bundles.length * options.format.length, "documents")
  for (const bundle of bundles) {
    const files: Written["files"] = []
    for (const format of options.format) {
      const file = `${bundle.name}.${endingOf(format)}`
      const path = join(options.out, file)
      const content = await contentIn(
        format,
        batch,
        bundle.markings,
        { ...shown, title: bundle.title },
        press,
      )
      progress.step()
      const failed =
        typeof content === "object" && "why" in content ? content : writeWhole(path, content)
      if (failed) diagnostics.push(complaint(path, "unwritten", failed.why, failed.hint))
      else files.push({ format, file })
    }
    written.push({ heading: bundle.title, files })
  }
  progress.clear()
  const index = join(options.out, "index.md")
  const failed = bundles.length > 0 ? writeWhole(index, indexText(batch.title, written)) : undefined
  if (failed) diagnostics.push(complaint(index, "unwritten", failed.why, failed.hint))
  await complain(session, diagnostics)
  if (diagnostics.some(({ severity }) => severity === "error")) fail(session, 2)
  const count = written.reduce((sum, { files }) => sum + files.length, 0)
  session.out.write(
    `${plural(count, "file")} for ${plural(markings.length, "problem")} in ${options.out}\n`,
  )
}

interface Written {
  heading: string
  files: { format: string; file: string }[]
}

/** What a format's file holds; a PDF needs a press. */
export async function contentIn(
  format: string,
  { page, data }: Batch,
  markings: readonly Marking[],
  options: DocumentOptions,
  press: Press | undefined,
): Promise<string | Uint8Array | { why: string; hint: string }> {
  if (format === "json" || format === "yaml") return data[format](markings)
  const pages = markings.map(page)
  if (isDocument(format)) return documentFormats[format].write(pages, options)
  if (!press) throw new Error(`there is no way to write ${format}`)
  return press(pages, options)
}

export function endingOf(format: string): string {
  return isDocument(format) ? documentFormats[format].ending : format
}

function isDocument(format: string): format is keyof typeof documentFormats {
  return Object.hasOwn(documentFormats, format)
}

function single(marking: Marking): Bundle {
  const { id, title } = marking.problem
  return { name: fileName(id), title, markings: [marking] }
}

function combined(
  markings: readonly Marking[],
  exams: readonly CollectedExam[],
  title: string,
): Bundle[] {
  const byProblem = new Map(markings.map(marking => [marking.problem, marking]))
  const bundles = exams.map(exam => ({
    name: fileName(basename(exam.file, extname(exam.file))),
    title: exam.title,
    markings: exam.problems.flatMap(problem => byProblem.get(problem) ?? []),
  }))
  const left = markings.filter(marking => bundles.every(each => !each.markings.includes(marking)))
  if (left.length === 0) return bundles
  return [...bundles, { name: fileName(title.toLowerCase()), title, markings: left }]
}

/** An id as a file's name on every system. */
export function fileName(id: string): string {
  return id.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "problem"
}

function makeFolderOf(folder: string, command: Command): void {
  try {
    mkdirSync(resolve(folder), { recursive: true })
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error)
    usageError(command, `\`${folder}\` cannot be made: ${why}`, "name another folder")
  }
}

function indexText(title: string, written: readonly Written[]): string {
  const rows = written.map(({ heading, files }) => {
    const links = files.map(({ format, file }) => `[${format}](${encodeURI(file)})`)
    return `| ${escapeMarkdown(heading).replaceAll("|", "\\|")} | ${links.join(" · ")} |`
  })
  return [
    `# ${escapeMarkdown(title)}`,
    "",
    "| problem | files |",
    "| --- | --- |",
    ...rows,
    "",
  ].join("\n")
}
