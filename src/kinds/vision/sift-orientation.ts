// Lowe (2004): a descriptor takes orientations relative to the keypoint's dominant one. A rotation of the
// image is added to all of them and cancels. Degrees, modulo 360: `absolute` is the distance around the
// circle, 0 to 180; `signed` (above −180, up to 180) and `modulo` (from 0, below 360) are θ − dominant.
import * as z from "zod"
import { math, plane, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { wrapped } from "../../math/angles.ts"

type Angles = Readonly<Record<string, number>>

const given = z
  .strictObject({
    dominant: field.number("dominant orientation of the keypoint, in degrees"),
    rotation: field.number("degrees by which the image is rotated, added to every orientation"),
    points: field.record(
      "orientation at each point around the keypoint, in degrees, by its name",
      field.number("orientation in degrees"),
    ),
    difference: field
      .oneOf("how an orientation is compared with the dominant one", [
        "absolute",
        "signed",
        "modulo",
      ])
      .default("absolute"),
  })
  .check(
    rule.across(["points"], ({ points }) =>
      Object.keys(points).length === 0
        ? { path: ["points"], message: "names no point, but at least one is needed" }
        : undefined,
    ),
  )

// Modulo 360, so that a signed difference may be written as one counted from 0 to 360, or the other way.
const angle = { period: 360, unit: "°" }
const answers = {
  before: answer.record("orientations relative to the dominant one", angle),
  rotated_dominant: answer.number("dominant orientation after the rotation", angle),
  rotated: answer.record("orientations after the rotation", angle),
  after: answer.record("rotated orientations relative to the rotated dominant one", angle),
  invariant: answer.choice("whether the relative orientations stay as they were", ["yes", "no"]),
}

const slips: Slips<typeof given> = {
  "the rotation is subtracted": ({ rotation }) => ({ rotation: -rotation }),
  "the differences are not made absolute": ({ difference }) =>
    difference === "absolute" ? { difference: "signed" } : undefined,
  "the differences are made absolute": ({ difference }) =>
    difference === "absolute" ? undefined : { difference: "absolute" },
}

const question: Question<typeof given> = ({ dominant, rotation, difference }) =>
  text`A keypoint has the dominant orientation ${dominant}°. Give the orientations of the points relative to it, ${ranges[difference]}. Rotate the image by ${rotation}° and give the orientations and the relative orientations again. Are these invariant to the rotation?`

const ranges = {
  absolute: "as distances around the circle",
  signed: "as signed differences, above −180° and up to 180°",
  modulo: "as differences counted from 0° up to 360°",
}

/** How an orientation stands to the one it is compared with. */
const differences = {
  absolute: (one: number, to: number) => Math.min(wrapped(one - to), wrapped(to - one)),
  signed: (one: number, to: number) => {
    const difference = wrapped(one - to)
    return difference > 180 ? difference - 360 : difference
  },
  modulo: (one: number, to: number) => wrapped(one - to),
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { dominant, rotation, points, difference } = given
  const names = Object.keys(points)
  const compare = differences[difference]
  const relative = (angles: Angles, to: number) => mapped(angles, one => compare(one, to))
  const misread = (angles: Angles, to: number) =>
    difference === "absolute"
      ? { "the distance is not taken around the circle": mapped(angles, a => Math.abs(a - to)) }
      : {
          "the orientations are subtracted from the dominant one": mapped(angles, a =>
            compare(to, a),
          ),
        }
  const shown = names.slice(0, most)
  const rest = names.length > most ? [text`The other points in the same way.`] : []

  const before = work.answer("before", relative(points, dominant), misread(points, dominant))
  work.step("Before the rotation", () => [
    ...formulasOf(given),
    ...shown.map(name => {
      const way = working(of(points, name), dominant, difference)
      return math`\Delta_{\text{${name}}} = ${way} = ${of(before, name)}`
    }),
    ...rest,
  ])

  const rotated_dominant = work.answer("rotated_dominant", wrapped(dominant + rotation))
  const rotated = work.answer(
    "rotated",
    mapped(points, one => wrapped(one + rotation)),
  )
  work.step("Rotation", () => [
    math`\theta' = \theta + \text{rotation}, \quad \text{modulo } 360`,
    math`\theta'_{\text{dominant}} = ${turning(dominant, rotation)} = ${rotated_dominant}`,
    ...shown.map(
      name =>
        math`\theta'_{\text{${name}}} = ${turning(of(points, name), rotation)} = ${of(rotated, name)}`,
    ),
    ...rest,
    ...picture(given, rotated_dominant, rotated),
  ])

  const after = work.answer("after", relative(rotated, rotated_dominant), {
    ...misread(rotated, rotated_dominant),
    "the dominant orientation before the rotation is taken": relative(rotated, dominant),
    "only the dominant orientation is rotated": relative(points, rotated_dominant),
  })
  work.step("After the rotation", () => [
    ...shown.map(name => {
      const way = working(of(rotated, name), rotated_dominant, difference)
      return math`\Delta'_{\text{${name}}} = ${way} = ${of(after, name)}`
    }),
    ...rest,
  ])

  const changed = names.filter(
    name => differences.absolute(of(before, name), of(after, name)) >= rounding,
  )
  const invariant = work.answer("invariant", changed.length === 0 ? "yes" : "no")
  work.step("Invariance", () => [
    table(
      ["point", math`\Delta`, math`\Delta'`],
      names.map(name => [name, of(before, name), of(after, name)]),
    ),
    invariant === "yes"
      ? text`The rotation is in both orientations of each difference and cancels: the relative orientations are invariant.`
      : text`The relative orientation changes at ${changed.join(", ")}.`,
  ])
}

/** What rounding the steps before may change, in degrees, is no change. */
const rounding = 1
/** So many points are worked out line by line. */
const most = 8
/** So many fit into a picture, each before and after the rotation. */
const drawn = 3

function formulasOf({ difference, dominant, points }: z.output<typeof given>): Rich[] {
  const turns = Object.values(points).some(one => Math.abs(one - dominant) > 360)
  return difference === "absolute" && turns
    ? [
        math`\delta = |\theta - \theta_{\text{dominant}}|, \quad \text{modulo } 360`,
        math`\Delta = \min(\delta,\ 360 - \delta)`,
      ]
    : formulas[difference]
}

const formulas: Readonly<Record<keyof typeof differences, Rich[]>> = {
  absolute: [
    math`\Delta = \min(|\theta - \theta_{\text{dominant}}|,\ 360 - |\theta - \theta_{\text{dominant}}|)`,
  ],
  signed: [
    math`\Delta = \theta - \theta_{\text{dominant}}, \quad -180 < \Delta \le 180 \text{ by adding or subtracting } 360`,
  ],
  modulo: [math`\Delta = \theta - \theta_{\text{dominant}}, \quad \text{modulo } 360`],
}

/** 360 − |12 − 350|; of more than a turn, the whole turns are taken off first. */
function working(one: number, to: number, difference: keyof typeof differences): Rich {
  if (difference !== "absolute") {
    return inTurns(math`${one} - ${to}`, one - to, differences[difference](one, to))
  }
  const distance = Math.abs(one - to)
  const turns = 360 * Math.floor(distance / 360)
  const rest = turns === 0 ? math`|${one} - ${to}|` : math`|${one} - ${to}| - ${turns}`
  if (distance - turns <= 180) return rest
  return turns === 0 ? math`360 - ${rest}` : math`360 - (${rest})`
}

function turning(one: number, rotation: number): Rich {
  return inTurns(math`${one} + ${rotation}`, one + rotation, wrapped(one + rotation))
}

function inTurns(sum: Rich, value: number, result: number): Rich {
  const turns = 360 * Math.round((result - value) / 360)
  if (turns === 0) return sum
  return turns > 0 ? math`${sum} + ${turns}` : math`${sum} - ${-turns}`
}

function picture({ points, dominant }: z.output<typeof given>, turned: number, rotated: Angles) {
  const names = Object.keys(points)
  if (names.length > drawn) return []
  const arrow = (name: string, degrees: number) => {
    const radians = (degrees * Math.PI) / 180
    return { name, from: [0, 0], to: [Math.cos(radians), Math.sin(radians)] } as const
  }
  const arrows = [
    arrow("dominant", dominant),
    arrow("dominant′", turned),
    ...names.flatMap(name => [arrow(name, of(points, name)), arrow(`${name}′`, of(rotated, name))]),
  ]
  return [plane("orientations, and those after the rotation (′)", { y: "up", arrows })]
}

function mapped(angles: Angles, f: (angle: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(angles).map(([name, one]) => [name, f(one)]))
}

function of(angles: Angles, name: string): number {
  return angles[name] ?? Number.NaN
}

export default defineKind({
  name: "sift-orientation",
  topic: "vision",
  title: "Orientations relative to a rotated SIFT keypoint",
  given,
  answers,
  slips,
  question,
  solve,
})
