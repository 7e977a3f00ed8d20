import type { AnswerReport, ProblemReport, SubmissionReport } from "../core/feedback.ts"
import { cellMarkdown, paragraph } from "../render/markdown-text.ts"
import { comparisons, isCompared } from "./comparison.ts"
import { tameMarkdown } from "./safe.ts"
import type { ClassSummary } from "./summary.ts"
import {
  answerPoints,
  averages,
  binNames,
  diagnosticWords,
  firstMistakeWords,
  glyphs,
  missedWords,
  placeWords,
  remark,
  reviewWords,
  scoreWords,
  sheetCounts,
  shownAnswers,
  slipWords,
} from "./words.ts"
import type { ReportWriter, Write } from "./writer.ts"

/** A section for each sheet, and below several of them what the class did. */
export function markdownReport(write: Write): ReportWriter {
  return {
    begin() {
      write("# Graded sheets\n")
    },
    submission(report) {
      write(`\n## ${sheetTitle(report)}\n\n${sheetMarkdown(report)}\n`)
    },
    end(summary) {
      if (summary.sheets > 1) write(`\n## Summary\n\n${classMarkdown(summary)}\n`)
    },
  }
}

/** "s1024: 12.67 / 20", escaped as the place of it calls for. */
export function sheetTitle(report: SubmissionReport, safe = tameMarkdown): string {
  const { student, name, readable } = report
  const who = name === undefined ? student : `${student} (${name})`
  return `${safe(who)}: ${readable ? scoreWords(report) : "could not be graded"}`
}

export function sheetMarkdown(report: SubmissionReport): string {
  const { file, problems, diagnostics, readable } = report
  const complaints = diagnostics.map(each => `- ${tameMarkdown(diagnosticWords(each))}`).join("\n")
  return [
    paragraph(tameMarkdown(file)),
    complaints,
    ...(readable ? problems.map(each => problemMarkdown(each, problems.length > 1)) : []),
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

function problemMarkdown(report: ProblemReport, several: boolean): string {
  const { problem, title, points, firstMistake } = report
  const score = several && points ? `: ${scoreWords(report)}` : ""
  const named = title === "" || title === problem ? problem : `${problem} (${title})`
  const answers = shownAnswers(report)
  const marks = [
    ...(firstMistake ? [`First mistake: ${firstMistakeWords(firstMistake)}`] : []),
    ...answers.filter(({ key }) => key?.review).map(each => `To review: ${reviewWords(each)}`),
  ].map(mark => `- ${tameMarkdown(mark)}`)
  const compared = answers.filter(isCompared).flatMap(comparedLines)
  return [
    `### ${tameMarkdown(named)}${score}`,
    answers.length === 0 ? "" : answerTable(answers),
    marks.join("\n"),
    compared.length === 0 ? "" : `Written and expected:\n\n${compared.join("\n")}`,
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

function answerTable(answers: readonly AnswerReport[]): string {
  const rows = answers.map(answer => {
    const { asked, verdict, written } = answer
    const name = tameMarkdown(answer.name)
    return [
      asked ? name : `*${name}*`,
      `${glyphs[verdict]} ${verdict}`,
      answerPoints(answer),
      tameMarkdown(remark(answer)),
      written ? String(written.place.line) : "",
    ]
  })
  return table(["Answer", "Verdict", "Points", "Remark", "Line"], ["", "", ":", "", ":"], rows)
}

/** As many entries of an answer are compared. */
const mostCompared = 8

function comparedLines(answer: Parameters<typeof comparisons>[0]): string[] {
  const rows = comparisons(answer)
  const lines = rows.slice(0, mostCompared).map(({ index, written, expected, own }) => {
    const where = index ? ` ${placeWords(index)}` : ""
    const parts = [
      ...(written === undefined ? [] : [`written ${written}`]),
      `expected ${expected}`,
      ...(own === undefined ? [] : [`from your own work ${own}`]),
    ]
    return `- ${tameMarkdown(`${answer.name}${where}: ${parts.join(", ")}`)}`
  })
  const more = rows.length - mostCompared
  return more > 0 ? [...lines, `- … and ${more} more of ${tameMarkdown(answer.name)}`] : lines
}

/** As many answers and slips are listed. */
const mostListed = 20

export function classMarkdown(summary: ClassSummary): string {
  const { bins, answers, slips } = summary
  const scores = averages(summary)
  return [
    [sheetCounts(summary), ...(scores === "" ? [] : [scores])].join(" · "),
    scores === ""
      ? ""
      : table(
          ["Points", "Sheets"],
          [":", ":"],
          bins.map((count, i) => [binNames[i] ?? "", String(count)]),
        ),
    answers.length === 0
      ? ""
      : table(
          ["Most often missed", "Answer", "Sheets", "How"],
          ["", "", ":", ""],
          answers
            .slice(0, mostListed)
            .map(each => [
              tameMarkdown(each.problem),
              tameMarkdown(each.name),
              `${each.missed} of ${each.sheets}`,
              missedWords(each),
            ]),
        ),
    slips.length === 0
      ? ""
      : table(
          ["Slips most often made", "Answer", "Sheets", "Slip"],
          ["", "", ":", ""],
          slips
            .slice(0, mostListed)
            .map(each => [
              tameMarkdown(each.problem),
              tameMarkdown(each.name),
              String(each.count),
              tameMarkdown(slipWords(each)),
            ]),
        ),
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

function table(
  head: readonly string[],
  align: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellMarkdown).join(" | ")} |`
  return [line(head), `|${align.map(end => ` ---${end} |`).join("")}`, ...rows.map(line)].join("\n")
}
