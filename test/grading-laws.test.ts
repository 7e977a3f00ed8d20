import { describe, expect, test } from "vitest"
import { eachEntry, type Index, keyOf, mapEntries } from "../src/core/entries.ts"
import { type ProblemMark, prepare } from "../src/core/grade.ts"
import { nudgeEntry } from "../src/core/nudge.ts"
import { prefixOf } from "../src/core/paths.ts"
import type { Problem } from "../src/core/problem.ts"
import { type Run, run, runSlip, slipNames } from "../src/core/solve.ts"
import type { AnswerValue } from "../src/core/types.ts"
import { kinds } from "./support/kinds.ts"
import { problemsOf, shippedProblems, valuesOf } from "./support/problems.ts"
import { graded, sheetOf } from "./support/sheets.ts"
import { explains, firstWrong, leavesOf, rounding, said, sameForm } from "./support/students.ts"

// The laws of grading, over every kind and shipped problem. What is right comes from the solver
// here: the problems' own `expect:` proves the solver, these prove the grader.

const markings = (await shippedProblems()).map(prepare)

describe.each(Object.keys(kinds))("%s", kind => {
  const own = markings.filter(({ problem }) => problem.kind.name === kind)

  test("its own key earns full marks", async () => {
    for (const marking of own) {
      const mark = await graded(marking, sheetOf(valuesOf(marking.key)))
      expect(flaws(mark), marking.problem.id).toEqual([])
      expect(mark.points.equals(mark.outOf), marking.problem.id).toBe(true)
    }
  })

  test("its numbers rounded to four digits, one after the other, earn full marks", async () => {
    for (const marking of own) {
      const { problem, key } = marking
      const digits = Math.max(4, problem.settings.precision?.figures ?? 0)
      const { pin, pen } = rounding(key, digits)
      const mark = await graded(marking, sheetOf(valuesOf(run(problem, { pin })), pen))
      expect(flaws(mark), problem.id).toEqual([])
    }
  })

  test("one entry replaced loses that entry alone", async () => {
    for (const marking of own) {
      for (const entry of replacements(marking.key)) {
        const mark = await graded(marking, sheetOf(withEntry(marking.key, entry)))
        expect(flaws(mark), `${marking.problem.id}: ${placeOf(entry)}`).toEqual([placeOf(entry)])
      }
    }
  })

  test("what follows from a replaced entry is carried", async () => {
    for (const marking of own) {
      for (const entry of replacements(marking.key)) {
        const followed = following(marking.problem, entry)
        if (!followed || !sameForm(followed, marking.key)) continue
        const mark = await graded(marking, sheetOf(valuesOf(followed)))
        const message = `${marking.problem.id}: ${placeOf(entry)}`
        expect(flaws(mark), message).toEqual([placeOf(entry)])
        expect(notCarried(mark, followed, entry), `${message} must be carried`).toEqual([])
        for (const { name, verdict, sources } of mark.answers) {
          if (verdict !== "carried") continue
          const sequential = marking.key.answers.get(name)?.sequential
          const others = sources.filter(source => source !== name || sequential)
          expect(others.length, `${message}: ${name} must name its source`).toBeGreaterThan(0)
        }
      }
    }
  })

  test("a slip is named where it can be told apart", async () => {
    for (const marking of own) {
      const { problem, key } = marking
      const { pin, pen } = rounding(key, 6)
      for (const slip of slipNames(problem, key)) {
        const slipped = runSlip(problem, slip, pin)
        if (!slipped) continue
        const asked = Object.entries(valuesOf(slipped)).filter(([name]) => key.answers.has(name))
        const mark = await graded(marking, sheetOf(Object.fromEntries(asked), pen))
        const first = firstWrong(mark, key)
        if (!first) continue
        const like = slipNames(problem, key).filter(other =>
          explains(problem, other, first, slipped, pen),
        )
        const only = like.length === 1 && like[0] === slip ? slip : undefined
        const message = `${problem.id}: ${slip}, also ${like.join("; ")}, at ${first.name}`
        expect(first.reason?.slip, message).toBe(only)
        expect(new Set(first.wrong.map(({ reason }) => reason?.slip)).size).toBeLessThan(2)
      }
    }
  })
})

