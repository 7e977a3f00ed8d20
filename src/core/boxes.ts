import * as z from "zod"
import type { Complaint } from "./complaints.ts"
import * as field from "./fields.ts"
import { across } from "./rules.ts"
import type { Path } from "./source.ts"
import { mustBe, short } from "./words.ts"

/** How a box is written: two corners, a corner and its sizes, or the centre and its sizes. */
export type Format = "xyxy" | "xywh" | "cxcywh"

/** Four numbers in a format. */
export type Box = readonly [number, number, number, number]

/** What the four numbers mean; `inclusive`: the far corner is a pixel that belongs to the box. */
export interface Written {
  format: Format
  inclusive: boolean
}

/** Four numbers; what they mean is said by `format`. */
export function box(description: string) {
  const each = field.number("coordinate or size")
  return z
    .tuple([each, each, each, each], { error: ({ input }) => mustBe("a list of 4 numbers", input) })
    .meta({ title: "box", description })
}

/** The field `format`. */
export function format<const F extends Format>(standard: F) {
  return field
    .oneOf(
      "what the numbers of a box are: xyxy (two corners), xywh (top left corner, width, height) or cxcywh (centre, width, height)",
      ["xyxy", "xywh", "cxcywh"],
    )
    .default(standard)
}

/** The fields `format` and `inclusive`. */
export const written = {
  format: format("xyxy"),
  inclusive: field
    .flag(
      "whether corners are pixels that belong to the box, so that a width is x2 − x1 + 1 (VOC) instead of x2 − x1",
    )
    .default(false),
}

/** No box may end before it begins; `boxesOf` finds those of the fields `names`. */
export function upright<G extends { format: Format }>(
  names: readonly (keyof G & string)[],
  boxesOf: (given: G) => readonly { path: Path; box: Box }[],
) {
  return across<G>([...names, "format"], given =>
    boxesOf(given).flatMap(({ path, box }) => inverted(box, given.format, path)),
  )
}

function inverted([a, b, c, d]: Box, format: Format, path: Path): Complaint[] {
  if (format === "xyxy") {
    const hint = "write the top left corner first, or say `format: xywh` if these are sizes"
    const ends = (found: string) => ({ path, code: "box", message: found, hint })
    const left = `ends at x2 = ${short(c)}, left of where it begins, x1 = ${short(a)}`
    const above = `ends at y2 = ${short(d)}, above where it begins, y1 = ${short(b)}`
    return [...(c < a ? [ends(left)] : []), ...(d < b ? [ends(above)] : [])]
  }
  return [
    { side: "width", name: "w", size: c, at: 2 },
    { side: "height", name: "h", size: d, at: 3 },
  ].flatMap(({ side, name, size, at }) => {
    const message = `is the ${side} ${name} of a box and must be at least 0, but it is ${short(size)}`
    return size < 0 ? [{ path: [...path, at], code: "box", message }] : []
  })
}

/** The other reading of the corners. */
export const otherPixels = {
  "corners count as pixels of the box, with + 1": ({ inclusive }: Written) =>
    inclusive ? undefined : { inclusive: true },
  "corners count as edges, without + 1": ({ inclusive }: Written) =>
    inclusive ? { inclusive: false } : undefined,
}

/** What the numbers of a box stand for. */
export const inWords = {
  xyxy: "[x1, y1, x2, y2]",
  xywh: "[x, y, w, h] with the top left corner",
  cxcywh: "[cx, cy, w, h] with the centre",
}

/** The same, number by number. */
export const letters = {
  xyxy: ["x1", "y1", "x2", "y2"],
  xywh: ["x", "y", "w", "h"],
  cxcywh: ["cx", "cy", "w", "h"],
} as const
