// Vaswani et al. (2017), section 3.2.3: a decoder's token sees itself and what stands before it, an encoder's
// sees all, and a decoder beside an encoder (its memory) sees all of that too; Beltagy et al. (2020): within a
// window |i − j| ≤ w. 1 = may be seen; queries are rows. While a token is predicted it does not see itself.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import { placesOf } from "../../core/labels.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { shown } from "../../core/working.ts"
import { hiddenCells } from "../../math/attention.ts"
import { entry, mapGrid, transpose } from "../../math/linear.ts"

const models = ["causal", "bidirectional", "encoder-decoder", "window"] as const

const given = z
  .strictObject({
    tokens: field.labels("the tokens in order, shape (n)", { repeated: true }),
    memory: field.labels("an encoder's tokens, shape (m)", { repeated: true }).optional(),
    model: field.oneOf("which tokens a token may see", models).default("causal"),
    window: field.integer("how far a token sees to either side", { min: 0 }).optional(),
    query: field.label("the token that looks; of equal ones, `the#2` is the second").optional(),
    predicting: field
      .flag("whether a token is being predicted, so that it does not see itself")
      .default(false),
    padding: field.labelOrLabels("tokens that nobody sees, such as [PAD]").optional(),
  })
  .check(
    rule.among("query", "tokens"),
    rule.across(["model", "memory"], ({ model, memory }) => {
      if ((model === "encoder-decoder") === (memory !== undefined)) return undefined
      return memory
        ? {
            path: ["memory"],
            code: "conflict",
            message: `has no use with \`model: ${model}\``,
            hint: "write `model: encoder-decoder`",
          }
        : { path: ["memory"], code: "missing-field", message: "needs the encoder's tokens" }
    }),
    rule.across(["model", "window"], ({ model, window }) => {
      if ((model === "window") === (window !== undefined)) return undefined
      return window === undefined
        ? { path: ["window"], code: "missing-field", message: "needs a whole number of tokens" }
        : {
            path: ["window"],
            code: "conflict",
            message: `has no use with \`model: ${model}\``,
            hint: "write `model: window`",
          }
    }),
    rule.across(["tokens", "memory"], ({ tokens, memory = [] }) =>
      memory.flatMap((name, i) => {
        if (!tokens.includes(name)) return []
        const message = `is \`${name}\`, which is one of \`tokens\` too`
        const hint = `give it another name, such as \`${name}'\``
        return { path: ["memory", i], code: "duplicate", message, hint }
      }),
    ),
    rule.across(["tokens", "memory"], ({ tokens, memory = [] }) => {
      const count = tokens.length + memory.length
      if (count <= mostTokens) return undefined
      const message = `has ${tokens.length} tokens${memory.length > 0 ? ` beside ${memory.length} of the memory` : ""}, but there may be at most ${mostTokens}`
      return { path: ["tokens"], code: "size", message }
    }),
    rule.across(["padding", "tokens", "memory"], ({ padding, tokens, memory = [] }) =>
      [padding ?? []].flat().flatMap((name, i) => {
        if ([...tokens, ...memory].includes(name)) return []
        const path = typeof padding === "string" ? ["padding"] : ["padding", i]
        return { path, code: "unknown-label", message: `is \`${name}\`, which is no token` }
      }),
    ),
  )

type Given = z.output<typeof given>

const mostTokens = 128

const answers = (given: Pick<Given, "tokens" | "memory" | "query">) => ({
  mask: answer.grid("1 where a query (row) may see a key (column)", {
    of: "integer",
    binary: true,
    min: 0,
    max: 1,
  }),
  ...(given.query !== undefined && {
    attends: answer.set(`what ${given.query} may see`, keysOf(given)),
  }),
})

const slips: Slips<typeof given> = {
  "every token sees every token": ({ model }) =>
    model === "causal" || model === "window"
      ? { model: "bidirectional", window: undefined }
      : undefined,
  "no token sees a later one": ({ model }) =>
    model === "bidirectional" || model === "window"
      ? { model: "causal", window: undefined }
      : undefined,
  "a token does not see itself": ({ predicting }) =>
    predicting ? undefined : { predicting: true },
  "a token sees itself": ({ predicting }) => (predicting ? { predicting: false } : undefined),
  "the window is counted from end to end": ({ window }) =>
    window === undefined ? undefined : { window: Math.floor(window / 2) },
  "the padding is seen": ({ padding }) =>
    [padding ?? []].flat().length > 0 ? { padding: undefined } : undefined,
}

