// Parameters of a transformer of width d, by convention. Attention has W_Q, W_K and W_V of d×d each, however
// many heads share them, and with `output_projection` W_O; `mlp: single` is one d×d matrix, `two-layer` d → ffn → d
// with ffn = 4d unless given. A layer has two norms with a scale and a shift of d; the output reuses the embedding.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { count, countable, type Size, size } from "../../core/sizes.ts"
import { counted, countLine } from "../../math/counts.ts"

const given = z
  .strictObject({
    d: size("width of a token: a number, or a symbol such as D"),
    heads: field.integer("number of heads; they share the width", { min: 1, max: 1e6 }).default(1),
    mlp: field
      .oneOf("layers of the MLP: one d×d matrix, d → ffn → d, or no MLP", [
        "single",
        "two-layer",
        "none",
      ])
      .default("single"),
    ffn: size("width of the hidden layer of a two-layer MLP; 4d if left out").optional(),
    bias: field.flag("whether every matrix has a bias").default(false),
    layer_norm: field
      .flag("whether each layer has two norms, with scale and shift: 4d a layer, whatever the MLP")
      .default(false),
    output_projection: field.flag("whether attention ends with a matrix W_O").default(false),
    layers: size("number of layers").default(1),
    vocab: size("tokens of the vocabulary, each embedded in d numbers").optional(),
    positions: size("learned positions, each embedded in d numbers").optional(),
  })
  .check(
    rule.across(["d", "heads"], ({ d, heads }) => {
      if (typeof d !== "number" || d % heads === 0) return undefined
      return {
        path: ["heads"],
        code: "size",
        message: `is ${heads}, which does not divide d = ${d}`,
      }
    }),
    rule.across(["ffn", "mlp"], ({ ffn, mlp }) =>
      ffn === undefined || mlp === "two-layer"
        ? undefined
        : {
            path: ["ffn"],
            code: "conflict",
            message: `has no use with \`mlp: ${mlp}\``,
            hint: "write `mlp: two-layer`",
          },
    ),
    countable<Given>(["d", "ffn", "layers", "vocab", "positions"], given => {
      const { attention, mlp, other } = formulasOf(given)
      const formula = `L*(${attention} + ${mlp || "0"}) + ${other || "0"}`
      return [counted(formula, lettersOf(given))]
    }),
  )

interface Given {
  d: Size
  heads: number
  mlp: "single" | "two-layer" | "none"
  ffn?: Size | undefined
  bias: boolean
  layer_norm: boolean
  output_projection: boolean
  layers: Size
  vocab?: Size | undefined
  positions?: Size | undefined
}

/** The letters of the formulas. */
function lettersOf({ d, ffn, layers, vocab, positions }: Given) {
  return { d, f: ffn ?? counted("4*d", { d }), L: layers, V: vocab ?? 0, P: positions ?? 0 }
}

/** What is counted for one layer's attention and MLP, and besides; empty where there is nothing. */
function formulasOf({ mlp, ffn, bias, ...given }: Given) {
  const projections = given.output_projection ? 4 : 3
  const hidden = ffn === undefined ? "4*d" : "f"
  const mlps = {
    single: bias ? "d^2 + d" : "d^2",
    "two-layer": `2*d*${hidden}${bias ? ` + ${hidden} + d` : ""}`,
    none: "",
  }
  const others = [
    ...(given.layer_norm ? ["L*4*d"] : []),
    ...(given.vocab === undefined ? [] : ["V*d"]),
    ...(given.positions === undefined ? [] : ["P*d"]),
  ]
  return {
    attention: bias ? `${projections}*(d^2 + d)` : `${projections}*d^2`,
    mlp: mlps[mlp],
    other: others.join(" + "),
  }
}

const answers = (given: Given) => {
  const { d, ffn, layers, vocab, positions } = given
  const { mlp, other } = formulasOf(given)
  const outside = [...(given.layer_norm ? [layers] : []), vocab, positions]
  return {
    attention: count("parameters of one layer's attention", [d]),
    ...(mlp !== "" && { mlp: count("parameters of one layer's MLP", [d, ffn]) }),
    ...(other !== "" && { other: count("norms of all layers, and embeddings", [d, ...outside]) }),
    total: count("parameters in all", [d, ffn, layers, vocab, positions]),
  }
}

const slips: Slips<typeof given> = {
  "W_O is counted too": ({ output_projection }) =>
    output_projection ? undefined : { output_projection: true },
  "W_O is left out": ({ output_projection }) =>
    output_projection ? { output_projection: false } : undefined,
  "the biases are counted too": ({ bias }) => (bias ? undefined : { bias: true }),
  "the biases are left out": ({ bias }) => (bias ? { bias: false } : undefined),
  "the MLP is taken for two layers with 4d between them": ({ mlp }) =>
    mlp === "single" ? { mlp: "two-layer" } : undefined,
  "the MLP is taken for one d×d matrix": ({ mlp }) =>
    mlp === "two-layer" ? { mlp: "single", ffn: undefined } : undefined,
  "4d is taken for the hidden layer": ({ ffn }) =>
    ffn === undefined ? undefined : { ffn: undefined },
  "the norms are left out": ({ layer_norm }) => (layer_norm ? { layer_norm: false } : undefined),
  "the positions are left out": ({ positions }) =>
    positions === undefined ? undefined : { positions: undefined },
}

