// Zhou et al. (2016): map = Σ_k w_k A_k, w the weights of the class behind a global average pooling. Grad-CAM
// (Selvaraju et al. 2017): w_k is the mean of ∂y/∂A_k over the map, and a ReLU cuts off what speaks against the
// class. The peak is [row, column] from 0; of equal ones, the first in reading order.
import * as z from "zod"
import { type Block, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Stack, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { entries, shown, sumOfProducts } from "../../core/working.ts"
import { activations } from "../../math/activation.ts"
import { addGrids, argmax, entry, gridSum, mapGrid, multiplyGrids } from "../../math/linear.ts"

const given = z
  .strictObject({
    activations: field.stack("feature maps A of the last convolution, shape (C, H, W)"),
    weights: field.vector("CAM: weight of each map for the class, shape (C)").optional(),
    gradients: field
      .stack("Grad-CAM: derivatives of the class score by the activations, shape (C, H, W)")
      .optional(),
  })
  .check(
    rule.oneWay("weights of the maps", [["weights"], ["gradients"]]),
    rule.across(["activations", "weights"], ({ activations, weights }) =>
      rule.misfit("weights", "number", weights?.length, activations.length, n =>
        n === 1 ? "there is 1 map" : `there are ${n} maps`,
      ),
    ),
    rule.sameShape("activations", "gradients"),
  )

type Given = z.output<typeof given>

const answers = ({ gradients }: Given) => ({
  ...(gradients && { weights: answer.vector("mean gradient of each map") }),
  map: answer.grid("class activation map", gradients ? { min: 0 } : {}),
  peak: answer.list("place of its largest value, [row, column] from 0"),
})

const question: Question<typeof given> = ({ activations, gradients }) =>
  gradients
    ? text`Compute the Grad-CAM map of these ${plural(activations.length, "activation map")} from the gradients of the class score: the weights, the map and the place of its peak.`
    : text`Compute the class activation map of these ${plural(activations.length, "activation map")} and the place of its peak.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { activations: maps, gradients } = given
  const weights = gradients ? meanGradients(gradients, work) : (given.weights ?? [])
  const sumOf = (grids: Stack) => grids.reduce(addGrids)
  const weighted = maps.map((each, k) => mapGrid(each, a => entry(weights, k) * a))
  const whole = sumOf(weighted)
  const cut = (grid: Grid) => (gradients ? mapGrid(grid, activations.relu) : grid)
  const map = work.answer("map", cut(whole), {
    "the maps are not weighted": cut(sumOf(maps)),
    "the weighted maps are averaged": cut(mapGrid(whole, value => value / maps.length)),
    ...(gradients
      ? {
          "the ReLU is left out": whole,
          "the ReLU acts on each weighted map before the sum": sumOf(weighted.map(cut)),
          "the gradients are multiplied cell by cell, not averaged": cut(
            sumOf(maps.map((each, k) => multiplyGrids(each, entry(gradients, k)))),
          ),
        }
      : { "negative values are set to 0, as in Grad-CAM": mapGrid(whole, activations.relu) }),
  })
  work.step("Map", () => {
    const heads = {
      rows: map.map((_, i) => String(i)),
      columns: entry(map, 0).map((_, j) => String(j)),
    }
    const name = gradients ? math`S` : math`M`
    const from = (i: number, j: number) =>
      sumOfProducts(
        weights,
        maps.map(each => entry(entry(each, i), j)),
      )
    const few = map.flat().length <= readable.cells && weights.length <= readable.terms
    return [
      math`${name} = \sum_k w_k A_k${gradients ? math`, \quad M = \max(0, S)` : math``}`,
      text`${math`A_k`} is activation map k, ${math`w_k`} its weight.`,
      ...entries({ name, value: whole }, from, few ? readable.cells : 1),
      ...(few ? [] : [text`The other cells in the same way.`]),
      ...(gradients ? [shown({ name, value: whole, ...heads })] : []),
      shown({ name: math`M`, value: map, ...heads, marks: [placeIn(map)], heat: true }),
    ]
  })

  const [row, column] = placeIn(map)
  const lowest = placeIn(mapGrid(map, value => -value))
  const peak = work.answer("peak", [row, column], {
    "the column stands before the row": [column, row],
    "rows and columns are counted from 1": [row + 1, column + 1],
    "the smallest value is taken": lowest,
  })
  const largest = entry(entry(map, row), column)
  work.step("Peak", () => [
    text`The largest value of M is ${largest}, at [row, column] = ${peak}, counted from 0.`,
    ...(map.flat().filter(value => value === largest).length > 1
      ? [text`Of equal values the first in reading order is taken.`]
      : []),
  ])
}

/** Grad-CAM's weights: the mean of the gradients over each map. */
function meanGradients(gradients: Stack, work: Parameters<typeof solve>[1]): Vector {
  const sums = gradients.map(gridSum)
  const cells = entry(gradients, 0).flat().length
  const weights = work.answer(
    "weights",
    sums.map(total => total / cells),
    {
      "the gradients are added up, not averaged": sums,
      "the largest gradient of each map is taken": gradients.map(map => Math.max(...map.flat())),
    },
  )
  work.step("Weights", (): Block[] => [
    math`w_k = \frac{1}{H \cdot W} \sum_{i,j} \frac{\partial y}{\partial A_{k,ij}}, \quad H \cdot W = ${cells}`,
    ...gradients.slice(0, readable.lines).map((map, k): Rich => {
      const total = cells <= readable.cells ? join(map.flat(), " + ") : math`${entry(sums, k)}`
      return math`w_{${k + 1}} = \frac{${total}}{${cells}} = ${entry(weights, k)}`
    }),
    ...(gradients.length > readable.lines ? [text`The other maps in the same way.`] : []),
  ])
  return weights
}

/** Cells, terms and weights that are written out. */
const readable = { cells: 9, terms: 4, lines: 6 }

function placeIn(map: Grid): [number, number] {
  const width = entry(map, 0).length
  const at = argmax(map.flat())
  return [Math.floor(at / width), at % width]
}

export default defineKind({
  name: "cam",
  topic: "representation",
  title: "Class activation map",
  given,
  answers,
  question,
  solve,
})
