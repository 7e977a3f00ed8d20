import type { Paint } from "../paint.ts"
import { width } from "../plain.ts"
import { type Tick, ticksOf } from "./axis.ts"
import type { Canvas } from "./canvas.ts"

export type Place = readonly [x: number, y: number]

/** Cells that a plane takes at most, without its axes. */
const most = { columns: 72, rows: 18 }
/** Behind the x axis stands its name. */
const nameRoom = 5

/** The part of the plane that is drawn, and where it lies on the canvas. */
export interface Frame {
  width: number
  height: number
  /** The cell of the upper left corner, right beside the axes. */
  left: number
  top: number
  columns: number
  rows: number
  down: boolean
  ticks: { x: readonly Tick[]; y: readonly Tick[] }
  cellOf(place: Place): [column: number, row: number]
}

/** A frame in which one row is as much as two columns, and a round number. */
export function frameOf(places: readonly Place[], y: "down" | "up", limit: number): Frame {
  const spans = apart(spanOf(places.map(place => place[0])), spanOf(places.map(place => place[1])))
  const isWhole = places.flat().every(Number.isInteger)
  const build = (margin: number) =>
    framed(spans, unitFor(spans, isWhole, limit - margin), y === "down", limit)
  const frame = build(4)
  return frame.left > 4 ? build(frame.left) : frame
}

/** How much a row is, so that all fits. */
function unitFor({ x, y }: Spans, isWhole: boolean, room: number): number {
  const columns = Math.max(8, Math.min(most.columns, room - nameRoom - 1))
  const [across, high] = [(2 * (x.to - x.from)) / (columns - 3), (y.to - y.from) / (most.rows - 2)]
  return roundUp(Math.max(across, high), isWhole)
}

function framed({ x, y }: Spans, unit: number, down: boolean, limit: number): Frame {
  const [startX, startY] = [unit * Math.floor(x.from / unit), unit * Math.floor(y.from / unit)]
  const across = Math.ceil((2 * (x.to - startX)) / unit - 1e-6) + 1
  const rows = Math.ceil((y.to - startY) / unit - 1e-6) + 1
  const ticks = {
    x: ticksOf(startX, startX + ((across - 1) * unit) / 2, Math.max(2, across / 10)),
    y: ticksOf(startY, startY + (rows - 1) * unit, Math.max(2, rows / 4)),
  }
  const left = Math.max(...ticks.y.map(({ text }) => width(text))) + 2
  const top = down ? 2 : 1
  return {
    width: Math.min(limit, left + across + nameRoom),
    height: rows + 3,
    left,
    top,
    columns: across,
    rows,
    down,
    ticks,
    cellOf: ([px, py]) => {
      const row = Math.round((py - startY) / unit)
      return [left + Math.round((2 * (px - startX)) / unit), top + (down ? row : rows - 1 - row)]
    },
  }
}

interface Span {
  from: number
  to: number
}

interface Spans {
  x: Span
  y: Span
}

/** From 0 where that is not far. */
function spanOf(values: readonly number[]): Span {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return { from: low > 0 && low <= (high - low) / 4 ? 0 : low, to: high }
}

/** Spans of which none is so short beside the other, or beside its values, that nothing is seen. */
function apart(x: Span, y: Span): Spans {
  const size = Math.max(...[x, y].flatMap(({ from, to }) => [Math.abs(from), Math.abs(to)]))
  const longest = Math.max(x.to - x.from, y.to - y.from)
  const least = longest > 1e-9 * size ? longest / 8 : size === 0 ? 2 : size
  const widened = ({ from, to }: Span) => {
    const more = Math.max(0, least - (to - from)) / 2
    return { from: from - more, to: to + more }
  }
  return { x: widened(x), y: widened(y) }
}

/**
 * The next round number. Parts of 1 are such that whole numbers fall on cells if all places are whole,
 * so that what is equally long is drawn so.
 */
function roundUp(value: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const factors = isWhole && power < 1 ? [1, 2, 2.5, 5] : [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
  return (factors.find(each => each * power >= value * (1 - 1e-9)) ?? 10) * power
}

/** The axes beside the frame, with their numbers and names; x above where y grows down. */
export function drawAxes(canvas: Canvas, frame: Frame, { faint }: Paint): void {
  const { left, top, columns, rows, down, ticks, cellOf } = frame
  const column = left - 1
  const row = down ? top - 1 : top + rows
  const end = down ? top + rows : top - 1
  canvas.rule([column, row], [column, end], 1, faint)
  canvas.rule([column, row], [left + columns, row], 1, faint)
  canvas.write(left + columns, row, "→ x", faint)
  canvas.write(column, end, down ? "↓ y" : "↑ y", faint)
  for (const { value, text } of ticks.y) {
    const at = cellOf([0, value])[1]
    canvas.write(column - 1 - width(text), at, text, faint)
    canvas.write(column, at, "┤", faint)
  }
  let free = 0
  for (const { value, text } of ticks.x) {
    const at = cellOf([value, 0])[0]
    canvas.write(at, row, down ? "┴" : "┬", faint)
    const start = Math.max(0, at - Math.floor((width(text) - 1) / 2))
    if (start < free || start + width(text) > canvas.columns) continue
    canvas.write(start, down ? row - 1 : row + 1, text, faint)
    free = start + width(text) + 1
  }
}
