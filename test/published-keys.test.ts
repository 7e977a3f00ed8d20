import { existsSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { AnswerMark } from "../src/core/grade.ts"
import { kinds } from "../src/kinds/index.ts"
import {
  type Finding,
  placeOf,
  placesIn,
  publishedIndex,
  publishedSheets,
  writtenAnswers,
} from "./support/published.ts"

// Answer keys as they were printed, with their mistakes, graded as anyone's sheet. The verdicts that
// they must get were decided from the printed numbers and the right ones, not from the program; a case
// is added by adding its two files and its line in the index.

const sheets = await publishedSheets()

test.each(sheets)("$sheet gets its verdicts", ({ submission, marks, required }) => {
  expect(submission.diagnostics.map(({ message }) => message)).toEqual([])
  const found = [...marks].map(([problem, mark]) => [
    problem,
    Object.fromEntries(writtenAnswers(mark).map(each => [each.name, foundIn(each)])),
  ])
  const expected = Object.entries(required).map(([problem, findings]) => {
    const answers = new Map(marks.get(problem)?.answers.map(each => [each.name, each]))
    const filled = Object.entries(findings).map(([name, each]) => [
      name,
      inFull(each, answers.get(name)),
    ])
    return [problem, Object.fromEntries(filled)]
  })
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
})

interface Full {
  verdict: string
  reason: string | undefined
  from: readonly string[]
  review: boolean
  entries: Readonly<Record<string, string>>
}

function foundIn({ verdict, reason, sources, review, entries }: AnswerMark): Full {
  return {
    verdict,
    reason: reason?.slip ?? reason?.code,
    from: sources,
    review,
    entries: Object.fromEntries(entries.map(each => [placeOf(each.index), each.verdict])),
  }
}

/** A required finding with the verdict of every entry; a place that does not exist stays in it. */
function inFull(finding: Finding, mark: AnswerMark | undefined): Full {
  const { verdict, reason, from = [], review = false, entries } = finding
  const left = new Set(Object.keys(entries ?? {}))
  const all = (mark?.entries ?? []).map(({ index }): [string, string] => {
    const at = index.map((_, i) => placeOf(index.slice(0, i + 1))).find(each => entries?.[each])
    if (at !== undefined) left.delete(at)
    const own = at === undefined ? undefined : entries?.[at]
    return [placeOf(index), own?.verdict ?? (entries ? "correct" : verdict)]
  })
  const surplus = [...left].map((at): [string, string] => [at, "is no place in this answer"])
  return { verdict, reason, from, review, entries: Object.fromEntries([...all, ...surplus]) }
}

describe("the index of printed mistakes", () => {
  const index = publishedIndex()
  const places = sheets.flatMap(placesIn)
  const lines = Object.entries(index).flatMap(([kind, mistakes]) =>
    Object.entries(mistakes).map(([entry, where]) => ({ kind, entry, where })),
  )

  test("holds the 90 mistakes of the sheets that can be graded, and three more", () => {
    expect(new Set(lines.map(({ entry }) => entry)).size).toBe(93)
  })

  test.each(lines)("$entry ($kind) is accounted for", ({ kind, entry, where }) => {
    expect(Object.keys(kinds)).toContain(kind)
    const own = places.filter(place => place.entry === entry)
    if (!Array.isArray(where)) {
      expect(own).toEqual([])
      expect(where.see === undefined || existsSync(where.see)).toBe(true)
      return
    }
    expect([...new Set(own.map(({ path }) => path))].sort()).toEqual(where.toSorted())
    for (const { path, verdict, because } of own) {
      const [name, problem = ""] = path.split("/")
      const sheet = sheets.find(({ sheet }) => sheet === name)
      expect(sheet?.marks.get(problem)?.problem.kind.name).toBe(kind)
      const held = verdict === "wrong" || verdict === "partial" || verdict === "imprecise"
      expect(held, `${path} says why it is not held against the sheet`).toBe(because === undefined)
    }
  })

  test("lists every mistake once, and all that the sheets account for", () => {
    const listed = lines.map(({ entry }) => entry)
    expect(listed.filter((entry, i) => listed.indexOf(entry) !== i)).toEqual([])
    expect(places.map(({ entry }) => entry).filter(entry => !listed.includes(entry))).toEqual([])
  })
})
