import type { Grid } from "../core/types.ts"
import { entry, sum, transpose } from "./linear.ts"

/** How often a class was met, wrongly seen and missed. */
export interface Tally {
  tp: number
  fp: number
  fn: number
}

/** Pairs counted in the row of the true and the column of the predicted class. */
export function confusionOf(
  truth: readonly string[],
  prediction: readonly string[],
  classes: readonly string[],
): number[][] {
  const counts = classes.map(() => classes.map(() => 0))
  const place = new Map(classes.map((name, i) => [name, i]))
  for (const [i, name] of truth.entries()) {
    const row = entry(counts, place.get(name) ?? -1)
    const column = place.get(entry(prediction, i)) ?? -1
    row[column] = entry(row, column) + 1
  }
  return counts
}

/** Of each class: its entry on the diagonal, the rest of its column, the rest of its row. */
export function talliesOf(confusion: Grid): Tally[] {
  const columns = transpose(confusion)
  return confusion.map((row, i) => {
    const tp = entry(row, i)
    return { tp, fp: sum(entry(columns, i)) - tp, fn: sum(row) - tp }
  })
}

/** The classes taken together. */
export function pooled(tallies: readonly Tally[]): Tally {
  const [tp, fp, fn] = [
    tallies.map(tally => tally.tp),
    tallies.map(tally => tally.fp),
    tallies.map(tally => tally.fn),
  ]
  return { tp: sum(tp), fp: sum(fp), fn: sum(fn) }
}
