// VQ-VAE (van den Oord et al. 2017): each vector is replaced by the nearest code, at equal distance by the first.
// Codes count from 0. The loss is ‖sg[z] − e‖² + β‖z − sg[e]‖², whose two parts have one value, so (1 + β) times the
// squared error: its mean over all entries (as in common implementations), or its sum.
import * as z from "zod"
import { type Block, grid, join, math, plane, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { noise } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { dot, entry, gridSum, mapGrid, zipGrids } from "../../math/linear.ts"

const given = z
  .strictObject({
    vectors: field.grid("vectors z of the encoder, shape (n, d)"),
    codebook: field.grid("codes e, shape (K, d)"),
    distance: field
      .oneOf("how distances are written: squared, ‖z − e‖², or euclidean, ‖z − e‖", [
        "squared",
        "euclidean",
      ])
      .default("squared"),
    beta: field.number("weight β of the commitment", { min: 0 }).default(0.25),
    reduction: field
      .oneOf("whether the squared errors are averaged over all entries or added up", [
        "mean",
        "sum",
      ])
      .default("mean"),
  })
  .check(
    rule.match(
      ["codebook", "columns"],
      ["vectors", "columns"],
      n => `the vectors have ${plural(n, "number")}`,
    ),
  )

const answers = {
  distances: answer.grid("distance of each vector (row) from each code (column)", { min: 0 }),
  indices: answer.list("number of the code of each vector, from 0"),
  quantized: answer.grid("the vectors as codes, a row per vector"),
  loss: answer.number("loss of the codebook and the commitment", { min: 0 }),
}

const slips: Slips<typeof given> = {
  "the root is taken": ({ distance }) =>
    distance === "squared" ? { distance: "euclidean" } : undefined,
  "the root is not taken": ({ distance }) =>
    distance === "euclidean" ? { distance: "squared" } : undefined,
  "the errors are added up, not averaged": ({ reduction }) =>
    reduction === "mean" ? { reduction: "sum" } : undefined,
  "the errors are averaged, not added up": ({ reduction }) =>
    reduction === "sum" ? { reduction: "mean" } : undefined,
}

const question: Question<typeof given> = ({ vectors, codebook, distance, beta, reduction }) => {
  const how = distance === "squared" ? "squared distances" : "distances"
  const over = reduction === "mean" ? "mean over all entries" : "sum over all entries"
  return text`Replace ${vectors.length === 1 ? "the vector" : `each of the ${vectors.length} vectors`} by the nearest of ${plural(codebook.length, "code")}: give all ${how}, the indices (from 0), the quantized vectors and the loss of codebook and commitment (${over}) with β = ${beta}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { vectors, codebook, beta, reduction } = given
  const isSquared = given.distance === "squared"
  const squares = vectors.map(vector => codebook.map(code => between(vector, code)))
  const found = isSquared ? squares : mapGrid(squares, Math.sqrt)
  const distances = work.answer("distances", found, {
    "the absolute differences are added": vectors.map(vector =>
      codebook.map(code => vector.reduce((all, v, j) => all + Math.abs(v - entry(code, j)), 0)),
    ),
  })
  const names = codebook.map((_, k) => `e${k}`)
  work.step("Distances", () => [
    isSquared
      ? math`d_{i,k} = \lVert z_i - e_k \rVert^2 = \sum_j (z_{i,j} - e_{k,j})^2`
      : math`d_{i,k} = \lVert z_i - e_k \rVert = \sqrt{\sum_j (z_{i,j} - e_{k,j})^2}`,
    ...sample(entry(vectors, 0), entry(codebook, 0), isSquared, entry(entry(distances, 0), 0)),
    grid("distances", distances, {
      rows: vectors.map((_, i) => `z${i + 1}`),
      columns: names,
      marks: distances.map((row, i) => [i, nearest(row)] as const),
    }),
    ...picture(vectors, codebook),
  ])

  const chosen = distances.map(nearest)
  const indices = work.answer("indices", chosen, {
    "the codes count from 1": chosen.map(k => k + 1),
    "the farthest code is taken": distances.map(row => nearest(row.map(d => -d))),
    "the code with the largest inner product is taken": vectors.map(vector =>
      nearest(codebook.map(code => -dot(vector, code))),
    ),
  })
  const codes = indices.map(k => codebook[Number(k)] ?? codebook.map(() => Number.NaN))
  const quantized = work.answer("quantized", codes)
  work.step("Nearest codes", () => [
    ...(distances.some(hasTie) ? [text`Of codes at equal distance the first is taken.`] : []),
    math`k_i = \operatorname{argmin}_k d_{i,k}, \quad (${join(indices, ", ")})`,
    grid(math`e_{k_i}`, quantized, { rows: vectors.map((_, i) => `z${i + 1}`) }),
  ])

  const errors = zipGrids(vectors, quantized, (value, code) => value - code)
  const total = gridSum(mapGrid(errors, error => error ** 2))
  const n = gridSum(mapGrid(errors, () => 1))
  const size = reduction === "mean" ? total / n : total
  const loss = work.answer("loss", (1 + beta) * size, {
    "the commitment is left out": size,
    "the codebook's part is left out": beta * size,
    "the root is taken": (1 + beta) * Math.sqrt(size),
    ...(reduction === "mean" &&
      vectors.length > 1 && {
        "it is averaged over the vectors, not their entries": ((1 + beta) * total) / vectors.length,
      }),
  })
  const isMean = reduction === "mean"
  work.step("Loss", () => [
    math`L = (1 + \beta) \cdot ${isMean ? math`\frac{1}{${n}} ` : math``}\sum_i \lVert z_i - e_{k_i} \rVert^2`,
    grid(math`z - e`, errors),
    math`L = ${1 + beta} \cdot ${isMean ? math`\frac{${total}}{${n}}` : math`${total}`} = ${loss}`,
  ])
}

/** The distance of the first vector from the first code, written out. */
function sample(vector: Vector, code: Vector, isSquared: boolean, distance: number): Block[] {
  if (vector.length > 4) return []
  const terms = join(
    vector.map((value, j) => math`(${value} - ${entry(code, j)})^2`),
    " + ",
  )
  return [math`d_{1,0} = ${isSquared ? terms : math`\sqrt{${terms}}`} = ${distance}`]
}

/** In two dimensions, each vector with an arrow to its code. */
function picture(vectors: Grid, codebook: Grid): Block[] {
  const isPlane = entry(vectors, 0).length === 2 && vectors.length + codebook.length <= 12
  if (!isPlane) return []
  const at = (point: Vector) => [entry(point, 0), entry(point, 1)] as const
  const codeOf = (vector: Vector) =>
    entry(codebook, nearest(codebook.map(code => between(vector, code))))
  return [
    plane(text`The codes, and an arrow from each vector to the nearest of them`, {
      y: "up",
      points: [
        ...codebook.map((code, k) => ({ name: `e${k}`, at: at(code), mark: true })),
        ...vectors.map((vector, i) => ({ name: `z${i + 1}`, at: at(vector) })),
      ],
      arrows: vectors.map(vector => ({ from: at(vector), to: at(codeOf(vector)) })),
    }),
  ]
}

function between(a: Vector, b: Vector): number {
  return a.reduce((all, value, j) => all + (value - entry(b, j)) ** 2, 0)
}

/** The place of the smallest; of those that are equal but for float noise, the first. */
function nearest(distances: Vector): number {
  const least = Math.min(...distances)
  return Math.max(
    0,
    distances.findIndex(each => each - least <= noise(least, 0)),
  )
}

function hasTie(distances: Vector): boolean {
  const least = Math.min(...distances)
  return distances.filter(each => each - least <= noise(least, 0)).length > 1
}

export default defineKind({
  name: "vector-quantization",
  topic: "generative",
  title: "Vector quantization with a codebook",
  given,
  answers,
  slips,
  question,
  solve,
})
