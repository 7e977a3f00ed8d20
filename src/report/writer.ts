import type { Feedback, SubmissionReport } from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import type { ClassSummary } from "./summary.ts"

export type Write = (text: string) => void

/** What is known before the first sheet is graded. */
export interface ReportMeta {
  feedback: Feedback
  /** The problems that count, in the order of their columns. */
  problems: readonly { id: string; title: string; outOf: Fraction }[]
  /** The share of the points that a sheet must reach. */
  pass?: Fraction
  /** The folder that paths are told relative to. */
  root?: string
}

/** Writes an output sheet by sheet and keeps none of them, so that ten thousand cost what one costs. */
export interface ReportWriter {
  begin(meta: ReportMeta): void
  submission(report: SubmissionReport): void
  end(summary: ClassSummary): void
}
