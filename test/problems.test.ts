import { expect, test } from "vitest"
import { checkExpect } from "../src/core/expect.ts"
import { solve } from "../src/core/solve.ts"
import { problemsOf, shippedProblems } from "./support/problems.ts"

// The numbers stand in the problems themselves, with a comment that says where they come from.

const problems = await shippedProblems()

test.each(problems.map(problem => ({ id: problem.id, problem })))(
  "$id reproduces its key",
  ({ problem }) => {
    const complaints = checkExpect(problem, solve(problem))
    expect(complaints.map(({ message, place }) => `${place?.line}: ${message}`)).toEqual([])
  },
)

const harris = (expected: string) => `
kind: harris
given: { Ix: [[4, 7, 6], [8, 8, 7], [8, 6, 5]], Iy: [[4, 8, 8], [8, 6, 7], [6, 6, 4]] }
expect: { ${expected} }`

// 5318, 784, −19268.24: the sheet's printed key.
test.each([
  ["R: -19268.24", []],
  ["R: -19268.2", []],
  ["R: -1.927e4", []],
  ["R: -19268.25", ["`expect.R` is -19268.25, but the solution has -19268.24"]],
  ["H: [[403, 385], [386, 381]]", ["`expect.H[2][1]` is 386, but the solution has 385"]],
  ["H: [[403, 385]]", ["`expect.H` has 1 entry, but the solution has 2"]],
  ["H: 403", ["`expect.H` is `403`, but the solution has a list of 2"]],
  ["det: [5318]", ["`expect.det` is a list of 1, but the solution has 5318"]],
  ["verdict: corner", ["`expect.verdict` is corner, but the solution has edge"]],
  ["tarce: 784", ["this problem has no answer `tarce`"]],
])("expect: { %s } is compared as a rounding of its digits", async (expected, messages) => {
  const [problem] = await problemsOf(harris(expected))
  const complaints = problem ? checkExpect(problem, solve(problem)) : []
  expect(complaints.map(({ message }) => message)).toEqual(messages)
})
