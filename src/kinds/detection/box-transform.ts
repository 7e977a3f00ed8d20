// Girshick et al. (2014): from a proposal p, centre (pₓ, p_y) and size (p_w, p_h), to a box b by
// bₓ = pₓ + p_w tₓ and b_w = p_w exp(t_w), likewise y and h; backwards tₓ = (bₓ − pₓ)/p_w, t_w = ln(b_w/p_w).
// Proposal, target and box are written in one format; the formulas always work on centres and sizes.
import * as z from "zod"
import { type Block, math, plane, table, text } from "../../core/blocks.ts"
import { type Box, box, type Format, format, inWords, upright } from "../../core/boxes.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { centred, fromCentred } from "../../math/boxes.ts"

const given = z
  .strictObject({
    proposal: box("the box to start from, [cx, cy, w, h] unless `format` says otherwise"),
    t: box("the transform [tx, ty, tw, th]; gives the box").optional(),
    target: box("instead of t: the box to arrive at; gives the transform").optional(),
    format: format("cxcywh"),
  })
  .check(
    rule.oneWay("a transform or a target", [["t"], ["target"]]),
    upright(["proposal", "target"], given => boxesIn(given)),
    rule.across(["proposal", "target", "format"], given =>
      boxesIn(given).flatMap(({ path, box }) => {
        const [, , w, h] = centred(box, given.format)
        const flat = w === 0 ? "width" : h === 0 ? "height" : undefined
        if (flat === undefined) return []
        const why =
          path[0] === "target" ? "which has no logarithm" : "but offsets are measured in it"
        return [{ path, code: "box", message: `has the ${flat} 0, ${why}` }]
      }),
    ),
  )

const answers = {
  box: answer.vector("the transformed box, in the same format", { optional: true }),
  t: answer.vector("the transform [tx, ty, tw, th]", { optional: true, log: true }),
}

const slips: Slips<typeof given> = {
  "proposal and target are swapped": ({ proposal, target }) =>
    target && { proposal: target, target: proposal },
  "the centre is read as the top left corner": ({ format }) =>
    format === "cxcywh" ? { format: "xywh" } : undefined,
  "the top left corner is read as the centre": ({ format }) =>
    format === "xywh" ? { format: "cxcywh" } : undefined,
  "the far corner is read as width and height": ({ format, proposal, target }) =>
    format === "xyxy" && [proposal, target ?? proposal].every(([, , w, h]) => w > 0 && h > 0)
      ? { format: "xywh" }
      : undefined,
}

const question: Question<typeof given> = ({ proposal, t, target, format }) =>
  t
    ? text`Apply the transform [tx, ty, tw, th] = ${t} to the proposal ${proposal}, given as ${inWords[format]}: which box comes out, written in the same way?`
    : text`Which transform [tx, ty, tw, th] takes the proposal ${proposal} to the target ${target ?? []}, both given as ${inWords[format]}?`

const solve: Solve<typeof given, typeof answers> = ({ format, ...given }, work) => {
  const p = centred(given.proposal, format)
  if (given.t) forwards(p, given.t, format, work)
  else if (given.target) backwards(p, centred(given.target, format), format, work)
}

type Working = Parameters<typeof solve>[1]