const question: Question<typeof given> = given => {
  const { d, heads, mlp, ffn, bias, layer_norm, output_projection, layers, vocab, positions } =
    given
  const width = text`width ${typeof d === "string" ? math`${d}` : math`d = ${d}`}${heads === 1 ? "" : text` and ${heads} heads`}`
  const mlps = {
    single: text`an MLP of one d×d matrix`,
    "two-layer": text`an MLP with ${ffn ?? math`4d`} hidden units`,
    none: text`no MLP`,
  }
  const tables = [
    ...(vocab === undefined ? [] : [text`${vocab} tokens`]),
    ...(positions === undefined ? [] : [text`${positions} positions`]),
  ]
  const [first, second] = tables
  const embedded = first
    ? text`, and embeddings of ${first}${second ? text` and ${second}` : ""}`
    : ""
  return text`How many parameters has a transformer of ${layers === 1 ? "one layer" : text`${layers} layers`} of ${width}, with self-attention ${output_projection ? "with" : "without"} an output projection and ${mlps[mlp]}${embedded}? Count ${bias ? "biases" : "no biases"} and ${layer_norm ? "two norms a layer" : "no norms"}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { d, bias, output_projection, mlp: kind } = given
  const letters = lettersOf(given)
  const formulas = formulasOf(given)
  const of = (formula: string) => counted(formula, letters)
  const matrices = `W_Q, W_K${output_projection ? ", W_V and W_O" : " and W_V"}`
  const attention = work.answer("attention", of(formulas.attention), {
    "one d×d matrix is counted": of(bias ? "d^2 + d" : "d^2"),
    ...(given.heads !== 1 && {
      "each head has matrices of its own, d×d": counted(`h*(${formulas.attention})`, {
        d,
        h: given.heads,
      }),
    }),
  })
  const each = bias ? "a d×d matrix and a bias of d numbers" : "a d×d matrix"
  work.step("Attention", () => [
    text`${matrices} are each ${each}${given.heads === 1 ? "" : "; the heads share them, so their number does not matter"}.`,
    countLine(math`\mathit{attention}`, formulas.attention, { d }, attention),
  ])

  const isWide = given.ffn === undefined
  const mlp =
    formulas.mlp === ""
      ? undefined
      : work.answer("mlp", of(formulas.mlp), {
          ...(kind === "two-layer" && {
            "one of its two matrices is counted": of(isWide ? "4*d^2" : "d*f"),
          }),
        })
  if (mlp !== undefined) {
    work.step("MLP", () => [
      kind === "single"
        ? text`One layer: ${each}.`
        : text`Two layers, from d numbers to ${isWide ? math`4d` : math`f`} and back${bias ? ", each with a bias" : ""}.`,
      countLine(math`\mathit{mlp}`, formulas.mlp, isWide ? { d } : { d, f: letters.f }, mlp),
    ])
  }

  const other =
    formulas.other === ""
      ? undefined
      : work.answer("other", of(formulas.other), {
          ...(given.layer_norm && {
            "2d are counted for the norms of a layer": of(formulas.other.replace("4*d", "2*d")),
            "the norms of one layer are counted": of(formulas.other.replace("L*", "")),
          }),
          ...(given.vocab !== undefined && {
            "the output has a matrix of its own": of(`${formulas.other} + V*d`),
          }),
        })
  if (other !== undefined) {
    work.step("Norms and embeddings", () => [
      text`${rowsOf(given).join("; ")}.`,
      countLine(math`\mathit{other}`, formulas.other, letters, other),
    ])
  }

  const layer = mlp === undefined ? "attention" : "attention + mlp"
  const rest = other === undefined ? "" : " + other"
  const isSingle = given.layers === 1
  const formula = isSingle ? `${layer}${rest}` : `L*(${layer})${rest}`
  const sizes = {
    attention,
    ...(mlp !== undefined && { mlp }),
    ...(other !== undefined && { other }),
    ...(!isSingle && { L: given.layers }),
  }
  const total = work.answer("total", counted(formula, sizes), {
    ...(!isSingle && { "one layer is counted": counted(`${layer}${rest}`, sizes) }),
  })
  work.step("Total", () => [countLine(math`\mathit{total}`, formula, sizes, total)])
}

/** What is counted besides attention and MLP, in words. */
function rowsOf({ layer_norm, vocab, positions }: Given): string[] {
  return [
    ...(layer_norm ? ["Each of the L layers has two norms, with a scale and a shift of d"] : []),
    ...(vocab === undefined
      ? []
      : ["each of the V tokens of the vocabulary has d numbers, which the output uses again"]),
    ...(positions === undefined ? [] : ["each of the P positions has d numbers"]),
  ].map((words, i) => (i === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : words))
}

export default defineKind({
  name: "transformer-params",
  topic: "attention",
  title: "Parameters of a transformer",
  given,
  answers,
  slips,
  question,
  solve,
})
