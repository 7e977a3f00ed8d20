import type { PlaneFigure } from "../../core/blocks.ts"
import { numberText } from "../number.ts"
import { shorten, visible } from "../plain.ts"
import { Canvas } from "./canvas.ts"
import { isDrawable, type Look, listed, note } from "./look.ts"
import { drawAxes, type Frame, frameOf, type Place } from "./plane-frame.ts"
import {
  beside,
  boxSpots,
  placeNames,
  type Rectangle,
  type Spot,
  type Wish,
} from "./plane-names.ts"
import { arrowHead, dot } from "./signs.ts"

/** Something on the plane: a box and an arrow have two places. */
interface Thing {
  name: string
  places: readonly Place[]
  mark: boolean
  /** How it is told in words. */
  told: string
}

const longestName = 24

/** Boxes, points and arrows, in one scale to the right and down. */
export function planeLines(figure: PlaneFigure, look: Look): string[] {
  const named = thingsIn(look)
  const all = {
    boxes: (figure.boxes ?? []).map(({ name, box: [x1, y1, x2, y2], mark }) =>
      named(
        name,
        [
          [x1, y1],
          [x2, y2],
        ],
        mark,
      ),
    ),
    points: (figure.points ?? []).map(({ name, at, mark }) => named(name, [at], mark)),
    arrows: (figure.arrows ?? []).map(({ name, from, to }) => named(name, [from, to])),
  }
  const things = [...all.boxes, ...all.points, ...all.arrows]
  const undrawn = things.filter(thing => !isDrawn(thing)).map(({ told }) => told)
  const missing = note(undrawn.length > 0 ? `Not drawn: ${listed(undrawn)}.` : "", look)
  const places = things.filter(isDrawn).flatMap(thing => thing.places)
  if (places.length === 0) return missing

  const frame = frameOf(places, figure.y, look.limit)
  const canvas = new Canvas(frame.width, frame.height)
  drawAxes(canvas, frame, look.paint)
  const wishes = [
    ...drawBoxes(canvas, frame, drawnFirst(all.boxes), look),
    ...drawPoints(canvas, frame, drawnFirst(all.points), look),
    ...drawArrows(canvas, frame, all.arrows.filter(isDrawn), look),
  ]
  const unnamed = placeNames(canvas, wishes, frame)
  return [
    ...canvas.lines(),
    ...note(unnamed.length > 0 ? `Without a name in the picture: ${listed(unnamed)}.` : "", look),
    ...missing,
  ]
}

function thingsIn({ precision }: Look) {
  return (name = "", places: readonly Place[] = [], mark = false): Thing => {
    const numbers = places.flat().map(value => numberText(value, precision))
    const where = places.length === 1 ? `(${numbers.join(", ")})` : `[${numbers.join(", ")}]`
    const shown = shorten(visible(name), longestName)
    return { name: shown, places, mark, told: shown === "" ? where : `${shown} ${where}` }
  }
}

function isDrawn({ places }: Thing): boolean {
  return places.every(place => place.every(isDrawable))
}

/** What is pointed out comes last, over the others. */
function drawnFirst(things: readonly Thing[]): Thing[] {
  const drawn = things.filter(isDrawn)
  return [...drawn.filter(({ mark }) => !mark), ...drawn.filter(({ mark }) => mark)]
}

/** Boxes of rules, heavy ones where they are pointed out. */
function drawBoxes(canvas: Canvas, frame: Frame, boxes: readonly Thing[], look: Look): Wish[] {
  const rectangles = boxes.map(({ places }): Rectangle => {
    const cells = places.map(frame.cellOf)
    const [columns, rows] = [cells.map(cell => cell[0]), cells.map(cell => cell[1])]
    return {
      left: Math.min(...columns),
      right: Math.max(...columns),
      top: Math.min(...rows),
      bottom: Math.max(...rows),
    }
  })
  return rectangles.map((rectangle, i) => {
    const { left, right, top, bottom } = rectangle
    const { mark = false, name = "", told = "" } = boxes[i] ?? {}
    const [weight, stroke] = mark ? ([2, look.paint.spot] as const) : ([1, undefined] as const)
    for (const row of [top, bottom]) canvas.rule([left, row], [right, row], weight, stroke)
    for (const column of [left, right]) canvas.rule([column, top], [column, bottom], weight, stroke)
    if (left === right && top === bottom) canvas.write(left, top, "▪", stroke)
    const others = rectangles.filter((_, j) => j !== i)
    return {
      told,
      name,
      stroke: mark ? look.paint.spot : look.paint.name,
      spots: boxSpots(rectangle, others, name),
    }
  })
}

function drawPoints(canvas: Canvas, frame: Frame, points: readonly Thing[], look: Look): Wish[] {
  return points.map(({ name, places, mark, told }) => {
    const [column, row] = frame.cellOf(places[0] ?? [0, 0])
    const stroke = mark ? look.paint.spot : look.paint.name
    canvas.write(column, row, mark ? dot.marked : dot.plain, stroke)
    return { name, told, stroke, spots: beside([column, row], name) }
  })
}

/** Lines of dots, each with its head in front of what it points to. */
function drawArrows(canvas: Canvas, frame: Frame, arrows: readonly Thing[], look: Look): Wish[] {
  return arrows.map(({ name, places, told }) => {
    const [from, to] = places.map(frame.cellOf)
    const stroke = (text: string) => look.paint.series(text, 0)
    const wish = { name, told, stroke }
    if (!from || !to) return { ...wish, spots: [] }
    const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]))
    const cells = Array.from({ length: steps + 1 }, (_, i): [number, number] => [
      Math.round(to[0] + ((from[0] - to[0]) * i) / steps),
      Math.round(to[1] + ((from[1] - to[1]) * i) / steps),
    ])
    canvas.line([2 * from[0] + 0.5, 4 * from[1] + 1.5], [2 * to[0] + 0.5, 4 * to[1] + 1.5], stroke)
    const head = cells.find(([column, row]) => canvas.isFree(column, row, 1, true))
    const isShort = from[0] === to[0] && from[1] === to[1]
    if (head && !isShort) canvas.write(...head, arrowHead(to[0] - from[0], to[1] - from[1]), stroke)
    // Arrows from one place are farthest apart at their heads.
    const stops = [head ?? to, cells[cells.length >> 2] ?? to, cells[cells.length >> 1] ?? to]
    const spots = stops.flatMap(place => beside(place, name))
    return { ...wish, spots: [...spots.filter(isApart), ...spots.filter(spot => !isApart(spot))] }
  })
}

function isApart({ over }: Spot): boolean {
  return over === "nothing"
}
