import { appendFileSync } from "node:fs"
import { isAbsolute, relative, resolve } from "node:path"
import type { Color } from "../render/paint.ts"
import type { ReportWriter, Write } from "../report/writer.ts"
import type { ReportFile } from "./config.ts"
import type { Session } from "./session.ts"
import { openWhole, type Unwritten, unwritten, type WholeFile } from "./write.ts"

interface Look {
  width: number
  color: Color
}

/** Ways to print graded sheets, by the name of the format; each loads the writer it needs. */
export const formats: Readonly<
  Record<string, (write: Write, look: Look) => Promise<ReportWriter>>
> = {
  terminal: async (write, look) =>
    (await import("../report/terminal.ts")).terminalReport(write, look),
  markdown: async write => (await import("../report/markdown.ts")).markdownReport(write),
  json: async write => (await import("../report/json.ts")).jsonReport(write),
}

/** The reports that go to files of their own. */
const reports: Readonly<Record<ReportFile, (write: Write) => Promise<ReportWriter>>> = {
  junit: async write => fromRoot((await import("../report/junit.ts")).junitReport(write)),
  gradescope: async write => (await import("../report/gradescope.ts")).gradescopeReport(write),
  csv: async write => (await import("../report/csv.ts")).csvReport(write),
  markdown: async write => (await import("../report/markdown.ts")).markdownReport(write),
}

export interface Failure extends Unwritten {
  path: string
}

/** Everything that is written about a class. */
export class Outputs implements ReportWriter {
  readonly #writers: ReportWriter[] = []
  readonly #files: { path: string; file: WholeFile }[] = []
  readonly #failures: Failure[] = []

  /** What is printed; to a file if one is named. */
  async print(format: string, out: Session["out"], path?: string): Promise<Unwritten | undefined> {
    const make = formats[format]
    if (!make) throw new RangeError(`no format ${format}`)
    if (path !== undefined) return await this.#open(path, write => make(write, plain))
    this.#writers.push(await make(out.write, out))
    return undefined
  }

  async report(name: ReportFile, path: string): Promise<Unwritten | undefined> {
    return await this.#open(path, reports[name])
  }

  /** What a GitHub workflow reads: annotations, the summary of the step, the Classroom result. */
  async github({ write }: Session["err"]): Promise<void> {
    const { githubReport } = await import("../report/github.ts")
    const { GITHUB_STEP_SUMMARY, GITHUB_OUTPUT } = process.env
    const append = (path: string | undefined, text: string) => {
      try {
        if (path) appendFileSync(path, text)
      } catch (error) {
        this.#failures.push({ path: path ?? "", ...unwritten(path ?? "", error) })
      }
    }
    const writer = githubReport({
      annotations: write,
      stepSummary: text => append(GITHUB_STEP_SUMMARY, text),
      classroom: result => append(GITHUB_OUTPUT, `result=${result}\n`),
    })
    this.#writers.push(fromRoot(writer))
  }

  begin: ReportWriter["begin"] = meta => {
    for (const writer of this.#writers) writer.begin(meta)
  }

  submission: ReportWriter["submission"] = report => {
    for (const writer of this.#writers) writer.submission(report)
  }

  end: ReportWriter["end"] = summary => {
    for (const writer of this.#writers) writer.end(summary)
  }

  /** Puts the files into their places; tells which could not be written. */
  close(): readonly Failure[] {
    for (const { path, file } of this.#files.splice(0)) {
      const failure = file.close()
      if (failure) this.#failures.push({ path, ...failure })
    }
    return this.#failures
  }

  /** Leaves no file, should the run have ended before it was closed. */
  discard(): void {
    for (const { file } of this.#files.splice(0)) file.discard()
  }

  async #open(
    path: string,
    make: (write: Write) => Promise<ReportWriter>,
  ): Promise<Unwritten | undefined> {
    const file = openWhole(path)
    if ("why" in file) return file
    this.#files.push({ path, file })
    this.#writers.push(await make(file.write))
    return undefined
  }
}

/** How a file is written. */
const plain: Look = { width: 80, color: false }

/** Readers of a repository take paths from its root, wherever the command was run. */
function fromRoot(writer: ReportWriter): ReportWriter {
  const root = process.env.GITHUB_WORKSPACE || process.env.CI_PROJECT_DIR || process.cwd()
  return {
    ...writer,
    submission(report) {
      const file = relative(root, resolve(report.file))
      const isInside = !file.startsWith("..") && !isAbsolute(file)
      writer.submission(isInside ? { ...report, file } : report)
    },
  }
}
