// Vaswani et al. (2017), 3.2.2: head_i = Attention(X·W_Q, X·W_K, X·W_V) with matrices of its own; the heads
// stand side by side and are mixed by W_O. Stacks hold one grid per head. With `layout: columns` every grid is
// transposed (Q = W_Q·X) and the heads stand below one another.
import * as z from "zod"
import * as attention from "../../core/attention.ts"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { attendHeads, deskOf } from "../../math/attend.ts"
import { misread } from "../../math/attention.ts"

const given = z
  .strictObject({
    X: field.grid("tokens, shape (n, d)"),
    heads: attention.heads,
    W_O: attention.W_O.optional(),
    bias_O: attention.bias_O.optional(),
    memory: attention.memory.optional(),
    ...attention.conventions,
    memory_tokens: attention.memoryTokens.optional(),
  })
  .check(...attention.headsFit(), ...attention.tokensFit())

const answers = {
  Q: answer.stack("queries of each head"),
  K: answer.stack("keys of each head"),
  V: answer.stack("values of each head"),
  scores: answer.stack("products of queries and keys"),
  scaled: answer.stack("scaled scores", { optional: true }),
  masked: answer.stack("scores under the mask, −∞ where hidden", { optional: true }),
  weights: answer.stack("attention weights of each head", { min: 0, max: 1 }),
  head_outputs: answer.stack("output of each head"),
  concat: answer.grid("the heads put together"),
  output: answer.grid("the heads mixed by W_O", { optional: true }),
}

const slips: Slips<typeof given> = {
  "the scores are divided by √d_k": misread.scale,
  "the weight matrices are transposed": ({ heads }) => {
    const turned = heads.flatMap(head => misread.matrices(head) ?? [])
    return turned.length === heads.length
      ? { heads: heads.map((head, i) => ({ ...head, ...turned[i] })) }
      : undefined
  },
  "every head has the matrices of the first": ({ heads }) =>
    heads.length > 1 ? { heads: heads.flatMap(() => heads.slice(0, 1)) } : undefined,
  "X stands in for the memory": misread.memory,
  "X and the memory are swapped": misread.both,
}

const question: Question<typeof given> = ({ heads, W_O, memory, mask, scale, layout }) => {
  const where = memory ? " over the memory" : ""
  const seen = mask === "none" ? "" : mask === "causal" ? " under a causal mask" : " under the mask"
  const isSingle = heads.length === 1
  const mixed = isSingle
    ? W_O && "; mix its output by W_O"
    : `; put them together${W_O ? " and mix them by W_O" : ""}`
  const by = typeof scale === "number" ? text`, divided by ${scale}` : text``
  const how = attention.scoresIn(layout, scale)
  return text`Compute the attention of ${isSingle ? "the head" : text`the ${heads.length} heads`}${where}${seen}, ${isSingle ? "" : "each "}from the scores ${how}${by}${mixed ?? ""}.${attention.laidOut({ layout, mask })}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { X, memory, layout, tokens, memory_tokens, heads, W_O, bias_O } = given
  const desk = deskOf(layout, work, (name: "concat" | "output", value, slips) =>
    work.answer(name, value, slips),
  )
  const x = { name: math`X`, value: desk.turn(X), rows: tokens }
  const source = memory
    ? { name: math`\mathit{memory}`, value: desk.turn(memory), rows: memory_tokens }
    : { ...x, rows: memory_tokens ?? tokens }
  attendHeads({ heads, W_O, bias_O }, { ...given, x, source }, desk, (head, symbols) =>
    deskOf(
      layout,
      work,
      (name, value, slips) =>
        work.part(name === "output" ? "head_outputs" : name, head, value, slips),
      symbols,
    ),
  )
}

export default defineKind({
  name: "multihead-attention",
  topic: "attention",
  title: "Multi-head attention",
  given,
  answers,
  slips,
  question,
  solve,
})