/** b from p and t. */
function forwards(p: Box, t: Box, format: Format, work: Working): void {
  const [x, y, w, h] = p
  const [tx, ty, tw, th] = t
  const shifted = (dx: number, dy: number, width: number, height: number) =>
    fromCentred([x + dx, y + dy, width, height], format)
  const [width, height] = [w * Math.exp(tw), h * Math.exp(th)]
  const centre: Box = [x + w * tx, y + h * ty, width, height]
  const b = work.answer("box", fromCentred(centre, format), {
    "the offsets are not scaled by the size of the proposal": shifted(tx, ty, width, height),
    "the offsets are scaled by the other side": shifted(h * tx, w * ty, width, height),
    "the offsets are scaled by the new size": shifted(width * tx, height * ty, width, height),
    "the offsets are subtracted": shifted(-w * tx, -h * ty, width, height),
    "the exponentials are left out": shifted(w * tx, h * ty, w * tw, h * th),
    "the sizes grow by tw and th instead of exp(tw) and exp(th)": shifted(
      w * tx,
      h * ty,
      w * (1 + tw),
      h * (1 + th),
    ),
  })
  work.step("Centre and size", () => centres([["p", p]], format))
  work.step("Transform", () => [
    math`b_x = p_x + p_w\,t_x = ${x} + ${w} \cdot ${tx} = ${centre[0]}`,
    math`b_y = p_y + p_h\,t_y = ${y} + ${h} \cdot ${ty} = ${centre[1]}`,
    math`b_w = p_w \exp(t_w) = ${w} \cdot \exp(${tw}) = ${width}`,
    math`b_h = p_h \exp(t_h) = ${h} \cdot \exp(${th}) = ${height}`,
    ...(format === "cxcywh" ? [] : [text`Written as ${inWords[format]}: ${b}.`]),
    picture(p, centre),
  ])
}

/** t from p and b. */
function backwards(p: Box, b: Box, format: Format, work: Working): void {
  const [x, y, w, h] = p
  const [bx, by, bw, bh] = b
  const [dx, dy, tw, th] = [bx - x, by - y, Math.log(bw / w), Math.log(bh / h)]
  const t = work.answer("t", [dx / w, dy / h, tw, th], {
    "the offsets are not divided by the size of the proposal": [dx, dy, tw, th],
    "the offsets are divided by the other side": [dx / h, dy / w, tw, th],
    "the offsets are divided by the size of the target": [dx / bw, dy / bh, tw, th],
    "the offsets are counted from the target": [-dx / w, -dy / h, tw, th],
    "the logarithms are left out": [dx / w, dy / h, bw / w, bh / h],
    "the growth is taken instead of its logarithm": [dx / w, dy / h, bw / w - 1, bh / h - 1],
  })
  work.step("Centre and size", () =>
    centres(
      [
        ["p", p],
        ["b", b],
      ],
      format,
    ),
  )
  work.step("Transform", () => [
    math`t_x = \frac{b_x - p_x}{p_w} = \frac{${bx} - ${x}}{${w}} = ${t[0]}`,
    math`t_y = \frac{b_y - p_y}{p_h} = \frac{${by} - ${y}}{${h}} = ${t[1]}`,
    math`t_w = \ln \frac{b_w}{p_w} = \ln \frac{${bw}}{${w}} = ${t[2]}`,
    math`t_h = \ln \frac{b_h}{p_h} = \ln \frac{${bh}}{${h}} = ${t[3]}`,
    picture(p, b),
  ])
}

/** The boxes as centre and size, and how they were found. */
function centres(boxes: readonly (readonly [name: string, box: Box])[], format: Format): Block[] {
  return [
    ...(format === "xyxy"
      ? [
          math`c_x = \frac{x_1 + x_2}{2}, \quad w = x_2 - x_1`,
          math`c_y = \frac{y_1 + y_2}{2}, \quad h = y_2 - y_1`,
        ]
      : []),
    ...(format === "xywh" ? [math`c_x = x + \frac{w}{2}, \quad c_y = y + \frac{h}{2}`] : []),
    table(
      ["box", math`c_x`, math`c_y`, math`w`, math`h`],
      boxes.map(([name, box]) => [name, ...box]),
    ),
  ]
}

function picture(p: Box, b: Box): Block {
  return plane("The proposal p and the box b, with the way of the centre", {
    boxes: [
      { name: "p", box: fromCentred(p, "xyxy") },
      { name: "b", box: fromCentred(b, "xyxy"), mark: true },
    ],
    arrows: [{ from: [p[0], p[1]], to: [b[0], b[1]] }],
  })
}

function boxesIn({ proposal, target }: { proposal: Box; target?: Box | undefined }) {
  return [
    { path: ["proposal"], box: proposal },
    ...(target ? [{ path: ["target"], box: target }] : []),
  ]
}

export default defineKind({
  name: "box-transform",
  topic: "detection",
  title: "Transform between a proposal and a box",
  given,
  answers,
  slips,
  question,
  solve,
})
