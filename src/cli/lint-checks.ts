import { type Diagnostic, suggest } from "../core/diagnostic.ts"
import type { Problem } from "../core/problem.ts"
import type { Run } from "../core/solve.ts"
import { entry, locate } from "../core/source.ts"
import { tellingOf } from "../core/telling.ts"

/** Names under `ask` that this problem does not answer. */
export function checkAsked({ ask, origin }: Problem, key: Run): Diagnostic[] {
  const { source, written } = origin
  const known = [...key.answers.keys()]
  return [...(ask?.keys() ?? [])].flatMap((name, i) => {
    if (key.answers.has(name)) return []
    const listed = entry(written, "ask")?.value.type === "list"
    const span = locate(written, ["ask", listed ? i : name], true)
    const message = `this problem has no answer \`${name}\``
    return [source.diagnostic("unknown-answer", message, span, suggest(name, known))]
  })
}

/** Slips that hide inside the tolerance, or give the same answers as another slip. */
export function checkSlips(problem: Problem, key: Run): Diagnostic[] {
  const { hidden, alike } = tellingOf(problem, key)
  const { source, written } = problem.origin
  const warn = (code: string, what: string, slips: readonly string[]) => {
    const span = entry(written, "given")?.key ?? written
    const message = `${what}: ${slips.join("; ")}`
    const hint = "other numbers would show the difference"
    return source.diagnostic(code, message, span, hint, "warning")
  }
  const unseen = hidden.length > 1 ? "mistakes that would" : "a mistake that would"
  return [
    ...(hidden.length > 0
      ? [warn("slip-hidden", `${unseen} not show in the answers`, hidden)]
      : []),
    ...alike.map(slips => warn("slips-alike", "mistakes that give the same answers", slips)),
  ]
}
