// Attention of a decoder over the states of an encoder. additive: Bahdanau et al. (2015), e_i = vᵀ·tanh(W_s·s + W_h·h_i + b).
// Luong et al. (2015): dot sᵀ·h_i, general sᵀ·W·h_i, concat vᵀ·tanh(W·[s; h_i] + b), the decoder's state on top.
// Matrices multiply columns; every grid has a row per state of the encoder.
import * as z from "zod"
import { bars, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural, quoted, sizes } from "../../core/words.ts"
import {
  entries,
  gridSum,
  matrixProduct,
  type Named,
  shown,
  sumOfProducts,
} from "../../core/working.ts"
import { exponentials, softmax } from "../../math/activation.ts"
import { add, entry, mapGrid, matmul, matvec, sum, transpose } from "../../math/linear.ts"

/** What each score is made of, besides the states. */
const parts = {
  additive: { needs: ["W_s", "W_h", "v"], takes: ["bias"] },
  dot: { needs: [], takes: [] },
  general: { needs: ["W"], takes: [] },
  concat: { needs: ["W", "v"], takes: ["bias"] },
} as const
const all = ["W_s", "W_h", "W", "v", "bias"] as const

/** Lines that are written out; bars that are drawn. */
const [most, readable] = [8, 24]

const numbers = (whose: string) => (n: number) => `${whose} ${plural(n, "number")}`

const given = z
  .strictObject({
    states: field.grid("states of the encoder, shape (m, h)"),
    decoder: field.vector("state of the decoder, shape (s)"),
    score: field
      .oneOf("how a state is scored", ["additive", "dot", "general", "concat"])
      .default("additive"),
    W_s: field.grid("additive: acts on the decoder's state, shape (k, s)").optional(),
    W_h: field.grid("additive: acts on each state of the encoder, shape (k, h)").optional(),
    W: field.grid("general: shape (s, h); concat: shape (k, s + h)").optional(),
    v: field.vector("additive and concat: weighs the hidden units, shape (k)").optional(),
    bias: field.vector("additive and concat: added before the tanh, shape (k)").optional(),
    tokens: field.labels("names of the encoder's states", { repeated: true }).optional(),
  })
  .check(
    rule.across(["score", ...all], ({ score, ...given }) => {
      const { needs, takes } = parts[score]
      return all.flatMap(name => {
        const needed = needs.some(each => each === name)
        const used = needed || takes.some(each => each === name)
        const code = "missing-field"
        if (needed && given[name] === undefined) {
          return [
            {
              path: [name],
              code,
              message: `is missing: the score \`${score}\` needs ${quoted(needs, "and")}`,
            },
          ]
        }
        if (used || given[name] === undefined) return []
        return [
          { path: [name], code: "conflict", message: `has no part in the score \`${score}\`` },
        ]
      })
    }),
    rule.match(["W_s", "columns"], ["decoder", "length"], numbers("the decoder's state has")),
    rule.match(["W_h", "columns"], ["states", "columns"], numbers("a state of the encoder has")),
    rule.match(["W_h", "rows"], ["W_s", "rows"]),
    rule.match(["v", "length"], ["W_h", "rows"]),
    rule.match(["bias", "length"], ["W_h", "rows"]),
    rule.match(["tokens", "length"], ["states", "rows"]),
    rule.across(["score", "states", "decoder", "W", "v", "bias"], given => {
      const { score, decoder, states, W, v, bias } = given
      const [s, h, rows] = [decoder.length, states[0]?.length ?? 0, W?.length]
      const each = (n: number) => `a state of the encoder has ${plural(n, "number")}`
      const both = () => `the two states have ${s} + ${h} numbers`
      const own = (n: number) => `\`W\` has ${plural(n, "row")}`
      const checks: Parameters<typeof rule.misfit>[] =
        score === "dot"
          ? [["decoder", "number", s, h, each]]
          : score === "general"
            ? [
                ["W", "row", rows, s, numbers("the decoder's state has")],
                ["W", "column", W?.[0]?.length, h, each],
              ]
            : score === "concat"
              ? [
                  ["W", "column", W?.[0]?.length, s + h, both],
                  ["v", "number", v?.length, rows, own],
                  ["bias", "number", bias?.length, rows, own],
                ]
              : []
      return checks.flatMap(check => rule.misfit(...check) ?? [])
    }),
  )

const answers = {
  projected_decoder: answer.vector("W_s·s", { optional: true }),
  projected: answer.grid("the matrix times each state of the encoder", { optional: true }),
  pre: answer.grid("before the tanh, a row per state", { optional: true }),
  hidden: answer.grid("hidden units, a row per state", { optional: true }),
  scores: answer.vector("scores"),
  weights: answer.vector("attention weights", { min: 0, max: 1 }),
  context: answer.vector("context"),
}

const slips: Slips<typeof given> = {
  "W_s and W_h are swapped": ({ W_s, W_h }) =>
    W_s && W_h && sizes(W_s) === sizes(W_h) ? { W_s: W_h, W_h: W_s } : undefined,
  "the matrices are transposed": given => {
    const turned = (["W_s", "W_h", "W"] as const).flatMap(name => {
      const W = given[name]
      return W && W.length === W[0]?.length ? [[name, transpose(W)] as const] : []
    })
    return turned.length > 0 ? Object.fromEntries(turned) : undefined
  },
}

