// Harris & Stephens (1988): to first order a window that moves by (u, v) changes by
// E(u, v) = Σ w·(Ix·u + Iy·v)² = [u v] M [u v]ᵀ. x and u run along a row, y and v down a column.
import * as z from "zod"
import { math, products, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { productGrids, structureFormula } from "../../core/structure.ts"
import type { Grid } from "../../core/types.ts"
import { dot, gridSum, matvec, multiplyGrids, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    Ix: field.grid("horizontal gradient, shape (rows, cols)"),
    Iy: field.grid("vertical gradient, shape (rows, cols)"),
    shift: field.pair("how far the window moves, [u, v]: along the row, down the column"),
    window: field.grid("weights of the window, shape (rows, cols); all 1 if left out").optional(),
  })
  .check(rule.sameShape("Ix", "Iy", "window"))

const answers = {
  Ixx: answer.grid("products Ix·Ix"),
  Iyy: answer.grid("products Iy·Iy"),
  Ixy: answer.grid("products Ix·Iy"),
  M: answer.grid("structure matrix", { mirrored: true }),
  Mv: answer.vector("M times [u, v]"),
  E: answer.number("change of the window"),
}

const slips: Slips<typeof given> = {
  "Ix and Iy are swapped": ({ Ix, Iy }) => ({ Ix: Iy, Iy: Ix }),
  "u and v are swapped": ({ shift: [u, v] }) => ({ shift: [v, u] }),
  "the window's weights are left out": ({ window }) => window && { window: undefined },
}

const question: Question<typeof given> = ({ shift, window }) =>
  text`By how much does the window with these gradients${window ? ", its cells weighted," : ""} change when it moves by [u, v] = ${shift}?`

const solve: Solve<typeof given, typeof answers> = ({ shift, window, ...given }, work) => {
  const Ixx = work.answer("Ixx", multiplyGrids(given.Ix, given.Ix))
  const Iyy = work.answer("Iyy", multiplyGrids(given.Iy, given.Iy))
  const Ixy = work.answer("Ixy", multiplyGrids(given.Ix, given.Iy))
  const total = (cells: Grid) => gridSum(window ? multiplyGrids(window, cells) : cells)
  const sums = { xx: total(Ixx), yy: total(Iyy), xy: total(Ixy) }
  const weighted = window !== undefined
  work.step("Products of the gradients", () => productGrids({ Ixx, Iyy, Ixy, sums, weighted }))

  const [x, y] = [total(given.Ix), total(given.Iy)]
  const matrix = (xx: number, xy: number, yy: number) =>
    [
      [xx, xy],
      [xy, yy],
    ] as const
  const M = work.answer("M", matrix(sums.xx, sums.xy, sums.yy), {
    "the gradients are added up before they are multiplied": matrix(x * x, x * y, y * y),
    "the off-diagonal is doubled": matrix(sums.xx, 2 * sums.xy, sums.yy),
  })
  work.step("Structure matrix", () => [structureFormula(math`M`, M, weighted)])

  const Mv = work.answer("Mv", matvec(M, shift))
  work.step("M times the shift", () => [
    math`M \begin{bmatrix} u \\ v \end{bmatrix} = ${M} \cdot ${shift.map(each => [each])} = \begin{bmatrix} ${products(M[0], shift)} \\ ${products(M[1], shift)} \end{bmatrix} = ${Mv.map(each => [each])}`,
  ])

  const [u, v] = shift
  const mixed = u * v * M[0][1]
  const E = work.answer("E", dot(shift, Mv), {
    "the mixed term is counted once": dot(shift, Mv) - mixed,
    "the mixed term is left out": dot(shift, Mv) - 2 * mixed,
    "the factor [u v] on the left is left out": sum(Mv),
  })
  work.step("Change of the window", () => [
    math`E(u, v) = \begin{bmatrix} u & v \end{bmatrix} M \begin{bmatrix} u \\ v \end{bmatrix} = ${[[...shift]]} \cdot ${Mv.map(each => [each])} = ${products(shift, Mv)} = ${E}`,
  ])
}

export default defineKind({
  name: "harris-energy",
  topic: "vision",
  title: "Change of a window that moves",
  given,
  answers,
  slips,
  question,
  solve,
})
