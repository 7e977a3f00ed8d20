// Gatys, Ecker & Bethge (2015): each feature map is one row of F, shape (C, H·W), and G = F·Fᵀ, shape
// (C, C). Johnson et al. (2016) divide by C·H·W, others by the H·W pixels.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import type { Grid } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { matrixProduct, shown } from "../../core/working.ts"
import { isStack, mapsAsRows } from "../../math/feature-maps.ts"
import { mapGrid, matmul, sum, transpose } from "../../math/linear.ts"

const given = z.strictObject({
  features: field.gridOrStack(
    "feature maps, shape (C, H, W), or each of them as one row, shape (C, H·W)",
  ),
  normalize: field
    .oneOf("what G is divided by: nothing, its size C·H·W, or the H·W pixels", [
      "none",
      "size",
      "pixels",
    ])
    .default("none"),
})

const answers = {
  F: answer.grid("a feature map per row"),
  G: answer.grid("Gram matrix", { mirrored: true }),
}

const slips: Slips<typeof given> = {
  "it is not divided": ({ normalize }) =>
    normalize === "none" ? undefined : { normalize: "none" },
  "it is divided by C·H·W": ({ normalize }) =>
    normalize === "size" ? undefined : { normalize: "size" },
  "it is divided by the number of pixels": ({ normalize }) =>
    normalize === "pixels" ? undefined : { normalize: "pixels" },
}

const question: Question<typeof given> = ({ features, normalize }) =>
  text`Compute the Gram matrix of these ${plural(features.length, "feature map")}${normalize === "none" ? "" : normalize === "size" ? ", divided by C·H·W" : ", divided by the number of pixels"}.`

const solve: Solve<typeof given, typeof answers> = ({ features, normalize }, work) => {
  const F = work.answer("F", mapsAsRows(features), {
    ...(isStack(features) && {
      "the maps are read down their columns": features.map(map => transpose(map).flat()),
    }),
  })
  const [C, pixels] = [F.length, F[0]?.length ?? 0]
  work.step("Feature maps as rows", () => [
    isStack(features)
      ? text`Each of the ${C} maps of ${sizes(features[0])} is read row by row into one row of F, shape ${`(${C}, ${pixels})`}.`
      : text`F has one feature map per row, shape ${`(${C}, ${pixels})`}.`,
    shown({ name: math`F`, value: F }),
  ])

  const divisor = { none: 1, size: C * pixels, pixels }[normalize]
  const inner = matmul(F, transpose(F))
  const centred = F.map(row => row.map(value => value - sum(row) / pixels))
  const divided = (grid: Grid) => mapGrid(grid, value => value / divisor)
  const G = work.answer("G", divided(inner), {
    "Fᵀ·F is taken instead of F·Fᵀ": divided(matmul(transpose(F), F)),
    "the mean of each map is subtracted first": divided(matmul(centred, transpose(centred))),
  })
  const [name, product] = normalize === "none" ? [math`G`, G] : [math`S`, inner]
  const size = normalize === "size" ? math`C \cdot H \cdot W` : math`H \cdot W`
  work.step("Gram matrix", () => [
    text`Entry (i, j) is the sum of the products of map i and map j, so the matrix is symmetric.`,
    ...matrixProduct(
      { name, value: product },
      { name: math`F`, value: F },
      { name: math`F^T`, value: transpose(F) },
    ),
    ...(normalize === "none"
      ? []
      : [
          math`G = \frac{S}{${size}}${normalize === "size" ? math` = \frac{S}{${C} \cdot ${pixels}}` : math``} = \frac{S}{${divisor}}`,
          shown({ name: math`G`, value: G }),
        ]),
  ])
}

export default defineKind({
  name: "gram-matrix",
  topic: "vision",
  title: "Gram matrix of feature maps",
  given,
  answers,
  slips,
  question,
  solve,
})
