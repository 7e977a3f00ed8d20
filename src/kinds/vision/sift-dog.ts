// Lowe (2004): neighbouring Gaussian images of an octave are subtracted (Lowe: next minus previous), and
// a keypoint lies strictly above or strictly below its 26 neighbours in place and scale.
// x is the column and y the row, both from 0; scale counts the differences from 1.
import * as z from "zod"
import { type Block, grid, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Stack } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { type Cell, candidates, type Extremum, extrema, neighbours } from "../../math/extrema.ts"
import { mapGrid, zipGrids } from "../../math/linear.ts"

const given = z
  .strictObject({
    gaussians: field.stack("images of one octave, ever more blurred, shape (images, rows, cols)"),
    difference: field
      .oneOf("which image is subtracted from which", ["previous-minus-next", "next-minus-previous"])
      .default("previous-minus-next"),
  })
  .check(
    rule.across(["gaussians"], ({ gaussians }) => {
      const [first = []] = gaussians
      const complaint = (message: string) => ({ path: ["gaussians"], code: "shape", message })
      return [
        ...(gaussians.length < 4
          ? [complaint(`needs at least 4 images, but it has ${gaussians.length}`)]
          : []),
        ...(first.length < 3 || (first[0]?.length ?? 0) < 3
          ? [complaint(`needs images of at least 3×3, but they are ${sizes(first)}`)]
          : []),
      ]
    }),
  )

const answers = {
  dog: answer.stack("differences of Gaussians, by scale"),
  keypoints: answer.points<Extremum>("places above or below all neighbours", {
    key: ["x", "y", "scale"],
    sort: ["scale", "y", "x"],
  }),
}

const slips: Slips<typeof given> = {
  "the images are subtracted the other way round": ({ difference }) => ({
    difference:
      difference === "previous-minus-next" ? "next-minus-previous" : "previous-minus-next",
  }),
}

const question: Question<typeof given> = ({ gaussians, difference }) =>
  text`Compute the differences of Gaussians of this octave of ${gaussians.length} images, ${difference === "previous-minus-next" ? "each image minus the next" : "each image minus the one before"}, and find the keypoints: x (column) and y (row) from 0, scale from 1, and whether each is a minimum or a maximum.`

const solve: Solve<typeof given, typeof answers> = ({ gaussians, difference }, work) => {
  const flipped = difference === "next-minus-previous"
  const differences = gaussians
    .slice(1)
    .map((next, i) => zipGrids(gaussians[i] ?? [], next, (a, b) => (flipped ? b - a : a - b)))
  const dog = work.answer("dog", differences, {
    "the signs of the differences are dropped": differences.map(one => mapGrid(one, Math.abs)),
  })
  work.step("Differences of Gaussians", () => [
    flipped
      ? math`\operatorname{DoG}_s = G_{s+1} - G_s`
      : math`\operatorname{DoG}_s = G_s - G_{s+1}`,
    ...dog.map((cells, i) => {
      const [first, second] = flipped ? [i + 2, i + 1] : [i + 1, i + 2]
      const caption = math`\operatorname{DoG}_{${i + 1}} = G_{${first}} - G_{${second}}`
      return grid(caption, cells, { heat: true })
    }),
  ])

  // Differences that are equal on paper may differ by float noise.
  const noise = 1e-12 * Math.max(...gaussians.flat().map(row => Math.max(...row.map(Math.abs))))
  const search = { border: 1, outer: 1, reach: 1, noise }
  const found = extrema(dog, search)
  const misread = (change: (point: Extremum) => Partial<Extremum>) =>
    found.map(point => ({ ...point, ...change(point) }))
  work.answer("keypoints", found, {
    "only the 8 neighbours in the same scale are compared": extrema(dog, { ...search, reach: 0 }),
    "the border is searched too": extrema(dog, { ...search, border: 0 }),
    "the first and the last scale are searched too": extrema(dog, { ...search, outer: 0 }),
    "a neighbour may be equal": extrema(dog, { ...search, noise: -noise }),
    "minima are left out": found.filter(({ extremum }) => extremum === "max"),
    "minima and maxima are mixed up": misread(({ extremum }) => ({
      extremum: extremum === "max" ? "min" : "max",
    })),
    "x and y are swapped": misread(({ x, y }) => ({ x: y, y: x })),
    "x and y are counted from 1": misread(({ x, y }) => ({ x: x + 1, y: y + 1 })),
    "the scale is counted from 0": misread(({ scale }) => ({ scale: scale - 1 })),
  })

  const tried = candidates(dog, search)
  work.step("Candidates", () => [
    text`A keypoint lies strictly above or strictly below all 26 neighbours: 8 around it in its own scale, 9 in the scale before and 9 in the scale after. x is the column and y the row, both from 0; scales count from 1.`,
    text`The border and the first and the last scale have too few neighbours. That leaves ${plural(tried.length, "candidate")}, of which ${found.length === 0 ? "none is a keypoint" : text`${found.length} ${found.length === 1 ? "is a keypoint" : "are keypoints"}`}.`,
  ])
  for (const point of found.slice(0, most)) {
    const { x, y, scale } = point
    work.step(`Keypoint x = ${x}, y = ${y}, scale ${scale}`, () => neighbourhood(dog, point))
  }
  if (found.length > most) {
    work.step("More keypoints", () => [
      table(
        ["x", "y", "scale", "extremum", "value"],
        found.slice(most).map(({ x, y, scale, ...of }) => [x, y, scale, of.extremum, of.value]),
      ),
    ])
  }
  if (tried.length > found.length) {
    work.step("Candidates that fail", () => failures(dog, tried, found, noise))
  }
}