const question: Question<typeof given> = ({
  tokens,
  memory,
  query,
  predicting,
  padding,
  ...given
}) => {
  const hidden = [padding ?? []].flat()
  const who = {
    causal: "A causal model reads",
    bidirectional: "A bidirectional encoder reads",
    "encoder-decoder": "The decoder of an encoder-decoder model has written",
    window: `A model in which a token sees ${given.window} to either side${predicting ? "" : ", and itself,"} reads`,
  }[given.model]
  const source = memory ? `, and its encoder has read ${memory.join(" · ")}` : ""
  const asked = query === undefined ? "" : `, and list the tokens that ${query} may see`
  const when = predicting ? " while it is predicted" : ""
  const empty = hidden.length > 0 ? `; ${hidden.join(", ")} is padding` : ""
  return text`${who} ${tokens.join(" · ")}${source}${empty}. Write the attention mask, 1 where the row's token may attend to the column's${when}${asked}${query === undefined ? "" : when}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { model, query, tokens } = given
  const right = maskOf(given)
  const m = given.memory?.length ?? 0
  const own = right.map(row => row.slice(m))
  const mask = work.answer("mask", right, {
    "1 stands for hidden": mapGrid(right, bit => 1 - bit),
    ...((model === "causal" || model === "encoder-decoder") && {
      "the later tokens are seen instead of the earlier": transpose(own).map((row, i) => [
        ...entry(right, i).slice(0, m),
        ...row,
      ]),
    }),
    ...(m > 0 && {
      "the memory is left out": right.map((row, i) =>
        row.map((_, j) => (j < m ? 0 : (entry(own, i)[j - m] ?? 0))),
      ),
      "the decoder sees its memory alone": right.map(row => row.map((bit, j) => (j < m ? bit : 0))),
    }),
  })
  const named = {
    name: math`\mathit{mask}`,
    value: mask,
    rows: namesOf(tokens),
    columns: keysOf(given),
    hidden: hiddenCells(mask),
    heat: true,
  }
  work.step("Mask", () => [
    ...rules(given),
    shown(named),
    named.hidden.length > 0
      ? text`Before the softmax, the scores where the mask is 0 become −∞, so that their weights are 0.`
      : text`No score is hidden.`,
  ])
  if (query === undefined) return

  const [at = 0] = placesOf(tokens, query)
  const keys = keysOf(given)
  const seen = (bits: readonly number[]) => keys.filter((_, j) => bits[j] === 1)
  const attends = work.answer("attends", seen(entry(mask, at)), {
    ...(m === 0 && {
      "the column is read instead of the row": seen(mask.map(row => row[at] ?? 0)),
    }),
  })
  work.step(`What ${query} may see`, () => [
    attends.length === 0
      ? text`There is no 1 in the row of ${query}: it may see nothing, and models put a start token before it.`
      : text`The 1s in the row of ${query}: ${attends.join(", ")}.`,
  ])
}

/** Which tokens a token sees, in words and as a formula. */
function rules({ model, window, predicting, padding, memory }: Given): Rich[] {
  const hidden = [padding ?? []].flat()
  const condition = {
    causal: predicting ? math`j < i` : math`j \le i`,
    "encoder-decoder": predicting ? math`j < i` : math`j \le i`,
    bidirectional: predicting ? math`j \ne i` : math`\text{all } i, j`,
    window: predicting ? math`0 < |i - j| \le ${window ?? 0}` : math`|i - j| \le ${window ?? 0}`,
  }[model]
  const earlier = predicting ? "those before it" : "itself and those before it"
  const words = {
    causal: `Token i sees ${earlier}.`,
    "encoder-decoder": `Token i of the decoder sees the encoder's ${memory?.length ?? 0} tokens, which are all there from the start, and of its own tokens ${earlier}.`,
    bidirectional: `Every token sees every ${predicting ? "other" : "token, itself too"}.`,
    window: `Token i sees at most ${window ?? 0} to the left and to the right${predicting ? "" : ", and itself"}.`,
  }[model]
  return [
    text`${words}`,
    math`\mathit{mask}_{ij} = 1 \text{ for } ${condition}${memory ? math` \text{ among the decoder's}` : math``}`,
    ...(predicting
      ? [text`Row i is what may be seen while token i is predicted, so not the token itself.`]
      : []),
    ...(hidden.length > 0 ? [text`Nobody sees ${hidden.join(", ")}.`] : []),
  ]
}

/** 1 = may be seen; (n, n), or (n, m + n) with a memory. */
function maskOf({ tokens, memory = [], model, window = 0, predicting, padding }: Given): Grid {
  const hidden = [padding ?? []].flat()
  const sees = (i: number, j: number) => {
    if (predicting && i === j) return false
    if (model === "bidirectional") return true
    return model === "window" ? Math.abs(i - j) <= window : j <= i
  }
  return tokens.map((_, i) => [
    ...memory.map(key => (hidden.includes(key) ? 0 : 1)),
    ...tokens.map((key, j) => (sees(i, j) && !hidden.includes(key) ? 1 : 0)),
  ])
}

/** The columns: the memory's tokens, then the model's own. */
function keysOf({ tokens, memory = [] }: Pick<Given, "tokens" | "memory">): string[] {
  return namesOf([...memory, ...tokens])
}

/** Equal tokens are numbered: `the#1`, `the#2`. */
function namesOf(tokens: readonly string[]): string[] {
  return tokens.map((token, i) => {
    const places = placesOf(tokens, token)
    return places.length > 1 ? `${token}#${places.indexOf(i) + 1}` : token
  })
}

/** The first few tokens of the same text, another one that looks, another window. */
const vary: Vary<typeof given> = ({ tokens, query, window, padding }, draw) => {
  const least = [padding ?? []].flat().length > 0 ? tokens.length : Math.ceil(tokens.length / 2)
  const kept = tokens.slice(0, draw.integer(least, tokens.length))
  return {
    tokens: kept,
    ...(query !== undefined && { query: draw.pick(namesOf(kept)) }),
    ...(window !== undefined && {
      window: draw.integer(1, Math.max(1, Math.floor(kept.length / 2))),
    }),
  }
}

export default defineKind({
  name: "attention-mask",
  topic: "attention",
  title: "Attention mask",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
