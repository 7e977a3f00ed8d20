import { dirname, isAbsolute, join, relative, resolve } from "node:path"
import type { Diagnostic } from "../core/diagnostic.ts"
import type { Fraction } from "../core/number.ts"
import { type Exam, loadProblems, type Problem, repeatedIds } from "../core/problem.ts"
import { entry, Source, type Written } from "../core/source.ts"
import { kinds } from "../kinds/index.ts"
import { findFiles } from "./find.ts"
import { complaint, nearestPath, readSource } from "./read.ts"

/** The problems that the arguments of a command name. */
export interface Collected {
  problems: readonly Problem[]
  /** How many were asked for, those that could not be read included. */
  asked: number
  /** The absolute paths of what was read. */
  files: readonly string[]
  diagnostics: readonly Diagnostic[]
  /** The exams that were named themselves, not found in a folder. */
  exams: readonly CollectedExam[]
  /** What exams make of points, by the place where they say so. */
  rescaled: readonly Rescaled[]
}

/** A paper of several problems under one title. */
export interface CollectedExam {
  file: string
  title: string
  problems: readonly Problem[]
}

/** The problems of one file that share the points which an exam has for it. */
export interface Rescaled {
  problems: readonly Problem[]
  points: Fraction
  origin: { source: Source; written: Written }
}

/** Loads whatever the arguments name, each file once; complains about all that is no problem. */
export async function collectProblems(args: readonly string[]): Promise<Collected> {
  const collector = new Collector()
  for (const found of await findFiles(args)) {
    if (typeof found === "string") await collector.addFile(found, args.includes(found))
    else collector.refuse(found)
  }
  return collector.finish()
}

/** Complaints in the order of their files, then of their lines. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))]
  return files.flatMap(name =>
    diagnostics
      .filter(({ file }) => file === name)
      .sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0)),
  )
}

type Use = Exam["uses"][number]

/** What a file holds, in the order it is written. */
interface Contents {
  source: Source
  items: readonly (Problem | Use)[]
  /** Of an exam. */
  title?: string
}

class Collector {
  readonly #problems = new Set<Problem>()
  readonly #diagnostics: Diagnostic[] = []
  readonly #files = new Map<string, Contents>()
  readonly #exams: CollectedExam[] = []
  readonly #rescaled: Rescaled[] = []
  #asked = 0

  async addFile(path: string, isNamed: boolean): Promise<void> {
    const contents = await this.#load(path)
    if (!contents) return
    const { items, source, title } = contents
    const own: Problem[] = []
    for (const item of items) {
      const problems = "path" in item ? await this.#used(item, source) : [item]
      own.push(...problems)
      for (const problem of problems) this.#problems.add(problem)
    }
    if (title !== undefined && isNamed) {
      this.#exams.push({ file: source.file, title, problems: own })
    }
  }

  /** Notes that something which should be a problem is none. */
  refuse(diagnostic: Diagnostic): undefined {
    this.#diagnostics.push(diagnostic)
    this.#asked += 1
  }

  finish(): Collected {
    const problems = [...this.#problems]
    const diagnostics = inFileOrder([...this.#diagnostics, ...repeatedIds(problems)])
    const asked = Math.max(this.#asked, problems.length)
    return {
      problems,
      asked,
      files: [...this.#files.keys()],
      diagnostics,
      exams: this.#exams,
      rescaled: this.#rescaled,
    }
  }

  /** The problems of a file that an exam uses. */
  async #used({ path, points, written }: Use, exam: Source): Promise<readonly Problem[]> {
    const folder = dirname(exam.file)
    const file = isAbsolute(path) ? path : join(folder, path)
    const span = entry(written, "use")?.value ?? written
    const contents = await this.#load(file, ({ code, message, hint }) => {
      const near = code === "no-file" ? nearestPath(file) : undefined
      const meant = near === undefined ? hint : `did you mean \`${relative(folder, near)}\`?`
      return exam.diagnostic(code, message, span, meant)
    })
    const items = contents?.items ?? []
    const problems = items.filter(isProblem)
    if (problems.length < items.length) {
      const message = `\`${file}\` is an exam itself, and an exam is made of problems`
      this.refuse(exam.diagnostic("exam", message, span, "list its problems here"))
    }
    if (points && problems.length > 0) {
      const origin = { source: exam, written: entry(written, "points")?.value ?? written }
      this.#rescaled.push({ problems, points, origin })
    }
    return problems
  }

  /** Loads a file unless it was loaded before; `blame` moves a complaint about its path. */
  async #load(path: string, blame = (diagnostic: Diagnostic) => diagnostic) {
    const place = path === "-" ? path : resolve(path)
    const known = this.#files.get(place)
    if (known) return known
    const source = await readSource(path)
    if (!(source instanceof Source)) return this.refuse(blame(source))
    const contents = await this.#contents(source)
    this.#files.set(place, contents)
    return contents
  }

  async #contents(source: Source): Promise<Contents> {
    const { problems, exams, diagnostics } = await loadProblems(source, kinds)
    const items = [...problems, ...exams.flatMap(({ uses }) => uses)]
    items.sort((a, b) => startOf(a) - startOf(b))
    this.#diagnostics.push(...diagnostics)
    if (items.length === 0 && diagnostics.length === 0) {
      this.refuse(
        complaint(source.file, "empty", "the file holds no problem", "list some under `problems:`"),
      )
    }
    this.#asked += listed(source)
    const title = exams[0]?.title ?? listTitle(source)
    return { source, items, ...(title !== undefined && { title }) }
  }
}

function isProblem(item: Problem | Use): item is Problem {
  return !("path" in item)
}

/** The title of a paper that holds its problems itself. */
function listTitle({ documents }: Source): string | undefined {
  const titles = documents.map(
    ({ written }) => entry(written, "problems") && entry(written, "title"),
  )
  const title = titles.find(found => found !== undefined)?.value
  return title?.type === "scalar" ? title.text : undefined
}

function startOf(item: Problem | Use): number {
  return "path" in item ? item.written.start : item.origin.written.start
}

/** How many problems a file lists itself, whether they could be read or not. */
function listed({ documents }: Source): number {
  const counts = documents.map(({ written, diagnostics }) => {
    if (!written || (written.type === "scalar" && written.value === null)) {
      return diagnostics.length > 0 ? 1 : 0
    }
    const list = entry(written, "problems")?.value
    return list?.type === "list" ? list.items.filter(item => !entry(item, "use")).length : 1
  })
  return counts.reduce((sum, count) => sum + count, 0)
}
