import { join } from "node:path"
import type { Kind } from "../core/kind.ts"
import { loadProblems, type Problem } from "../core/problem.ts"
import { Source } from "../core/source.ts"
import { kinds } from "../kinds/index.ts"
import { findFiles } from "./find.ts"
import { home } from "./home.ts"
import { readSource } from "./read.ts"

/** The shipped problems of a kind, the most typical first: named after the kind, and short. */
export async function examplesOf(kind: Kind): Promise<Problem[]> {
  const named = new RegExp(`\\bkind["']?:\\s*["']?${kind.name}\\b`)
  const examples: Problem[] = []
  for (const file of await findFiles([join(home(), "problems", kind.topic)])) {
    const source = typeof file === "string" ? await readSource(file) : undefined
    if (!(source instanceof Source) || !named.test(source.text)) continue
    const { problems } = await loadProblems(source, kinds)
    examples.push(...problems.filter(problem => problem.kind.name === kind.name))
  }
  const rank = ({ id }: Problem) => (id.startsWith(kind.name) ? 0 : 1)
  return examples.sort((a, b) => rank(a) - rank(b) || textOf(a).length - textOf(b).length)
}

/** The text of a problem as it stands in its file, without the indentation of a list. */
export function textOf({ origin: { source, written } }: Problem): string {
  const indent = " ".repeat(source.place(written).column - 1)
  const lines = source.text.slice(written.start, written.end).trimEnd().split("\n")
  return lines.map(line => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n")
}
