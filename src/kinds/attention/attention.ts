// Vaswani et al. (2017): softmax(Q·Kᵀ / √d_k)·V, the softmax along each query's row of scores.
// Tokens are rows: Q = X·W_Q is (n, d_k), scores and weights are (queries, keys). With `layout:
// columns` every grid is transposed (Q = W_Q·X); it is worked out in rows and turned on the way.
import * as z from "zod"
import * as attention from "../../core/attention.ts"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { placesOf } from "../../core/labels.ts"
import * as rule from "../../core/rules.ts"
import { attend, deskOf } from "../../math/attend.ts"
import { added, misread } from "../../math/attention.ts"

const given = z
  .strictObject({
    X: field.grid("tokens, shape (n, d)").optional(),
    ...attention.head.partial().shape,
    memory: attention.memory.optional(),
    Q: field.grid("instead of X: queries, shape (n, d_k)").optional(),
    K: field.grid("instead of X: keys, shape (m, d_k)").optional(),
    V: field.grid("values, shape (m, d_v); may be left out beside scores").optional(),
    scores: field.grid("instead of X: Q·Kᵀ, not yet scaled, shape (n, m)").optional(),
    d_k: field.integer("beside scores: the length of a key", { min: 1 }).optional(),
    ...attention.conventions,
    memory_tokens: attention.memoryTokens.optional(),
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
    ...attention.projectionsFit(),
    ...attention.tokensFit(),
    rule.among("only", "tokens"),
    rule.across(["X", "W_V", "layout", "residual"], ({ X, W_V, layout, residual }) => {
      const [d, d_v] = [X, W_V].map(grid => attention.widthOf(grid, layout))
      if (!residual || d === undefined || d_v === undefined || d === d_v) return undefined
      const message = `needs values as long as the tokens, but they have ${d_v} and ${d} numbers`
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
  "the scores are divided by √d_k": misread.scale,
  "the weight matrices are transposed": misread.matrices,
  "X stands in for the memory": misread.memory,
  "X and the memory are swapped": misread.both,
}

const question: Question<typeof given> = ({ only, memory, mask, scale, ...given }) => {
  const result = given.V || given.W_V ? "output" : "weights"
  const whose = only === undefined ? "" : ` of ${only}`
  const where = memory ? " over the memory" : ""
  const seen = mask === "none" ? "" : mask === "causal" ? " under a causal mask" : " under the mask"
  const how = attention.scoresIn(given.layout, scale)
  const by = typeof scale === "number" ? text`, divided by ${scale}` : text``
  const rest = `${given.residual ? " Add the tokens to the output." : ""}${attention.laidOut({ ...given, mask })}`
  return text`Compute the attention ${result}${whose}${where}${seen}, step by step, from the scores ${how}${by}.${rest}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { only, layout, memory, memory_tokens, tokens } = given
  const desk = deskOf(layout, work, (name: keyof typeof answers, value, slips) =>
    work.answer(name, value, slips),
  )
  const all = desk.turn(given.X ?? given.Q ?? given.scores ?? [])
  const at = only === undefined ? undefined : placesOf(tokens ?? [], only)[0]
  const pick = <T>(rows: readonly T[]) => (at === undefined ? rows : rows.slice(at, at + 1))
  const name = at === undefined ? math`X` : math`x`
  const x = { name, value: pick(all), rows: tokens && pick(tokens) }
  if (only !== undefined) {
    work.step("One query", () => [
      text`Only ${only} asks, so there is one query; keys and values are those of all tokens.`,
      ...(given.X ? [math`x = ${x.value[0] ?? []}`] : []),
    ])
  }

  const K = given.K && desk.turn(given.K)
  const keys = K?.length ?? (given.scores ? all[0]?.length : all.length)
  const names = memory_tokens ?? (tokens?.length === keys ? tokens : undefined)
  const source = memory
    ? { name: math`\mathit{memory}`, value: desk.turn(memory), rows: memory_tokens }
    : { name: math`X`, value: all, rows: names }
  const output = attend(given, { ...given, x, source, only: at }, desk)
  if (!given.residual || !output) return

  const residual = desk.give("residual", added(x.value, output.value), { rows: x.rows })
  work.step("Residual connection", () => desk.sheet.sum(residual, x, output))
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
