// Dalal & Triggs (2005): each gradient votes with its magnitude for bins of orientation, shared between
// two bins by distance. `centers` measures it from the bins' centres, as they do; `edges`, common in
// exercises, from their lower edges; `none` gives all to the bin that holds the angle. Bins count from
// 1 and close in a circle; angles are in degrees, modulo `range`.
import * as z from "zod"
import { type Block, bars, join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { entry, mapGrid } from "../../math/linear.ts"
import { ballotOf, isClosing, tally, votesFor } from "../../math/orientation-bins.ts"

const sample = z.strictObject({
  magnitude: field.number("length of the gradient", { min: 0 }),
  angle: field.number("direction of the gradient, in degrees"),
})

const given = z
  .strictObject({
    samples: z
      .array(sample)
      .min(1)
      .meta({ title: "list of maps", description: "gradients, each { magnitude, angle }" })
      .optional(),
    magnitude: field
      .grid("instead of samples: lengths of the gradients, shape (rows, cols)", { min: 0 })
      .optional(),
    angle: field.grid("their directions in degrees, shape (rows, cols)").optional(),
    bins: field.integer("number of bins", { min: 2, max: 360 }).default(9),
    range: field
      .oneOf("degrees that the bins cover: 180 for unsigned, 360 for signed gradients", [180, 360])
      .default(180),
    interpolation: field
      .oneOf("how a vote is shared: by the distance to bin edges, to bin centres, or not", [
        "edges",
        "centers",
        "none",
      ])
      .default("edges"),
  })
  .check(
    rule.oneWay("gradients", [["samples"], ["magnitude", "angle"]]),
    rule.sameShape("magnitude", "angle"),
  )

type Given = z.output<typeof given>

const answers = ({ bins }: Given) => {
  const numbered = { of: "integer", min: 1, max: bins, optional: true } as const
  return {
    bin: answer.vector("the bin that each gradient votes for, from 1", numbered),
    bin_pairs: answer.grid("lower and upper bin of each gradient, from 1", numbered),
    weights: answer.grid("share of the lower and of the upper bin", {
      min: 0,
      max: 1,
      optional: true,
    }),
    votes: answer.grid("votes for the lower and for the upper bin", { min: 0, optional: true }),
    histogram: answer.vector("sum of the votes in each bin", { min: 0 }),
  }
}

const slips: Slips<typeof given> = {
  "the distances to the bin edges are taken": ({ interpolation }) =>
    interpolation === "centers" ? { interpolation: "edges" } : undefined,
  "the distances to the bin centres are taken": ({ interpolation }) =>
    interpolation === "edges" ? { interpolation: "centers" } : undefined,
  "the bins cover 180°": ({ range }) => (range === 180 ? undefined : { range: 180 }),
  "the bins cover 360°": ({ range }) => (range === 360 ? undefined : { range: 360 }),
}

const question: Question<typeof given> = ({ bins, range, interpolation, samples, magnitude }) => {
  const count = samples?.length ?? (magnitude ?? []).flat().length
  return text`Let ${plural(count, "gradient")} vote in a histogram of ${bins} orientation bins over ${range}°, ${ways[interpolation]}.`
}

const ways = {
  edges: "each vote shared between two bins by its distance to their lower edges",
  centers: "each vote shared between two bins by its distance to their centres",
  none: "each vote given to the bin that holds its angle",
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { bins, range, interpolation } = given
  const width = range / bins
  const isShared = interpolation !== "none"
  const ballots = ballotsOf(given)
  const chosen = isShared ? binPairs(ballots, work) : ownBins(ballots, work)
  const shown = ballots.slice(0, most)
  const others = ballots.length > most ? [text`The other gradients in the same way.`] : []
  const closes = ballots.some(isClosing)
  work.step("Bins", () => [
    math`\text{width} = \frac{${range}}{${bins}} = ${width}`,
    ...(ballots.some(({ angle, degrees }) => angle !== degrees)
      ? [text`Angles are taken modulo ${range}.`]
      : []),
    math`${anchors[interpolation]} \cdot ${width}, \quad \theta_1 \le \theta < \theta_2`,
    table(
      [
        "gradient",
        ...[math`\theta`, math`\theta_1`, math`\theta_2`],
        ...(isShared ? ["lower bin", "upper bin"] : ["bin"]),
      ],
      shown.map(({ name, angle, from, to }, i) => [name, angle, from, to, ...entry(chosen, i)]),
    ),
    ...others,
    ...(closes ? [text`The bins close in a circle: bin ${bins} is followed by bin 1.`] : []),
  ])

  const votes = isShared ? sharedVotes(ballots, work) : ballots.map(({ votes }) => votes)
  const open = votes.map((row, i) => (isClosing(entry(ballots, i)) ? row.slice(0, 1) : row))
  const histogram = work.answer("histogram", tally(chosen, votes, bins), {
    ...(closes && { "the votes beyond the last bin are lost": tally(chosen, open, bins) }),
    ...(isShared
      ? { "the votes are not shared between two bins": counted(given, "none") }
      : {
          "every gradient counts as 1": tally(
            chosen,
            chosen.map(() => [1]),
            bins,
          ),
          "the votes are shared by the distances to the bin edges": counted(given, "edges"),
          "the votes are shared by the distances to the bin centres": counted(given, "centers"),
        }),
  })
  work.step("Histogram", () => [
    text`Each bin adds up ${isShared ? "its votes" : "the magnitudes of its gradients"}.`,
    ...sums(chosen, votes, histogram),
    bars(
      "votes by bin",
      histogram.map((_, k) => String(k + 1)),
      histogram,
    ),
  ])
}

/** So many gradients are worked out line by line. */
const most = 8
/** So many votes of a bin are written out. */
const terms = 6

const anchors = {
  edges: math`\text{lower edge of bin } k = (k - 1)`,
  centers: math`\text{centre of bin } k = (k - \frac{1}{2})`,
  none: math`\text{lower edge of bin } k = (k - 1)`,
}

type Ballots = ReturnType<typeof ballotsOf>
type Hands = Parameters<typeof solve>[1]

/** Of each gradient in reading order: the bins it votes for, and how. */
function ballotsOf(given: Given) {
  const { samples, magnitude, angle } = given
  const all =
    samples ??
    (magnitude ?? []).flatMap((row, i) =>
      row.map((length, j) => ({ magnitude: length, angle: angle?.[i]?.[j] ?? 0 })),
    )
  return all.map(({ magnitude, angle }, i) => {
    const ballot = ballotOf(angle, given)
    const votes = ballot.weights.map(weight => weight * magnitude)
    return { ...ballot, name: String(i + 1), degrees: angle, magnitude, votes }
  })
}

function ownBins(ballots: Ballots, work: Hands): number[][] {
  const own = ballots.map(({ chosen: [bin = 0] }) => bin)
  const slips = { "the bins are counted from 0": own.map(bin => bin - 1) }
  return work.answer("bin", own, slips).map(bin => [bin])
}

function binPairs(ballots: Ballots, work: Hands): Grid {
  const pairs = ballots.map(({ chosen }) => chosen)
  return work.answer("bin_pairs", pairs, {
    "the bins are counted from 0": mapGrid(pairs, bin => bin - 1),
    ...(ballots.some(isClosing) && {
      "the last bin is not followed by the first": pairs.map(([bin = 0]) => [bin, bin + 1]),
    }),
  })
}

/** The two weights of each gradient, and what they make of its magnitude. */
function sharedVotes(ballots: Ballots, work: Hands): Grid {
  const shown = ballots.slice(0, most)
  const others = ballots.length > most ? [text`The other gradients in the same way.`] : []
  const shares = ballots.map(({ weights }) => weights)
  const weights = work.answer("weights", shares, {
    "the two weights are swapped": shares.map(pair => pair.toReversed()),
  })
  work.step("Weights", () => [
    math`w_{\text{lower}} = \frac{\theta_2 - \theta}{\theta_2 - \theta_1}, \quad w_{\text{upper}} = \frac{\theta - \theta_1}{\theta_2 - \theta_1}`,
    ...shown.map(({ name, angle, from, to }, i) => {
      const lower = math`\frac{${to} - ${angle}}{${to - from}}`
      const upper = math`\frac{${angle} - ${from}}{${to - from}}`
      return math`w_{${name}} = [${lower},\ ${upper}] = ${entry(weights, i)}`
    }),
    ...others,
  ])

  const products = weights.map((pair, i) =>
    pair.map(weight => weight * entry(ballots, i).magnitude),
  )
  const votes = work.answer("votes", products, {
    "the weights are not multiplied by the magnitude": weights,
  })
  work.step("Votes", () => [
    math`\text{vote} = w \cdot \text{magnitude}`,
    ...shown.map(
      ({ name, magnitude }, i) =>
        math`\text{vote}_{${name}} = ${entry(weights, i)} \cdot ${magnitude} = ${entry(votes, i)}`,
    ),
    ...others,
  ])
  return votes
}

/** The histogram, the votes shared in another way. */
function counted(given: Given, interpolation: Given["interpolation"]): number[] {
  const ballots = ballotsOf({ ...given, interpolation })
  return tally(
    ballots.map(({ chosen }) => chosen),
    ballots.map(({ votes }) => votes),
    given.bins,
  )
}

/** How the bins that have votes add them up. */
function sums(chosen: Grid, votes: Grid, histogram: Vector): Block[] {
  const lines = histogram.flatMap((total, k) => {
    const all = votesFor(k + 1, chosen, votes)
    if (all.length === 0) return []
    if (all.length === 1) return [math`h_{${k + 1}} = ${total}`]
    const written =
      all.length > terms ? [...all.slice(0, terms - 2), math`\ldots`, ...all.slice(-1)] : all
    return [math`h_{${k + 1}} = ${join(written, " + ")} = ${total}`]
  })
  return [...lines, ...(lines.length < histogram.length ? [text`The other bins are empty.`] : [])]
}

export default defineKind({
  name: "hog",
  topic: "vision",
  title: "Histogram of oriented gradients",
  given,
  answers,
  slips,
  question,
  solve,
})
