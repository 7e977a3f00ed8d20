import * as z from "zod"
import { math, type Rich } from "./blocks.ts"
import * as field from "./fields.ts"
import * as rule from "./rules.ts"
import type { Grid, Vector } from "./types.ts"
import { plural } from "./words.ts"

/** What the kinds of dot-product attention are given alike, and how it must fit together. */

/** The matrices of one head. */
export const head = z.strictObject({
  W_Q: field.grid("makes the queries, shape (d, d_k)"),
  W_K: field.grid("makes the keys, shape (d, d_k)"),
  W_V: field.grid("makes the values, shape (d, d_v)"),
  bias_Q: field.vector("added to each query, shape (d_k)").optional(),
  bias_K: field.vector("added to each key, shape (d_k)").optional(),
  bias_V: field.vector("added to each value, shape (d_v)").optional(),
})

export const heads = z.array(head).min(1).meta({
  title: "list of heads",
  description: "W_Q, W_K and W_V of each head, perhaps biases; all heads of one size",
})

export const W_O = field.grid("mixes the heads, shape (heads·d_v, d)")
export const bias_O = field.vector("added to each mixed token, shape (d)")

export const memory = field.grid("cross-attention: what K and V are made of, shape (m, d')")

export const memoryTokens = field.labels("names of the keys, if others", { repeated: true })

/** How the scores become weights, and how the sheet is laid out. */
export const conventions = {
  tokens: field.labels("names of the queries", { repeated: true }).optional(),
  mask: field
    .attentionMask("which keys a query sees, shape (n, m); with tokens as columns (m, n)")
    .default("none"),
  scale: field.wordOrNumber("divides the scores", ["sqrt", "none"], { above: 0 }).default("sqrt"),
  layout: field.oneOf("what a token is in every grid", ["rows", "columns"]).default("rows"),
}

/** How the sheet is laid out, as a last sentence of the question. */
export function laidOut({ layout, mask }: Pick<Sides, "layout" | "mask">): string {
  if (layout === "rows") return ""
  return ` Tokens are columns${typeof mask === "string" ? "" : "; in the mask keys are rows, queries columns"}.`
}

/** The scores that the softmax is taken of, in symbols. */
export function scoresIn(layout: "rows" | "columns", scale: string | number): Rich {
  const product = layout === "rows" ? math`Q \cdot K^T` : math`K^T \cdot Q`
  return scale === "sqrt" ? math`${product} / \sqrt{d_k}` : product
}

/** What the shapes depend on; each kind has some of these fields. */
interface Sides {
  layout: "rows" | "columns"
  X?: Grid | undefined
  memory?: Grid | undefined
  Q?: Grid | undefined
  K?: Grid | undefined
  V?: Grid | undefined
  scores?: Grid | undefined
  tokens?: readonly string[] | undefined
  memory_tokens?: readonly string[] | undefined
  mask: string | Grid
}

interface Matrices {
  W_Q?: Grid | undefined
  W_K?: Grid | undefined
  W_V?: Grid | undefined
  bias_Q?: Vector | undefined
  bias_K?: Vector | undefined
  bias_V?: Vector | undefined
}

export const widths = (n: number, of: string) =>
  `${of === "memory" ? "the memory's tokens" : "tokens"} have ${plural(n, "dimension")}`
export const lengths = (what: string) => (n: number) => `${what} have ${plural(n, "number")}`
const counts = (what: string) => (n: number) => `there ${n === 1 ? "is" : "are"} ${plural(n, what)}`

interface Heads {
  heads?: readonly Matrices[] | undefined
  W_O?: Grid | undefined
  bias_O?: Vector | undefined
}

const ofMatrices: readonly rule.Fit<Sides & Matrices>[] = [
  [["W_Q", "rows"], ["X"], "columns", widths],
  [["W_K", "rows"], ["memory", "X"], "columns", widths],
  [["W_V", "rows"], ["memory", "X"], "columns", widths],
  [["W_K", "columns"], ["W_Q"], "columns", lengths("queries")],
  [["bias_Q", "length"], ["W_Q"], "columns", lengths("queries")],
  [["bias_K", "length"], ["W_K"], "columns", lengths("keys")],
  [["bias_V", "length"], ["W_V"], "columns", lengths("values")],
]

const ofTokens: readonly rule.Fit<Sides>[] = [
  [["K", "columns"], ["Q"], "columns", lengths("queries")],
  [["V", "rows"], ["K"], "rows", counts("key")],
  [["V", "rows"], ["scores"], "columns", counts("key")],
  [["tokens", "length"], ["X", "Q", "scores"], "rows", counts("query")],
  [["memory_tokens", "length"], ["memory", "X", "K"], "rows", counts("key")],
  [["memory_tokens", "length"], ["scores"], "columns", counts("key")],
  [["mask", "rows"], ["X", "Q", "scores"], "rows", counts("query")],
  [["mask", "columns"], ["memory", "X", "K"], "rows", counts("key")],
  [["mask", "columns"], ["scores"], "columns", counts("key")],
]

/** What one head is made of fits the tokens, and its parts fit each other. */
export function projectionsFit<G extends Sides & Matrices>() {
  return ofMatrices.map(fit => rule.fits<G>(...fit))
}

/** Keys, values, names and mask fit the tokens, and every query sees a key. */
export function tokensFit<G extends Sides>() {
  return [...ofTokens.map(fit => rule.fits<G>(...fit)), rule.everyQuerySees<G>()]
}

/** The same for each of several heads, which are all of one size; `W_O` takes them side by side. */
export function headsFit<G extends Sides & Heads>() {
  const alike = ["W_Q", "W_V"] as const
  return [
    rule.across<G>(["heads", "X", "memory", "layout"], given =>
      (given.heads ?? []).flatMap((each, i) =>
        rule.misfits<G, Matrices>(given, each, ["heads", i], ofMatrices),
      ),
    ),
    rule.across<G>(["heads", "layout"], ({ heads = [], layout }) =>
      heads.flatMap((each, i) =>
        alike.flatMap(name => {
          const [found, first] = [each, heads[0]].map(one => widthOf(one?.[name], layout))
          if (found === undefined || first === undefined || found === first) return []
          const made = name === "W_Q" ? "queries" : "values"
          const message = `makes ${made} of ${plural(found, "number")}, but those of the first head have ${first}`
          return [{ path: ["heads", i, name], code: "shape", message }]
        }),
      ),
    ),
    rule.across<G>(["heads", "W_O", "layout"], ({ heads = [], W_O, layout }) => {
      const found = layout === "rows" ? W_O?.length : W_O?.[0]?.length
      const expected = heads.length * (widthOf(heads[0]?.W_V, layout) ?? Number.NaN)
      if (found === undefined || Number.isNaN(expected) || found === expected) return undefined
      const side = plural(found, layout === "rows" ? "row" : "column")
      const message = `has ${side}, but ${plural(heads.length, "head")} side by side have ${plural(expected, "number")}`
      return { path: ["W_O"], code: "shape", message }
    }),
    rule.needs<G>("bias_O", "W_O", "without it the heads are not mixed"),
    rule.fits<G>(["bias_O", "length"], ["W_O"], "columns", lengths("outputs")),
  ]
}

/** How many numbers a token gets by a matrix. */
export function widthOf(W: Grid | undefined, layout: "rows" | "columns"): number | undefined {
  return layout === "rows" ? W?.[0]?.length : W?.length
}
