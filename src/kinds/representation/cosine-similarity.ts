// cos(a, b) = a·b/(‖a‖‖b‖) with Euclidean norms: 1 for one direction, 0 for a right angle, −1 for
// opposite ones. Of grids, row i of a is compared with row i of b.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import { dot, entry, sum, transpose, vectorOf } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid, perRow } from "../../math/nested.ts"
import { angleBetween, cosine, norm, overNorms } from "../../math/similarity.ts"

const given = z
  .strictObject({
    a: field.vectorOrGrid("first vector, shape (d), or one in each row, shape (n, d)"),
    b: field.vectorOrGrid("second vector or vectors, of the same shape"),
    angle: field
      .oneOf("whether the angle between them is asked as well, and in what", [
        "none",
        "degrees",
        "radians",
      ])
      .default("none"),
  })
  .check(
    rule.sameShape("a", "b"),
    rule.across(["a"], ({ a }) => rule.directionless(["a"], a)),
    rule.across(["b"], ({ b }) => rule.directionless(["b"], b)),
  )

type Given = z.output<typeof given>

const answers = ({ a, angle }: Given) => {
  const [one, pair] = isGrid(a) ? [answer.vector, answer.grid] : [answer.number, answer.vector]
  return {
    dot: one("dot product"),
    norms: pair("norms [‖a‖, ‖b‖]", { min: 0 }),
    similarity: one("cosine similarity", { min: -1, max: 1 }),
    ...(angle !== "none" && {
      angle: one(`angle between a and b in ${angle}`, {
        min: 0,
        max: turns[angle] / 2,
        period: turns[angle],
      }),
    }),
  }
}

const turns = { degrees: 360, radians: 2 * Math.PI }

const slips: Slips<typeof given> = {
  "the columns are compared instead of the rows": ({ a, b }) =>
    isGrid(a) && isGrid(b) ? { a: transpose(a), b: transpose(b) } : undefined,
}

const question: Question<typeof given> = ({ a, angle }) => {
  const what = angle === "none" ? "" : ` and the angle between them in ${angle}`
  return isGrid(a)
    ? text`Compute the cosine similarity of each of the ${plural(a.length, "row")} of a with the same row of b${what}.`
    : text`Compute the cosine similarity of a and b${what}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const [A, B] = [asGrid(given.a), asGrid(given.b)]
  const n = A.length
  const a = (i: number) => (isGrid(given.a) ? math`a_{${i + 1}}` : math`a`)
  const b = (i: number) => (isGrid(given.a) ? math`b_{${i + 1}}` : math`b`)
  const each = (f: (a: Vector, b: Vector) => number) =>
    perRow(
      given.a,
      A.map((row, i) => f(row, entry(B, i))),
    )

  const dots = vectorOf(
    work.answer("dot", each(dot), {
      "the products lose their signs": each((a, b) =>
        sum(a.map((x, j) => Math.abs(x * entry(b, j)))),
      ),
      "the products are averaged": each((a, b) => dot(a, b) / a.length),
    }),
    n,
  )
  work.step("Dot product", () => [
    math`a \cdot b = \sum_j a_j b_j`,
    ...lines(A, (row, i) => {
      const products = sumOfProducts(row, entry(B, i))
      return math`${a(i)} \cdot ${b(i)} = ${products} = ${entry(dots, i)}`
    }),
  ])

  const pairs = (f: (v: Vector) => number) =>
    inFormOf(
      given.a,
      A.map((row, i) => [f(row), f(entry(B, i))]),
    )
  const norms = asGrid(
    work.answer("norms", pairs(norm), {
      "the square root is not taken": pairs(v => dot(v, v)),
      "the absolute values are added up": pairs(v => sum(v.map(Math.abs))),
    }),
  )
  const normOf = (i: number, side: 0 | 1) => entry(entry(norms, i), side)
  work.step("Norms", () => [
    math`\lVert v \rVert = \sqrt{\sum_j v_j^2}`,
    ...lines(A, (row, i) => math`\lVert ${a(i)} \rVert = ${length(row)} = ${normOf(i, 0)}`),
    ...lines(B, (row, i) => math`\lVert ${b(i)} \rVert = ${length(row)} = ${normOf(i, 1)}`),
  ])

  const over = (f: (dot: number, a: number, b: number) => number) =>
    perRow(
      given.a,
      dots.map((product, i) => f(product, normOf(i, 0), normOf(i, 1))),
    )
  const similarity = vectorOf(
    work.answer("similarity", over(overNorms), {
      "it is divided by the sum of the norms": over((product, a, b) => product / (a + b)),
      "it is divided by the norm of a only": over((product, a) => product / a),
      "it is divided by the norm of b only": over((product, _, b) => product / b),
      "it is subtracted from 1, as for a distance": over(
        (product, a, b) => 1 - overNorms(product, a, b),
      ),
    }),
    n,
  )
  work.step("Cosine similarity", () => [
    math`\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert\,\lVert b \rVert}`,
    ...lines(A, (_, i) => {
      const fraction = math`\frac{${entry(dots, i)}}{${normOf(i, 0)} \cdot ${normOf(i, 1)}}`
      return math`\cos(${a(i)}, ${b(i)}) = ${fraction} = ${entry(similarity, i)}`
    }),
  ])

  if (given.angle === "none") return
  const unit = given.angle === "degrees" ? 180 / Math.PI : 1
  const angleOf = (value: number, i: number) => {
    const [a, b] = [entry(A, i), entry(B, i)]
    // What follows from another similarity than the right one is its arccosine.
    return value === cosine(a, b) ? angleBetween(a, b) : Math.acos(value)
  }
  const angle = vectorOf(
    work.answer(
      "angle",
      perRow(
        given.a,
        similarity.map((value, i) => angleOf(value, i) * unit),
      ),
    ),
    n,
  )
  work.step("Angle", () =>
    lines(A, (_, i) => {
      const degrees = given.angle === "degrees" ? math`^\circ` : math``
      return math`\theta${isGrid(given.a) ? math`_{${i + 1}}` : math``} = \arccos(${entry(similarity, i)}) = ${entry(angle, i)}${degrees}`
    }),
  )
}

/** Rows and terms that are written out. */
const readable = 8

function lines(rows: readonly Vector[], line: (row: Vector, i: number) => Rich): Rich[] {
  const more = rows.length > readable ? [text`The other rows in the same way.`] : []
  return [...rows.slice(0, readable).map(line), ...more]
}

/** √(3² + 4²) */
function length(v: Vector): Rich {
  const squares = v.map(value => math`${value}^2`)
  const shown = v.length > readable ? [...squares.slice(0, 3), math`\ldots`] : squares
  return math`\sqrt{${join(shown, " + ")}}`
}

export default defineKind({
  name: "cosine-similarity",
  topic: "representation",
  title: "Cosine similarity",
  given,
  answers,
  slips,
  question,
  solve,
})
