import type { Vector } from "../core/types.ts"
import { entry } from "./linear.ts"

/** max(0, s_j − s_y + margin) of each class j; the true class y adds 0. */
export function hingeTerms(scores: Vector, y: number, margin: number): number[] {
  const own = entry(scores, y)
  return scores.map((score, j) => (j === y ? 0 : Math.max(0, gap(score, own, margin))))
}

/** score − own + margin. What floats leave at exactly the margin is 0, or the slope there would be 1. */
function gap(score: number, own: number, margin: number): number {
  const open = score - own + margin
  const largest = Math.max(Math.abs(score), Math.abs(own), Math.abs(margin))
  return Math.abs(open) < 1e-12 * largest ? 0 : open
}

/** What mistakes make of the terms, by words that complete "… if …". */
export function hingeMistakes(scores: Vector, y: number, margin: number): Record<string, number[]> {
  const own = entry(scores, y)
  const terms = hingeTerms(scores, y, margin)
  const open = scores.map((score, j) => (j === y ? 0 : gap(score, own, margin)))
  return {
    "the true class adds its margin too": terms.map((term, j) => (j === y ? margin : term)),
    ...(margin !== 0 && {
      "the margin is left out": hingeTerms(scores, y, 0),
    }),
    // Where no score is above that of the true class, either comes to 0.
    ...(margin !== 0 &&
      scores.some(score => score > own) && {
        "the margin is subtracted": hingeTerms(scores, y, -margin),
      }),
    "the scores are subtracted the other way round": scores.map((score, j) =>
      j === y ? 0 : Math.max(0, gap(own, score, margin)),
    ),
    "terms below 0 are not cut off": open,
  }
}
