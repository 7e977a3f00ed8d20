// Gonzalez & Woods, Digital Image Processing: with L grey levels, equalization maps level v to
// round((L − 1)·cdf(v)), and a negative to L − 1 − v. `cdf-min` stretches to the darkest level first:
// round((L − 1)·(cdf(v) − cdf_min)/(1 − cdf_min)). Halves are rounded up; the standard deviation has 1/n.
// Level v falls into bin ⌊v·bins/L⌋, so where bins do not divide L, some hold a level more.
import * as z from "zod"
import { type Block, bars, type Cell, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { Fraction, ratio } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { sizes } from "../../core/words.ts"
import { shown, sumOfProducts } from "../../core/working.ts"
import { rangeOf, rangesOf, tally } from "../../math/grey-levels.ts"
import { dot, mapGrid, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    image: field.integerGrid("grey level of each pixel, shape (rows, cols), from 0", { min: 0 }),
    levels: field.integer("how many grey levels there are: L", { min: 2, max: 65536 }).default(256),
    bins: field
      .integer(
        "count in so many ranges of levels, level v in bin ⌊v·bins/L⌋, counted from 0; each level by itself if left out",
        { min: 1 },
      )
      .optional(),
    equalization: field
      .oneOf("what is multiplied by L − 1: the cdf, or the cdf stretched from its smallest value", [
        "cdf",
        "cdf-min",
      ])
      .default("cdf"),
  })
  .check(
    rule.across(["image", "levels"], ({ image, levels }) => {
      const row = image.findIndex(values => values.some(value => value >= levels))
      const column = image[row]?.findIndex(value => value >= levels) ?? -1
      const found = image[row]?.[column]
      if (found === undefined) return undefined
      const message = `must be at most ${levels - 1}, the last of ${levels} levels, but it is \`${found}\``
      return { path: ["image", row, column], code: "range", message }
    }),
    rule.across(["bins", "levels"], ({ bins, levels }) =>
      bins !== undefined && bins > levels
        ? { path: ["bins"], code: "range", message: `is ${bins}, but there are ${levels} levels` }
        : undefined,
    ),
    rule.across(["image", "levels", "bins", "equalization"], given => {
      if (given.equalization === "cdf" || !isFlat(given)) return undefined
      const what = given.bins === undefined ? "grey level" : "bin"
      const message = `cannot be \`cdf-min\` where all pixels are of one ${what}: it divides by 0`
      return { path: ["equalization"], message }
    }),
  )

type Given = z.output<typeof given>

const answers = ({ levels, bins }: Given) => {
  const each = bins === undefined ? "grey level" : "bin"
  const level = { of: "integer", min: 0, max: levels - 1 } as const
  return {
    counts: answer.record(`pixels of each ${each}`, { of: "integer", min: 0 }),
    mean: answer.number("mean grey level", { min: 0, max: levels - 1 }),
    std: answer.number("standard deviation of the grey levels", { min: 0, aside: true }),
    contrast: answer.integer("largest minus smallest grey level", { min: 0, aside: true }),
    cdf: answer.ratios(`share of the pixels up to each ${each}`, { min: 0, max: 1 }),
    mapping: answer.record(`new level of each ${each}`, level),
    equalized: answer.grid("the image after equalization", { ...level, aside: true }),
    negative: answer.grid("the negative of the image", { ...level, aside: true }),
  }
}

const slips: Slips<typeof given> = {
  "the smallest value of the cdf is not subtracted": ({ equalization }) =>
    equalization === "cdf" ? undefined : { equalization: "cdf" },
  "the smallest value of the cdf is subtracted": given =>
    given.equalization === "cdf-min" || isFlat(given) ? undefined : { equalization: "cdf-min" },
}

