// RoI pooling as in Fast R-CNN (Girshick 2015, the layer of its code): the scaled corners are rounded to
// cells, halves away from zero, and both belong to the region (width x2 − x1 + 1). Along n cells, bin i of m
// goes from ⌊i·n/m⌋ up to ⌈(i + 1)·n/m⌉, so that neighbours may share a cell; `bins: disjoint` ends it at
// ⌊(i + 1)·n/m⌋, `rounding: down` cuts the corners off. What lies beyond the map is left out; an empty bin is 0.
import * as z from "zod"
import { grid, join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { perSide, properRegion, regionFields } from "../../core/regions.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    ...regionFields,
    rounding: field
      .oneOf("how scaled coordinates become whole: nearest (halves away from zero) or down", [
        "nearest",
        "down",
      ])
      .default("nearest"),
    bins: field
      .oneOf("overlapping (from floor to ceil) or disjoint (from floor to floor)", [
        "overlapping",
        "disjoint",
      ])
      .default("overlapping"),
  })
  .check(properRegion({ inclusive: true }))

type Given = z.output<typeof given>

const answers = {
  snapped: answer.vector("[x1, y1, x2, y2] in whole cells, both corners included", {
    of: "integer",
  }),
  output: answer.grid("largest value of each bin"),
}

const slips: Slips<typeof given> = {
  "the coordinates are rounded down": ({ rounding }) =>
    rounding === "nearest" ? { rounding: "down" } : undefined,
  "the coordinates are rounded to the nearest cell": ({ rounding }) =>
    rounding === "down" ? { rounding: "nearest" } : undefined,
  "the bins do not overlap": ({ bins }) =>
    bins === "overlapping" ? { bins: "disjoint" } : undefined,
  "the bins overlap": ({ bins }) => (bins === "disjoint" ? { bins: "overlapping" } : undefined),
  "the spatial scale is left out": ({ spatial_scale }) =>
    spatial_scale === 1 ? undefined : { spatial_scale: 1 },
}

