// Hu et al. (2018): squeeze is the mean of each channel, excitation sigmoid(W_2·relu(W_1·squeeze + b_1) + b_2), and each
// channel is multiplied by its excitation. Matrices multiply columns.
import * as z from "zod"
import { type Block, bars, grid, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Stack } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { isReadable } from "../../core/working.ts"
import { activations, softmax } from "../../math/activation.ts"
import { dense, denseLines } from "../../math/dense.ts"
import { entry, gridSum, mapGrid } from "../../math/linear.ts"

const channels = (n: number) => `\`features\` have ${plural(n, "channel")}`
const hiddenUnits = (n: number) => `\`W_1\` makes ${plural(n, "hidden number")}`

const given = z
  .strictObject({
    features: field.stack("the maps, shape (C, H, W)"),
    W_1: field.grid("from the squeezed channels to the hidden numbers, shape (C/r, C)"),
    b_1: field.vector("first bias, shape (C/r)").optional(),
    W_2: field.grid("from the hidden numbers back to the channels, shape (C, C/r)"),
    b_2: field.vector("second bias, shape (C)").optional(),
  })
  .check(
    rule.match(["W_1", "columns"], ["features", "length"], channels),
    rule.match(["b_1", "length"], ["W_1", "rows"], hiddenUnits),
    rule.match(["W_2", "columns"], ["W_1", "rows"], hiddenUnits),
    rule.match(["W_2", "rows"], ["features", "length"], channels),
    rule.match(["b_2", "length"], ["features", "length"], channels),
  )

const answers = {
  squeeze: answer.vector("mean of each channel"),
  hidden: answer.vector("hidden numbers", { min: 0 }),
  excitation: answer.vector("factor of each channel", { min: 0, max: 1 }),
  output: answer.stack("the maps, each channel by its factor"),
}

const question: Question<typeof given> = ({ features, W_1 }) =>
  text`Take the ${plural(features.length, "channel")} through a squeeze-and-excitation block with ${plural(W_1.length, "hidden number")}: squeeze, excite, scale.`

const solve: Solve<typeof given, typeof answers> = ({ features, W_1, b_1, W_2, b_2 }, work) => {
  const sums = features.map(gridSum)
  const cells = features.map(map => map.length * entry(map, 0).length)
  const many = entry(cells, 0) > 1
  const squeeze = work.answer(
    "squeeze",
    sums.map((total, i) => total / entry(cells, i)),
    many
      ? {
          "the sum of each channel is taken instead of its mean": sums,
          "the maximum of each channel is taken instead of its mean": features.map(map =>
            Math.max(...map.flat()),
          ),
        }
      : {},
  )
  work.step("Squeeze", () => [
    math`s_c = \frac{1}{H \cdot W} \sum x_c`,
    ...squeeze.slice(0, most).map((value, i) => {
      return math`s_{${i + 1}} = \frac{${entry(sums, i)}}{${entry(cells, i)}} = ${value}`
    }),
  ])

  const first = { W: W_1, b: b_1 }
  const pre = dense(first, squeeze)
  const hidden = work.answer("hidden", pre.map(activations.relu), {
    "relu is left out": pre,
    "the sigmoid is taken instead of relu": pre.map(activations.sigmoid),
    ...(b_1 && { "b_1 is left out": dense({ W: W_1 }, squeeze).map(activations.relu) }),
  })
  work.step("Hidden numbers", () => [
    math`h = \operatorname{relu}(W_1 \cdot s${b_1 ? math` + b_1` : math``})`,
    ...denseLines(math`z`, first, squeeze, pre),
    math`h = \operatorname{relu}(z) = ${hidden}`,
  ])

  const second = { W: W_2, b: b_2 }
  const scores = dense(second, hidden)
  const excitation = work.answer("excitation", scores.map(activations.sigmoid), {
    "the sigmoid is left out": scores,
    "softmax is taken instead of the sigmoid": softmax(scores),
    "relu is taken instead of the sigmoid": scores.map(activations.relu),
    ...(b_2 && { "b_2 is left out": dense({ W: W_2 }, hidden).map(activations.sigmoid) }),
  })
  work.step("Excitation", () => [
    math`e = \sigma(W_2 \cdot h${b_2 ? math` + b_2` : math``}), \quad \sigma(u) = \frac{1}{1 + e^{-u}}`,
    ...denseLines(math`u`, second, hidden, scores),
    math`e = \sigma(u) = ${excitation}`,
    ...(excitation.length > 2 && excitation.length <= 16
      ? [
          bars(
            "Factor of each channel",
            excitation.map((_, i) => String(i + 1)),
            excitation,
          ),
        ]
      : []),
  ])

  const output = work.answer(
    "output",
    features.map((map, c) => mapGrid(map, value => entry(excitation, c) * value)),
    {
      "the factors are added instead of multiplied": features.map((map, c) =>
        mapGrid(map, value => entry(excitation, c) + value),
      ),
      "the channels are added to what comes out": features.map((map, c) =>
        mapGrid(map, value => entry(excitation, c) * value + value),
      ),
    },
  )
  work.step("Scaled channels", () => [
    math`y_c = e_c \cdot x_c`,
    math`y_{1,1,1} = ${entry(excitation, 0)} \cdot ${features[0]?.[0]?.[0] ?? Number.NaN} = ${output[0]?.[0]?.[0] ?? Number.NaN}`,
    ...maps(output),
  ])
}

/** Channels that are written out. */
const most = 8

function maps(output: Stack): Block[] {
  const few = output.slice(0, most).filter(value => isReadable({ name: math``, value }))
  if (few.length < output.length) return [text`The other channels in the same way.`]
  return few.map((map, c) => grid(math`y_{${c + 1}}`, map))
}

export default defineKind({
  name: "se-block",
  topic: "network",
  title: "Squeeze-and-excitation block",
  given,
  answers,
  question,
  solve,
})
