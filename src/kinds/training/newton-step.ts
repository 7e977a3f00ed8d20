// Newton's method: θ' = θ + Δ with Δ = −H⁻¹·g; damped (Levenberg), (H + δI)⁻¹ stands for H⁻¹.
// Where the matrix is not positive definite, the step leads to a saddle or a maximum of the parabola.
import * as z from "zod"
import { type Block, grid, join, math, products, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { determinantWorking } from "../../core/working.ts"
import { negative } from "../../math/distribution.ts"
import { add, entry, mapGrid, matvec } from "../../math/linear.ts"
import { determinant, inverse, leadingMinors } from "../../math/matrix.ts"

const given = z
  .strictObject({
    gradient: field.vector("gradient g at the parameters, shape (n)"),
    hessian: field.grid("second derivatives H at the parameters, symmetric, shape (n, n)"),
    parameters: field.vector("parameters θ, shape (n)"),
    damping: field.number("δ, added to the diagonal of H", { min: 0 }).default(0),
  })
  .check(
    rule.across(["hessian"], ({ hessian }) =>
      rule.asymmetry("hessian", hessian, "second derivatives are symmetric"),
    ),
    rule.match(["hessian", "rows"], ["parameters", "length"]),
    rule.match(["gradient", "length"], ["parameters", "length"]),
    rule.across(["hessian", "damping"], ({ hessian, damping }) => {
      if (hessian[0]?.length !== hessian.length) return undefined
      const matrix = damped(hessian, damping)
      const largest = matrix.reduce((product, row) => product * Math.hypot(...row), 1)
      if (Math.abs(determinant(matrix)) > 1e-12 * largest) return undefined
      return damping > 0
        ? {
            path: ["damping"],
            code: "singular",
            message: "makes H + δI singular, its determinant is 0",
          }
        : {
            path: ["hessian"],
            code: "singular",
            message: "is singular, its determinant is 0: it has no inverse",
          }
    }),
  )

const answers = {
  inverse: answer.grid("inverse of the Hessian, damped where it is", { mirrored: true }),
  step: answer.vector("step Δ = −H⁻¹·g, to be added"),
  parameters_next: answer.vector("parameters after the step"),
}

const slips: Slips<typeof given> = {
  "the damping is left out": ({ damping }) => (damping === 0 ? undefined : { damping: 0 }),
}

const question: Question<typeof given> = ({ damping }) =>
  damping === 0
    ? text`Take one step of Newton's method, θ + Δ with ${math`\Delta = -H^{-1} \cdot g`}.`
    : text`Take one damped step of Newton's method, θ + Δ with ${math`\Delta = -(H + \delta I)^{-1} \cdot g`} and δ = ${damping}.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { gradient, hessian, parameters, damping } = given
  const A = damped(hessian, damping)
  const det = determinant(A)
  const right = inverse(A)
  const isTwo = A.length === 2
  const [name, steep] =
    damping > 0 ? [math`(H + \delta I)`, math`(H + \delta I)^{-1}`] : [math`H`, math`H^{-1}`]

  const inverted = work.answer("inverse", right, {
    "the matrix is not inverted": A,
    "it is not divided by the determinant": mapGrid(right, value => value * det),
    ...(!A.flat().includes(0) && {
      "each entry is inverted by itself": mapGrid(A, value => 1 / value),
    }),
    ...(isTwo && {
      "the off-diagonal keeps its sign": mapGrid(right, (x, i, j) => (i === j ? x : negative(x))),
      "the diagonal keeps its order": mapGrid(right, (x, i, j) =>
        i === j ? entry(entry(right, 1 - i), 1 - j) : x,
      ),
    }),
  })
  work.step("Inverse", () => [
    ...(damping > 0
      ? [text`The damping δ = ${damping} is added to the diagonal.`, grid(name, A)]
      : []),
    ...inverseWorking(A, det, steep),
    grid(steep, inverted),
    ...(leadingMinors(A).every(minor => minor > 0)
      ? []
      : [
          text`${name} is not positive definite: the step does not lead to a minimum of the parabola.`,
        ]),
  ])

  const step = work.answer("step", matvec(inverted, gradient).map(negative), {
    "the matrix is multiplied, not its inverse": matvec(A, gradient).map(negative),
    "the matrix is left out, as in gradient descent": gradient.map(negative),
    "only the diagonal is inverted": gradient.map((g, i) => -g / entry(entry(A, i), i)),
  })
  const old = math`\theta`
  const next = work.answer(
    "parameters_next",
    add(parameters, step),
    { "the step is subtracted": add(parameters, step.map(negative)) },
    { from: parameters },
  )
  work.step("Step", () => [
    math`\Delta = -${steep} \cdot g`,
    ...step.map(
      (value, i) =>
        math`\Delta_{${i + 1}} = -(${products(entry(inverted, i), gradient)}) = ${value}`,
    ),
    math`${old}' = ${old} + \Delta = ${parameters} + ${step} = ${next}`,
  ])
}

/** (H + δI) */
function damped(hessian: Grid, damping: number): number[][] {
  return mapGrid(hessian, (value, i, j) => (i === j ? value + damping : value))
}

/** The rule for one or two rows; of more, the determinant that the cofactors are divided by. */
function inverseWorking(A: Grid, det: number, name: Rich): Block[] {
  const at = (i: number, j: number) => entry(entry(A, i), j)
  if (A.length === 1) return [math`${name} = \frac{1}{${at(0, 0)}}`]
  const working = math`\det = ${join([...determinantWorking(A), det], " = ")}`
  if (A.length > 2) {
    return [
      working,
      text`The inverse is the transposed matrix of the cofactors, divided by the determinant.`,
    ]
  }
  const swapped = [
    [at(1, 1), negative(at(0, 1))],
    [negative(at(1, 0)), at(0, 0)],
  ]
  return [
    math`\begin{bmatrix} a & b \\ c & d \end{bmatrix}^{-1} = \frac{1}{a d - b c} \begin{bmatrix} d & -b \\ -c & a \end{bmatrix}`,
    working,
    math`${name} = \frac{1}{${det}} \cdot ${swapped}`,
  ]
}

export default defineKind({
  name: "newton-step",
  topic: "training",
  title: "One step of Newton's method",
  given,
  answers,
  slips,
  question,
  solve,
})
