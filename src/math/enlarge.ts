import { grid, join, math, type Rich, text } from "../core/blocks.ts"
import type { Grid } from "../core/types.ts"
import type { PerAxis } from "./axes.ts"
import { sampleAt } from "./interpolate.ts"
import { entry, mapGrid } from "./linear.ts"

// A map made larger by whole factors, as unpooling and upsampling do.

/** A small map and how it is made larger. */
export interface Enlarging {
  input: Grid
  factor: PerAxis
  method: "nearest" | "bed-of-nails" | "max" | "bilinear"
  argmax?: Places | undefined
  output_size?: PerAxis | undefined
  align_corners: boolean
}
/** [row, column] */
export type Place = readonly [number, number]
export type Places = readonly (readonly Place[])[]

export function sides(size: PerAxis): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size
}

/** (rows, cols) of the output. */
export function outputOf({
  input,
  factor,
  output_size,
}: Pick<Enlarging, "input" | "factor" | "output_size">) {
  const [down, right] = sides(factor)
  return sides(output_size ?? [input.length * down, entry(input, 0).length * right])
}

export function enlarged(given: Enlarging): number[][] {
  const { input, method, argmax } = given
  const [rows, cols] = outputOf(given)
  const [down, right] = sides(given.factor)
  const at = (y: number, x: number) => entry(entry(input, y), x)
  const empty = Array.from({ length: rows }, () => Array<number>(cols).fill(0))
  if (method === "max") {
    for (const [i, row] of (argmax ?? []).entries()) {
      for (const [j, [y, x]] of row.entries()) {
        const line = empty[y]
        if (line && x in line) line[x] = at(i, j)
      }
    }
    return empty
  }
  if (method === "bilinear") {
    return mapGrid(
      empty,
      (_, i, j) => sampleAt(input, sourceOf(given, 1)(j), sourceOf(given, 0)(i)).value,
    )
  }
  return mapGrid(empty, (_, i, j) =>
    method === "nearest" || (i % down === 0 && j % right === 0)
      ? at(Math.floor(i / down), Math.floor(j / right))
      : 0,
  )
}

/** Where a row (or column) of the output lies among those of the input, before it is moved onto its border. */
function sourceOf(given: Enlarging, axis: 0 | 1): (i: number) => number {
  const n = axis === 0 ? given.input.length : entry(given.input, 0).length
  const f = sides(given.factor)[axis]
  if (!given.align_corners) return i => (i + 0.5) / f - 0.5
  return i => (n === 1 ? 0 : (i * (n - 1)) / (n * f - 1))
}

export function bilinearLines(given: Enlarging, output: Grid) {
  const { input } = given
  const [rows, cols] = outputOf(given)
  const placesOf = (axis: 0 | 1) =>
    Array.from({ length: axis === 0 ? rows : cols }, (_, i) => {
      const last = (axis === 0 ? input.length : entry(input, 0).length) - 1
      return Math.min(Math.max(sourceOf(given, axis)(i), 0), last)
    })
  const [ys, xs] = [placesOf(0), placesOf(1)]
  const formula: Rich = given.align_corners
    ? math`y_i = i \cdot \frac{\text{rows in} - 1}{\text{rows out} - 1}`
    : math`y_i = \frac{i + 1/2}{f} - \frac{1}{2}`
  const sampled = ys.flatMap((y, i) =>
    xs.map((x, j) => ({ i, j, ...sampleAt(input, x, y), result: entry(entry(output, i), j) })),
  )
  const shownCells = sampled.filter(({ cells }) => cells.length === 4).slice(0, 3)
  return [
    text`Row i of the output lies at row y of the input, column j at column x, all from 0; what lies beyond the border is moved onto it.`,
    formula,
    math`y = ${ys}`,
    math`x = ${xs}`,
    text`Each cell takes from the (up to four) cells around its place, each by how near it is:`,
    ...(shownCells.length > 0 ? shownCells : sampled.slice(0, 2)).map(
      ({ i, j, cells, result }) =>
        math`\text{output}_{${i + 1},${j + 1}} = ${join(
          cells.map(({ weight, value }) => math`${weight} \cdot ${value}`),
          " + ",
        )} = ${result}`,
    ),
    grid("output", output),
  ]
}