const question: Question<typeof given> = ({ roi, output }) => {
  const [rows, cols] = perSide(output)
  return text`RoI pooling makes a ${rows}×${cols} map of the region ${roi}. Snap the region to cells of the feature map and give the largest value of each bin.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { features, roi, spatial_scale } = given
  const [rows, cols] = perSide(given.output)
  const round = roundings[given.rounding]
  const scaled = roi.map(value => value * spatial_scale)
  const right = scaled.map(round)
  const [left = 0, top = 0, ...end] = right
  const snapped = work.answer("snapped", right, {
    "x and y are swapped": [top, left, ...end.toReversed()],
    "the coordinates are rounded up": scaled.map(Math.ceil),
    "the end is rounded up, the start down": scaled.map((value, i) =>
      i < 2 ? Math.floor(value) : Math.ceil(value),
    ),
  })
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = snapped
  const [height, width] = [features.length, entry(features, 0).length]
  const across = binsAlong({ from: x1, to: x2, size: width, count: cols }, given.bins)
  const down = binsAlong({ from: y1, to: y2, size: height, count: rows }, given.bins)
  const inside = features.flatMap((row, i) =>
    row.flatMap((_, j) => (j >= x1 && j <= x2 && i >= y1 && i <= y2 ? [[i, j] as const] : [])),
  )
  work.step("Region in cells", () => [
    ...coordinateLines(given, snapped),
    grid("region", features, {
      rows: features.map((_, i) => `y ${i}`),
      columns: entry(features, 0).map((_, j) => `x ${j}`),
      marks: inside,
    }),
    ...(inside.length < (x2 - x1 + 1) * (y2 - y1 + 1)
      ? [text`What lies beyond the ${height}×${width} map is left out.`]
      : []),
  ])
  work.step("Bins", () => [
    text`Both corners belong to the region: it is ${x2 - x1 + 1} wide and ${y2 - y1 + 1} high. Of n cells, bin i of m, from 0, takes the cells k with:`,
    given.bins === "overlapping"
      ? math`\lfloor \frac{i \cdot n}{m} \rfloor \le k < \lceil \frac{(i + 1) \cdot n}{m} \rceil`
      : math`\lfloor \frac{i \cdot n}{m} \rfloor \le k < \lfloor \frac{(i + 1) \cdot n}{m} \rfloor`,
    table(
      [math`i`, "rows y", "columns x"],
      Array.from({ length: Math.max(rows, cols) }, (_, i) => [
        i,
        cellsOf(down[i]),
        cellsOf(across[i]),
      ]),
    ),
  ])

  const pooled = (reduce: (values: Vector) => number, bins = { down, across }) =>
    bins.down.map(ys => bins.across.map(xs => reduce(cellsIn(features, ys, xs))))
  const exclusive = {
    across: binsAlong({ from: x1, to: x2 - 1, size: width, count: cols }, given.bins),
    down: binsAlong({ from: y1, to: y2 - 1, size: height, count: rows }, given.bins),
  }
  const output = work.answer("output", pooled(largest), {
    "the values are averaged": pooled(values =>
      values.length > 0 ? sum(values) / values.length : 0,
    ),
    "the far corner does not belong to the region": pooled(largest, exclusive),
    "rows are taken for columns": down.map(ys =>
      across.map(xs => largest(ys.flatMap(y => xs.flatMap(x => features[x]?.[y] ?? [])))),
    ),
  })
  const empty = down.some(bin => bin.length === 0) || across.some(bin => bin.length === 0)
  work.step("Largest values", () => [
    ...down.flatMap((ys, i) =>
      across.flatMap((xs, j): Rich[] => {
        const values = cellsIn(features, ys, xs)
        if (values.length === 0 || values.length > 12 || rows * cols > 9) return []
        return [
          math`\text{output}_{${i + 1},${j + 1}} = \max(${join(values, ", ")}) = ${entry(entry(output, i), j)}`,
        ]
      }),
    ),
    ...(empty ? [text`A bin without a cell counts as 0.`] : []),
    grid("output", output),
  ])
}

/** A product that should be whole or a half may be off by what floating point makes of it. */
const noise = 1e-9
const roundings = {
  nearest: (x: number) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5 + noise) + 0,
  down: (x: number) => Math.floor(x + noise),
}

/** The cells of each of `count` bins between two cells, both included, without those beyond the map. */
function binsAlong(
  { from, to, size, count }: { from: number; to: number; size: number; count: number },
  bins: Given["bins"],
): number[][] {
  const n = Math.max(to - from + 1, 1)
  const ending = bins === "overlapping" ? Math.ceil : Math.floor
  return Array.from({ length: count }, (_, i) => {
    const first = Math.max(from + Math.floor((i * n) / count), 0)
    const end = Math.min(from + ending(((i + 1) * n) / count), size)
    return Array.from({ length: Math.max(end - first, 0) }, (_, k) => first + k)
  })
}

function cellsIn(features: Grid, rows: Vector, columns: Vector): number[] {
  return rows.flatMap(y => columns.map(x => features[y]?.[x] ?? Number.NaN))
}

function largest(values: Vector): number {
  return values.length === 0 ? 0 : Math.max(...values)
}

/** "2–4", "3", "none"; nothing where there is no such bin. */
function cellsOf(cells: Vector | undefined): string {
  if (cells === undefined) return ""
  const [first, last] = [cells[0], cells.at(-1)]
  if (first === undefined) return "none"
  return first === last ? String(first) : `${first}–${last}`
}

function coordinateLines({ roi, spatial_scale, rounding }: Given, snapped: Vector): Rich[] {
  const names = [math`x_1`, math`y_1`, math`x_2`, math`y_2`]
  return [
    text`Scaled coordinates are rounded ${rounding === "down" ? "down" : "to the nearest whole number, halves away from zero"}.`,
    ...roi.map((value, i) => {
      const scaled =
        spatial_scale === 1
          ? math`${value}`
          : math`${value} \cdot ${spatial_scale} = ${value * spatial_scale}`
      return math`${names[i] ?? ""} = ${scaled} \to ${entry(snapped, i)}`
    }),
  ]
}

export default defineKind({
  name: "roi-pool",
  topic: "detection",
  title: "RoI pooling",
  given,
  answers,
  slips,
  question,
  solve,
})
