import { widthOf } from "../core/attention.ts"
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
  const slips = { "the weight matrix stands for the product": W }
  if (!b) return { value: plain, slips }
  const value = plain.map(row => add(row, b))
  return { value, slips: { ...slips, "the bias is left out": plain } }
}

/** Q·Kᵀ, shape (queries, keys) */
export function scored(Q: Grid, K: Grid, V?: Grid): Worked {
  const square = K.length === width(K)
  const slips = {
    ...(square && { "K is not transposed": matmul(Q, K) }),
    ...(V && width(V) === width(K) && { "V is taken for K": matmul(Q, transpose(V)) }),
  }
  return { value: matmul(Q, transpose(K)), slips }
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
    "V is left out": weights,
    ...(K && { "the weights are applied to K": matmul(weights, K) }),
    ...(tokens && { "the weights are applied to the tokens": matmul(weights, tokens) }),
  }
  return { value: matmul(weights, V), slips }
}

/** What the heads give, side by side: (n, heads · d_v). */
export function concatenated(heads: readonly Grid[]): Worked {
  const rows = entry(heads, 0).map((_, i) => heads.map(head => entry(head, i)))
  const slips = {
    "the heads are added up": rows.map(parts => parts.reduce(add)),
    "the heads stand in reverse order": rows.map(parts => parts.toReversed().flat()),
    "the numbers of the heads alternate": rows.map(parts => transpose(parts).flat()),
  }
  return { value: rows.map(parts => parts.flat()), slips }
}

/** What mixes the heads: concat·W_O + b. */
export function mixed(concat: Grid, W_O: Grid, b?: Vector): Worked {
  const { value, slips } = projected(concat, W_O, b)
  const square = W_O.length === width(W_O)
  return {
    value,
    slips: {
      ...slips,
      "W_O is left out": concat,
      ...(square && { "W_O is transposed": projected(concat, transpose(W_O), b).value }),
    },
  }
}

/** x + f(x): a residual connection; `others` are what else might be added to f(x), by words. */
export function added(x: Grid, result: Grid, others: Readonly<Record<string, Grid>> = {}): Worked {
  const plus = (grid: Grid) => zipGrids(grid, result, (a, b) => a + b)
  const slips = Object.entries(others).map(([words, grid]) => [words, plus(grid)] as const)
  return {
    value: plus(x),
    slips: { "the residual connection is left out": result, ...Object.fromEntries(slips) },
  }
}

function hide(scores: Grid, mask: Grid, hidden = Number.NEGATIVE_INFINITY): number[][] {
  return zipGrids(scores, mask, (score, seen) => (seen ? score : hidden))
}

/** From a sheet's layout to tokens as rows, and back. */
export function turning(layout: "rows" | "columns"): (grid: Grid) => Grid {
  return layout === "columns" ? transpose : grid => grid
}

function width(grid: Grid): number {
  return entry(grid, 0).length
}

/** What is hidden from every query gets no weight from any. */
function zeros(column: Vector): number[] {
  return column.map(() => 0)
}

/** Misread givens that the kinds of attention have in common. */
export const misread = {
  scale: ({ scale }: { scale: "sqrt" | "none" | number }) =>
    scale === "none" ? { scale: "sqrt" as const } : undefined,

  matrices: ({
    W_Q,
    W_K,
    W_V,
  }: {
    W_Q?: Grid | undefined
    W_K?: Grid | undefined
    W_V?: Grid | undefined
  }) =>
    W_Q && W_K && W_V && [W_Q, W_K, W_V].every(W => W.length === width(W))
      ? { W_Q: transpose(W_Q), W_K: transpose(W_K), W_V: transpose(W_V) }
      : undefined,

  memory: <T extends Grid>({ X, memory, layout }: Looking<T>) =>
    X && memory && widthOf(X, layout) === widthOf(memory, layout) ? { memory: X } : undefined,

  both: <T extends Grid>({ X, memory, layout }: Looking<T>) =>
    X && memory && widthOf(X, layout) === widthOf(memory, layout)
      ? { X: memory, memory: X }
      : undefined,
}

interface Looking<T> {
  X?: T | undefined
  memory?: T | undefined
  layout: "rows" | "columns"
}
