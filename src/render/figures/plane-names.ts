import { width } from "../plain.ts"
import type { Canvas, Stroke } from "./canvas.ts"

export interface Rectangle {
  left: number
  right: number
  top: number
  bottom: number
}

/** A place for a name, and what may be under it: nothing, a straight edge, or any line. */
export interface Spot {
  column: number
  row: number
  over: "nothing" | "edge" | "lines"
}

/** A name to be written at the first of its spots that is free. */
export interface Wish {
  name: string
  /** How the thing is told in words if there is no such spot. */
  told: string
  stroke: Stroke
  spots: readonly Spot[]
}

/** Writes the names right of and below a cell; those that found no room are told. */
export function placeNames(
  canvas: Canvas,
  wishes: readonly Wish[],
  { left, top, rows }: { left: number; top: number; rows: number },
): string[] {
  const unnamed: string[] = []
  for (const { name, told, stroke, spots } of wishes) {
    if (name === "") continue
    const spot = spots
      .filter(({ column, row }) => column >= left && row >= top && row < top + rows)
      .find(each => isOpen(canvas, each, name))
    if (!spot) unnamed.push(told)
    else if (spot.over === "edge") canvas.write(spot.column, spot.row, ` ${name} `, stroke)
    else canvas.write(spot.column, spot.row, name, stroke)
  }
  return unnamed
}

function isOpen(canvas: Canvas, { column, row, over }: Spot, name: string): boolean {
  const wide = width(name)
  if (over === "edge") return canvas.isStraight(column, row, wide + 2)
  return canvas.isFree(column - 1, row, wide + 2, over === "lines")
}

/** In an edge, inside where there is no other box, beside the box, or inside after all. */
export function boxSpots(
  { left, right, top, bottom }: Rectangle,
  others: readonly Rectangle[],
  name: string,
): Spot[] {
  const wide = width(name)
  const along = (row: number, over: Spot["over"], room: number): Spot[] =>
    range(left + 2, right - 1 - room).map(column => ({ column, row, over }))
  const edge = (row: number) =>
    along(row, "edge", wide + 2).filter(
      ({ column }) => !others.some(sharesEdge(row, column, wide + 2)),
    )
  // Names of boxes on top of each other stand below each other first.
  const inside = range(top + 1, bottom - 1)
    .flatMap(row => along(row, "nothing", wide))
    .toSorted((a, b) => a.column - b.column)
  const alone = ({ column, row }: Spot) => !others.some(isInside(row, column, wide))
  return [
    ...edge(top),
    ...edge(bottom),
    ...inside.filter(alone),
    ...range(top, bottom)
      .flatMap((row): Spot[] => [
        { column: right + 2, row, over: "nothing" },
        { column: left - wide - 1, row, over: "nothing" },
      ])
      .filter(alone),
    ...inside,
  ]
}

function isInside(row: number, column: number, length: number) {
  return ({ left, right, top, bottom }: Rectangle) =>
    row >= top && row <= bottom && column <= right && column + length > left
}

/** Whether an edge of another box runs along there, so that a name could be read as its. */
function sharesEdge(row: number, column: number, length: number) {
  return ({ left, right, top, bottom }: Rectangle) =>
    (row === top || row === bottom) && column <= right && column + length > left
}

/** Right, left, above or below a point; over lines if there is no other way. */
export function beside([column, row]: readonly [number, number], name: string): Spot[] {
  const wide = width(name)
  const around = [
    { column: column + 2, row },
    { column: column - wide - 1, row },
    { column: column + 1, row: row - 1 },
    { column: column + 1, row: row + 1 },
    { column: column - wide, row: row - 1 },
    { column: column - wide, row: row + 1 },
  ]
  return (["nothing", "lines"] as const).flatMap(over => around.map(spot => ({ ...spot, over })))
}

/** Whole numbers, both ends included. */
function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
}
