// Vaswani et al. (2017), section 3.2, tokens as rows: Q = X·W_Q, K = C·W_K, V = C·W_V, scores = Q·Kᵀ and
// output = softmax(scores)·V. d_k and d_v are those of one head, and so are the shapes up to its output;
// the heads stand side by side and W_O mixes them. In `columns` every shape is turned round, and the heads stand
// one below the other.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import { expression } from "../../core/expression-answer.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { count, countable, type Size, size, sizePair, symbolsIn } from "../../core/sizes.ts"
import { counted, sizeRich } from "../../math/counts.ts"

const given = z
  .strictObject({
    queries: sizePair("shape of the tokens that ask, [n, d]").optional(),
    Q: sizePair("shape of the queries, [n, d_k], where they are given ready made").optional(),
    context: sizePair(
      "shape of the tokens that keys and values are made of, [m, d']; if left out, those that ask",
    ).optional(),
    d_k: size("numbers in a query or key of one head").optional(),
    d_v: size("numbers in a value of one head; d_k if left out").optional(),
    heads: size("number of heads").default(1),
    layout: field
      .oneOf("what a token is in every shape, here and in the answers", ["rows", "columns"])
      .default("rows"),
  })
  .check(
    rule.oneWay("queries", [{ all: ["queries", "d_k"], perhaps: [] }, ["Q"]]),
    rule.needs("Q", "context", "keys and values are made of it"),
    rule.across(["Q", "heads"], ({ Q, heads }) =>
      Q && heads !== 1
        ? { path: ["heads"], code: "conflict", message: "has no use beside `Q`: give `queries`" }
        : undefined,
    ),
    countable<Given>(["queries", "Q", "context", "d_k", "d_v", "heads", "layout"], given => {
      const { n, d, m, source, d_k, d_v } = sizesOf(given)
      const sizes = { n, d: d ?? 1, m, c: source, k: d_k, v: d_v, h: given.heads }
      return ["h*(d*k + c*k + c*v + v*d)", "n*h*v"].map(each => counted(each, sizes))
    }),
  )

interface Given {
  queries?: [Size, Size] | undefined
  Q?: [Size, Size] | undefined
  context?: [Size, Size] | undefined
  d_k?: Size | undefined
  d_v?: Size | undefined
  heads: Size
  layout: "rows" | "columns"
}

/** The letters of the formulas; d is missing where the queries are ready made. */
function sizesOf({ queries, Q, context, layout, ...given }: Given) {
  const turned = (pair: readonly [Size, Size]) => turn(pair, layout)
  const [n, last] = turned(queries ?? Q ?? [1, 1])
  const d_k = given.d_k ?? last
  const [m, source] = context ? turned(context) : [n, last]
  return { n, ...(queries && { d: last }), m, source, d_k, d_v: given.d_v ?? d_k }
}

function turn([rows, columns]: readonly [Size, Size], layout: "rows" | "columns"): [Size, Size] {
  return layout === "rows" ? [rows, columns] : [columns, rows]
}

/** How the heads' outputs are put together. */
const standing = { rows: "side by side", columns: "one below the other" }

const answers = (given: Given) => {
  const { d, ...sizes } = sizesOf(given)
  const all = [...Object.values(sizes), d, given.heads]
  const symbols = symbolsIn(all)
  const product = symbols.length > 0 ? comparing(symbols) : {}
  return {
    ...(d !== undefined && { W_Q: answer.shape("matrix that makes the queries") }),
    W_K: answer.shape("matrix that makes the keys"),
    W_V: answer.shape("matrix that makes the values"),
    ...(d !== undefined && { Q: answer.shape("queries") }),
    K: answer.shape("keys"),
    V: answer.shape("values"),
    scores: answer.shape("scores, one for each query and key"),
    weights: answer.shape("attention weights"),
    ...(given.heads !== 1 && {
      head_output: answer.shape("output of one head"),
      concat: answer.shape(`outputs of the heads ${standing[given.layout]}`, product),
      W_O: answer.shape("matrix that mixes the heads", product),
    }),
    output: answer.shape("output", { aside: true }),
    ...(symbols.length === 0 && {
      parameters: answer.record("numbers in each matrix", { of: "integer", min: 1 }),
    }),
    total: count("numbers in all matrices, of all heads", all),
  }
}

/** Products of symbols may be written in any order. */
function comparing(names: readonly string[]) {
  const { comparison } = expression("size", { names, domain: "positive" })
  return comparison ? { comparison } : {}
}