const question: Question<typeof given> = ({ image, levels, bins }) =>
  text`Give the histogram of the ${sizes(image)} image with ${levels} grey levels${bins === undefined ? "" : text` in ${bins} bins${levels % bins === 0 ? "" : text` (level v in bin ${math`\lfloor v \cdot ${bins} / ${levels} \rfloor`}, counted from 0)`}`}, its mean, standard deviation and contrast, its cumulative distribution, the image after histogram equalization, and its negative.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { image, levels, bins, equalization } = given
  const pixels = image.flat()
  const n = pixels.length
  const ranges = rangesOf(image, given, most)
  const names = ranges.map(({ name }) => name)
  const each = bins === undefined ? "level" : "bin"

  const counts = work.answer(
    "counts",
    tally(
      names,
      pixels.map(v => rangeOf(v, given)),
    ),
  )
  const heights = names.map(name => counts[name] ?? 0)
  work.step("Histogram", () => [
    text`The image has n = ${n} pixels.${names.length < levels && bins === undefined ? " Only the grey levels that occur are listed." : ""}`,
    ...(bins === undefined || levels % bins === 0
      ? []
      : [
          text`Level v falls into bin ${math`\lfloor v \cdot ${bins} / ${levels} \rfloor`}, counted from 0.`,
        ]),
    ...(names.length > most
      ? [...listed([each, "pixels"], names, name => [counts[name] ?? 0]), coarsely(given)]
      : [bars(`pixels of each ${each}`, names, heights)]),
  ])

  // The counts of bins do not say which levels they hold.
  const occurring = [...new Set(pixels)].toSorted((a, b) => a - b)
  const values = bins === undefined ? ranges.map(({ from }) => from) : occurring
  const found = tally(values.map(String), pixels.map(String))
  const times = bins === undefined ? heights : Object.values(found)
  const mean = work.answer("mean", dot(values, times) / n, {
    "each level that occurs is taken once": sum(occurring) / occurring.length,
  })
  const squares = values.map(value => (value - mean) ** 2)
  const variance = dot(squares, times) / n
  const std = work.answer("std", Math.sqrt(variance), {
    "the square root is not taken": variance,
    ...(n > 1 && { "it is divided by n − 1": Math.sqrt(dot(squares, times) / (n - 1)) }),
  })
  const [darkest, brightest] = [Math.min(...pixels), Math.max(...pixels)]
  const contrast = work.answer("contrast", brightest - darkest)
  work.step("Mean, standard deviation and contrast", () => [
    ...(bins === undefined
      ? []
      : [text`These are taken of the pixels; bins do not say their levels.`]),
    ...moments(values, times, { n, mean, variance, std }),
    math`\text{contrast} = v_{\max} - v_{\min} = ${brightest} - ${darkest} = ${contrast}`,
  ])

  let total = new Fraction(0)
  let counted = new Fraction(0)
  const cdf = new Map<string, Fraction>()
  for (const name of names) {
    const share = ratio(counts[name] ?? 0, n)
    counted = counted.add(counts[name] ?? 0)
    total = work.part("cdf", name, total.add(share), {
      "the counts are not divided by the number of pixels": counted,
      "the shares are not added up": share,
    })
    cdf.set(name, total)
  }
  work.step("Cumulative distribution", () => [
    math`\operatorname{cdf}(k) = \operatorname{cdf}(k - 1) + \frac{h(k)}{n}`,
    ...listed([each, "pixels", "cdf"], names, name => [counts[name] ?? 0, cdf.get(name) ?? 0]),
  ])

  const smallest = [...cdf.values()].find(share => share.compare(0) > 0) ?? new Fraction(0)
  const stretched = (share: Fraction) =>
    equalization === "cdf" ? share : quotient(share.sub(smallest), new Fraction(1).sub(smallest))
  const scaled = (by: number) =>
    new Map([...cdf].map(([name, share]) => [name, stretched(share).mul(by)]))
  const exact = scaled(levels - 1)
  const mapping = work.answer("mapping", toLevels(exact, rounded, levels - 1), {
    "it is cut off instead of rounded": toLevels(exact, x => x.floor(), levels - 1),
    "L is taken instead of L − 1": toLevels(scaled(levels), rounded, levels),
  })
  const equalized = work.answer(
    "equalized",
    mapGrid(image, value => mapping[rangeOf(value, given)] ?? 0),
  )
  work.step("Equalization", () => [
    equalization === "cdf"
      ? math`s_k = \operatorname{round}((L - 1) \cdot \operatorname{cdf}(k)), \quad L - 1 = ${levels - 1}`
      : math`s_k = \operatorname{round}((L - 1) \cdot \frac{\operatorname{cdf}(k) - \operatorname{cdf}_{\min}}{1 - \operatorname{cdf}_{\min}}), \quad L - 1 = ${levels - 1}, \quad \operatorname{cdf}_{\min} = ${smallest}`,
    ...listed([each, "cdf", "before rounding", "new level"], names, name => [
      cdf.get(name) ?? 0,
      exact.get(name)?.valueOf() ?? 0,
      mapping[name] ?? 0,
    ]),
    ...([...exact.values()].some(x => x.d === 2n) ? [text`Halves are rounded up.`] : []),
    ...([...exact.values()].some(x => x.compare(0) < 0)
      ? [text`Levels darker than the darkest pixel become 0.`]
      : []),
    shown({ name: text`equalized`, value: equalized }),
  ])

  const negative = work.answer(
    "negative",
    mapGrid(image, value => levels - 1 - value),
    { "L is taken instead of L − 1": mapGrid(image, value => levels - value) },
  )
  work.step("Negative", () => [
    math`\text{negative} = L - 1 - v = ${levels - 1} - v`,
    shown({ name: text`negative`, value: negative }),
  ])
}

/** So many levels or bins are drawn, or stand in a table. */
const most = 32

function isFlat(given: Given): boolean {
  return new Set(given.image.flat().map(value => rangeOf(value, given))).size === 1
}

/** The picture of a histogram with more levels than can be drawn. */
function coarsely({ image, levels }: Given): Block {
  const grey = { levels, bins: 16 }
  const names = rangesOf(image, grey, most).map(({ name }) => name)
  const counts = tally(
    names,
    image.flat().map(value => rangeOf(value, grey)),
  )
  return bars(
    "pixels in 16 ranges of levels",
    names,
    names.map(name => counts[name] ?? 0),
  )
}

/** Whole grey levels, none below 0 or above `top`. */
function toLevels(
  exact: ReadonlyMap<string, Fraction>,
  round: (x: Fraction) => Fraction,
  top: number,
): Record<string, number> {
  const within = (level: number) => Math.min(top, Math.max(0, level))
  return Object.fromEntries([...exact].map(([name, x]) => [name, within(round(x).valueOf())]))
}

/** Halves are rounded up. */
function rounded(x: Fraction): Fraction {
  return x.add(1, 2).floor()
}

/** a/b, and 0 where b is 0. */
function quotient(a: Fraction, b: Fraction): Fraction {
  return b.equals(0) ? new Fraction(0) : a.div(b)
}

function moments(
  values: Vector,
  times: Vector,
  { n, mean, variance, std }: Readonly<Record<"n" | "mean" | "variance" | "std", number>>,
): Rich[] {
  const occurring = values.flatMap((value, i) => (times[i] ? [{ value, count: times[i] }] : []))
  const total = sumOfProducts(
    occurring.map(({ value }) => value),
    occurring.map(({ count }) => count),
  )
  const deviations = sumOfProducts(
    occurring.map(({ count }) => count),
    occurring.map(({ value }) => (value - mean) ** 2),
  )
  return [
    math`\mu = \frac{1}{n} \sum_v v \cdot h(v) = \frac{${total}}{${n}} = ${mean}`,
    math`\sigma^2 = \frac{1}{n} \sum_v h(v) \cdot (v - \mu)^2 = \frac{${deviations}}{${n}} = ${variance}`,
    math`\sigma = \sqrt{${variance}} = ${std}`,
  ]
}

/** A row for each level or bin; of many, the first. */
function listed(
  head: readonly string[],
  names: readonly string[],
  cells: (name: string) => readonly Cell[],
): Block[] {
  return [
    table(
      head,
      names.slice(0, most).map(name => [name, ...cells(name)]),
    ),
    ...(names.length > most ? [text`The others in the same way.`] : []),
  ]
}

export default defineKind({
  name: "histogram",
  topic: "vision",
  title: "Histogram and its equalization",
  given,
  answers,
  slips,
  question,
  solve,
})
