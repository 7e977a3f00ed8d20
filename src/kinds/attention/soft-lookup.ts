// A lookup in a table made soft: every value counts by how similar its key is to the query. Distances
// are Euclidean. Inverse distances and Gaussians exp(−d²/(2σ²)) are divided by their sum; dot products
// go through a softmax, as in attention. A key at distance 0 takes all; several share it equally.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { shown, softmaxOfRows, sumOfProducts } from "../../core/working.ts"
import { exponentials, softmax } from "../../math/activation.ts"
import { add, dot, entry, sum } from "../../math/linear.ts"
import { distancesTo, shares, similarityBy } from "../../math/lookup.ts"

/** Keys whose lines are written out. */
const readable = 6

const similarities = ["inverse-distance", "dot", "gaussian"] as const

const given = z
  .strictObject({
    query: field.broadcast("what is looked up: a number, or shape (d)"),
    keys: field.vectorOrGrid("one key for each value: shape (n), or (n, d)"),
    values: field.vectorOrGrid("what is mixed: shape (n), or (n, d_v)"),
    similarity: field
      .oneOf("of query and key: 1/distance, dot product, or exp(−d²/(2σ²))", similarities)
      .default("inverse-distance"),
    sigma: field.number("σ, the width of the Gaussian", { above: 0 }).default(1),
  })
  .check(
    rule.across(["query", "keys"], ({ query, keys }) => {
      const [asked, found] = [[query].flat().length, entry(rowsOf(keys), 0).length]
      const isNumber = typeof query === "number"
      if (isNumber === isGrid(keys)) {
        const message = isNumber
          ? "holds lists of numbers, but the query is one number"
          : `holds single numbers, but the query is a list of ${asked}`
        return { path: ["keys"], code: "shape", message }
      }
      if (asked === found) return undefined
      const message = `holds ${plural(found, "number")} for each key, but the query has ${asked}`
      return { path: ["keys"], code: "shape", message }
    }),
    rule.across(["keys", "values"], ({ keys, values }) => {
      if (keys.length === values.length) return undefined
      const message = `has ${plural(values.length, "value")}, but there ${keys.length === 1 ? "is" : "are"} ${plural(keys.length, "key")}`
      return { path: ["values"], code: "shape", message }
    }),
    rule.across<Looking>(["query", "keys", "similarity", "sigma"], given => {
      if (given.similarity !== "gaussian" || !vanishes(given)) return undefined
      const message = "lies so far from every key that exp(−d²/(2σ²)) is 0 for all of them"
      return { path: ["query"], code: "range", message, hint: "give a larger `sigma`" }
    }),
  )

interface Looking {
  query: number | number[]
  keys: number[] | number[][]
  similarity: (typeof similarities)[number]
  sigma: number
}

const answers = ({ similarity, values, ...given }: Looking & { values: Vector | Grid }) => ({
  ...(similarity !== "dot" && { distances: answer.vector("distance to each key", { min: 0 }) }),
  ...((similarity !== "inverse-distance" || !meets(given)) && {
    similarities: answer.vector(
      "similarity of the query to each key",
      similarity === "dot" ? {} : { min: 0 },
    ),
  }),
  coefficients: answer.vector("share of each value", { min: 0, max: 1 }),
  terms: isGrid(values)
    ? answer.grid("coefficient times value")
    : answer.vector("coefficient times value"),
  value: isGrid(values) ? answer.vector("value found") : answer.number("value found"),
})

const slips: Slips<typeof given> = {
  "the inverse distance is taken for the similarity": ({ similarity }) =>
    similarity === "inverse-distance" ? undefined : { similarity: "inverse-distance" },
  "the dot product is taken for the similarity": ({ similarity }) =>
    similarity === "dot" ? undefined : { similarity: "dot" },
  "a Gaussian is taken for the similarity": given =>
    given.similarity === "gaussian" || vanishes(given) ? undefined : { similarity: "gaussian" },
  "the keys are taken for the distances": ({ query, similarity }) =>
    typeof query === "number" && similarity !== "dot" ? { query: 0 } : undefined,
  "keys and values are swapped": ({ keys, values }) =>
    isGrid(keys) === isGrid(values) &&
    entry(rowsOf(keys), 0).length === entry(rowsOf(values), 0).length
      ? { keys: values, values: keys }
      : undefined,
  "σ is left out": ({ similarity, sigma }) =>
    similarity === "gaussian" && sigma !== 1 ? { sigma: 1 } : undefined,
}