const slips: Slips<typeof given> = {
  "keys and values are made of the tokens that ask": ({ queries, context }) =>
    queries && context && areAlike(queries, context) ? { context: undefined } : undefined,
  "the queries are made of the context": ({ queries, context }) =>
    queries && context && areAlike(queries, context) ? { queries: context } : undefined,
  "d_k is taken for d_v": ({ d_v }) => (d_v === undefined ? undefined : { d_v: undefined }),
  "the heads share d_k and d_v": ({ heads, d_k, d_v }) => {
    const shared = (each: Size | undefined) => each && counted("a/h", { a: each, h: heads })
    const parts = [shared(d_k), shared(d_v)]
    const isWhole = parts.every(each => typeof each !== "number" || Number.isInteger(each))
    return heads !== 1 && isWhole ? { d_k: parts[0], d_v: parts[1] } : undefined
  },
  "tokens are laid out the other way": ({ queries, Q, context, layout }) => ({
    queries: queries && turn(queries, "columns"),
    Q: Q && turn(Q, "columns"),
    context: context && turn(context, "columns"),
    layout: layout === "rows" ? "columns" : "rows",
  }),
}

/** Where a number takes the place of a symbol, a grader cannot tell a slip from other mistakes. */
function areAlike(a: readonly [Size, Size], b: readonly [Size, Size]): boolean {
  return a.every((each, i) => typeof each === typeof b[i])
}

