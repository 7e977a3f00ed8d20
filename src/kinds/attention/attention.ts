// Vaswani et al. (2017): softmax(Q·Kᵀ / √d_k)·V, the softmax along each query's row of scores.
// Tokens are rows: Q = X·W_Q is (n, d_k), scores and weights are (queries, keys). With `layout:
// columns` every grid is transposed (Q = W_Q·X); it is worked out in rows and turned on the way.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { placesOf } from "../../core/labels.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import { type Named, sheetOf } from "../../core/working.ts"
import { attend } from "../../math/attend.ts"
import * as attention from "../../math/attention.ts"
import { transpose, zipGrids } from "../../math/linear.ts"

const widths = (n: number, of: string) =>
  `${of === "memory" ? "the memory's tokens" : "tokens"} have ${plural(n, "dimension")}`
const lengths = (what: string) => (n: number) => `${what} have ${plural(n, "number")}`
const counts = (what: string) => (n: number) => `there ${n === 1 ? "is" : "are"} ${plural(n, what)}`

const given = z
  .strictObject({
    X: field.grid("tokens, shape (n, d)").optional(),
    W_Q: field.grid("makes the queries, shape (d, d_k)").optional(),
    W_K: field.grid("makes the keys, shape (d, d_k)").optional(),
    W_V: field.grid("makes the values, shape (d, d_v)").optional(),
    bias_Q: field.vector("added to each query, shape (d_k)").optional(),
    bias_K: field.vector("added to each key, shape (d_k)").optional(),
    bias_V: field.vector("added to each value, shape (d_v)").optional(),
    memory: field.grid("cross-attention: what K and V are made of, shape (m, d')").optional(),
    Q: field.grid("instead of X: queries, shape (n, d_k)").optional(),
    K: field.grid("instead of X: keys, shape (m, d_k)").optional(),
    V: field.grid("values, shape (m, d_v); may be left out beside scores").optional(),
    scores: field.grid("instead of X: Q·Kᵀ, not yet scaled, shape (n, m)").optional(),
    d_k: field.integer("beside scores: the length of a key", { min: 1 }).optional(),
    tokens: field.labels("names of the queries", { repeated: true }).optional(),
    memory_tokens: field.labels("names of the keys, if others", { repeated: true }).optional(),
    mask: field.attentionMask("which keys a query sees, shape (n, m)").default("none"),
    scale: field.wordOrNumber("divides the scores", ["sqrt", "none"], { above: 0 }).default("sqrt"),
    layout: field.oneOf("what a token is in every grid", ["rows", "columns"]).default("rows"),
    residual: field.flag("whether the tokens are added to the output").default(false),
    only: field.label("the one token that asks; left out: all").optional(),
  })
  .check(
    rule.oneWay("tokens or scores", [
      ["X", "W_Q", "W_K", "W_V"],
      ["Q", "K", "V"],
      { all: ["scores", "d_k"], perhaps: ["V"] },
    ]),
    rule.needs("memory", "X", "the queries come from it"),
    rule.needs("bias_Q", "W_Q", "without it no queries are made"),
    rule.needs("bias_K", "W_K", "without it no keys are made"),
    rule.needs("bias_V", "W_V", "without it no values are made"),
    rule.needs("residual", "X", "it is what is added to the output"),
    rule.fits(["W_Q", "rows"], ["X"], "columns", widths),
    rule.fits(["W_K", "rows"], ["memory", "X"], "columns", widths),
    rule.fits(["W_V", "rows"], ["memory", "X"], "columns", widths),
    rule.fits(["W_K", "columns"], ["W_Q"], "columns", lengths("queries")),
    rule.fits(["K", "columns"], ["Q"], "columns", lengths("queries")),
    rule.fits(["bias_Q", "length"], ["W_Q"], "columns", lengths("queries")),
    rule.fits(["bias_K", "length"], ["W_K"], "columns", lengths("keys")),
    rule.fits(["bias_V", "length"], ["W_V"], "columns", lengths("values")),
    rule.fits(["V", "rows"], ["K"], "rows", counts("key")),
    rule.fits(["V", "rows"], ["scores"], "columns", counts("key")),
    rule.fits(["tokens", "length"], ["X", "Q", "scores"], "rows", counts("query")),
    rule.fits(["memory_tokens", "length"], ["memory", "X", "K"], "rows", counts("key")),
    rule.fits(["memory_tokens", "length"], ["scores"], "columns", counts("key")),
    rule.fits(["mask", "rows"], ["X", "Q", "scores"], "rows", counts("query")),
    rule.fits(["mask", "columns"], ["memory", "X", "K"], "rows", counts("key")),
    rule.fits(["mask", "columns"], ["scores"], "columns", counts("key")),
    rule.everyQuerySees(),
    rule.among("only", "tokens"),
    rule.across(["X", "W_V", "layout", "residual"], ({ X, W_V, layout, residual }) => {
      const [d, d_v] = layout === "rows" ? [X?.[0], W_V?.[0]] : [X, W_V]
      if (!residual || !d || !d_v || d.length === d_v.length) return undefined
      const message = `needs values as long as the tokens, but they have ${d_v.length} and ${d.length} numbers`
      return { path: ["residual"], code: "shape", message }
    }),
  )

