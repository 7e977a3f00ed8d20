import { type Block, join, math, type Rich, table, text } from "../core/blocks.ts"
import type { Grid, Vector } from "../core/types.ts"
import { entry } from "./linear.ts"

/** How losses of samples are written out. */

/** Terms of a sum that are written out, and rows of a table. */
const readable = { terms: 8, rows: 20 }

/** The mean of losses that were each worked out. */
export function meanLoss(losses: Vector, mean: number): Rich {
  const n = losses.length
  if (n === 1) return math`L = L_1 = ${mean}`
  const written = math`\frac{${join(losses, " + ")}}{${n}} = `
  return math`L = \frac{1}{N} \sum_i L_i = ${n <= readable.terms ? written : math``}${mean}`
}

/** A table with a row for each sample, counted from 1; of many, the first. */
export function samplesTable(
  head: readonly (Rich | string)[],
  columns: readonly (readonly (number | string)[])[],
): Block[] {
  const count = entry(columns, 0).length
  const rows = Array.from({ length: Math.min(count, readable.rows) }, (_, i) => [
    String(i + 1),
    ...columns.map(column => entry(column, i)),
  ])
  return [
    table(["sample", ...head], rows),
    ...(count > readable.rows ? [text`The other samples in the same way.`] : []),
  ]
}

/** What the losses of a batch, or of one sample, are made of. */
export interface Losses {
  /** (samples, classes) */
  p: Grid
  losses: Vector
  classes: readonly string[]
  batch: boolean
  /** How the logarithm is written. */
  log: Rich
}

/** −log p with numbers in it; a p that is 0 to all digits is not, for −log 0 would be no number. */
export function logWritten(
  name: Rich,
  { share, loss, log = math`\ln` }: { share: number; loss: number; log?: Rich },
): Rich {
  return share === 0 && Number.isFinite(loss)
    ? math`-${log} ${name} = ${loss}, \quad ${name} \approx 0`
    : math`-${log} ${name} = -${log} ${share} = ${loss}`
}

/** What is said where a probability is 0 to all digits and its loss is known all the same. */
export function vanishing(p: Vector, losses: Vector): Block[] {
  const some = p.some((share, i) => share === 0 && Number.isFinite(entry(losses, i)))
  return some
    ? [text`Where p is too small to write down, −ln p = ln Σ exp(z) − z of the true class.`]
    : []
}

/** −log of the true class's probability, `places` being where each true class stands. */
export function labelledLosses(
  places: readonly number[],
  { p, losses, classes, batch, log }: Losses,
): Block[] {
  const truth = places.map(y => entry(classes, y))
  const shares = places.map((y, i) => entry(entry(p, i), y))
  const of = batch ? math`_{1}` : math``
  const own = batch ? math`p_{1,${entry(truth, 0)}}` : math`p_{${entry(truth, 0)}}`
  return [
    batch ? math`L_i = -${log} p_{i,y_i}` : math`L = -${log} p_y`,
    math`L${of} = ${logWritten(own, { share: entry(shares, 0), loss: entry(losses, 0), log })}`,
    ...vanishing(shares, losses),
    ...(batch
      ? samplesTable(["true class", math`p`, math`-${log} p`], [truth, shares, losses])
      : []),
  ]
}

/** −Σ t·log p; `terms` are those of the first sample, `t` its targets. */
export function softLosses(
  { t, terms, name }: { t: Vector; terms: Vector; name: Rich },
  { p, losses, classes, batch, log }: Losses,
): Block[] {
  const [first, of] = [entry(p, 0), batch ? math`_{1}` : math``]
  const rows = classes.map((each, k) => [each, entry(t, k), entry(first, k), entry(terms, k)])
  const short = terms.length <= readable.terms ? math`${join(terms, " + ")} = ` : math``
  return [
    math`L = -\sum_k ${name}_k ${log} p_k`,
    ...(batch ? [text`Of sample 1:`] : []),
    table(["class", name, math`p`, math`-${name} ${log} p`], rows),
    ...(t.includes(0) ? [text`A class without a share adds nothing.`] : []),
    math`L${of} = ${short}${entry(losses, 0)}`,
    ...(batch ? samplesTable([math`L`], [losses]) : []),
  ]
}
