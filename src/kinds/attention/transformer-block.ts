// Vaswani et al. (2017), figure 1, the encoder's block: self-attention and a feed-forward network, each with a
// residual connection. post: x ← norm(x + f(x)), as in the paper; pre: x ← x + f(norm(x)); none: x ← x + f(x).
// Tokens are rows, FFN(x) = activation(x·W_1 + b_1)·W_2 + b_2; with `layout: columns` every grid is transposed.
import * as z from "zod"
import * as attention from "../../core/attention.ts"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import * as transformer from "../../core/transformer.ts"
import type { Grid } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import type { Named } from "../../core/working.ts"
import { attend, attendHeads, deskOf, type Inner } from "../../math/attend.ts"
import { added, misread, projected } from "../../math/attention.ts"
import { activated, hiddenSteps } from "../../math/feed-forward.ts"
import { layerNorm, layerNormSteps } from "../../math/layer-norm.ts"

const given = z
  .strictObject({
    X: field.grid("tokens, shape (n, d)"),
    ...attention.head.partial().shape,
    heads: attention.heads.optional(),
    W_O: attention.W_O.optional(),
    bias_O: attention.bias_O.optional(),
    ...attention.conventions,
    norm: field.oneOf("where the layer norm stands", ["post", "pre", "none"]).default("post"),
    layer_norm: transformer.layerNorm("gamma, beta and eps of both norms").optional(),
    layer_norm_2: transformer.layerNorm("those of the second norm, if others").optional(),
    ffn: transformer.feedForward.optional(),
  })
  .check(
    rule.oneWay("attention", [
      { all: ["W_Q", "W_K", "W_V"], perhaps: ["bias_Q", "bias_K", "bias_V"] },
      { all: ["heads"], perhaps: ["W_O", "bias_O"] },
    ]),
    ...attention.projectionsFit(),
    ...attention.headsFit(),
    ...attention.tokensFit(),
    rule.across(["X", "W_V", "heads", "W_O", "layout"], ({ X, W_V, heads, W_O, layout }) => {
      const d = attention.widthOf(X, layout)
      const made = attention.widthOf(W_O ?? W_V ?? heads?.[0]?.W_V, layout)
      const found = made === undefined || W_O || W_V ? made : made * (heads?.length ?? 1)
      if (found === undefined || d === undefined || found === d) return undefined
      const name = W_O ? "W_O" : W_V ? "W_V" : "heads"
      const message = `${name === "heads" ? "give" : "gives"} ${plural(found, "number")} for each token, but the residual connection adds them to the token's ${d}`
      return { path: [name], code: "shape", message }
    }),
    ...transformer.partsFit(),
  )

const ownAnswers = {
  attention: answer.grid("output of the attention"),
  residual_1: answer.grid("the attention added to what the block was given"),
  norm_1: answer.grid("first layer norm", { optional: true }),
  hidden: answer.grid("hidden units of the feed-forward network", { optional: true }),
  ffn: answer.grid("output of the feed-forward network", { optional: true }),
  residual_2: answer.grid("the network's output added", { optional: true }),
  norm_2: answer.grid("second layer norm", { optional: true }),
  output: answer.grid("what the block gives"),
}

const answers = ({ heads }: { heads?: unknown }) => {
  const each = heads ? answer.stack : answer.grid
  return {
    Q: each("queries"),
    K: each("keys"),
    V: each("values"),
    scores: each("products of queries and keys"),
    scaled: each("scaled scores", { optional: true }),
    masked: each("scores under the mask, −∞ where hidden", { optional: true }),
    weights: each("attention weights", { min: 0, max: 1 }),
    head_outputs: answer.stack("output of each head", { optional: true }),
    concat: answer.grid("the heads put together", { optional: true }),
    ...ownAnswers,
  }
}

const slips: Slips<typeof given> = {
  "the scores are divided by √d_k": misread.scale,
  "the weight matrices are transposed": misread.matrices,
  "the norm stands before each sublayer": ({ norm }) =>
    norm === "post" ? { norm: "pre" } : undefined,
  "the norm stands after each residual connection": ({ norm }) =>
    norm === "pre" ? { norm: "post" } : undefined,
  "the second norm has the parameters of the first": ({ layer_norm, layer_norm_2 }) =>
    layer_norm_2 && { layer_norm_2: layer_norm },
}

