// Jaccard (1912) for boxes: IoU = |A ∩ B|/|A ∪ B|; Rezatofighi et al. (2019): GIoU = IoU − (|C| − |A ∪ B|)/|C|,
// C the smallest box around both. Corners are edges (width x2 − x1), or, inclusive, pixels that belong to the
// box (x2 − x1 + 1, as in VOC); w and h always count what belongs to it. Scores are exact fractions.
import * as z from "zod"
import { math, plane, type Rich, table, text } from "../../core/blocks.ts"
import { box, inWords, otherPixels, upright, type Written, written } from "../../core/boxes.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import {
  areaOf,
  type Corners,
  cornersOf,
  exact,
  hullOf,
  numbersOf,
  overlapOf,
  quotient,
  sidesOf,
} from "../../math/boxes.ts"

const given = z
  .strictObject({
    a: box("one box, four numbers as `format` says"),
    b: box("the other box"),
    ...written,
  })
  .check(
    upright(["a", "b"], ({ a, b }) => [
      { path: ["a"], box: a },
      { path: ["b"], box: b },
    ]),
  )

const area = { min: 0 }
const answers = {
  area_a: answer.number("area of box a", area),
  area_b: answer.number("area of box b", area),
  intersection: answer.number("area of the intersection", area),
  union: answer.number("area of the union", area),
  iou: answer.ratio("intersection over union", { min: 0, max: 1 }),
  enclosing: answer.number("area of the smallest box around both", area),
  giou: answer.ratio("generalised IoU", { min: -1, max: 1 }),
}

const slips: Slips<typeof given> = {
  ...otherPixels,
  "the last two numbers are read as width and height": ({ format }) =>
    format === "xyxy" ? { format: "xywh" } : undefined,
  "width and height are read as the far corner": ({ a, b, format }) =>
    format === "xywh" && [a, b].every(([x, y, w, h]) => w >= x && h >= y)
      ? { format: "xyxy" }
      : undefined,
  "the first two numbers are read as the centre": ({ format }) =>
    format === "xywh" ? { format: "cxcywh" } : undefined,
  "the centre is read as the top left corner": ({ format }) =>
    format === "cxcywh" ? { format: "xywh" } : undefined,
}

const question: Question<typeof given> = ({ a, b, format, inclusive }) =>
  text`Two boxes are given as ${inWords[format]}${inclusive && format === "xyxy" ? ", the corners being pixels that belong to the box" : ""}: a = ${a} and b = ${b}. Compute their areas, intersection and union, the IoU and the GIoU.`

