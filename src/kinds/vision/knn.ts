// k nearest neighbours (Cover & Hart, 1967): the k points nearest to the query vote with their labels.
// Points are counted from 0; at equal distance the point listed first is the nearer one, and of classes
// with equally many votes the one of the nearer neighbour is taken. `cosine` is 1 − cos.
import * as z from "zod"
import { type Block, join, math, plane, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { noise } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import { dot, entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    points: field.grid("labelled points, shape (n, d)"),
    labels: field.labels("class of each point, shape (n)", { repeated: true }),
    names: field.labels("names of the points, shape (n); 0, 1, … if left out").optional(),
    query: field.vector("point to classify, shape (d)"),
    k: field.integer("how many neighbours vote", { min: 1 }),
    metric: field
      .oneOf("distance: Euclidean, Manhattan, or 1 minus the cosine", ["l2", "l1", "cosine"])
      .default("l2"),
  })
  .check(
    rule.match(["labels", "length"], ["points", "rows"], n => `there are ${plural(n, "point")}`),
    rule.match(["names", "length"], ["points", "rows"], n => `there are ${plural(n, "point")}`),
    rule.match(
      ["query", "length"],
      ["points", "columns"],
      n => `the points have ${plural(n, "dimension")}`,
    ),
    rule.across(["k", "points"], ({ k, points }) =>
      k > points.length
        ? {
            path: ["k"],
            code: "range",
            message: `is ${k}, but there are ${plural(points.length, "point")}`,
          }
        : undefined,
    ),
    rule.across(["metric", "points", "query"], ({ metric, points, query }) => {
      if (metric !== "cosine") return undefined
      return [...rule.directionless(["points"], points), ...rule.directionless(["query"], query)]
    }),
  )

const answers = ({ labels, names }: z.output<typeof given>) => ({
  distances: answer.vector("distance of each point from the query", { min: 0 }),
  neighbours: answer.list(`the nearest points${names ? "" : " from 0"}, nearest first`),
  prediction: answer.choice("class of the query", [...new Set(labels)]),
})

const slips: Slips<typeof given> = {
  "the Euclidean distance is taken": ({ metric }) =>
    metric === "l2" ? undefined : { metric: "l2" },
  "the Manhattan distance is taken": ({ metric }) =>
    metric === "l1" ? undefined : { metric: "l1" },
  "the cosine distance is taken": ({ metric, points, query }) =>
    metric === "cosine" || [query, ...points].some(isZero) ? undefined : { metric: "cosine" },
}

const question: Question<typeof given> = ({ k, metric, query }) =>
  text`Classify the point ${query} by its ${plural(k, "nearest neighbour")} in ${metrics[metric].words}: give all distances, the neighbours in order and the class.`

