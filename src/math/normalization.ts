import type { Batch, Over } from "../core/normalization.ts"
import type { Grid, Stack, Tensor, Vector } from "../core/types.ts"
import { entry, sum, vectorOf } from "./linear.ts"

/** A batch as (N, C, positions). */
export function cellsOf(x: Batch): Stack {
  if (isTensor(x)) return x.map(sample => sample.map(map => map.flat()))
  return isStack(x) ? x : x.map(row => row.map(value => [value]))
}

/** Cells of shape (N, C, positions) in the form of `x`. */
export function inFormOf(x: Batch, cells: Stack): Batch {
  if (isTensor(x)) {
    const width = entry(entry(entry(x, 0), 0), 0).length
    return cells.map(sample => sample.map(map => chunks(map, width)))
  }
  return isStack(x) ? cells : cells.map(sample => sample.map(map => entry(map, 0)))
}

/** How many dimensions a batch has, 2 to 4. */
export function rankOf(x: Batch): 2 | 3 | 4 {
  return isTensor(x) ? 4 : isStack(x) ? 3 : 2
}

/** The numbers that share a mean, group by group, and where each cell belongs. */
export interface Groups {
  /** The numbers of each group, in the order of the batch. */
  members: readonly Vector[]
  /** The group of a sample's channel. */
  at: (sample: number, channel: number) => number
  /** Groups side by side: (C) or (N) if undefined, else (N, width). */
  width: number | undefined
}

export function groupsOf(cells: Stack, over: Over, groups = 1): Groups {
  const channels = entry(cells, 0).length
  const width = over === "instance" ? channels : over === "group" ? groups : undefined
  const at = (n: number, c: number) => {
    if (over === "batch") return c
    return width === undefined ? n : n * width + Math.floor((c * width) / channels)
  }
  const members: number[][] = []
  for (const [n, sample] of cells.entries()) {
    for (const [c, map] of sample.entries()) {
      const group = at(n, c)
      members[group] = [...(members[group] ?? []), ...map]
    }
  }
  return { members, at, width }
}

/** Of equal numbers it is that number itself: Σx/n may miss it, and with eps = 0 noise would be scaled up to ±1. */
export function meanOf(values: Vector): number {
  const [first = Number.NaN] = values
  return values.every(x => x === first) ? first : sum(values) / values.length
}

/** Σ (x − mean)²/n */
export function varianceAround(values: Vector, mean: number): number {
  return meanOf(values.map(x => (x - mean) ** 2))
}

/** Values of the groups in the form in which they are asked: (C), (N), (N, C) or (N, groups). */
export function inGroupForm({ width }: Groups, values: Vector): Vector | Grid {
  return width === undefined ? values : chunks(values, width)
}

/** f over all cells, told the group and the channel of each. */
export function mapCells(
  cells: Stack,
  { at }: Groups,
  f: (x: number, group: number, channel: number) => number,
): Stack {
  return cells.map((sample, n) => sample.map((map, c) => map.map(x => f(x, at(n, c), c))))
}

/** (x − mean)/divisor, where 0/0 counts as 0. */
export function centred(x: number, mean: number, divisor: number): number {
  return x === mean && divisor === 0 ? 0 : (x - mean) / divisor
}

/** One number for each channel. */
export function perChannel(value: number | Vector, cells: Stack): Vector {
  return vectorOf(value, entry(cells, 0).length)
}

/** A list in rows of `width`. */
export function chunks<T>(values: readonly T[], width: number): T[][] {
  return Array.from({ length: values.length / width }, (_, i) =>
    values.slice(i * width, (i + 1) * width),
  )
}

function isStack(x: Batch): x is Stack | Tensor {
  return Array.isArray(x[0]?.[0])
}

function isTensor(x: Batch): x is Tensor {
  return isStack(x) && Array.isArray(x[0]?.[0]?.[0])
}