const solve: Solve<typeof given, typeof answers> = ({ inclusive, ...given }, work) => {
  const layout = { format: given.format, inclusive }
  const [a, b] = [cornersOf(given.a, layout), cornersOf(given.b, layout)]
  const [shared, hull] = [overlapOf(a, b), hullOf(a, b)]
  const area = (corners: Corners) => areaOf(corners, inclusive).valueOf()

  if (given.format !== "xyxy") {
    work.step("Corners", () => [
      ...toCorners(layout),
      table(
        ["box", math`x_1`, math`y_1`, math`x_2`, math`y_2`],
        [
          ["a", ...numbersOf(a)],
          ["b", ...numbersOf(b)],
        ],
      ),
    ])
  }
  const area_a = work.answer("area_a", area(a))
  const area_b = work.answer("area_b", area(b))
  const one = inclusive ? math` + 1` : math``
  const times = (corners: Corners): Rich => {
    const { x1, y1, x2, y2 } = corners
    return math`(${x2.valueOf()} - ${x1.valueOf()}${one}) \cdot (${y2.valueOf()} - ${y1.valueOf()}${one})`
  }
  work.step("Areas", () => [
    ...(inclusive
      ? [
          text`The corners are pixels that belong to the box, so a side from x1 to x2 is x2 − x1 + 1.`,
        ]
      : []),
    math`\text{area} = (x_2 - x_1${one}) \cdot (y_2 - y_1${one})`,
    math`|A| = ${times(a)} = ${area_a}`,
    math`|B| = ${times(b)} = ${area_b}`,
  ])

  const sides = sidesOf(shared, inclusive)
  const [width, height] = [sides[0].valueOf(), sides[1].valueOf()]
  const apart = width <= 0 || height <= 0
  const intersection = work.answer("intersection", area(shared), {
    "sides below 0 are not cut off": width * height,
  })
  work.step("Intersection", () => {
    const [x1, y1, x2, y2] = numbersOf(shared)
    const [ax1, ay1, ax2, ay2] = numbersOf(a)
    const [bx1, by1, bx2, by2] = numbersOf(b)
    return [
      text`It begins where the later box begins and ends where the first one ends.`,
      math`x_1 = \max(${ax1}, ${bx1}) = ${x1}, \quad x_2 = \min(${ax2}, ${bx2}) = ${x2}`,
      math`y_1 = \max(${ay1}, ${by1}) = ${y1}, \quad y_2 = \min(${ay2}, ${by2}) = ${y2}`,
      math`w = \max(0, ${x2} - ${x1}${one}) = ${Math.max(0, width)}, \quad h = \max(0, ${y2} - ${y1}${one}) = ${Math.max(0, height)}`,
      math`|A \cap B| = w \cdot h = ${intersection}`,
      plane("The boxes and what they share", {
        boxes: [
          { name: "a", box: numbersOf(a) },
          { name: "b", box: numbersOf(b) },
          ...(apart ? [] : [{ name: "a ∩ b", box: numbersOf(shared), mark: true }]),
        ],
      }),
    ]
  })

  const both = exact(area_a).add(exact(area_b))
  const union = work.answer("union", both.sub(exact(intersection)).valueOf(), {
    "the intersection is not subtracted": both.valueOf(),
    "the intersection is subtracted twice": both.sub(exact(intersection).mul(2)).valueOf(),
    "the smallest box around both is taken": area(hull),
  })
  const iou = work.answer("iou", quotient(intersection, union), {
    "it is divided by the area of a": quotient(intersection, area_a),
    "it is divided by the area of b": quotient(intersection, area_b),
    "it is divided by the sum of the areas": quotient(intersection, both.valueOf()),
    "twice the intersection is divided by the sum of the areas (Dice)": quotient(
      2 * intersection,
      both.valueOf(),
    ),
  })
  const isReduced = Number.isInteger(union) && union > 1 && iou.d === BigInt(union)
  work.step("Intersection over union", () => [
    math`|A \cup B| = |A| + |B| - |A \cap B| = ${area_a} + ${area_b} - ${intersection} = ${union}`,
    math`\operatorname{IoU} = \frac{|A \cap B|}{|A \cup B|} = \frac{${intersection}}{${union}} ${isReduced ? math`\approx ${iou.valueOf()}` : math`= ${iou}`}`,
    ...(union === 0 ? [text`Neither box has an area: 0/0 is taken as 0.`] : []),
  ])

  const enclosing = work.answer("enclosing", area(hull))
  const rest = exact(enclosing).sub(exact(union))
  const empty = quotient(rest, enclosing)
  const giou = work.answer("giou", iou.sub(empty), {
    "the empty part is added": iou.add(empty),
    "the empty part is divided by the union": iou.sub(quotient(rest, union)),
    "the IoU is left out": empty.neg(),
    "the union's share of the enclosing box is subtracted": iou.sub(quotient(union, enclosing)),
  })
  work.step("Generalised IoU", () => {
    const [x1, y1, x2, y2] = numbersOf(hull)
    return [
      text`The smallest box C around both goes from (${x1}, ${y1}) to (${x2}, ${y2}).`,
      math`|C| = ${times(hull)} = ${enclosing}`,
      math`\operatorname{GIoU} = {\operatorname{IoU}} - \frac{|C| - |A \cup B|}{|C|} = ${iou} - \frac{${enclosing} - ${union}}{${enclosing}} = ${iou} - ${empty} = ${giou}`,
    ]
  })
}

/** How the corners of boxes in another format are found. */
function toCorners({ format, inclusive }: Written): Rich[] {
  const one = inclusive ? math` - 1` : math``
  return [
    ...(inclusive
      ? [
          format === "xywh"
            ? text`Width and height count pixels, so the last pixel of a box lies one before x + w.`
            : text`Width and height count pixels, so from the first pixel of a box to its last it is one less.`,
        ]
      : []),
    ...(format === "xywh"
      ? [math`x_1 = x, \quad x_2 = x + w${one}`, math`y_1 = y, \quad y_2 = y + h${one}`]
      : [math`x_{1,2} = c_x \mp \frac{w${one}}{2}, \quad y_{1,2} = c_y \mp \frac{h${one}}{2}`]),
  ]
}

export default defineKind({
  name: "iou",
  topic: "detection",
  title: "Intersection over union of two boxes",
  given,
  answers,
  slips,
  question,
  solve,
})