const question: Question<typeof given> = ({ score, states }) =>
  text`Score the ${plural(states.length, "state")} of the encoder against the decoder's state (${score}), and give the attention weights and the context.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { states, decoder, score, W_s, W_h, W, v, tokens } = given
  const named = (name: string, value: Grid): Named => ({
    name: math`\mathit{${name}}`,
    value,
    rows: tokens,
  })
  const b = given.bias
  const plus = (rows: Grid) => (b ? rows.map(row => add(row, b)) : rows)
  const bias = (rows: Grid) => b && { name: math`b`, value: rows.map(() => b) }
  const unbiased = (rows: Grid) => (b ? { "the bias is left out": rows } : {})
  const times = (matrix: Grid, name: Rich, slips: Record<string, Grid> = {}) => {
    const value = work.answer("projected", matmul(states, transpose(matrix)), slips)
    const projected = named("projected", value)
    const turned = { name: math`${name}^T`, value: transpose(matrix) }
    const from = named("states", states)
    work.step("States of the encoder", () => matrixProduct(projected, from, turned))
    return projected
  }

  const additive = (matrix: Grid, other: Grid) => {
    const top = work.answer("projected_decoder", matvec(matrix, decoder))
    work.step("State of the decoder", () => [
      ...listed(math`(W_s \cdot s)`, top, k => sumOfProducts(matrix[k] ?? [], decoder)),
    ])
    const projected = times(other, math`W_h`)
    const plain = projected.value.map(row => add(top, row))
    const value = work.answer("pre", plus(plain), {
      "the decoder's state is left out": plus(projected.value),
      ...unbiased(plain),
    })
    const name = b ? math`(W_s \cdot s + b)` : math`W_s \cdot s`
    const both = { name, value: plus(plain.map(() => top)) }
    const pre = named("pre", value)
    work.step("Before the tanh", () => [
      text`What comes from the decoder is added to the row of each state of the encoder.`,
      ...gridSum(pre, projected, both),
    ])
    return pre
  }
  const concat = (matrix: Grid) => {
    const turned = { name: math`W^T`, value: transpose(matrix) }
    const both = { name: math`[s; h]`, value: states.map(h => [...decoder, ...h]) }
    const swapped = states.map(h => [...h, ...decoder])
    const plain = matmul(both.value, turned.value)
    const value = work.answer("pre", plus(plain), {
      "the encoder's state stands on top": plus(matmul(swapped, turned.value)),
      ...unbiased(plain),
    })
    const pre = named("pre", value)
    work.step("Before the tanh", () => [
      text`Each row is the decoder's state followed by a state of the encoder, times the rows of W.`,
      ...matrixProduct(pre, both, turned, bias(states)),
    ])
    return pre
  }
  const tanh = (pre: Named) => {
    const value = work.answer("hidden", mapGrid(pre.value, Math.tanh), {
      "the tanh is left out": pre.value,
    })
    const hidden = named("hidden", value)
    work.step("Hidden units", () => [
      math`${hidden.name} = \tanh(${pre.name})`,
      ...entries(hidden, (i, k) => math`\tanh(${pre.value[i]?.[k] ?? 0})`, most),
      shown(hidden),
    ])
    return hidden
  }

  const pre = W_s && W_h ? additive(W_s, W_h) : score === "concat" && W ? concat(W) : undefined
  const layer = pre && v ? { keys: tanh(pre), by: v } : undefined
  const square = W?.length === W?.[0]?.length
  const whole =
    W && !layer ? times(W, math`W`, square ? { "W is left out": states } : {}) : named("h", states)
  const { keys, by } = layer ?? { keys: whole, by: decoder }
  const raw = matvec(keys.value, by)
  const scores = work.answer("scores", raw, {
    ...(layer
      ? { "v is left out": keys.value.map(sum) }
      : { "the scores are divided by √s": raw.map(each => each / Math.sqrt(decoder.length)) }),
  })
  work.step("Scores", () => [
    math`e_i = ${layer ? math`v^T` : math`s^T`} \cdot ${keys.name}_i`,
    ...listed(math`e`, scores, i => sumOfProducts(by, keys.value[i] ?? [])),
  ])

  const total = sum(scores)
  const weights = work.answer("weights", softmax(scores), {
    "the exponentials are not divided by their sum": scores.map(Math.exp),
    "the scores are divided by their sum": scores.map(each => each / total),
  })
  const { values, shifted } = exponentials([scores])
  const [exp = []] = values
  work.step("Attention weights", () => [
    math`\alpha_i = \frac{\exp(e_i${shifted ? math` - \max e` : math``})}{\Sigma}`,
    math`\Sigma = ${exp.length > most ? math`` : math`${join(exp, " + ")} = `}${sum(exp)}`,
    ...listed(math`\alpha`, weights, i => math`\frac{${exp[i] ?? 0}}{${sum(exp)}}`),
    ...(weights.length > readable
      ? []
      : [bars(math`\alpha`, tokens ?? weights.map((_, i) => `h${i + 1}`), weights)]),
  ])

  const mixed = matvec(transpose(states), weights)
  const context = work.answer("context", mixed, {
    "the states are averaged": mixed.map((_, j) => sum(column(states, j)) / states.length),
  })
  work.step("Context", () => [
    math`c = \sum_i \alpha_i \cdot h_i`,
    ...listed(math`c`, context, j => sumOfProducts(weights, column(states, j))),
  ])
}

/** e_1 = … = 3, of many the first ones. */
function listed(name: Rich, values: Vector, from: (i: number) => Rich): Rich[] {
  const first = values
    .slice(0, most)
    .map((value, i) => math`${name}_{${String(i + 1)}} = ${from(i)} = ${value}`)
  const rest = values.length - first.length
  return rest > 0 ? [...first, text`The other ${rest} in the same way.`] : first
}

function column(grid: Grid, j: number): number[] {
  return grid.map(row => entry(row, j))
}

export default defineKind({
  name: "additive-attention",
  topic: "attention",
  title: "Attention over an encoder's states",
  given,
  answers,
  slips,
  question,
  solve,
})
