import { type Block, join, math, type Rich, type Step, text } from "../core/blocks.ts"
import type { Grid, Vector } from "../core/types.ts"
import {
  entries,
  isReadable,
  type Named,
  type Sheet,
  sheetOf,
  softmaxOfRows,
} from "../core/working.ts"
import { exponentials } from "./activation.ts"
import * as attention from "./attention.ts"
import { transpose } from "./linear.ts"

/** What one head is made of: matrices and biases, or queries, keys and values as they are given. */
export interface Head {
  W_Q?: Grid | undefined
  W_K?: Grid | undefined
  W_V?: Grid | undefined
  bias_Q?: Vector | undefined
  bias_K?: Vector | undefined
  bias_V?: Vector | undefined
  Q?: Grid | undefined
  K?: Grid | undefined
  V?: Grid | undefined
}

/** What all heads share. */
export interface Setting {
  /** The tokens that ask, as rows; queries or scores where these are given in their place. */
  x: Named
  /** The tokens that keys and values are made of. */
  source: Named
  scale: "sqrt" | "none" | number
  mask: "none" | "causal" | Grid
  /** The place of the only one that asks, if not all do. */
  only?: number | undefined
  /** The length of a key, where only scores are given. */
  d_k?: number | undefined
}

/** The answers of one head. */
export type Inner = "Q" | "K" | "V" | "scores" | "scaled" | "masked" | "weights" | "output"

/** Where it is written down, tokens as rows. */
export interface Desk<N extends string> {
  layout: "rows" | "columns"
  sheet: Sheet
  /** From the sheet's layout to tokens as rows, and back. */
  turn: (grid: Grid) => Grid
  /** Hands an answer over and goes on with what comes back. */
  give: (name: N, worked: attention.Worked, heads?: Omit<Named, "name" | "value">) => Named
  step: (title: string, blocks: () => Step["blocks"]) => void
}

/** A desk whose sheet has tokens as rows or columns; `hand` is told each answer as the sheet has it. */
export function deskOf<N extends string>(
  layout: "rows" | "columns",
  work: Pick<Desk<N>, "step">,
  hand: (name: N, value: Grid, slips: Readonly<Record<string, Grid>>) => Grid,
  symbols: Partial<Record<string, Rich>> = {},
): Desk<N> {
  const turn = attention.turning(layout)
  return {
    layout,
    sheet: sheetOf(layout, transpose),
    turn,
    give: (name, { value, slips }, heads) => {
      const turned = Object.entries(slips).map(([words, each]) => [words, turn(each)] as const)
      const used = turn(hand(name, turn(value), Object.fromEntries(turned)))
      return { ...heads, name: symbols[name] ?? math`\mathit{${name}}`, value: used }
    },
    step: (title, blocks) => work.step(title, blocks),
  }
}

