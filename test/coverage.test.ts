import { expect, test } from "vitest"
import * as z from "zod"
import { toData } from "../src/core/source.ts"
import { readSource, shippedProblems } from "./support/problems.ts"

// Nothing of the course sheets is left out: fixtures/coverage.yaml names, for each worked example,
// question and formula that was found in them, the shipped problems that ask it.

const names = z.union([z.string().transform(name => [name]), z.array(z.string()).min(2)])
const index = z.strictObject({
  numeric: z.record(z.string().regex(/^n\d{3}-/), names),
  questions: z.record(z.string().regex(/^q\d{3}-/), names),
  formulas: z.record(z.string().regex(/^f-/), names),
  left_out: z.record(z.string(), z.string().min(20)),
})

const [document] = readSource("fixtures/coverage.yaml").documents
const { left_out, ...covered } = index.parse(document?.written && toData(document.written))
const problems = new Map((await shippedProblems()).map(problem => [problem.id, problem]))

/** How many were found in the sheets, those that cannot be recovered included. */
const found = { numeric: 53, questions: 219, formulas: 117 }

test.each(Object.entries(covered))("each of the %s has a problem with a key", (section, items) => {
  const gone = Object.entries(items).flatMap(([item, ids]) =>
    ids.filter(id => !problems.get(id)?.expect).map(id => `${item}: ${id}`),
  )
  expect(gone).toEqual([])
  const left = Object.keys(left_out).filter(item => item.startsWith(section[0] ?? ""))
  expect(left.filter(item => Object.hasOwn(items, item))).toEqual([])
  expect(Object.keys(items).length + left.length).toBe(found[section as keyof typeof found])
})