const question: Question<typeof given> = ({ heads, mask, norm, ffn, layout }) => {
  const of = heads ? text`${plural(heads.length, "head")} of attention` : text`self-attention`
  const seen = mask === "none" ? "" : mask === "causal" ? " under a causal mask" : " under the mask"
  const net = ffn
    ? text`, then a feed-forward network with ${ffn.activation === "gelu" ? text`the exact gelu, ${math`x \cdot \Phi(x)`}` : ffn.activation}`
    : text``
  const where = { post: ", a layer norm after each", pre: ", a layer norm before each", none: "" }
  return text`Take the tokens through a transformer block: ${of}${seen}${net}, with residual connections${where[norm]}.${attention.laidOut({ layout, mask })}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { X, layout, tokens, heads, W_O, bias_O } = given
  const desk = deskOf(
    layout,
    work,
    (name: keyof typeof ownAnswers, value, others) => work.answer(name, value, others),
    Object.fromEntries(
      [1, 2].flatMap(i =>
        ["residual", "norm"].map(name => [`${name}_${i}`, math`\mathit{${name}}^{(${String(i)})}`]),
      ),
    ),
  )
  const { sheet, turn, give, step } = desk
  const rows = { rows: tokens }
  const first: transformer.LayerNorm = given.layer_norm ?? transformer.plainNorm
  const norms = { 1: first, 2: given.layer_norm_2 ?? first }

  const block = (
    which: 1 | 2,
    x: Named,
    others: Record<string, Grid>,
    sublayer: (x: Named) => Named,
  ) => {
    const normed = (of: Named) => {
      const result = give(`norm_${which}`, layerNorm(of.value, norms[which]), rows)
      step(`Layer norm ${which}`, () => layerNormSteps(result, of, norms[which], sheet))
      return result
    }
    const inner = given.norm === "pre" ? normed(x) : x
    const made = sublayer(inner)
    const wrong =
      given.norm === "pre"
        ? { "the normalised tokens are added instead of the tokens": inner.value }
        : {}
    const sum = give(`residual_${which}`, added(x.value, made.value, { ...wrong, ...others }), rows)
    step(`Residual connection ${which}`, () => sheet.sum(sum, x, made))
    return given.norm === "post" ? normed(sum) : sum
  }

  const mix = (x: Named): Named => {
    const setting = { ...given, x, source: x }
    const symbols = { output: math`\mathit{attention}` }
    const titled: Pick<typeof work, "step"> = {
      step: (title, blocks) => work.step(title === "Output" ? "Attention" : title, blocks),
    }
    if (!heads) {
      const own = deskOf(
        layout,
        titled,
        (name: Inner, value, others) =>
          work.answer(name === "output" ? "attention" : name, value, others),
        symbols,
      )
      return attend(given, setting, own) ?? x
    }
    const whole = deskOf(
      layout,
      titled,
      (name: "concat" | "output", value, others) =>
        work.answer(W_O && name === "concat" ? "concat" : "attention", value, others),
      W_O ? symbols : { concat: symbols.output },
    )
    return attendHeads({ heads, W_O, bias_O }, setting, whole, (head, names) =>
      deskOf(
        layout,
        work,
        (name, value, others) =>
          work.part(name === "output" ? "head_outputs" : name, head, value, others),
        names,
      ),
    )
  }
  const network = (x: Named, { W_1, b_1, W_2, b_2, activation }: transformer.FeedForward) => {
    const layer = { W: turn(W_1), b: b_1, activation }
    const hidden = give("hidden", activated(x.value, layer), rows)
    step("Hidden units", () => hiddenSteps(hidden, x, layer, desk))
    const second = { name: math`W_2`, value: turn(W_2) }
    const made = give("ffn", projected(hidden.value, second.value, b_2), rows)
    const bias = b_2 && { name: math`b_2`, value: made.value.map(() => b_2) }
    step("Feed-forward network", () => sheet.product(made, hidden, second, bias))
    return made
  }

  const x = { name: math`X`, value: turn(X), ...rows }
  const middle = block(1, x, {}, mix)
  const { ffn } = given
  const again = { "the tokens of the block are added again": x.value }
  const last = ffn ? block(2, middle, again, each => network(each, ffn)) : middle
  const output = give("output", { value: last.value, slips: {} }, rows)
  step("Output", () => [math`${output.name} = ${last.name}`])
}

export default defineKind({
  name: "transformer-block",
  topic: "attention",
  title: "Transformer block",
  given,
  answers,
  slips,
  question,
  solve,
})
