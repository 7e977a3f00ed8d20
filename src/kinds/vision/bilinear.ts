// Bilinear interpolation in an upright rectangle: the weight of a corner is the area of the rectangle
// between the point and the opposite corner, as a share of the whole. As in RoI align (He et al., 2017)
// the corners are cells of a feature map; y may grow down or up.
import * as z from "zod"
import { join, math, plane, table, text } from "../../core/blocks.ts"
import type { Complaint } from "../../core/complaints.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { describe, quoted, short } from "../../core/words.ts"
import { entry, sum, transpose } from "../../math/linear.ts"

const corner = z.strictObject({
  x: field.number("column of the corner"),
  y: field.number("row of the corner"),
  value: field.broadcast("value there: a number, or a vector with one number per channel"),
})

const given = z
  .strictObject({
    corners: z.array(corner).meta({
      title: "list of 4 maps",
      description: "corners of an upright rectangle in any order, each { x, y, value }",
    }),
    point: field.pair("[x, y] of the point, inside the rectangle or on its border"),
  })
  .check(
    rule.across(["corners"], ({ corners }) => rectangleComplaint(corners)),
    rule.across(["corners"], ({ corners }) => {
      const first = corners[0]?.value
      return corners.flatMap(({ value }, i): Complaint[] => {
        if (channels(value) === channels(first)) return []
        const message = `is ${describe(value)}, but the first corner has ${describe(first)}`
        return [{ path: ["corners", i, "value"], code: "shape", message }]
      })
    }),
    rule.across(["corners", "point"], ({ corners, point }) => {
      if (rectangleComplaint(corners)) return undefined
      return (["x", "y"] as const).flatMap((axis, i): Complaint[] => {
        const [from, to] = sides(corners, axis)
        const at = entry(point, i)
        if (from <= at && at <= to) return []
        const message = `must be between ${short(from)} and ${short(to)}, where the corners are, but it is ${describe(at)}`
        return [{ path: ["point", i], code: "range", message }]
      })
    }),
  )

type Corners = z.output<typeof given>["corners"]

const share = { min: 0, max: 1 }
const answers = ({ corners }: z.output<typeof given>) => {
  const plain = typeof corners[0]?.value === "number"
  return {
    dx: answer.number("how far the point is from the smaller to the larger x, as a share", share),
    dy: answer.number("how far it is from the smaller to the larger y, as a share", share),
    weights: answer.vector("weight of each corner, in the order given", share),
    terms: plain
      ? answer.vector("weight times value of each corner")
      : answer.grid("weight times value of each corner, a row per corner"),
    value: plain ? answer.number("value at the point") : answer.vector("value at the point"),
  }
}

const question: Question<typeof given> = ({ point }) =>
  text`Interpolate bilinearly at the point (${join(point, ", ")}) between the four corners: give the weight of each corner, in the order given, and the value at the point.`

const solve: Solve<typeof given, typeof answers> = ({ corners, point }, work) => {
  const plain = typeof corners[0]?.value === "number"
  const [left, right] = sides(corners, "x")
  const [low, high] = sides(corners, "y")
  const [x, y] = point
  const dx = work.answer("dx", (x - left) / (right - left), {
    "it is not divided by the side of the rectangle": x - left,
    "it is measured from the other side": (right - x) / (right - left),
  })
  const dy = work.answer("dy", (y - low) / (high - low), {
    "it is not divided by the side of the rectangle": y - low,
    "it is measured from the other side": (high - y) / (high - low),
  })
  work.step("Place in the rectangle", () => [
    math`dx = \frac{x - x_{\min}}{x_{\max} - x_{\min}} = \frac{${x} - ${left}}{${right} - ${left}} = ${dx}`,
    math`dy = \frac{y - y_{\min}}{y_{\max} - y_{\min}} = \frac{${y} - ${low}}{${high} - ${low}} = ${dy}`,
    plane("the corners by number and the point P", {
      points: [
        ...corners.map((corner, i) => ({ name: String(i + 1), at: [corner.x, corner.y] as const })),
        { name: "P", at: point, mark: true },
      ],
    }),
  ])

  const weigh = (dx: number, dy: number) =>
    corners.map(corner => (corner.x === left ? 1 - dx : dx) * (corner.y === low ? 1 - dy : dy))
  const weights = work.answer("weights", weigh(dx, dy), {
    "each corner gets the weight of the opposite one": weigh(1 - dx, 1 - dy),
    "dx and dy are swapped": weigh(dy, dx),
  })
  work.step("Weights", () => [
    text`In each direction a corner weighs 1 minus the share of the side that lies between it and the point.`,
    ...corners.map((corner, i) => {
      const along = corner.x === left ? math`(1 - ${dx})` : math`${dx}`
      const across = corner.y === low ? math`(1 - ${dy})` : math`${dy}`
      return math`w_{${i + 1}} = ${along} \cdot ${across} = ${entry(weights, i)}`
    }),
  ])

  const values = corners.map(({ value }) => (typeof value === "number" ? [value] : value))
  const products = values.map((row, i) => row.map(value => entry(weights, i) * value))
  const terms = rows(work.answer("terms", plain ? products.map(firstOf) : products))
  const shaped = (value: Vector) => (plain ? firstOf(value) : value)
  const value = work.answer("value", shaped(transpose(terms).map(sum)), {
    "the values of the corners are averaged": shaped(transpose(values).map(each => sum(each) / 4)),
    "the value of the nearest corner is taken": shaped(
      entry(values, weights.indexOf(Math.max(...weights))),
    ),
  })
  const shown: readonly (number | Vector)[] = plain ? terms.map(firstOf) : terms
  work.step("Value", () => [
    table(
      ["corner", math`(x,\ y)`, "weight", "value", "term"],
      corners.map(({ x, y, value }, i) => {
        return [String(i + 1), math`(${x},\ ${y})`, entry(weights, i), value, entry(shown, i)]
      }),
    ),
    math`\text{value} = ${join(shown, " + ")} = ${value}`,
  ])
}

function rows(terms: Vector | Grid): Grid {
  return terms.map(term => (typeof term === "number" ? [term] : term))
}

function firstOf(values: Vector): number {
  return entry(values, 0)
}

/** How many numbers a value has; a plain number none of its own. */
function channels(value: number | Vector | undefined): number {
  return typeof value === "object" ? value.length : 0
}

/** The smallest and the largest coordinate. */
function sides(corners: Corners, axis: "x" | "y"): [number, number] {
  const all = corners.map(corner => corner[axis])
  return [Math.min(...all), Math.max(...all)]
}

/** Two values of x, two of y, and each pair of them once. */
function rectangleComplaint(corners: Corners): Complaint | undefined {
  const path = ["corners"]
  if (corners.length !== 4) {
    const message = `needs the 4 corners of a rectangle, but it has ${corners.length}`
    return { path, code: "shape", message }
  }
  for (const axis of ["x", "y"] as const) {
    const found = [...new Set(corners.map(corner => corner[axis]))]
    if (found.length === 2) continue
    const message = `must be the corners of an upright rectangle, with two values of ${axis}, but it has ${quoted(found.map(short), "and")}`
    return { path, code: "shape", message }
  }
  const places = corners.map(({ x, y }) => `(${short(x)}, ${short(y)})`)
  const twice = places.findIndex((place, i) => places.indexOf(place) < i)
  if (twice === -1) return undefined
  const message = `stands at ${places[twice]} like an earlier corner`
  return { path: [...path, twice], code: "duplicate", message }
}

export default defineKind({
  name: "bilinear",
  topic: "vision",
  title: "Bilinear interpolation",
  given,
  answers,
  question,
  solve,
})
