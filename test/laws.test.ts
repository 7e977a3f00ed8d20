import { existsSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, test } from "vitest"
import * as z from "zod"
import type { Kind } from "../src/core/kind.ts"
import { nudge } from "../src/core/nudge.ts"
import { Fraction } from "../src/core/number.ts"
import type { Problem } from "../src/core/problem.ts"
import { problemSchema } from "../src/core/problem-schema.ts"
import { pinned, type Run, run, runSlip, slipNames, solve } from "../src/core/solve.ts"
import { toData } from "../src/core/source.ts"
import { kinds } from "./support/kinds.ts"
import { shippedProblems, valuesOf } from "./support/problems.ts"

// The laws every kind obeys. A new kind is tested by being in the registry; nothing is added here.
// The texts of the failures say what is left to do.

const problems = await shippedProblems()
const loaded = await Promise.all(
  Object.entries(kinds).map(async ([key, load]) => ({ key, kind: (await load()).default })),
)

describe.each(loaded)("$key", ({ key, kind }) => {
  const own = problems.filter(problem => problem.kind.name === key)
  const solved = own.map(problem => ({ problem, key: solve(problem) }))

  test("its file, its name and its registry key are one", () => {
    expect(kind.name).toBe(key)
    expect(
      existsSync(`src/kinds/${kind.topic}/${key}.ts`),
      `src/kinds/${kind.topic}/${key}.ts`,
    ).toBe(true)
  })

  test("a problem of it ships, with the author's key", () => {
    expect(own.length, `add problems/${kind.topic}/….yaml`).toBeGreaterThan(0)
    const without = own.filter(({ expect }) => !expect).map(({ id }) => id)
    expect(without, "add `expect:` from a published key or an independent computation").toEqual([])
  })

  test("every given field and answer is described", () => {
    expect(undescribed(kind), "describe these fields").toEqual([])
    const labels = own.flatMap(({ given }) => Object.values(kind.answers(given as never)))
    expect(labels.filter(({ label }) => label.trim() === "")).toEqual([])
  })

  test("its JSON Schema accepts its problems", () => {
    const ajv = new Ajv2020({ strict: false })
    const validate = ajv.compile(z.toJSONSchema(problemSchema(kind.given, [key]), { io: "input" }))
    for (const { origin, id } of own) {
      const valid = validate(toData(origin.written))
      expect(valid, `${id}: ${ajv.errorsText(validate.errors)}`).toBe(true)
    }
  })

  test("solving twice gives the same", () => {
    for (const { problem, key } of solved) expect(valuesOf(run(problem))).toEqual(valuesOf(key))
  })

  test("pinned to its own answers, whole or piece by piece, it gives them back", () => {
    for (const { problem, key } of solved) {
      const values = valuesOf(key)
      expect(valuesOf(run(problem, { pin: pinned(values) }))).toEqual(values)
    }
  })

  test("everything declared is answered by some problem", () => {
    const declared = new Set(own.flatMap(({ given }) => Object.keys(kind.answers(given as never))))
    const answered = new Set(solved.flatMap(({ key }) => [...key.answers.keys()]))
    expect([...declared].filter(name => !answered.has(name))).toEqual([])
  })

  test("no answer and no step holds NaN", () => {
    for (const { problem, key } of solved) {
      expect(holdsNaN([...key.answers.values()]), problem.id).toBe(false)
      expect(holdsNaN(key.steps), `a step of ${problem.id}`).toBe(false)
    }
  })

  test("numbers keep to their declared range", () => {
    for (const { problem, key } of solved) {
      for (const { name, answer, value } of key.answers.values()) {
        const { min = -Infinity, max = Infinity } = answer
        const beyond = numbersIn(value).filter(x => x < min - 1e-12 || x > max + 1e-12)
        expect(beyond, `${problem.id}: ${name}`).toEqual([])
      }
    }
  })

  test("every answer but the last changes a later one when nudged, or is declared aside", () => {
    const idle = new Set<string>()
    const busy = new Set<string>()
    for (const { problem, key } of solved) {
      for (const name of [...key.answers.keys()].slice(0, -1)) {
        ;(changesLater(problem, key, name) ? busy : idle).add(name)
      }
    }
    const declared = new Set(
      solved.flatMap(({ key }) =>
        [...key.answers.values()].filter(({ answer }) => answer.aside).map(({ name }) => name),
      ),
    )
    const missing = [...idle].filter(name => !busy.has(name) && !declared.has(name))
    expect(missing, "go on with what work.answer returns, or declare { aside: true }").toEqual([])
    expect(
      [...declared].filter(name => busy.has(name)),
      "these are not aside",
    ).toEqual([])
  })

  test("each slip changes some answer of some problem", () => {
    const names = new Set(solved.flatMap(({ problem, key }) => slipNames(problem, key)))
    const seen = new Set<string>()
    for (const { problem, key } of solved) {
      for (const slip of slipNames(problem, key)) {
        const slipped = runSlip(problem, slip)
        if (slipped && differs(slipped, key)) seen.add(slip)
      }
    }
    expect([...names].filter(slip => !seen.has(slip))).toEqual([])
  })
})

test("no two shipped problems share an id", () => {
  const ids = problems.map(({ id }) => id)
  expect(ids.filter((id, i) => ids.indexOf(id) < i)).toEqual([])
})

/** The paths of the given fields without a description. */
function undescribed(kind: Kind): string[] {
  const schema = z.toJSONSchema(kind.given, { io: "input", unrepresentable: "any" })
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    typeof field === "object" && field.description?.trim() ? [] : [name],
  )
}

/** Whether replacing one entry of an answer changes an answer or piece that comes after it. */
function changesLater(problem: Problem, key: Run, name: string): boolean {
  const at = key.handed.findIndex(handed => handed.name === name)
  const first = key.handed[at]
  const answered = key.answers.get(name)
  if (!first || !answered) return false
  const other = nudge(answered.answer, first.value)
  if (other === undefined) return false
  try {
    let seen = 0
    const nudged = run(problem, { pin: () => (seen++ === at ? other : undefined) })
    return later(nudged, at) !== later(key, at)
  } catch {
    return true
  }
}

function later(result: Run, after: number): string {
  return exact(result.handed.slice(after + 1).map(({ name, at, value }) => [name, at, value]))
}

function differs(a: Run, b: Run): boolean {
  return exact(valuesOf(a)) !== exact(valuesOf(b))
}

/** A value as text; fractions with both their parts. */
function exact(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each))
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value)
  if (value instanceof Fraction || typeof value !== "object" || value === null) return false
  return Object.values(value).some(holdsNaN)
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value]
  if (value instanceof Fraction) return [value.valueOf()]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : []
}
