// Ren et al. (2015): at each position of the feature map k = scales × ratios anchors around the centre of its cell,
// ((col + ½)·stride, (row + ½)·stride). A scale s is the side of the square of the same area and a ratio is
// r = h/w, so w = s/√r, h = s·√r; ratios are the outer loop. The head gives, per position, an objectness of k
// numbers (sigmoid) or 2k (softmax) and 4k for the transforms. Rows and columns count from 0.
import * as z from "zod"
import { grid, math, plane, table, text } from "../../core/blocks.ts"
import { format, inWords, letters } from "../../core/boxes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { mustBe, plural } from "../../core/words.ts"
import type { PerAxis } from "../../math/axes.ts"
import { fromCentred } from "../../math/boxes.ts"
import { entry } from "../../math/linear.ts"

const mostPerPosition = 64
const index = field.integer("row or column", { min: 0 })

const given = z
  .strictObject({
    feature_map: field.perAxis("size of the feature map, [height, width] or n for n×n", { min: 1 }),
    stride: field.number("pixels of the image per cell of the map", { above: 0 }).optional(),
    scales: field
      .vector("sides of the square anchors; the others have the same area", { above: 0 })
      .optional(),
    ratios: field.vector("height ÷ width, the outer loop", { above: 0 }).optional(),
    k: field.integer("instead of scales and ratios: anchors per position", { min: 1 }).optional(),
    scales_in: field.oneOf("what scales are measured in", ["pixels", "strides"]).default("pixels"),
    at: z
      .tuple([index, index], {
        error: ({ input }) => mustBe("a pair [row, column]", input),
      })
      .optional()
      .meta({ title: "pair", description: "a position, [row, column] from 0; gives its boxes" }),
    format: format("xyxy"),
    objectness: field
      .oneOf("one number per anchor (sigmoid) or two (softmax)", ["sigmoid", "softmax"])
      .default("sigmoid"),
  })
  .check(
    rule.oneWay("anchors", [["scales", "ratios"], ["k"]]),
    rule.needs("at", "scales", "they make the boxes"),
    rule.needs("at", "stride", "it places the boxes"),
    rule.across(["at", "feature_map"], ({ at, feature_map }) => {
      const size = sidesOf(feature_map)
      return (["row", "column"] as const).flatMap((name, i) => {
        const [place, most] = [at?.[i] ?? 0, entry(size, i) - 1]
        const message = `is ${name} ${place}, but the map has only ${plural(most + 1, name)}: 0 to ${most}`
        return place > most ? { path: ["at", i], code: "range", message } : []
      })
    }),
    rule.across(["scales", "ratios"], ({ scales, ratios }) => {
      const { length } = pairsOf(scales, ratios)
      const message = `make ${length} anchors per position with the ratios, but there may be at most ${mostPerPosition}`
      return length > mostPerPosition ? { path: ["scales"], code: "size", message } : undefined
    }),
  )

const count = { min: 1 }
const answers = {
  per_position: answer.integer("anchors per position", { ...count, optional: true }),
  total: answer.integer("anchors in all", { ...count, aside: true }),
  outputs: answer.record("numbers per position: objectness and transforms", {
    ...count,
    of: "integer",
    aside: true,
  }),
  boxes: answer.grid("anchors at the position, a row each", { optional: true }),
}

const slips: Slips<typeof given> = {
  "row and column are swapped": ({ at }) => at && { at: [at[1], at[0]] },
  "ratios are width ÷ height": ({ ratios }) => ratios && { ratios: ratios.map(ratio => 1 / ratio) },
  "scales are measured in strides": ({ scales, scales_in }) =>
    scales && scales_in === "pixels" ? { scales_in: "strides" } : undefined,
  "scales are measured in pixels": ({ scales, scales_in }) =>
    scales && scales_in === "strides" ? { scales_in: "pixels" } : undefined,
  "objectness takes two numbers per anchor (softmax)": ({ objectness }) =>
    objectness === "sigmoid" ? { objectness: "softmax" } : undefined,
  "objectness takes one number per anchor (sigmoid)": ({ objectness }) =>
    objectness === "softmax" ? { objectness: "sigmoid" } : undefined,
}

