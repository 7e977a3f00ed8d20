import type { Diagnostic } from "../core/diagnostic.ts"
import type { Session } from "./session.ts"

/**
 * Prints complaints to standard error, a blank line between them. They show lines of other people's
 * files, in which `##[` would start a command of a CI job.
 */
export async function complain(
  { err }: Session,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  if (diagnostics.length === 0) return
  const { renderDiagnostic } = await import("../render/diagnostic.ts")
  const { width, color } = err
  const texts = diagnostics.map(each => `${renderDiagnostic(each, { width, color })}\n`)
  err.write(texts.join("\n").replaceAll("##[", "## ["))
}