const question: Question<typeof given> = ({ queries, Q, context, d_k, d_v, heads, layout }) => {
  const pair = (shape: readonly [Size, Size]) => math`${shape[0]} \times ${shape[1]}`
  const asking = queries
    ? text`Tokens of shape ${pair(queries)}`
    : text`Queries of shape ${pair(Q ?? [1, 1])}`
  const source = context ? text`to a context of shape ${pair(context)}` : text`to themselves`
  const wide = [
    ...(d_k === undefined ? [] : [math`d_k = ${d_k}`]),
    ...(d_v === undefined ? [] : [math`d_v = ${d_v}`]),
  ]
  const by = heads === 1 ? text`` : text` with ${heads} heads`
  const widths =
    wide.length === 0 ? text`` : text`, ${wide[0] ?? ""}${wide[1] ? text`, ${wide[1]}` : ""}`
  return text`${asking} attend ${source}${by}${widths}; tokens are ${layout}. Give the shape of every matrix, and how many numbers the weight matrices hold.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { heads, layout } = given
  const { n, d, m, source, d_k, d_v } = sizesOf(given)
  type Name =
    | "W_Q"
    | "W_K"
    | "W_V"
    | "Q"
    | "K"
    | "V"
    | "scores"
    | "weights"
    | "head_output"
    | "concat"
    | "W_O"
    | "output"
  const give = (name: Name, shape: [Size, Size], others: Record<string, [Size, Size]> = {}) => {
    const turned = Object.entries(others).map(([slip, each]) => [slip, turn(each, layout)] as const)
    const [rows, columns] = work.answer(name, turn(shape, layout), Object.fromEntries(turned))
    return turn([rows, columns], layout)
  }
  /** `W_Q: d × d_k = 128 × 64` */
  const line = (name: Rich, letters: Rich, shape: readonly [Size, Size]) => {
    const [a, b] = turn(shape, layout).map(sizeRich)
    return math`${name}: \; ${letters} = ${a ?? ""} \times ${b ?? ""}`
  }
  const by = (a: Rich, b: Rich) =>
    layout === "rows" ? math`${a} \times ${b}` : math`${b} \times ${a}`

  const W_Q = d === undefined ? undefined : give("W_Q", [d, d_k])
  const W_K = give("W_K", [source, d_k])
  const W_V = give("W_V", [source, d_v])
  const own = given.context ? math`d'` : math`d`
  work.step("Weight matrices", () => [
    text`A matrix takes as many numbers as a token has, and makes as many as a query, key or value has${given.context ? "; keys and values are made of the context" : ""}.`,
    ...(W_Q ? [line(math`W_Q`, by(math`d`, math`d_k`), W_Q)] : []),
    line(math`W_K`, by(own, math`d_k`), W_K),
    line(math`W_V`, by(own, math`d_v`), W_V),
  ])

  const Q: [Size, Size] = W_Q ? give("Q", [n, W_Q[1]]) : [n, d_k]
  const K = give("K", [m, W_K[1]])
  const V = give("V", [m, W_V[1]])
  const keys = given.context ? math`m` : math`n`
  work.step("Queries, keys and values", () => [
    text`One query for each of the n tokens that ask, one key and one value for each ${given.context ? "of the m tokens of the context" : "token"}.`,
    line(math`Q`, by(math`n`, math`d_k`), Q),
    line(math`K`, by(keys, math`d_k`), K),
    line(math`V`, by(keys, math`d_v`), V),
  ])

  const scores = give("scores", [Q[0], K[0]], {
    "queries and keys are multiplied token by token": [Q[1], K[1]],
  })
  const weights = give("weights", scores)
  const isSingle = heads === 1
  const output = give(isSingle ? "output" : "head_output", [weights[0], V[1]], {
    "V is left out": weights,
    "there is a row for each key": [V[0], V[1]],
  })
  const product = layout === "rows" ? math`Q \cdot K^T` : math`K^T \cdot Q`
  work.step("Scores and output", () => [
    text`${product} has a score for each query and key; the softmax keeps the shape, and ${layout === "rows" ? math`\mathit{weights} \cdot V` : math`V \cdot \mathit{weights}`} gives each query a mix of values.`,
    line(math`\mathit{scores}`, by(math`n`, keys), scores),
    line(math`\mathit{weights}`, by(math`n`, keys), weights),
    line(isSingle ? math`\mathit{output}` : math`\mathit{head}`, by(math`n`, math`d_v`), output),
  ])

  let W_O: [Size, Size] | undefined
  if (!isSingle) {
    const side = counted("h*v", { h: heads, v: output[1] })
    const concat = give("concat", [output[0], side], { "the heads are added up": output })
    const mixer = give("W_O", [concat[1], d ?? concat[1]])
    const mixed = give("output", [concat[0], mixer[1]])
    W_O = mixer
    work.step("All heads", () => [
      text`The heads stand ${standing[layout]}, and ${math`W_O`} brings them back to the width of a token.`,
      line(math`\mathit{concat}`, by(math`n`, math`h \cdot d_v`), concat),
      line(math`W_O`, by(math`h \cdot d_v`, math`d`), mixer),
      line(math`\mathit{output}`, by(math`n`, math`d`), mixed),
    ])
  }

  const single = { ...(W_Q && { W_Q }), W_K, W_V }
  const matrices = { ...single, ...(W_O && { W_O }) }
  const products = Object.entries(matrices).map(([name, [a, b]]): [string, Size] => [
    name,
    counted("a*b", { a, b }),
  ])
  const numbers = products.flatMap(([name, product]): [string, number][] =>
    typeof product === "number" ? [[name, product]] : [],
  )
  const isNumeric = symbolsIn([...Object.values(sizesOf(given)), heads]).length === 0
  const held = isNumeric
    ? work.answer("parameters", Object.fromEntries(numbers))
    : Object.fromEntries(products)
  const terms = Object.keys(single).map(name => held[name] ?? 0)
  const one = terms.map((_, i) => `p_${i}`).join(" + ")
  const sizes = {
    ...Object.fromEntries(terms.map((term, i) => [`p_${i}`, term])),
    h: heads,
    o: held.W_O ?? 0,
  }
  const added = join(terms.map(sizeRich), " + ")
  const sumOf = (formula: string) => counted(formula, sizes)
  const total = work.answer(
    "total",
    isSingle ? sumOf(one) : sumOf(`h*(${one}) + o`),
    isSingle ? {} : { "only one head is counted": sumOf(`${one} + o`) },
  )
  work.step("Numbers in the matrices", () => [
    ...Object.entries(matrices).map(([name, [a, b]]) => {
      const letter = math`W_${name.slice(2)}`
      const product = held[name] ?? 0
      const equals = typeof product === "number" ? math` = ${product}` : math``
      return math`${letter}: \; ${sizeRich(a)} \cdot ${sizeRich(b)}${equals}`
    }),
    ...(isSingle
      ? []
      : [text`Each head has its own ${Object.keys(single).join(", ")}; they share W_O.`]),
    math`\mathit{total} = ${isSingle ? added : math`${sizeRich(heads)} \cdot (${added}) + ${sizeRich(held.W_O ?? 0)}`} = ${sizeRich(total)}`,
  ])
}

export default defineKind({
  name: "attention-shapes",
  topic: "attention",
  title: "Shapes in attention",
  given,
  answers,
  slips,
  question,
  solve,
})
