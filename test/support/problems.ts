import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { loadProblems, type Problem } from "../../src/core/problem.ts"
import type { run } from "../../src/core/solve.ts"
import { Source } from "../../src/core/source.ts"
import type { AnswerValue } from "../../src/core/types.ts"
import { kinds } from "../../src/kinds/index.ts"
import { kinds as tested } from "./kinds.ts"

/** Every file below a folder that ends so, in a fixed order. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, name))
    .sort()
}

export function readSource(file: string): Source {
  return new Source(file, readFileSync(file, "utf8"))
}

/** The problems of a YAML text; fails on any complaint. */
export async function problemsOf(text: string): Promise<Problem[]> {
  const { problems, diagnostics } = await loadProblems(new Source("test.yaml", text), kinds)
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"))
  return problems
}

/** Every shipped problem of the kinds that are tested. */
export async function shippedProblems(): Promise<Problem[]> {
  const sources = filesBelow("problems", ".yaml").map(readSource)
  const loaded = await Promise.all(
    sources.filter(isTested).map(source => loadProblems(source, tested)),
  )
  const complaints = loaded.flatMap(({ diagnostics }) => diagnostics)
  if (complaints.length > 0) throw new Error(JSON.stringify(complaints, null, 2))
  return loaded.flatMap(({ problems }) => problems)
}

/** Whether the first kind that a file names is among those that are tested. */
function isTested({ text }: Source): boolean {
  const [, kind = ""] = /^(?:- |\s+)?kind: *([\w-]+)/m.exec(text) ?? []
  return tested === kinds || Object.hasOwn(tested, kind)
}

/** The computed answers by name. */
export function valuesOf(result: ReturnType<typeof run>): Record<string, AnswerValue> {
  return Object.fromEntries([...result.answers].map(([name, { value }]) => [name, value]))
}
