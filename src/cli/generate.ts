import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import type { Command } from "commander"
import type { Diagnostic } from "../core/diagnostic.ts"
import { type Marking, prepare } from "../core/grade.ts"
import { scaleShares } from "../core/points.ts"
import { entry } from "../core/source.ts"
import { plural } from "../core/words.ts"
import { type Batch, contentIn, endingOf, fileName, formatsOption } from "./batch.ts"
import type { CollectedExam } from "./collect.ts"
import { complain } from "./complain.ts"
import { version } from "./home.ts"
import { keys } from "./key.ts"
import { openPaper } from "./paper.ts"
import { findPress, type Press } from "./pdf.ts"
import { Progress } from "./progress.ts"
import { complaint } from "./read.ts"
import { readRoster } from "./roster.ts"
import { type Configure, fail, type Session, usageError } from "./session.ts"
import { sheets } from "./sheet.ts"
import { Variants } from "./variants.ts"
import { writeWhole } from "./write.ts"

interface Options {
  count?: number
  roster?: string
  seed: string
  out: string
  keys: string[]
  sheets: string[]
  titles?: boolean
}

export const configure: Configure = (command, session) => {
  command
    .argument("<problem...>", "problems, exams, folders or globs")
    .requiredOption(
      "-s, --seed <text>",
      "where chance begins: the same seed gives the same numbers",
    )
    .requiredOption("-o, --out <folder>", "where the variants go, a folder for each student")
    .option("-n, --count <n>", "so many students, named 1, 2, …", countOf)
    .option(
      "--roster <file>",
      "a CSV file of students; the column `student` or `id`, else the first",
    )
    .addOption(formatsOption("--keys <formats>", "the keys of each student, in the folder `keys`"))
    .addOption(
      formatsOption("--sheets <formats>", "each student's paper; yaml: a sheet to fill in"),
    )
    .option("--titles", "keep titles and sources: they are true of other numbers, too")
    .addHelpText(
      "after",
      `
Draws the numbers of each problem again for every student, in the look of those they replace. A variant
must show every mistake that its model shows, and tell apart what its model tells apart. The numbers
depend on the seed, the student and the problem alone, so keep the seed to yourself. What an earlier
run has finished is not done again. A variant bears its kind's title, for that of its model may tell of
numbers that are gone.

Examples:
  dlcheck generate exam.yaml --count 30 --seed spring-quiz --out variants
  dlcheck generate problems --roster roster.csv --seed 7 --out variants --keys yaml --sheets pdf,yaml
  dlcheck grade s1024.yaml --problems variants/s1024/exam.yaml

Exit codes: 0 fine, 1 some problem has no such variant, 2 a file could not be read or written.`,
    )
    .action((args: string[], options: Options) => generate(args, options, command, session))
}

function countOf(text: string): number {
  const count = Number(text)
  return Number.isInteger(count) && count >= 1 && count <= 100_000 ? count : Number.NaN
}

async function generate(
  args: readonly string[],
  options: Options,
  command: Command,
  session: Session,
): Promise<void> {
  const students = studentsOf(options, command)
  const wanted = [...options.keys, ...options.sheets]
  const press = wanted.includes("pdf") ? findPress() : undefined
  if (wanted.includes("pdf") && !press) {
    const hint =
      "install pdflatex (Debian: texlive-latex-extra) or Chromium, or choose latex or html"
    usageError(command, "neither pdflatex nor a Chromium was found to make a PDF", hint)
  }
  const paper = await openPaper(args, false)
  const markings = [...paper.markings.values()]
  const run = new Generation(markings, paper.exams, options, press)
  const refused = run.begin()
  if (refused) usageError(command, refused.why, refused.hint)
  const progress = new Progress(students.length, "students")
  let done = 0
  for (const student of students) {
    if (await run.student(student)) done += 1
    progress.step()
  }
  progress.clear()
  const diagnostics = [...paper.diagnostics, ...run.diagnostics]
  await complain(session, diagnostics)
  if (run.lacking) fail(session, 1)
  if (diagnostics.some(({ code, severity }) => severity === "error" && code !== "no-variant")) {
    fail(session, 2)
  }
  const before = students.length - done
  const earlier = before > 0 ? `, ${before} of them by an earlier run` : ""
  session.out.write(
    `${plural(markings.length - run.lacking, "problem")} for ${plural(students.length, "student")} in ${options.out}${earlier}\n`,
  )
}

function studentsOf({ count, roster }: Options, command: Command): readonly string[] {
  if ((count === undefined) === (roster === undefined)) {
    usageError(command, "give either `--count` or `--roster`", "`--count 30` names them 1 to 30")
  }
  if (roster === undefined) {
    if (count === undefined || Number.isNaN(count)) {
      usageError(command, "`--count` must be a whole number from 1 to 100000", "`--count 30`, say")
    }
    const digits = String(count).length
    return Array.from({ length: count }, (_, i) => String(i + 1).padStart(digits, "0"))
  }
  const read = readRoster(roster)
  if ("why" in read) usageError(command, `\`${roster}\`: ${read.why}`, read.hint)
  return read.students
}

/** Problems that fail for so many students before any succeeds are given up. */
const mostFailures = 3

class Generation {
  readonly diagnostics: Diagnostic[] = []
  readonly #problems: { marking: Marking; variants: Variants; failed: number; made: number }[]
  readonly #exams: readonly CollectedExam[]
  readonly #options: Options
  readonly #press: Press | undefined

