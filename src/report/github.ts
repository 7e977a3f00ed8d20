import type { Place } from "../core/diagnostic.ts"
import type { AnswerReport, SubmissionReport } from "../core/feedback.ts"
import { Fraction } from "../core/number.ts"
import { pointsNumber, splitPoints } from "../render/points.ts"
import { type Check, checksOf } from "./checks.ts"
import { classMarkdown, sheetMarkdown, sheetTitle } from "./markdown.ts"
import { relativePath, tame, tameHtml } from "./safe.ts"
import { isRight, verdictSentence } from "./words.ts"
import type { ReportWriter, Write } from "./writer.ts"

/** Where each of the three outputs goes. */
export interface GithubOutputs {
  /** Workflow commands, one line each; they belong on standard error. */
  annotations: Write
  /** Markdown to append to `$GITHUB_STEP_SUMMARY`, in one piece. */
  stepSummary: Write
  /** The `result` of a Classroom grader step, in base64; not called where there are too many tests. */
  classroom: Write
}

/** The three things that a GitHub workflow reads, all of them at the end. */
export function githubReport({ annotations, stepSummary, classroom }: GithubOutputs): ReportWriter {
  const notes = new Annotations()
  const summary = new StepSummary()
  const tests = new ClassroomTests()
  let root: string | undefined
  return {
    begin(meta) {
      root = meta.root
    },
    submission(report) {
      const file = relativePath(report.file, root)
      notes.add(report, file)
      summary.add(report)
      tests.add(report, file)
    },
    end(classSummary) {
      annotations(notes.text())
      stepSummary(summary.text(classSummary.sheets, () => classMarkdown(classSummary)))
      const result = tests.result()
      if (result !== undefined) classroom(result)
    },
  }
}

type Level = "error" | "warning"

interface Annotation {
  level: Level
  file: string
  place?: Place
  title: string
  message: string
  /** What it cost; the dearest are shown. */
  lost: number
}

/** GitHub shows no more of a kind for one step. */
const mostAnnotations = 10

class Annotations {
  readonly #kept: Record<Level, Annotation[]> = { error: [], warning: [] }

  add(report: SubmissionReport, file: string): void {
    for (const { code, severity, message, place, hint } of report.diagnostics) {
      this.#keep({
        level: severity,
        file,
        ...(place && { place }),
        title: report.readable ? code : "this sheet could not be graded",
        message: hint === undefined ? message : `${message}: ${hint}`,
        lost: report.readable ? 0 : Number.POSITIVE_INFINITY,
      })
    }
    for (const { problem, answers } of report.problems) {
      for (const answer of answers) {
        if (answer.asked && !isRight(answer.verdict)) this.#keep(annotation(problem, answer, file))
      }
    }
  }

  text(): string {
    return (["error", "warning"] as const)
      .flatMap(level => this.#kept[level])
      .map(each => `${workflowCommand(each)}\n`)
      .join("")
  }

  #keep(annotation: Annotation): void {
    const kept = this.#kept[annotation.level]
    const at = kept.findIndex(({ lost }) => lost < annotation.lost)
    kept.splice(at < 0 ? kept.length : at, 0, annotation)
    kept.length = Math.min(kept.length, mostAnnotations)
  }
}

function annotation(problem: string, answer: AnswerReport, file: string): Annotation {
  const { name, verdict, points, outOf, written } = answer
  return {
    level: verdict === "partial" || verdict === "imprecise" ? "warning" : "error",
    file,
    ...(written && { place: written.place }),
    title: `${problem}: ${name}`,
    message: verdictSentence(answer),
    lost: outOf.sub(points).valueOf(),
  }
}

function workflowCommand({ level, file, place, title, message }: Annotation): string {
  const where = place
    ? `,line=${place.line},col=${place.column},endColumn=${place.endColumn}`
    : ",line=1"
  return `::${level} file=${property(file)}${where},title=${property(title)}::${data(message)}`
}

function data(text: string): string {
  return tame(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C")
}

/** GitHub takes no longer summary of one step. */
const summaryCap = 1024 * 1024
/** Of these, what the class did and the last line may take so much. */
const summaryReserve = 64 * 1024

class StepSummary {
  readonly #sections: { title: string; folded: string; body: string }[] = []
  #bytes = 0
  #full = false

  add(report: SubmissionReport): void {
    if (this.#full) return
    const section = {
      title: sheetTitle(report),
      folded: sheetTitle(report, tameHtml),
      body: sheetMarkdown(report),
    }
    const bytes = Buffer.byteLength(section.folded) + Buffer.byteLength(section.body) + 64
    if (this.#bytes + bytes > summaryCap - summaryReserve) {
      this.#full = true
      return
    }
    this.#bytes += bytes
    this.#sections.push(section)
  }

  /** One sheet lies open; of several, the class comes first and each sheet is folded. */
  text(sheets: number, classText: () => string): string {
    const [only] = this.#sections
    if (sheets === 1 && only) return `## ${only.title}\n\n${only.body}\n`
    const left = sheets - this.#sections.length
    return `${[
      "## Graded sheets",
      classText(),
      ...this.#sections.map(
        ({ folded, body }) => `<details><summary>${folded}</summary>\n\n${body}\n\n</details>`,
      ),
      ...(left > 0 ? [`… and ${left} more, for which there is no room here`] : []),
    ].join("\n\n")}\n`
  }
}

/** A repository of GitHub Classroom holds one student's work; a class has other outputs. */
const mostTests = 500

interface ClassroomTest {
  check: Check
  file: string
}

class ClassroomTests {
  readonly #tests: ClassroomTest[] = []
  #outOf = new Fraction(0)
  #tooMany = false

  add(report: SubmissionReport, file: string): void {
    const checks = checksOf(report).filter(({ outcome }) => outcome !== "unasked")
    if (this.#tests.length + checks.length > mostTests) this.#tooMany = true
    if (this.#tooMany) return
    this.#outOf = this.#outOf.add(report.points ? report.outOf : 0)
    this.#tests.push(...checks.map(check => ({ check, file })))
  }

  result(): string | undefined {
    if (this.#tooMany) return undefined
    const scores = splitPoints(this.#tests.map(({ check }) => check.points ?? new Fraction(0)))
    const outcomes = this.#tests.map(({ check }) => check.outcome)
    const result = {
      version: 1,
      status: outcomes.includes("ungraded")
        ? "error"
        : outcomes.includes("failed")
          ? "fail"
          : "pass",
      max_score: pointsNumber(this.#outOf),
      tests: this.#tests.map(({ check, file }, i) => ({
        name: tame(check.name),
        status: testStatus(check),
        message: tame(check.message),
        score: scores[i] ?? 0,
        test_code: "",
        filename: tame(file),
        line_no: check.place?.line ?? 0,
        duration: 0,
      })),
    }
    return Buffer.from(JSON.stringify(result)).toString("base64")
  }
}

function testStatus({ outcome }: Check): string {
  return outcome === "passed" ? "pass" : outcome === "ungraded" ? "error" : "fail"
}
