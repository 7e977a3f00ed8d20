import { type Block, join, math, type Rich, table, text } from "../core/blocks.ts"
import type { Vector } from "../core/types.ts"
import { plural } from "../core/words.ts"
import { shown } from "../core/working.ts"
import { entry } from "./linear.ts"
import { type Batch, cellsOf, type Groups, type Over, rankOf } from "./normalization.ts"

/** How a normalization is written down. */

/** Rows of a table, terms of a sum and maps of a batch that are written out. */
const readable = { rows: 12, terms: 6, maps: 12 }

/** What the second axis counts: a batch of vectors has features, one of images channels. */
export function channelNoun(x: Batch): "feature" | "channel" {
  return rankOf(x) === 2 ? "feature" : "channel"
}

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
    group: `for each sample and each group of ${plural(channels, noun)}, over the group${places}`,
  }[over]
}

/** What a group is called: "channel 2", "sample 1, channels 3–4". */
function groupNames(x: Batch, over: Over, groups: Groups): string[] {
  const noun = channelNoun(x)
  const channels = cellsOf(x)[0]?.length ?? 0
  return groups.members.map((_, i) => {
    if (over === "batch") return `${noun} ${i + 1}`
    if (groups.width === undefined) return `sample ${i + 1}`
    const [sample, at] = [Math.floor(i / groups.width) + 1, i % groups.width]
    const size = channels / groups.width
    const [first, last] = [at * size + 1, (at + 1) * size]
    const which = size === 1 ? `${noun} ${first}` : `${noun}s ${first}–${last}`
    return `sample ${sample}, ${which}`
  })
}

/** A small table of the groups with what is known of each. */
export function groupTable(
  x: Batch,
  over: Over,
  groups: Groups,
  head: readonly Rich[],
  columns: readonly Vector[],
): Block[] {
  const names = groupNames(x, over, groups)
  const rows = names
    .slice(0, readable.rows)
    .map((name, i) => [
      name,
      entry(groups.members, i).length,
      ...columns.map(column => entry(column, i)),
    ])
  return [
    table(["group", math`n`, ...head], rows),
    ...(names.length > readable.rows ? [text`The other groups in the same way.`] : []),
  ]
}

/** (a + b + c)/n; of many terms, the first ones and the last. */
export function average(values: Vector, term: (x: number) => Rich = x => math`${x}`): Rich {
  const head = readable.terms - 2
  const all = values.length <= readable.terms
  const terms = all
    ? values.map(term)
    : [...values.slice(0, head).map(term), math`\ldots`, ...values.slice(-1).map(term)]
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
