import * as z from "zod"
import { lengths, widths } from "./attention.ts"
import * as field from "./fields.ts"
import * as rule from "./rules.ts"
import type { Grid, Vector } from "./types.ts"
import { plural } from "./words.ts"

/** What stands around the attention of a transformer block: its norms and its feed-forward network. */

/** gamma and beta of shape (d), or one number for all. */
export interface LayerNorm {
  gamma: number | Vector
  beta: number | Vector
  eps: number
}

/** A layer norm of which nothing is said. */
export const plainNorm = { gamma: 1, beta: 0, eps: 1e-5 }

export function layerNorm(description: string) {
  const { gamma, beta, eps } = plainNorm
  return z
    .strictObject({
      gamma: field.broadcast("scales the normalised numbers, shape (d)").default(gamma),
      beta: field.broadcast("added to them, shape (d)").default(beta),
      eps: field.number("added to the variance", { min: 0 }).default(eps),
    })
    .meta({ title: "layer norm", description })
}

export const feedForward = z
  .strictObject({
    W_1: field.grid("makes the hidden units, shape (d, hidden)"),
    b_1: field.vector("added to the hidden units, shape (hidden)").optional(),
    W_2: field.grid("makes the output, shape (hidden, d)"),
    b_2: field.vector("added to the output, shape (d)").optional(),
    activation: field
      .oneOf("of the hidden units; gelu is the exact x·Φ(x)", [
        "relu",
        "gelu",
        "tanh",
        "sigmoid",
        "linear",
      ])
      .default("relu"),
  })
  .meta({
    title: "feed-forward network",
    description: "W_1, W_2, perhaps b_1, b_2 and activation; left out: none",
  })

export type FeedForward = z.output<typeof feedForward>

interface Sides {
  layout: "rows" | "columns"
  X: Grid
}

const ofNetwork: readonly rule.Fit<Sides & FeedForward>[] = [
  [["W_1", "rows"], ["X"], "columns", widths],
  [["b_1", "length"], ["W_1"], "columns", n => `there are ${plural(n, "hidden unit")}`],
  [["W_2", "rows"], ["W_1"], "columns", n => `there are ${plural(n, "hidden unit")}`],
  [["W_2", "columns"], ["X"], "columns", widths],
  [["b_2", "length"], ["W_2"], "columns", lengths("outputs")],
]

const ofNorm: readonly rule.Fit<Sides & LayerNorm>[] = [
  [["gamma", "length"], ["X"], "columns", widths],
  [["beta", "length"], ["X"], "columns", widths],
]

interface Parts extends Sides {
  norm: "post" | "pre" | "none"
  layer_norm?: LayerNorm | undefined
  layer_norm_2?: LayerNorm | undefined
  ffn?: FeedForward | undefined
}

/** Norms and network fit the tokens; a norm is given where there is one. */
export function partsFit<G extends Parts>() {
  const norms = ["layer_norm", "layer_norm_2"] as const
  return [
    rule.across<G>(["X", "layout", "ffn"], ({ X, layout, ffn }) =>
      ffn ? rule.misfits({ X, layout }, ffn, ["ffn"], ofNetwork) : [],
    ),
    ...norms.map(name =>
      rule.across<G>(["X", "layout", "norm", name], ({ X, layout, norm, [name]: own }) => {
        if (!own) return undefined
        const message = "has no part in a block with `norm: none`"
        return norm === "none"
          ? { path: [name], code: "conflict", message }
          : rule.misfits({ X, layout }, own, [name], ofNorm)
      }),
    ),
    rule.needs<G>("layer_norm_2", "ffn", "the second norm belongs to the network"),
  ]
}
