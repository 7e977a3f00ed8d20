import type { ReadCell } from "./entries.ts"
import { nudgeEntry } from "./nudge.ts"
import { Fraction } from "./number.ts"
import { followed, type Path } from "./paths.ts"
import type { Problem } from "./problem.ts"
import type { Answer, AnswerValue } from "./types.ts"

/** An entry: the answer it belongs to, and its key there. */
export interface Place {
  name: string
  key: string
}

/**
 * The first of some entries that changes when a blank one is nudged in the key: whoever has it right
 * must have worked the blank out.
 */
export function neededBy(
  problem: Problem,
  keyPath: Path,
  answer: Answer,
  blank: Place,
  others: Iterable<Place>,
): Place | undefined {
  const leaf = keyPath.entry(blank.name, blank.key)?.leaf
  const other = leaf === undefined ? undefined : changed(answer, leaf, keyPath.scale(blank.name))
  if (other === undefined) return undefined
  const cell = { state: "value", leaf: other, index: [], span: { start: 0, end: 0 }, text: "" }
  const cells = new Map([[blank.name, new Map([[blank.key, cell as ReadCell]])]])
  const nudged = followed(problem, cells, () => true)
  if (!nudged) return undefined
  for (const place of others) {
    const [before, after] = [keyPath, nudged].map(path => path.entry(place.name, place.key)?.leaf)
    if (said(before) !== said(after)) return place
  }
  return undefined
}

function changed(answer: Answer, leaf: AnswerValue, scale: number): AnswerValue | undefined {
  if (typeof leaf !== "number") return nudgeEntry(answer, leaf, scale)
  return Number.isFinite(leaf) ? nudgeEntry(answer, leaf, scale || Math.abs(leaf)) : 1
}

function said(leaf: AnswerValue | undefined): string {
  if (leaf instanceof Fraction) return leaf.toFraction()
  return typeof leaf === "object" ? JSON.stringify(leaf) : String(leaf)
}