const question: Question<typeof given> = ({ feature_map, scales, ratios, k, at, ...given }) => {
  const [height, width] = sidesOf(feature_map)
  const each = k
    ? text`${k} anchors per position`
    : text`anchors of the scales ${scales ?? []} and the ratios (height ÷ width) ${ratios ?? []}`
  const boxes = at
    ? text` Give the boxes at row ${at[0]}, column ${at[1]} as ${inWords[given.format]}; the stride is ${given.stride ?? 0}.`
    : ""
  return text`A region proposal network works on a feature map of ${height}×${width} with ${each} and a ${given.objectness} objectness. How many anchors are there, and how many numbers per position does the network give for the objectness and for the transforms?${boxes}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const [height, width] = sidesOf(given.feature_map)
  const { scales = [], ratios = [], objectness } = given
  const k =
    given.k ??
    work.answer("per_position", scales.length * ratios.length, {
      "scales and ratios are added": scales.length + ratios.length,
    })
  const total = work.answer("total", height * width * k, {
    "the anchors of each position are left out": height * width,
    "height and width are added": (height + width) * k,
  })
  work.step("Anchors", () => [
    ...(given.k
      ? []
      : [
          math`k = \text{scales} \cdot \text{ratios} = ${scales.length} \cdot ${ratios.length} = ${k}`,
        ]),
    math`\text{total} = H \cdot W \cdot k = ${height} \cdot ${width} \cdot ${k} = ${total}`,
  ])

  const per = objectness === "sigmoid" ? 1 : 2
  const outputs = work.answer(
    "outputs",
    { objectness: per * k, transforms: 4 * k },
    {
      "a transform is one number": { objectness: per * k, transforms: k },
      "all positions are counted": { objectness: per * total, transforms: 4 * total },
    },
  )
  work.step("Outputs per position", () => [
    objectness === "sigmoid"
      ? text`A sigmoid needs one number per anchor, a transform four (tx, ty, tw, th).`
      : text`A softmax needs two numbers per anchor (object or not), a transform four (tx, ty, tw, th).`,
    math`\text{objectness} = ${objectness === "softmax" ? math`2 k = 2 \cdot ${k}` : math`k`} = ${outputs.objectness}, \quad \text{transforms} = 4 k = 4 \cdot ${k} = ${outputs.transforms}`,
  ])
  if (given.at && given.stride !== undefined) place(given, given.at, given.stride, work)
}

/** The boxes of one position. */
function place(
  given: Given,
  [row, column]: readonly [number, number],
  stride: number,
  work: Parameters<typeof solve>[1],
): void {
  const unit = given.scales_in === "strides" ? stride : 1
  const pairs = pairsOf(given.scales, given.ratios)
  const centre = [(column + 0.5) * stride, (row + 0.5) * stride] as const
  const boxes = (list: readonly Pair[], size: Size, [x, y] = centre) =>
    list.map(({ scale, ratio }) => {
      const [w, h] = size(scale * unit, ratio)
      return fromCentred([x, y, w, h], given.format)
    })
  const found = work.answer("boxes", boxes(pairs, rooted), {
    "scales are the outer loop": boxes(
      pairs.toSorted((a, b) => a.place - b.place),
      rooted,
    ),
    "the root of the ratio is not taken": boxes(pairs, (scale, ratio) => [
      scale / ratio,
      scale * ratio,
    ]),
    "only the height is changed by the ratio": boxes(pairs, (scale, ratio) => [
      scale,
      scale * ratio,
    ]),
    "only the width is changed by the ratio": boxes(pairs, (scale, ratio) => [
      scale / ratio,
      scale,
    ]),
    "the position is the corner of its cell, without + ½": boxes(pairs, rooted, [
      column * stride,
      row * stride,
    ]),
    "the position is not multiplied by the stride": boxes(pairs, rooted, [column + 0.5, row + 0.5]),
  })
  work.step(`Boxes at row ${row}, column ${column}`, () => [
    text`The centre of the cell, in pixels of the image:`,
    math`x = (\text{column} + 0.5) \cdot \text{stride} = ${column + 0.5} \cdot ${stride} = ${centre[0]}`,
    math`y = (\text{row} + 0.5) \cdot \text{stride} = ${row + 0.5} \cdot ${stride} = ${centre[1]}`,
    text`All anchors of a scale s have the area s²${unit === 1 ? "" : text`, s in strides of ${stride} pixels`}; the ratio r is height ÷ width. Ratios are the outer loop, scales the inner one.`,
    math`w = \frac{s}{\sqrt{r}}, \quad h = s \sqrt{r}`,
    table(
      ["ratio", "scale", math`w`, math`h`],
      pairs.map(({ scale, ratio }) => [ratio, scale, ...rooted(scale * unit, ratio)]),
    ),
    grid("boxes", found, { columns: letters[given.format] }),
    plane("The anchors around the centre of the cell", {
      boxes: pairs.map(({ scale, ratio }) => {
        const [w, h] = rooted(scale * unit, ratio)
        return { name: "", box: fromCentred([centre[0], centre[1], w, h], "xyxy") }
      }),
      points: [{ at: centre }],
    }),
  ])
}

type Given = z.output<typeof given>
type Size = (scale: number, ratio: number) => readonly [width: number, height: number]

/** Width and height of an anchor with the area of the scale's square. */
const rooted: Size = (scale, ratio) => [scale / Math.sqrt(ratio), scale * Math.sqrt(ratio)]

interface Pair {
  scale: number
  ratio: number
  /** Which of the scales it is. */
  place: number
}

/** Ratios in the outer, scales in the inner loop. */
function pairsOf(scales: Vector = [], ratios: Vector = []): Pair[] {
  return ratios.flatMap(ratio => scales.map((scale, place) => ({ scale, ratio, place })))
}

function sidesOf(map: PerAxis): readonly [number, number] {
  return typeof map === "number" ? [map, map] : map
}

export default defineKind({
  name: "anchors",
  topic: "detection",
  title: "Anchors of a region proposal network",
  given,
  answers,
  slips,
  question,
  solve,
})