/** Up to this many keypoints have a step of their own, and so many near misses are shown of many. */
const most = 8
/** Up to this many candidates that fail are all shown. */
const all = 24

/** The three 3×3 grids around a keypoint. */
function neighbourhood(dog: Stack, point: Extremum): Block[] {
  const { x, y, scale, value } = point
  const around = [x - 1, x, x + 1]
  const values = neighbours(dog, point, 1).map(other => other.value)
  const grids = [scale - 1, scale, scale + 1].map(s =>
    grid(
      math`\operatorname{DoG}_{${s}}`,
      [y - 1, y, y + 1].map(j => around.map(i => dog[s - 1]?.[j]?.[i] ?? null)),
      {
        rows: [y - 1, y, y + 1].map(j => `y=${j}`),
        columns: around.map(i => `x=${i}`),
        ...(s === scale && { marks: [[1, 1]] }),
      },
    ),
  )
  const sentence =
    point.extremum === "max"
      ? text`${value} is above all 26 neighbours, the largest of which is ${Math.max(...values)}: a maximum.`
      : text`${value} is below all 26 neighbours, the smallest of which is ${Math.min(...values)}: a minimum.`
  return [...grids, sentence]
}

/** Why candidates are no keypoints: all of them, or those that nearly are. */
function failures(
  dog: Stack,
  tried: readonly Cell[],
  found: readonly Extremum[],
  noise: number,
): Block[] {
  const accepted = new Set(found.map(place))
  const failed = tried
    .filter(cell => !accepted.has(place(cell)))
    .map(cell => {
      const around = neighbours(dog, cell, 1)
      const differences = around.map(other => other.value - cell.value)
      const inTheWay = Math.min(
        differences.filter(difference => difference >= -noise).length,
        differences.filter(difference => difference <= noise).length,
      )
      const highest = around.reduce((a, b) => (b.value > a.value ? b : a))
      const lowest = around.reduce((a, b) => (b.value < a.value ? b : a))
      return { cell, highest, lowest, inTheWay }
    })
  const shown =
    failed.length > all ? failed.toSorted((a, b) => a.inTheWay - b.inTheWay).slice(0, most) : failed
  const beatenBy = (cell: Cell, other: Cell) => {
    const difference = other.value - cell.value
    const how = Math.abs(difference) <= noise ? "equals" : difference > 0 ? "below" : "above"
    return text`${how} ${other.value} at ${place(other)}`
  }
  return [
    ...(shown.length < failed.length
      ? [
          text`Of the ${failed.length} candidates that fail, these have the fewest neighbours in their way; the other ${failed.length - shown.length} fail more clearly.`,
        ]
      : []),
    table(
      ["(x, y, scale)", "value", "no maximum", "no minimum"],
      shown.map(({ cell, highest, lowest }) => [
        place(cell),
        cell.value,
        beatenBy(cell, highest),
        beatenBy(cell, lowest),
      ]),
    ),
  ]
}

function place({ x, y, scale }: Cell): string {
  return `(${x}, ${y}, ${scale})`
}

export default defineKind({
  name: "sift-dog",
  topic: "vision",
  title: "Keypoints in differences of Gaussians",
  given,
  answers,
  slips,
  question,
  solve,
})
