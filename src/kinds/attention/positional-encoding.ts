// Vaswani et al. (2017): PE(pos, 2i) = sin(pos / base^(2i/d)), PE(pos, 2i + 1) = cos of the same.
// Positions and dimensions count from 0, angles are radians; an odd d ends with a sine.
// `binary` writes each position in d bits, the most significant first.
import * as z from "zod"
import { math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { type Named, shown, sumOfProducts } from "../../core/working.ts"
import { mapGrid, zipGrids } from "../../math/linear.ts"

/** Numbers that are computed, and lines that are written out, at most. */
const most = { numbers: 100_000, lines: 8 }

const given = z
  .strictObject({
    d: field.integer("dimensions of an encoding", { min: 1, max: 4096 }),
    positions: field.vector("positions to encode, shape (n)").optional(),
    tokens: field
      .labels("names of the positions; if these are left out, of 0, 1, 2, …", { repeated: true })
      .optional(),
    scheme: field.oneOf("waves or bits", ["sinusoidal", "binary"]).default("sinusoidal"),
    base: field.number("base of the wavelengths", { min: 1 }).default(10000),
    embeddings: field.grid("what the encoding is added to, shape (n, d)").optional(),
  })
  .check(
    rule.oneWay("positions", [{ all: ["positions"], perhaps: ["tokens"] }, ["tokens"]]),
    rule.match(["tokens", "length"], ["positions", "length"]),
    rule.across(["positions", "tokens", "d"], given => {
      const [n, allowed] = [positionsOf(given).length, Math.floor(most.numbers / given.d)]
      if (n <= allowed) return undefined
      const message = `has ${plural(n, "entry")}, but with ${given.d} dimensions there may be ${allowed}`
      return { path: [given.positions ? "positions" : "tokens"], code: "too-large", message }
    }),
    rule.across(["positions", "tokens", "d", "scheme"], ({ d, scheme, ...given }) => {
      const at = positionsOf(given).findIndex(position => !hasBits(position, d))
      if (scheme !== "binary" || at === -1) return undefined
      const message = `is position ${positionsOf(given)[at]}, which does not fit in ${plural(d, "bit")}`
      return { path: [given.positions ? "positions" : "tokens", at], code: "range", message }
    }),
    rule.across(["embeddings", "positions", "tokens", "d"], ({ embeddings, d, ...given }) => {
      const shape = `${positionsOf(given).length}×${d}`
      if (!embeddings || sizes(embeddings) === shape) return undefined
      const message = `must be ${shape}, positions by dimensions, but it is ${sizes(embeddings)}`
      return { path: ["embeddings"], code: "shape", message }
    }),
  )

const answers = {
  angles: answer.grid("angle of each dimension, radians", { optional: true, period: 2 * Math.PI }),
  PE: answer.grid("positional encoding", { min: -1, max: 1 }),
  sum: answer.grid("embeddings with the encoding added", { optional: true }),
}

const slips: Slips<typeof given> = {
  "positions are counted from 1": given => {
    const positions = positionsOf(given).map(position => position + 1)
    const fit = given.scheme !== "binary" || positions.every(each => hasBits(each, given.d))
    return fit ? { positions } : undefined
  },
  "10000 is taken as the base": ({ base }) => (base === 10000 ? undefined : { base: 10000 }),
}

const question: Question<typeof given> = ({ d, scheme, base, embeddings, tokens, ...given }) => {
  const positions = tokens ?? positionsOf(given).map(String)
  const listed = `${tokens ? "" : "positions "}${positions.join(", ")}`
  const whose = positions.length > most.lines ? `${positions.length} positions` : listed
  const added = embeddings ? ", and add it to the embeddings" : ""
  return scheme === "binary"
    ? text`Write the positional encoding of ${whose} in ${plural(d, "bit")}, the most significant first${added}.`
    : text`Compute the sinusoidal positional encoding of ${whose} in ${plural(d, "dimension")} with base ${base}${added}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const PE = given.scheme === "binary" ? binary(given, work) : sinusoidal(given, work)
  if (!given.embeddings) return

  const { embeddings, d } = given
  const add = (factor: number) => zipGrids(embeddings, PE.value, (e, pe) => factor * e + pe)
  const value = work.answer("sum", add(1), {
    "the embeddings are multiplied by √d first": add(Math.sqrt(d)),
    "the encoding is not added": embeddings,
  })
  work.step("Sum", () => [
    math`\mathit{sum} = \mathit{embeddings} + \mathit{PE}`,
    shown({ ...PE, name: math`\mathit{sum}`, value }),
  ])
}

type Given = z.output<typeof given>
type Desk = Parameters<typeof solve>[1]

/** Angles, then their sines and cosines in turn. */
function sinusoidal({ d, base, ...given }: Given, work: Desk): Named {
  const positions = positionsOf(given)
  const sample = Math.max(
    0,
    positions.findIndex(position => position !== 0),
  )
  const pos = positions[sample] ?? 0
  const few = upTo(Math.min(d, most.lines))

  const over = (exponent: (j: number) => number) =>
    positions.map(position => upTo(d).map(j => position / base ** exponent(j)))
  const even = (j: number) => j - (j % 2)
  const right = over(j => even(j) / d)
  const angles = work.answer("angles", right, {
    "the exponent is i/d instead of 2i/d": over(j => even(j) / 2 / d),
    "i counts dimensions instead of pairs": over(j => (2 * j) / d),
    "an odd dimension j has the exponent j/d": over(j => j / d),
    "an even dimension j has the exponent (j − 1)/d": over(j => (j - 1) / d),
  })
  work.step("Angles", () => [
    math`\mathit{angle} = \frac{\mathit{pos}}{${base}^{2i/d}}`,
    text`Dimensions 2i and 2i + 1 share an angle, in radians; positions, dimensions and i count from 0.`,
    table(
      [
        math`i`,
        math`2i/d`,
        math`${base}^{2i/d}`,
        math`\mathit{angle} \text{ at } \mathit{pos} = ${pos}`,
      ],
      few
        .filter(j => j % 2 === 0)
        .map(j => {
          const [power, angle] = [base ** (j / d), angles[sample]?.[j] ?? 0]
          return [j / 2, math`${j}/${d}`, power, math`\frac{${pos}}{${power}} = ${angle}`]
        }),
    ),
    ...(d > few.length ? [text`The other dimensions in the same way.`] : []),
    shown({ name: math`\mathit{angles}`, value: angles, rows: namesOf(given) }),
  ])

  const waves = (first: (x: number) => number, second: (x: number) => number) =>
    mapGrid(angles, (angle, _, j) => (j % 2 === 0 ? first(angle) : second(angle)))
  const inDegrees = (wave: (x: number) => number) => (angle: number) =>
    wave((angle * Math.PI) / 180)
  const inTurn = waves(Math.sin, Math.cos)
  const value = work.answer("PE", inTurn, {
    "sin and cos are swapped": waves(Math.cos, Math.sin),
    "the angles are taken as degrees": waves(inDegrees(Math.sin), inDegrees(Math.cos)),
    "all sines stand before all cosines": inTurn.map(row => [
      ...row.filter((_, j) => j % 2 === 0),
      ...row.filter((_, j) => j % 2 === 1),
    ]),
  })
  const PE = { name: math`\mathit{PE}`, value, rows: namesOf(given) }
  work.step("Sines and cosines", () => [
    math`\mathit{PE}(\mathit{pos}, 2i) = \sin(\mathit{angle}), \quad \mathit{PE}(\mathit{pos}, 2i + 1) = \cos(\mathit{angle})`,
    ...few.map(j => {
      const wave = j % 2 === 0 ? math`\sin` : math`\cos`
      return math`\mathit{PE}(${pos}, ${j}) = ${wave}(${angles[sample]?.[j] ?? 0}) = ${value[sample]?.[j] ?? 0}`
    }),
    shown(PE),
  ])
  return PE
}

/** The digits of each position in base two. */
function binary({ d, ...given }: Given, work: Desk): Named {
  const powers = upTo(d).map(j => 2 ** (d - 1 - j))
  const positions = positionsOf(given)
  const bits = positions.map(position => powers.map(power => Math.floor(position / power) % 2))
  const value = work.answer("PE", bits, {
    "the least significant bit comes first": bits.map(row => row.toReversed()),
  })
  const PE = { name: math`\mathit{PE}`, value, rows: namesOf(given) }
  work.step("Bits", () => [
    text`Each position is a sum of powers of two; what these are multiplied by are its bits.`,
    ...positions
      .slice(0, most.lines)
      .map((position, i) => math`${position} = ${sumOfProducts(value[i] ?? [], powers)}`),
    shown(PE),
  ])
  return PE
}

type Placed = Pick<Given, "positions" | "tokens">

function positionsOf({ positions, tokens = [] }: Placed): Vector {
  return positions ?? upTo(tokens.length)
}

function namesOf({ positions, tokens }: Placed): readonly string[] {
  return tokens ?? positions?.map(position => `position ${position}`) ?? []
}

/** 0, 1, …, n − 1 */
function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

function hasBits(position: number, bits: number): boolean {
  return Number.isInteger(position) && position >= 0 && position < 2 ** bits
}

export default defineKind({
  name: "positional-encoding",
  topic: "attention",
  title: "Positional encoding",
  given,
  answers,
  slips,
  question,
  solve,
})