/** Scaled dot-product attention of one head, each answer with a step; the output, if there is a V. */
export function attend(head: Head, setting: Setting, desk: Desk<Inner>): Named | undefined {
  const { x, source, scale, only } = setting
  const { sheet, turn, give, step } = desk
  const pick = (rows: Grid) => (only === undefined ? rows : rows.slice(only, only + 1))

  const made = (name: "Q" | "K" | "V", title: string, from: Named): Named | undefined => {
    const [W, b] = [head[`W_${name}` as const], head[`bias_${name}` as const]]
    const direct = head[name]
    if (!W) return direct && { ...from, name: math`\mathit{${name}}`, value: turn(direct) }
    const by = { name: math`W_{\mathit{${name}}}`, value: turn(W) }
    const heads = { rows: from.rows }
    const result = give(name, attention.projected(from.value, by.value, b), heads)
    const bias = b && { name: math`b_{\mathit{${name}}}`, value: result.value.map(() => b) }
    step(title, () => sheet.product(result, from, by, bias))
    return result
  }
  const Q = head.Q ? { ...x, name: math`Q` } : made("Q", "Queries", x)
  const K = made("K", "Keys", source)
  const V = made("V", "Values", source)

  const heads = { rows: x.rows, columns: source.rows }
  const scores =
    Q && K
      ? give("scores", attention.scored(Q.value, K.value, V?.value), heads)
      : { ...x, ...heads, name: math`\mathit{scores}` }
  if (Q && K) {
    const turnedK = { name: math`K^T`, value: transpose(K.value) }
    step("Scores", () => sheet.product(scores, Q, turnedK))
  }

  const d_k = setting.d_k ?? K?.value[0]?.length ?? 1
  const d = head.W_Q && x.value[0]?.length
  const divided =
    scale === "none" ? scores : give("scaled", attention.scaled(scores.value, scale, d_k, d), heads)
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

  const causal = setting.mask === "causal"
  const keys = scores.value[0]?.length ?? 0
  const mask =
    setting.mask === "none"
      ? undefined
      : pick(
          setting.mask === "causal"
            ? attention.causalMask((only ?? 0) + scores.value.length, keys)
            : turn(setting.mask),
        )
  const hidden = mask && attention.hiddenCells(mask)
  const seen = mask
    ? give("masked", attention.masked(divided.value, mask, causal), { ...heads, hidden })
    : divided
  if (mask) {
    const which = causal ? "its own place and those before it" : "the keys where its mask is 1"
    const isTurned = desk.layout === "columns" && typeof setting.mask !== "string"
    step("Mask", () => [
      ...(isTurned
        ? [text`Tokens are columns, so in the mask keys are rows and queries columns.`]
        : []),
      text`A query sees ${which}; a hidden score becomes −∞, so that its exponential is 0.`,
      sheet.shown(seen),
    ])
  }

  const shares = attention.weighted(seen.value, divided.value, mask)
  const weights = give("weights", shares, { ...heads, hidden })
  step("Attention weights", () =>
    softmaxOfRows(weights, seen, exponentials(seen.value), sheet.shown),
  )
  if (!V) return undefined

  const tokens = head.W_V && source.value
  const worked = attention.output(weights.value, V.value, K?.value, tokens)
  const result = give("output", worked, { rows: x.rows })
  step("Output", () => sheet.product(result, weights, V))
  return result
}

interface Heads {
  heads: readonly Head[]
  W_O?: Grid | undefined
  bias_O?: Vector | undefined
}

/** Several heads side by side, mixed by W_O if there is one; `deskFor` says where each is written. */
export function attendHeads(
  { heads, W_O, bias_O }: Heads,
  setting: Setting,
  desk: Desk<"concat" | "output">,
  deskFor: (head: number, symbols: Partial<Record<string, Rich>>) => Desk<Inner>,
): Named {
  const { sheet, turn, give, step } = desk
  const { x, source } = setting
  const readable = isReadable({
    ...x,
    value: attention.causalMask(x.value.length, source.value.length),
  })
  const rows = { rows: x.rows }
  const results = heads.flatMap((head, i) => {
    const own = deskFor(i, { output: math`\mathit{head}^{(${String(i + 1)})}` })
    const name = `Head ${i + 1}`
    if (i === 0) {
      const titled: typeof own.step = (title, blocks) =>
        own.step(`${name}: ${title.toLowerCase()}`, blocks)
      return attend(head, setting, { ...own, step: titled }) ?? []
    }
    const told: (() => readonly Block[])[] = []
    const result = attend(head, setting, { ...own, step: (_, blocks) => told.push(blocks) })
    if (readable) own.step(name, () => summarised(told))
    return result ?? []
  })

  const joined = give("concat", attention.concatenated(results.map(({ value }) => value)), rows)
  step("Concatenation", () => [
    ...(readable || heads.length < 2 ? [] : [text`The other heads in the same way as the first.`]),
    math`${joined.name} = [${join(
      results.map(({ name }) => name),
      desk.layout === "rows" ? ", \\; " : "; \\; ",
    )}]`,
    text`${desk.layout === "rows" ? "For each token the heads stand side by side." : "The heads stand below one another."}`,
    sheet.shown(joined),
  ])
  if (!W_O) return joined

  const by = { name: math`W_O`, value: turn(W_O) }
  const result = give("output", attention.mixed(joined.value, by.value, bias_O), rows)
  const bias = bias_O && { name: math`b_O`, value: result.value.map(() => bias_O) }
  step("Output", () => sheet.product(result, joined, by, bias))
  return result
}

/** Steps whose way is known: the formula of each with its first number, then all grids. */
function summarised(steps: readonly (() => readonly Block[])[]): Block[] {
  const blocks = steps.map(each => each())
  const formulas = blocks.flatMap(each =>
    each.filter(block => "mode" in block && block.mode === "math").slice(0, 2),
  )
  const grids = blocks.flatMap(each => each.filter(block => "type" in block))
  return [text`In the same way as the first head.`, ...formulas, ...grids]
}