const answers = {
  Q: answer.grid("queries", { optional: true }),
  K: answer.grid("keys", { optional: true }),
  V: answer.grid("values", { optional: true }),
  scores: answer.grid("products of queries and keys", { optional: true }),
  scaled: answer.grid("scaled scores", { optional: true }),
  masked: answer.grid("scores under the mask, −∞ where hidden", { optional: true }),
  weights: answer.grid("attention weights", { min: 0, max: 1 }),
  output: answer.grid("output", { optional: true }),
  residual: answer.grid("output with the tokens added", { optional: true }),
}

const slips: Slips<typeof given> = {
  "the scores are divided by √d_k": ({ scale }) =>
    scale === "none" ? { scale: "sqrt" } : undefined,
  "the weight matrices are transposed": ({ W_Q, W_K, W_V }) =>
    W_Q && W_K && W_V && [W_Q, W_K, W_V].every(W => W.length === W[0]?.length)
      ? { W_Q: transpose(W_Q), W_K: transpose(W_K), W_V: transpose(W_V) }
      : undefined,
  "X stands in for the memory": ({ X, memory, layout }) =>
    X && memory && attention.sameWidth(X, memory, layout) ? { memory: X } : undefined,
  "X and the memory are swapped": ({ X, memory, layout }) =>
    X && memory && attention.sameWidth(X, memory, layout) ? { X: memory, memory: X } : undefined,
}

const question: Question<typeof given> = ({ only, memory, mask, scale, ...given }) => {
  const result = given.V || given.W_V ? "output" : "weights"
  const whose = only === undefined ? "" : ` of ${only}`
  const where = memory ? " over the memory" : ""
  const seen = mask === "none" ? "" : mask === "causal" ? " under a causal mask" : " under the mask"
  const how = scale === "sqrt" ? math`Q \cdot K^T / \sqrt{d_k}` : math`Q \cdot K^T`
  const by = typeof scale === "number" ? text`, divided by ${scale}` : text``
  const rest = `${given.residual ? " Add the tokens to the output." : ""}${given.layout === "columns" ? " Tokens are columns." : ""}`
  return text`Compute the attention ${result}${whose}${where}${seen}, step by step, from the scores ${how}${by}.${rest}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { only, layout, memory, memory_tokens, tokens } = given
  const turn = attention.turning(layout)
  const sheet = sheetOf(layout, transpose)
  const give = (
    name: keyof typeof answers,
    { value, slips }: attention.Worked,
    heads: Omit<Named, "name" | "value">,
  ) => {
    const turned = Object.entries(slips).map(([words, each]) => [words, turn(each)] as const)
    const used = turn(work.answer(name, turn(value), Object.fromEntries(turned)))
    return { ...heads, name: math`\mathit{${name}}`, value: used }
  }

  const all = turn(given.X ?? given.Q ?? given.scores ?? [])
  const at = only === undefined ? undefined : placesOf(tokens ?? [], only)[0]
  const pick = <T>(rows: readonly T[]) => (at === undefined ? rows : rows.slice(at, at + 1))
  const asking = { value: pick(all), rows: tokens && pick(tokens) }
  const x = { ...asking, name: at === undefined ? math`X` : math`x` }
  const source = memory
    ? { name: math`\mathit{memory}`, value: turn(memory), rows: memory_tokens }
    : { name: math`X`, value: all, rows: tokens }
  if (only !== undefined) {
    work.step("One query", () => [
      text`Only ${only} asks, so there is one query; keys and values are those of all tokens.`,
      ...(given.X ? [math`x = ${x.value[0] ?? []}`] : []),
    ])
  }

  const made = (name: "Q" | "K" | "V", title: string, from: Named) => {
    const [W, b] = [given[`W_${name}` as const], given[`bias_${name}` as const]]
    const direct = given[name]
    if (!W) return direct && { name: math`\mathit{${name}}`, value: turn(direct) }
    const by = { name: math`W_{\mathit{${name}}}`, value: turn(W) }
    const result = give(name, attention.projected(from.value, by.value, b), { rows: from.rows })
    const bias = b && { name: math`b_{\mathit{${name}}}`, value: result.value.map(() => b) }
    work.step(title, () => sheet.product(result, from, by, bias))
    return result
  }
  const Q = given.Q ? { ...asking, name: math`Q` } : made("Q", "Queries", x)
  const K = made("K", "Keys", source)
  const V = made("V", "Values", source)

  const keys = (K?.value ?? transpose(all)).length
  const self = !memory && tokens?.length === keys ? tokens : undefined
  const scores = { ...asking, name: math`\mathit{scores}`, columns: memory_tokens ?? self }
  const causal = given.mask === "causal"
  const seen =
    typeof given.mask === "object" ? turn(given.mask) : attention.causalMask(all.length, keys)
  const mask = given.mask === "none" ? undefined : pick(seen)
  const d_k = given.d_k ?? K?.value[0]?.length ?? 1
  const tokensOf = given.X && { d: x.value[0]?.length, source: source.value }
  const output = attend(
    { Q, K, V, scores, scale: given.scale, d_k, mask, causal, ...tokensOf },
    { sheet, give, step: (title, blocks) => work.step(title, blocks) },
  )
  if (!given.residual || !output) return

  const sum = zipGrids(x.value, output.value, (a, b) => a + b)
  const slips = { "the tokens are not added": output.value }
  const residual = give("residual", { value: sum, slips }, { rows: x.rows })
  work.step("Residual connection", () => sheet.sum(residual, x, output))
}

export default defineKind({
  name: "attention",
  topic: "attention",
  title: "Scaled dot-product attention",
  given,
  answers,
  slips,
  question,
  solve,
})