const question: Question<typeof given> = ({ query, similarity, sigma }) => {
  const by = {
    "inverse-distance": text`the inverse of its key's distance, divided by the sum over all keys`,
    dot: text`the softmax of its key's dot product with the query`,
    gaussian: text`${math`\exp(-d^2 / (2\sigma^2))`} of its key's distance d, with ${math`\sigma`} = ${sigma}, divided by the sum over all keys`,
  }[similarity]
  return text`Look up ${query} softly in a table of keys and values: each value counts by ${by}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { similarity } = given
  const [keys, values] = [rowsOf(given.keys), rowsOf(given.values)]
  const alike = similarity === "dot" ? dots(given, work) : nearness(given, similarity, work)
  const isExact = alike.includes(Number.POSITIVE_INFINITY)
  const usual = shares(alike)
  const coefficients = work.answer("coefficients", similarity === "dot" ? softmax(alike) : usual, {
    ...(similarity === "dot"
      ? {
          "the softmax is left out": alike,
          "the dot products are divided by their sum instead of a softmax": usual,
        }
      : { "they are not divided by their sum": alike }),
    ...(similarity !== "dot" &&
      !isExact && { "a softmax is taken instead of the sum": softmax(alike) }),
  })
  work.step("Coefficients", () => {
    const row = { name: math`a`, value: [coefficients] }
    if (similarity === "dot") {
      return softmaxOfRows(row, { name: math`s`, value: [alike] }, exponentials([alike]))
    }
    const whole = sum(alike)
    return [
      math`a_i = \frac{s_i}{\sum_j s_j}${isExact ? math`, \quad s_i = \frac{1}{d_i}` : math``}`,
      ...(isExact
        ? [
            text`1/d grows without bound as d goes to 0: a key that is the query itself takes all.`,
            math`a = ${coefficients}`,
          ]
        : [
            math`\sum_j s_j = ${added(alike)} = ${whole}`,
            ...lines(
              alike,
              (s, i) => math`a_{${i + 1}} = \frac{${s}}{${whole}} = ${entry(coefficients, i)}`,
            ),
          ]),
    ]
  })

  const flat = !isGrid(given.values)
  const single = (row: Vector) => (flat ? entry(row, 0) : row)
  const back = (rows: Grid) => (flat ? rows.flat() : rows)
  const weighted = (rows: Grid) =>
    back(rows.map((row, i) => row.map(each => entry(coefficients, i) * each)))
  const terms = rowsOf(
    work.answer("terms", weighted(values), {
      "they are the values, without coefficients": back(values),
      ...(entry(keys, 0).length === entry(values, 0).length && {
        "the keys are weighted instead of the values": weighted(keys),
      }),
    }),
  )
  const total = terms.reduce(add)
  const nearest = alike.indexOf(Math.max(...alike))
  const value = work.answer("value", single(total), {
    "only the value of the most similar key is taken": single(entry(values, nearest)),
    "the terms are averaged instead of added": single(total.map(each => each / terms.length)),
  })
  work.step("Value", () => [
    math`\mathit{value} = \sum_i a_i v_i`,
    ...(flat
      ? [
          math`\mathit{value} = ${sumOfProducts(coefficients, values.flat())} = ${added(terms.flat())} = ${value}`,
        ]
      : [shown({ name: math`\mathit{terms}`, value: terms }), math`\mathit{value} = ${value}`]),
  ])
}

type Given = z.output<typeof given>
type Desk = Parameters<typeof solve>[1]

/** The dot product of the query and each key. */
function dots(given: Given, work: Desk): Vector {
  const [query, keys] = [[given.query].flat(), rowsOf(given.keys)]
  const alike = work.answer(
    "similarities",
    keys.map(key => dot(query, key)),
  )
  work.step("Similarities", () => [
    math`s_i = q \cdot k_i`,
    ...lines(keys, (k, i) => math`s_{${i + 1}} = ${sumOfProducts(query, k)} = ${entry(alike, i)}`),
  ])
  return alike
}

/** Similarities that follow from distances; where one of these is 0 they are not asked. */
function nearness(given: Given, by: keyof typeof similarityBy, work: Desk): Vector {
  const { sigma } = given
  const [query, keys] = [[given.query].flat(), rowsOf(given.keys)]
  const right = distancesTo(query, keys)
  const distances = work.answer("distances", right, {
    ...(isGrid(given.keys) && {
      "the root of the squares is not taken": right.map(d => d * d),
      "the differences are added without squares": keys.map(key =>
        sum(key.map((k, i) => Math.abs(k - entry(query, i)))),
      ),
    }),
  })
  work.step("Distances", () => [
    isGrid(given.keys) ? math`d_i = \sqrt{\sum_j (q_j - k_{ij})^2}` : math`d_i = |q - k_i|`,
    ...lines(keys, (k, i) => math`d_{${i + 1}} = ${distanceOf(query, k)} = ${entry(distances, i)}`),
  ])

  const values = distances.map(d => similarityBy[by](d, sigma))
  if (by === "inverse-distance" && meets(given)) return values
  const others = {
    "inverse-distance": {
      "the distances stand for the similarities": distances,
      "the distances are squared": distances.map(d => 1 / (d * d)),
    },
    gaussian: {
      "the ½ in the exponent is left out": distances.map(d => Math.exp(-((d / sigma) ** 2))),
      "the distances are not squared": distances.map(d => Math.exp(-d / (2 * sigma ** 2))),
    },
  }
  const alike = work.answer("similarities", values, others[by])
  const formula = {
    "inverse-distance": (d: Rich, _: Rich) => math`\frac{1}{${d}}`,
    gaussian: (d: Rich, s: Rich) => math`\exp(-\frac{${d}^2}{2 ${s}^2})`,
  }[by]
  work.step("Similarities", () => [
    math`s_i = ${formula(math`d_i`, math`\sigma`)}`,
    ...lines(distances, (d, i) => {
      const from = formula(math`${d}`, math`\cdot ${sigma}`)
      return math`s_{${i + 1}} = ${from} = ${entry(alike, i)}`
    }),
  ])
  return alike
}

/** A line for each, up to as many as can be read. */
function lines<T>(list: readonly T[], line: (each: T, i: number) => Rich): Rich[] {
  return [
    ...list.slice(0, readable).map(line),
    ...(list.length > readable ? [text`The others in the same way.`] : []),
  ]
}

function added(terms: Vector): Rich {
  const more = terms.length > readable ? [math`\ldots`] : []
  return join([...terms.slice(0, readable), ...more], " + ")
}

/** Whether a key is the query itself, so that 1/d has no value. */
function meets({ query, keys }: Pick<Looking, "query" | "keys">): boolean {
  return distancesTo([query].flat(), rowsOf(keys)).includes(0)
}

/** Whether no key is near enough for a Gaussian to tell it from nothing. */
function vanishes({ query, keys, sigma }: Looking): boolean {
  const [from, to] = [[query].flat(), rowsOf(keys)]
  const fits = to.every(({ length }) => length === from.length)
  return fits && distancesTo(from, to).every(d => similarityBy.gaussian(d, sigma) === 0)
}

/** √((1 − 2)² + (0 − 3)²), or |1 − 2| of single numbers. */
function distanceOf(query: Vector, key: Vector): Rich {
  if (query.length === 1) return math`|${entry(query, 0)} - ${entry(key, 0)}|`
  const squares = query.map((q, j) => math`(${q} - ${entry(key, j)})^2`)
  const few = squares.length > readable ? [...squares.slice(0, 3), math`\ldots`] : squares
  return math`\sqrt{${join(few, " + ")}}`
}

function isGrid(values: Vector | Grid): values is Grid {
  return Array.isArray(values[0])
}

/** Single numbers as rows of one. */
function rowsOf(values: Vector | Grid): Grid {
  return isGrid(values) ? values : values.map(value => [value])
}

export default defineKind({
  name: "soft-lookup",
  topic: "attention",
  title: "Soft lookup in a table",
  given,
  answers,
  slips,
  question,
  solve,
})
