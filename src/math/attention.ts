import type { Grid, Vector } from "../core/types.ts"
import { softmax } from "./activation.ts"
import { add, entry, mapGrid, matmul, transpose, zipGrids } from "./linear.ts"

/** What the steps of dot-product attention give, tokens as rows, and what usual mistakes give. */
export interface Worked {
  value: Grid
  slips: Readonly<Record<string, Grid>>
}

/** X·W + b: (n, d) and (d, k) make (n, k). */
export function projected(X: Grid, W: Grid, b?: Vector): Worked {
  const plain = matmul(X, W)
  if (!b) return { value: plain, slips: {} }
  return { value: plain.map(row => add(row, b)), slips: { "the bias is left out": plain } }
}

/** Q·Kᵀ, shape (queries, keys) */
export function scored(Q: Grid, K: Grid): Worked {
  const fitting = K.length === entry(K, 0).length
  const slips = fitting ? { "K is not transposed": matmul(Q, K) } : undefined
  return { value: matmul(Q, transpose(K)), slips: { ...slips } }
}

/** Scores divided by √d_k, or by `scale`; `d` is the width of the tokens, where there are any. */
export function scaled(scores: Grid, scale: "sqrt" | number, d_k: number, d = d_k): Worked {
  const by = (divisor: number) => mapGrid(scores, score => score / divisor)
  const root = Math.sqrt(d_k)
  if (scale !== "sqrt") {
    const slips = {
      "the scores are not divided": scores,
      "the scores are divided by √d_k": by(root),
    }
    return { value: by(scale), slips }
  }
  const slips = {
    "the scores are not divided by √d_k": scores,
    "the scores are divided by d_k instead of √d_k": by(d_k),
    "the scores are multiplied by √d_k": by(1 / root),
    ...(d !== d_k && { "√d of the tokens is taken instead of √d_k": by(Math.sqrt(d)) }),
  }
  return { value: by(root), slips }
}

/** 1 where a query may see a key: its own place and those before it. (queries, keys) */
export function causalMask(queries: number, keys: number): number[][] {
  return Array.from({ length: queries }, (_, i) =>
    Array.from({ length: keys }, (_, j) => (j <= i ? 1 : 0)),
  )
}

/** −∞ where the mask is 0: a softmax then gives exactly 0. */
export function masked(scores: Grid, mask: Grid, causal: boolean): Worked {
  const future = mask.map(row => row.map((_, j) => (j >= row.lastIndexOf(1) ? 1 : 0)))
  const inverted = mapGrid(mask, bit => 1 - bit)
  const slips = {
    "the mask is left out": scores,
    "hidden scores are set to 0 instead of −∞": hide(scores, mask, 0),
    ...(causal
      ? { "the mask hides the past instead of the future": hide(scores, future) }
      : { "1 in the mask is taken as hidden": hide(scores, inverted) }),
  }
  return { value: hide(scores, mask), slips }
}

/** The cells where the mask is 0, as [row, column]. */
export function hiddenCells(mask: Grid): [number, number][] {
  return mask.flatMap((row, i) =>
    row.flatMap((seen, j): [number, number][] => (seen ? [] : [[i, j]])),
  )
}

/** A softmax along each row; `unmasked` are the scores before the mask, if there is one. */
export function weighted(scores: Grid, unmasked: Grid, mask?: Grid): Worked {
  const slips = {
    "the softmax runs over the queries instead of the keys": transpose(
      transpose(scores).map(column =>
        column.some(Number.isFinite) ? softmax(column) : zeros(column),
      ),
    ),
    "the exponentials are not divided by their sum": mapGrid(scores, Math.exp),
    ...(mask && { "the mask is applied after the softmax": hide(unmasked.map(softmax), mask, 0) }),
  }
  return { value: scores.map(softmax), slips }
}

/** weights·V; `K` and `tokens` are what else the weights might be applied to. */
export function output(weights: Grid, V: Grid, K?: Grid, tokens?: Grid): Worked {
  const slips = {
    ...(K && { "the weights are applied to K": matmul(weights, K) }),
    ...(tokens && { "the weights are applied to the tokens": matmul(weights, tokens) }),
  }
  return { value: matmul(weights, V), slips }
}

function hide(scores: Grid, mask: Grid, hidden = Number.NEGATIVE_INFINITY): number[][] {
  return zipGrids(scores, mask, (score, seen) => (seen ? score : hidden))
}

/** From a sheet's layout to tokens as rows, and back. */
export function turning(layout: "rows" | "columns"): (grid: Grid) => Grid {
  return layout === "columns" ? transpose : grid => grid
}

/** Whether the tokens of two grids have the same number of dimensions. */
export function sameWidth(a: Grid, b: Grid, layout: "rows" | "columns"): boolean {
  const turn = turning(layout)
  return turn(a)[0]?.length === turn(b)[0]?.length
}

/** What is hidden from every query gets no weight from any. */
function zeros(column: Vector): number[] {
  return column.map(() => 0)
}