  constructor(
    markings: readonly Marking[],
    exams: readonly CollectedExam[],
    options: Options,
    press: Press | undefined,
  ) {
    this.#exams = exams
    this.#options = options
    this.#press = press
    this.#problems = markings.map(marking => ({
      marking,
      variants: new Variants(marking.problem, options.seed, options.titles),
      failed: 0,
      made: 0,
    }))
  }

  /** How many problems have no variants. */
  get lacking(): number {
    return this.#problems.filter(({ failed }) => failed > 0).length
  }

  /** Makes the folder, or says whose it is already. */
  begin(): { why: string; hint: string } | undefined {
    const { out } = this.#options
    mkdirSync(join(out, "keys"), { recursive: true })
    const mark = join(out, ".dlcheck-run")
    const own = `${this.#fingerprint()}\n`
    if (existsSync(mark)) {
      if (readFileSync(mark, "utf8") === own) return undefined
      return {
        why: `\`${out}\` holds variants of other problems, or of another seed`,
        hint: "name another folder, or remove that one",
      }
    }
    const failed = writeWhole(mark, own)
    return failed && { why: `\`${mark}\` cannot be written: ${failed.why}`, hint: failed.hint }
  }

  /** What a run depends on besides its students; the seed cannot be read from it. */
  #fingerprint(): string {
    const { seed, keys, sheets, titles = false } = this.#options
    const texts = this.#problems.map(({ marking: { problem, shares } }) => {
      const { source, written } = problem.origin
      return [problem.id, shares.total.toFraction(), source.text.slice(written.start, written.end)]
    })
    return createHash("sha256")
      .update(JSON.stringify([version(), seed, keys, sheets, titles, texts]))
      .digest("hex")
  }

  /** Writes everything for one student; says whether there was anything to do. */
  async student(student: string): Promise<boolean> {
    const { out, keys: keyFormats, sheets: sheetFormats } = this.#options
    const folder = join(out, fileName(student))
    const papers = [
      ...keyFormats.map(format => ({
        batch: keys,
        format,
        path: join(out, "keys", `${fileName(student)}.${endingOf(format)}`),
      })),
      ...sheetFormats.map(format => ({
        batch: sheets,
        format,
        path: join(folder, format === "yaml" ? "answers.yaml" : `paper.${endingOf(format)}`),
      })),
    ]
    const own = this.#problems.filter(({ failed, made }) => made > 0 || failed < mostFailures)
    const fileOf = (id: string) => join(folder, "problems", `${fileName(id)}.yaml`)
    const examOf = (exam: CollectedExam) => join(folder, basename(exam.file))
    const files = [
      ...this.#exams.map(examOf),
      ...papers.map(({ path }) => path),
      ...own.map(({ marking }) => fileOf(marking.problem.id)),
    ]
    if (files.every(file => existsSync(file))) return false
    mkdirSync(join(folder, "problems"), { recursive: true })
    const markings: Marking[] = []
    for (const problem of own) {
      const { marking } = problem
      const { id, origin } = marking.problem
      const variant = await problem.variants.of(student)
      if ("objections" in variant) {
        problem.failed += 1
        if (problem.failed === 1) {
          const message = `no variant of \`${id}\` was found for ${student}: ${variant.objections.join("; ")}`
          const at = entry(origin.written, "given")?.key ?? origin.written
          this.diagnostics.push(
            origin.source.diagnostic(
              "no-variant",
              message,
              at,
              origin.written.type === "map" && marking.problem.question !== undefined
                ? "numbers that `question` names stay; without it, it is worded from the givens"
                : "give the problem numbers that leave more room",
            ),
          )
        }
        continue
      }
      problem.made += 1
      const prepared = prepare(variant.problem)
      markings.push({ ...prepared, shares: scaleShares(prepared.shares, marking.shares.total) })
      this.#write(fileOf(id), variant.text)
    }
    for (const exam of this.#exams) this.#write(examOf(exam), examText(exam, markings))
    for (const { batch, format, path } of papers) await this.#paper(batch, format, path, markings)
    return true
  }

  async #paper(batch: Batch, format: string, path: string, markings: readonly Marking[]) {
    const content = await contentIn(format, batch, markings, { title: batch.title }, this.#press)
    if (typeof content === "object" && "why" in content) {
      this.diagnostics.push(complaint(path, "unwritten", content.why, content.hint))
    } else this.#write(path, content)
  }

  #write(path: string, content: string | Uint8Array): void {
    const failed = writeWhole(path, content)
    if (failed) this.diagnostics.push(complaint(path, "unwritten", failed.why, failed.hint))
  }
}

/** An exam of the variants beside it, with the points that its model has for them. */
function examText({ title, problems }: CollectedExam, markings: readonly Marking[]): string {
  const own = problems.flatMap(({ id }) => markings.find(({ problem }) => problem.id === id) ?? [])
  const uses = own.map(({ problem, shares }) => {
    const file = JSON.stringify(`problems/${fileName(problem.id)}.yaml`)
    return `  - { use: ${file}, points: ${JSON.stringify(shares.total.toFraction())} }`
  })
  return `${[`title: ${JSON.stringify(title)}`, "problems:", ...uses].join("\n")}\n`
}
