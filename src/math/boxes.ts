import type { Box, Format, Written } from "../core/boxes.ts"
import { Fraction, isReadable, readNumber } from "../core/number.ts"

/** The exact corners of a box. */
export interface Corners {
  x1: Fraction
  y1: Fraction
  x2: Fraction
  y2: Fraction
}

/** A number as the decimal or the fraction it was given as, so that 0.3 − 0.1 is 0.2. */
export function exact(x: number | Fraction): Fraction {
  if (x instanceof Fraction) return x
  const read = readNumber(String(x))
  const decimal = isReadable(read) ? read.exact : undefined
  if (decimal && String(x).replace(/e.*|\D/g, "").length <= mostDigits) return decimal
  const near = new Fraction(x)
  return near.valueOf() === x ? near : (decimal ?? near)
}

/** A decimal with more digits than this is what a double makes of a fraction. */
const mostDigits = 15

export function cornersOf([a, b, c, d]: Box, { format, inclusive }: Written): Corners {
  const [x, y, w, h] = [exact(a), exact(b), exact(c), exact(d)]
  if (format === "xyxy") return { x1: x, y1: y, x2: w, y2: h }
  const last = inclusive ? 1 : 0
  const [right, down] = [w.sub(last), h.sub(last)]
  if (format === "xywh") return { x1: x, y1: y, x2: x.add(right), y2: y.add(down) }
  return {
    x1: x.sub(right.div(2)),
    y1: y.sub(down.div(2)),
    x2: x.add(right.div(2)),
    y2: y.add(down.div(2)),
  }
}

/** Centre and size of a box. */
export function centred([a, b, c, d]: Box, format: Format): Box {
  if (format === "cxcywh") return [a, b, c, d]
  if (format === "xywh") return [a + c / 2, b + d / 2, c, d]
  return [(a + c) / 2, (b + d) / 2, c - a, d - b]
}

/** The box of a centre and a size. */
export function fromCentred([x, y, w, h]: Box, format: Format): Box {
  if (format === "cxcywh") return [x, y, w, h]
  const [left, top] = [x - w / 2, y - h / 2]
  return format === "xywh" ? [left, top, w, h] : [left, top, x + w / 2, y + h / 2]
}

/** The corners as numbers, [x1, y1, x2, y2]. */
export function numbersOf({ x1, y1, x2, y2 }: Corners): Box {
  return [x1.valueOf(), y1.valueOf(), x2.valueOf(), y2.valueOf()]
}

/** What two boxes share; turned inside out where they are apart. */
export function overlapOf(a: Corners, b: Corners): Corners {
  return {
    x1: larger(a.x1, b.x1),
    y1: larger(a.y1, b.y1),
    x2: smaller(a.x2, b.x2),
    y2: smaller(a.y2, b.y2),
  }
}

/** The smallest box around two. */
export function hullOf(a: Corners, b: Corners): Corners {
  return {
    x1: smaller(a.x1, b.x1),
    y1: smaller(a.y1, b.y1),
    x2: larger(a.x2, b.x2),
    y2: larger(a.y2, b.y2),
  }
}

/** [width, height]; below 0 for corners that are turned inside out. */
export function sidesOf({ x1, y1, x2, y2 }: Corners, inclusive: boolean): [Fraction, Fraction] {
  const last = inclusive ? 1 : 0
  return [x2.sub(x1).add(last), y2.sub(y1).add(last)]
}

/** Width times height, 0 for corners that are turned inside out. */
export function areaOf(corners: Corners, inclusive: boolean): Fraction {
  const [width, height] = sidesOf(corners, inclusive)
  return width.compare(0) > 0 && height.compare(0) > 0 ? width.mul(height) : new Fraction(0)
}

/** Intersection over union; 0 of two boxes without area. */
export function iouOf(a: Corners, b: Corners, inclusive: boolean): Fraction {
  const shared = areaOf(overlapOf(a, b), inclusive)
  if (shared.equals(0)) return shared
  return quotient(shared, areaOf(a, inclusive).add(areaOf(b, inclusive)).sub(shared))
}

/** a/b, exact; 0 where b is 0. */
export function quotient(a: Fraction | number, b: Fraction | number): Fraction {
  const under = exact(b)
  return under.equals(0) ? under : exact(a).div(under)
}

function smaller(a: Fraction, b: Fraction): Fraction {
  return a.compare(b) < 0 ? a : b
}

function larger(a: Fraction, b: Fraction): Fraction {
  return a.compare(b) > 0 ? a : b
}