test("an early error in a recurrence loses one entry", async () => {
  // Computed by hand: h1 = 1·1 + 0.5·0 = 1, written 3; h2 = 1·2 + 0.5·3 = 3.5, h3 = 0 + 0.5·3.5.
  const [problem] = await problemsOf(`
kind: rnn
given: { inputs: [[1], [2], [0]], W_xh: [[1]], W_hh: [[0.5]], activation: relu }
`)
  if (!problem) throw new Error("no problem")
  const sheet = "answers: { pre: [[3], [3.5], [1.75]], h: [[3], [3.5], [1.75]] }"
  const mark = await graded(problem, sheet)
  expect(flaws(mark)).toEqual(["pre 0 0"])
  expect(mark.points.toFraction()).toBe("5/3")
  expect(mark.firstMistake).toEqual({ name: "pre", index: [0, 0] })
})

/** One entry and what it is replaced by. */
interface Replacement {
  name: string
  index: Index
  other: AnswerValue
}

/** Every entry of a key that has another admissible value, with one. */
function replacements(key: Run): Replacement[] {
  return [...key.answers.values()].flatMap(({ name, answer, value }) => {
    const found: Replacement[] = []
    let scale = 0
    eachEntry(answer, value, leaf => {
      if (typeof leaf === "number" && Number.isFinite(leaf)) scale = Math.max(scale, Math.abs(leaf))
    })
    eachEntry(answer, value, (leaf, index) => {
      const other = nudgeEntry(answer, leaf, answer.type === "record" ? size(leaf) : scale)
      if (other !== undefined) found.push({ name, index, other })
    })
    return found
  })
}

/** The key's answers with one entry replaced. */
function withEntry(key: Run, { name, index, other }: Replacement): Record<string, AnswerValue> {
  const values = valuesOf(key)
  const answered = key.answers.get(name)
  if (!answered) throw new Error(`no answer ${name}`)
  const { answer, value } = answered
  values[name] = mapEntries(answer, value, (_, at) =>
    keyOf(at) === keyOf(index) ? other : undefined,
  )
  return values
}

/** The answers of someone who goes on with the replaced entry; none if that cannot be done. */
function following(problem: Problem, { name, index, other }: Replacement): Run | undefined {
  const answers = problem.kind.answers(problem.given as never)
  try {
    return run(problem, {
      pin: handed => {
        const answer = answers[handed.name]
        if (handed.name !== name || !answer) return undefined
        const replace = (_: AnswerValue, at: Index) =>
          keyOf(at) === keyOf(index) ? other : undefined
        return mapEntries(answer, handed.value, replace, prefixOf(handed.at))
      },
    })
  } catch {
    return undefined
  }
}

/** What earned less than everything: "H 0 1". */
function flaws({ answers }: ProblemMark): string[] {
  return answers.flatMap(({ name, entries, points, outOf, verdict }) => {
    const lost = entries.filter(({ credit }) => credit.compare(1) < 0)
    if (entries.length === 0 && verdict !== "correct") return [name]
    if (lost.length === 0 && !points.equals(outOf)) return [`${name}: ${points.toFraction()}`]
    return lost.map(({ index }) => placeOf({ name, index }))
  })
}

/** Entries that differ from the key and are not said to be carried. */
function notCarried(mark: ProblemMark, followed: Run, replaced: Replacement): string[] {
  return mark.answers.flatMap(({ name, answer, entries, expected }) => {
    const value = followed.answers.get(name)?.value
    if (value === undefined) return []
    const [own, key] = [leavesOf(answer, value), leavesOf(answer, expected)]
    const scale = Math.max(0, ...[...key.values()].map(size))
    return entries.flatMap(({ index, verdict }) => {
      const [a, b] = [own.get(keyOf(index)), key.get(keyOf(index))]
      if (a === undefined || b === undefined || verdict === "carried") return []
      const isReplaced = name === replaced.name && keyOf(index) === keyOf(replaced.index)
      const same =
        said(a) === said(b) || (typeof a === "number" && Math.abs(a - Number(b)) <= 0.06 * scale)
      return same || isReplaced ? [] : [placeOf({ name, index })]
    })
  })
}

function placeOf({ name, index }: Pick<Replacement, "name" | "index">): string {
  return [name, ...index].join(" ")
}

function size(leaf: AnswerValue): number {
  return typeof leaf === "number" && Number.isFinite(leaf) ? Math.abs(leaf) : 0
}
