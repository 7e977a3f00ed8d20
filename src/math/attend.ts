import { type Block, math, text } from "../core/blocks.ts"
import { entries, type Named, type Sheet, softmaxOfRows } from "../core/working.ts"
import { exponentials } from "./activation.ts"
import { hiddenCells, masked, output, scaled, scored, type Worked, weighted } from "./attention.ts"
import { transpose } from "./linear.ts"

/** What attention works on, tokens as rows: queries and keys, or their scores. */
export interface Attending {
  Q?: Named | undefined
  K?: Named | undefined
  V?: Named | undefined
  scores: Named
  scale: "sqrt" | "none" | number
  d_k: number
  /** The width of the tokens that ask. */
  d?: number | undefined
  /** 1 = may be seen, shape (queries, keys) */
  mask?: Named["value"] | undefined
  causal: boolean
  /** The tokens that K and V were made of. */
  source?: Named["value"] | undefined
}

/** Where it is written down: `give` hands an answer over and goes on with what comes back. */
export interface Desk {
  sheet: Sheet
  give(name: Given, worked: Worked, heads: Omit<Named, "name" | "value">): Named
  step(title: string, blocks: () => Block[]): void
}

type Given = "scores" | "scaled" | "masked" | "weights" | "output"

/** Scores, scaled, masked, through a softmax, applied to V: each an answer and a step. */
export function attend(from: Attending, { sheet, give, step }: Desk): Named | undefined {
  const { Q, K, V, scale, d_k, d, mask, causal, source } = from
  const { rows, columns } = from.scores
  const heads = { rows, columns }

  const scores = Q && K ? give("scores", scored(Q.value, K.value), heads) : from.scores
  if (Q && K) {
    const turnedK = { name: math`K^T`, value: transpose(K.value) }
    step("Scores", () => sheet.product(scores, Q, turnedK))
  }

  const divided =
    scale === "none" ? scores : give("scaled", scaled(scores.value, scale, d_k, d), heads)
  if (scale !== "none") {
    const divisor = scale === "sqrt" ? Math.sqrt(d_k) : scale
    step("Scaled scores", () => [
      scale === "sqrt"
        ? math`${divided.name} = \frac{${scores.name}}{\sqrt{d_k}}, \quad \sqrt{d_k} = \sqrt{${d_k}} = ${divisor}`
        : math`${divided.name} = \frac{${scores.name}}{${divisor}}`,
      ...entries(divided, () => math`\frac{${scores.value[0]?.[0] ?? 0}}{${divisor}}`, 1),
      sheet.shown(divided),
    ])
  }

  const marks = mask && hiddenCells(mask)
  const seen = mask
    ? give("masked", masked(divided.value, mask, causal), { ...heads, marks })
    : divided
  if (mask) {
    const which = causal ? "its own place and those before it" : "the keys where its mask is 1"
    step("Mask", () => [
      text`A query sees ${which}; a hidden score becomes −∞, so that its exponential is 0.`,
      sheet.shown(seen),
    ])
  }

  const shares = weighted(seen.value, divided.value, mask)
  const weights = give("weights", shares, { ...heads, marks })
  step("Attention weights", () =>
    softmaxOfRows(weights, seen, exponentials(seen.value), sheet.shown),
  )
  if (!V) return undefined

  const result = give("output", output(weights.value, V.value, K?.value, source), { rows })
  step("Output", () => sheet.product(result, weights, V))
  return result
}