const metrics = {
  l2: {
    words: "Euclidean distance",
    of: (a: Vector, b: Vector) => Math.hypot(...a.map((x, i) => x - entry(b, i))),
    formula: math`d(x, q) = \sqrt{\sum_j (x_j - q_j)^2}`,
  },
  l1: {
    words: "Manhattan distance",
    of: (a: Vector, b: Vector) => sum(a.map((x, i) => Math.abs(x - entry(b, i)))),
    formula: math`d(x, q) = \sum_j |x_j - q_j|`,
  },
  cosine: {
    words: "cosine distance",
    of: (a: Vector, b: Vector) =>
      Math.max(0, 1 - dot(a, b) / (Math.hypot(...a) * Math.hypot(...b))),
    formula: math`d(x, q) = 1 - \frac{x \cdot q}{\lVert x \rVert\,\lVert q \rVert}`,
  },
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { points, labels, query, k, metric } = given
  const names = given.names ?? points.map((_, i) => String(i))
  const found = points.map(point => metrics[metric].of(point, query))
  const distances = work.answer("distances", found, {
    ...(metric === "l2" && { "the square root is not taken": found.map(d => d ** 2) }),
    ...(metric === "cosine" && {
      "the similarity is not subtracted from 1": found.map(d => 1 - d),
    }),
  })
  work.step("Distances", () => [
    metrics[metric].formula,
    ...points
      .slice(0, shown.points)
      .map(
        (point, i) =>
          math`d_{${entry(names, i)}} = ${working[metric](point, query)} = ${entry(distances, i)}`,
      ),
    ...(points.length > shown.points ? [text`The other points in the same way.`] : []),
    ...picture(given, names),
  ])

  const order = nearest(distances)
  const called = (places: readonly number[]) =>
    given.names ? places.map(i => entry(names, i)) : places
  const neighbours = work.answer("neighbours", called(order.slice(0, k)), {
    "the farthest points are taken": called(order.toReversed().slice(0, k)),
    ...(!given.names && { "the points are counted from 1": order.slice(0, k).map(i => i + 1) }),
  })
  const voters = neighbours
    .map(member => names.indexOf(String(member)))
    .flatMap(i => (labels[i] === undefined ? [] : [{ i, label: labels[i] }]))
  work.step("Neighbours", () => [
    table(
      ["", "point", "distance", "class"],
      voters.map(({ i, label }, rank) => [rank + 1, entry(names, i), entry(distances, i), label]),
    ),
    ...(order.slice(0, k).some((i, rank) => isTie(distances, i, order[rank + 1]))
      ? [text`Of points at the same distance the one listed first comes first.`]
      : []),
  ])

  const classes = [...new Set(labels)]
  const ranked = voters.map(({ label }) => label)
  const votes = counted(classes, ranked)
  const leading = leaders(votes)
  const winner = (all: readonly string[]) =>
    ranked.find(name => all.includes(name)) ?? entry(all, 0)
  const prediction = work.answer("prediction", winner(leading), {
    "only the nearest neighbour votes": winner(classes),
    "all points vote": winner(leaders(counted(classes, labels))),
    "a tie goes to the class that is listed first": entry(leading, 0),
  })
  work.step("Vote", () => [
    table(
      ["class", "votes"],
      classes.map(name => [name, votes[name] ?? 0]),
    ),
    leading.length > 1
      ? text`${leading.join(", ")} have equally many votes; the nearest neighbour of these classes decides: ${prediction}.`
      : text`${prediction} has the most votes.`,
  ])
}

/** So many distances are worked out line by line. */
const shown = { points: 8, terms: 4, inPicture: 12 }

const working: Record<keyof typeof metrics, (x: Vector, q: Vector) => Rich> = {
  l2: (x, q) => {
    const squares = x.map((value, j) => math`(${value} - ${entry(q, j)})^2`)
    return math`\sqrt{${added(squares)}}`
  },
  l1: (x, q) => added(x.map((value, j) => math`|${value} - ${entry(q, j)}|`)),
  cosine: (x, q) =>
    math`1 - \frac{${sumOfProducts(x, q)}}{${Math.hypot(...x)} \cdot ${Math.hypot(...q)}}`,
}

function added(terms: readonly Rich[]): Rich {
  if (terms.length <= shown.terms) return join(terms, " + ")
  return join([...terms.slice(0, shown.terms - 1), math`\ldots`, ...terms.slice(-1)], " + ")
}

/** The places of all points, nearest first. */
function nearest(distances: Vector): number[] {
  return distances
    .map((_, i) => i)
    .sort((a, b) => (isTie(distances, a, b) ? a - b : entry(distances, a) - entry(distances, b)))
}

/** Distances that are equal on paper may differ by float noise. */
function isTie(distances: Vector, a: number, b: number | undefined): boolean {
  if (b === undefined) return false
  const [one, other] = [entry(distances, a), entry(distances, b)]
  return Math.abs(one - other) <= noise(one, 0)
}

function counted(classes: readonly string[], votes: readonly string[]): Record<string, number> {
  return Object.fromEntries(classes.map(name => [name, votes.filter(vote => vote === name).length]))
}

/** The classes with the most votes. */
function leaders(votes: Readonly<Record<string, number>>): string[] {
  const most = Math.max(...Object.values(votes))
  return Object.keys(votes).filter(name => votes[name] === most)
}

function isZero(point: Vector): boolean {
  return point.every(x => x === 0)
}

function picture(
  { points, labels, query }: z.output<typeof given>,
  names: readonly string[],
): Block[] {
  if (query.length !== 2 || points.length > shown.inPicture) return []
  const at = ([x = 0, y = 0]: Vector) => [x, y] as const
  return [
    plane("the points with their classes, and the query q", {
      y: "up",
      points: [
        ...points.map((point, i) => ({
          name: `${entry(names, i)}: ${entry(labels, i)}`,
          at: at(point),
        })),
        { name: "q", at: at(query), mark: true },
      ],
    }),
  ]
}

export default defineKind({
  name: "knn",
  topic: "vision",
  title: "k nearest neighbours",
  given,
  answers,
  slips,
  question,
  solve,
})
