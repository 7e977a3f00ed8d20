import { type Block, join, math, type Rich, table, text } from "../core/blocks.ts"
import { type Batch, channelNoun, type Over } from "../core/normalization.ts"
import type { Vector } from "../core/types.ts"
import { plural } from "../core/words.ts"
import { shown } from "../core/working.ts"
import { entry } from "./linear.ts"
import { cellsOf, chunks, type Groups, rankOf } from "./normalization.ts"

/** How a normalization is written down. */

/** Rows of a table, terms of a sum and maps of a batch that are written out. */
const readable = { rows: 12, maps: 12 }

/** Over which numbers each mean runs, in words. */
export function extentWords(x: Batch, over: Over, groups: number): string {
  const noun = channelNoun(x)
  const places = rankOf(x) === 2 ? "" : " and their positions"
  const channels = (cellsOf(x)[0]?.length ?? 0) / groups
  const one = rankOf(x) === 4 ? "all positions (H, W)" : "all positions (L)"
  return {
    batch: `for each ${noun}, over all samples${places}`,
    layer: `for each sample, over all ${noun}s${places}`,
    rms: `for each sample, over all ${noun}s${places}`,
    instance: `for each channel of each sample, over ${one}`,
    group: `for each sample and each group of ${plural(channels, noun)}, over the ${noun}s of the group${places}`,
  }[over]
}

/** What has a mean of its own. */
export function unitWords(x: Batch, over: Over): string {
  return {
    batch: `each ${channelNoun(x)}`,
    layer: "each sample",
    rms: "each sample",
    instance: "each channel, by sample",
    group: "each group, by sample",
  }[over]
}

/** How the first running statistic takes up that of the batch. */
export function updateLine(
  name: Rich,
  momentum: number,
  { old, batch, result }: Readonly<Record<"old" | "batch" | "result", Vector>>,
): Rich {
  return math`${name}_{1} = ${1 - momentum} \cdot ${entry(old, 0)} + ${momentum} \cdot ${entry(batch, 0)} = ${entry(result, 0)}`
}

/** What is known of each group: a table, or grids where groups stand side by side. */
export function groupTable(
  x: Batch,
  groups: Groups,
  over: Over,
  columns: readonly { name: Rich; values: Vector }[],
): Block[] {
  const { members, width } = groups
  const noun = channelNoun(x)
  if (width !== undefined) {
    const samples = cellsOf(x).map((_, n) => `sample ${n + 1}`)
    const size = (cellsOf(x)[0]?.length ?? 0) / width
    const heads = Array.from({ length: width }, (_, i) => {
      const [first, last] = [i * size + 1, (i + 1) * size]
      return size === 1 ? `${noun} ${first}` : `${noun}s ${first}–${last}`
    })
    return columns.map(({ name, values }) =>
      shown({ name, value: chunks(values, width), rows: samples, columns: heads }),
    )
  }
  const rows = members
    .slice(0, readable.rows)
    .map((each, i) => [i + 1, each.length, ...columns.map(({ values }) => entry(values, i))])
  return [
    table([over === "batch" ? noun : "sample", math`n`, ...columns.map(({ name }) => name)], rows),
    ...(members.length > readable.rows ? [text`The others in the same way.`] : []),
  ]
}

/** (a + b + c)/n; of more than `most` terms, the first ones and the last. */
export function average(
  values: Vector,
  most = 8,
  term: (x: number) => Rich = x => math`${x}`,
): Rich {
  const terms =
    values.length <= most
      ? values.map(term)
      : [...values.slice(0, most - 2).map(term), math`\ldots`, ...values.slice(-1).map(term)]
  return math`\frac{${join(terms, " + ")}}{${values.length}}`
}

/** A batch as grids: one, or one for each sample, or one for each channel of each sample. */
export function batchGrids(name: Rich, x: Batch): Block[] {
  const cells = cellsOf(x)
  const rank = rankOf(x)
  if (rank === 2) return [shown({ name, value: cells.map(sample => sample.flat()) })]
  const maps =
    rank === 3
      ? cells.map((sample, n) => ({ name: math`${name}_{${n + 1}}`, value: sample }))
      : mapsOf(name, x)
  const rest = maps.length > readable.maps ? [text`The other maps in the same way.`] : []
  const what =
    rank === 3
      ? text`One grid for each sample, its channels as rows.`
      : text`One grid for each sample and channel.`
  return [what, ...maps.slice(0, readable.maps).map(shown), ...rest]
}

function mapsOf(name: Rich, x: Batch) {
  return x.flatMap((sample, n) =>
    sample.flatMap((map, c) =>
      isGrid(map) ? [{ name: math`${name}_{${n + 1},${c + 1}}`, value: map }] : [],
    ),
  )
}

function isGrid(map: unknown): map is readonly Vector[] {
  return Array.isArray(map) && Array.isArray(map[0])
}
