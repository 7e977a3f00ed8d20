import type { SubmissionReport } from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import { decimal, percentOf } from "../render/points.ts"
import { tame } from "./safe.ts"
import type { ReportWriter, Write } from "./writer.ts"

/** A grade book: a row for each sheet, a column for each problem; what a sheet lacks stays empty. */
export function csvReport(write: Write): ReportWriter {
  let columns: readonly string[] = []
  const row = (cells: readonly string[]) => write(`${cells.join(",")}\r\n`)
  return {
    begin({ problems }) {
      columns = problems.map(({ id }) => id)
      const head = ["student", "name", ...columns, "total", "out_of", "percent"]
      row(head.map(textCell))
    },
    submission(report) {
      const { student, name = "", points, outOf } = report
      const percent = points && percentOf(points, outOf)
      row([
        textCell(student),
        textCell(name),
        ...columns.map(column => numberCell(pointsIn(report, column))),
        numberCell(points),
        numberCell(outOf),
        numberCell(percent),
      ])
    },
    end() {},
  }
}

function pointsIn({ problems }: SubmissionReport, id: string): Fraction | undefined {
  return problems.find(({ problem }) => problem === id)?.points
}

function numberCell(value: Fraction | undefined): string {
  return value ? decimal(value, 4) : ""
}

/** A cell that begins like a formula is text in every spreadsheet with an apostrophe before it. */
function textCell(text: string): string {
  const plain = tame(text)
  const cell = /^\s*[=+\-@＝＋－＠]/.test(plain) || /^[\t\r]/.test(text) ? `'${plain}` : plain
  return /[",;:'\s]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
