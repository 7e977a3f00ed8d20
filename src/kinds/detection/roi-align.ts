// RoI align (He et al. 2017): no rounding; the region, scaled to the feature map, is cut into equal bins,
// each with samples in the middle of equal parts, interpolated bilinearly and then averaged. Cell (i, j)
// lies at y = i, x = j; `offset: 0.5` takes the middle of pixel (0, 0) for (0.5, 0.5) instead (`aligned` in
// Detectron2 and torchvision). Points beyond the border are moved onto it, those more than a cell beyond
// count 0. A region narrower than a cell is not widened.
import * as z from "zod"
import { type Block, grid, join, math, plane, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { perSide, properRegion, regionFields } from "../../core/regions.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { type Sample, sampleAt } from "../../math/interpolate.ts"
import { entry, sum } from "../../math/linear.ts"

const mostPoints = 4096

const given = z
  .strictObject({
    ...regionFields,
    samples: field
      .perAxis("sampling points of a bin, down and right, or one number for both", {
        min: 1,
        max: 16,
      })
      .default(2),
    offset: field.oneOf("what is subtracted from the scaled coordinates", [0, 0.5]).default(0),
    reduce: field
      .oneOf("how the samples of a bin become one number", ["average", "max"])
      .default("average"),
  })
  .check(
    properRegion({ inclusive: false }),
    rule.across(["output", "samples"], ({ output, samples }) => {
      const count = [...perSide(output), ...perSide(samples)].reduce((a, b) => a * b)
      const message = `makes ${count} sampling points with these \`samples\`, but there may be at most ${mostPoints}`
      return count > mostPoints ? { path: ["output"], code: "size", message } : undefined
    }),
  )

type Given = z.output<typeof given>

const answers = (given: Given) => ({
  ...(isMoved(given) && { region: answer.vector("[x1, y1, x2, y2] on the feature map") }),
  bin_size: answer.vector("width and height of a bin", { min: 0 }),
  points: answer.stack("sampling points [x, y], a grid per bin, a row per sample"),
  sampled: answer.grid("value at each sampling point, a row per bin"),
  output: answer.grid("one number per bin"),
})

const slips: Slips<typeof given> = {
  "0.5 is not subtracted from the coordinates": ({ offset }) =>
    offset === 0.5 ? { offset: 0 } : undefined,
  "0.5 is subtracted from the coordinates": ({ offset }) =>
    offset === 0 ? { offset: 0.5 } : undefined,
  "the spatial scale is left out": ({ spatial_scale }) =>
    spatial_scale === 1 ? undefined : { spatial_scale: 1 },
  "the region is rounded to whole cells first": ({ roi, spatial_scale }) => {
    const [x1, y1, x2, y2] = roi
    const snap = (value: number) => Math.round(value * spatial_scale) / spatial_scale
    return { roi: [snap(x1), snap(y1), snap(x2), snap(y2)] }
  },
  "one sample is taken of each bin": ({ samples }) =>
    perSide(samples).every(count => count === 1) ? undefined : { samples: 1 },
  "the largest sample is taken": ({ reduce }) =>
    reduce === "average" ? { reduce: "max" } : undefined,
  "the samples are averaged": ({ reduce }) =>
    reduce === "max" ? { reduce: "average" } : undefined,
}

const question: Question<typeof given> = ({ roi, output, samples, reduce }) => {
  const [rows, cols] = perSide(output)
  const [down, right] = perSide(samples)
  return text`RoI align makes a ${rows}×${cols} map of the region ${roi}, with ${down}×${right} ${down * right === 1 ? "sample" : "samples"} in each bin${down * right === 1 ? "" : text` (${reduce})`}. Give the sampling points, the values there and the output.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { features, roi, spatial_scale, offset, reduce } = given
  const [rows, cols] = perSide(given.output)
  const [down, right] = perSide(given.samples)
  const scaled = roi.map(value => value * spatial_scale - offset)
  const region = isMoved(given)
    ? work.answer("region", scaled, {
        ...(spatial_scale !== 1 && {
          "it is divided by the scale": roi.map(value => value / spatial_scale - offset),
        }),
        ...(offset > 0 && { "the offset is added": scaled.map(value => value + 2 * offset) }),
      })
    : scaled
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = region
  const [width, height] = [x2 - x1, y2 - y1]
  const bin_size = work.answer("bin_size", [width / cols, height / rows], {
    "width and height are swapped": [height / rows, width / cols],
    "the rows divide the width": [width / rows, height / cols],
  })
  const [binWidth, binHeight] = bin_size
  work.step("Region and bins", () => [
    ...(isMoved(given)
      ? [
          math`[x_1, y_1, x_2, y_2] = ${join(shiftedBy(spatial_scale, offset, roi), "")} = ${region}`,
        ]
      : []),
    math`\text{bin width} = \frac{x_2 - x_1}{\text{columns}} = \frac{${x2} - ${x1}}{${cols}} = ${binWidth}`,
    math`\text{bin height} = \frac{y_2 - y_1}{\text{rows}} = \frac{${y2} - ${y1}}{${rows}} = ${binHeight}`,
  ])

  const bins = range(rows).flatMap(i => range(cols).map(j => [i, j] as const))
  const parts = range(down).flatMap(a => range(right).map(b => [a, b] as const))
  const placed = (at: number, [w, h]: readonly [number, number] = bin_size) =>
    bins.map(([i, j]) =>
      parts.map(([a, b]) => [x1 + (j + (b + at) / right) * w, y1 + (i + (a + at) / down) * h]),
    )
  const middle = placed(1 / 2)
  const points = work.answer("points", middle, {
    "x and y are swapped": middle.map(bin => bin.map(point => point.toReversed())),
    "a sample lies where its part begins": placed(0),
  })
  const samples = points.map(bin => bin.map(([x = 0, y = 0]) => sampleAt(features, x, y)))
  const values = samples.map(bin => bin.map(({ value }) => value))
  const sampled = work.answer("sampled", values, {
    "rows are taken for columns": points.map(bin =>
      bin.map(([x = 0, y = 0]) => sampleAt(features, y, x).value),
    ),
    "the nearest cell is taken": points.map(bin =>
      bin.map(([x = 0, y = 0]) => sampleAt(features, Math.round(x), Math.round(y)).value),
    ),
  })
  work.step("Sampling points", () => [
    math`x = x_1 + \left( j + \frac{b + 1/2}{${right}} \right) \cdot ${binWidth}, \quad y = y_1 + \left( i + \frac{a + 1/2}{${down}} \right) \cdot ${binHeight}`,
    text`i and j are the row and the column of the bin, a and b those of the sample in it, all from 0.`,
    picture(given, region, points),
  ])
  work.step("Values at the points", () => sampleLines(features, bins, points, samples, sampled))

  const reduced = (f: (values: Vector) => number) =>
    range(rows).map(i => range(cols).map(j => f(entry(sampled, i * cols + j))))
  const output = work.answer("output", reduced(reductions[reduce]), {
    ...(parts.length > 1 && { "the samples are added up": reduced(sum) }),
  })
  const few = parts.length <= 4 && bins.length <= 9
  work.step("Output", () => [
    ...(few && parts.length > 1
      ? bins.map(([i, j], bin) => {
          const listed = entry(sampled, bin)
          const working =
            reduce === "max"
              ? math`\max(${join(listed, ", ")})`
              : math`\frac{${join(listed, " + ")}}{${parts.length}}`
          return math`\text{output}_{${i + 1},${j + 1}} = ${working} = ${entry(entry(output, i), j)}`
        })
      : [
          text`${parts.length === 1 ? "Each bin has one sample, which is its value." : `The ${reduce} of the ${plural(parts.length, "sample")} of each bin.`}`,
        ]),
    grid("output", output),
  ])
}

const reductions = {
  average: (values: Vector) => sum(values) / values.length,
  max: (values: Vector) => Math.max(...values),
}

function isMoved({ spatial_scale, offset }: Given): boolean {
  return spatial_scale !== 1 || offset !== 0
}

/** scale · [x1, y1, x2, y2] − offset */
function shiftedBy(scale: number, offset: number, roi: Vector): Rich[] {
  return [
    ...(scale === 1 ? [] : [math`${scale} \cdot `]),
    math`${roi}`,
    ...(offset === 0 ? [] : [math` - ${offset}`]),
  ]
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

type Points = readonly Grid[]

function picture({ features }: Given, region: Vector, points: Points): Block {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = region
  const [lastX, lastY] = [entry(features, 0).length - 1, features.length - 1]
  return plane("The region and its sampling points on the feature map", {
    boxes: [
      { name: "features", box: [0, 0, lastX, lastY] },
      { name: "region", box: [x1, y1, x2, y2], mark: true },
    ],
    points: points.flat().map(([x = 0, y = 0]) => ({ at: [x, y] })),
  })
}

/** One sample written out, all of them in a table, and which lie beyond the border. */
function sampleLines(
  features: Grid,
  bins: readonly (readonly [number, number])[],
  points: Points,
  samples: readonly (readonly Sample[])[],
  sampled: Grid,
): Block[] {
  const all = bins.flatMap(([i, j], bin) =>
    entry(samples, bin).map((sample, s) => {
      const [x = 0, y = 0] = entry(entry(points, bin), s)
      return { bin: `(${i + 1}, ${j + 1})`, x, y, sample, value: entry(entry(sampled, bin), s) }
    }),
  )
  const [first] = all.toSorted((a, b) => b.sample.cells.length - a.sample.cells.length)
  const beyond = (place: Sample["place"]) =>
    all.filter(({ sample }) => sample.place === place).length
  const shown = all.slice(0, 36)
  return [
    text`Each point takes from the four cells around it, each by how near it is:`,
    math`f(x, y) = \sum_{\text{cells}} (1 - |x - x_c|)(1 - |y - y_c|)\,f_c`,
    ...(first && first.sample.cells.length > 0
      ? [
          math`f(${first.x},\ ${first.y}) = ${join(
            first.sample.cells.map(({ weight, value }) => math`${weight} \cdot ${value}`),
            " + ",
          )} = ${first.value}`,
        ]
      : []),
    table(
      ["bin", math`x`, math`y`, math`f(x, y)`],
      shown.map(({ bin, x, y, value }) => [bin, x, y, value]),
    ),
    ...(shown.length < all.length
      ? [text`The other ${all.length - shown.length} points in the same way.`]
      : []),
    ...(beyond("clamped") > 0
      ? [
          text`${plural(beyond("clamped"), "point")} beyond the border of the ${sizes(features)} map: moved onto it.`,
        ]
      : []),
    ...(beyond("outside") > 0
      ? [text`${plural(beyond("outside"), "point")} more than a cell beyond it: counted as 0.`]
      : []),
  ]
}

export default defineKind({
  name: "roi-align",
  topic: "detection",
  title: "RoI align",
  given,
  answers,
  slips,
  question,
  solve,
})
