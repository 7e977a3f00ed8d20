import type { CurvesFigure } from "../../core/blocks.ts"
import { shorten, width } from "../plain.ts"
import { type Axis, axisOf, shareOf } from "./axis.ts"
import { Canvas } from "./canvas.ts"
import { type Drawn, isPlace, legend, type Place } from "./curve-legend.ts"
import { type Look, labelText, note } from "./look.ts"
import { dot, symbolOf } from "./signs.ts"

/** The plot in cells, without its axes. */
const size = { columns: 64, rows: 14, least: 8 }
/** Cells between the symbols that name a curve. */
const apart = 6

/** Curves as lines of dots in one pair of axes; their names stand below. */
export function curvesLines(figure: CurvesFigure, look: Look): string[] {
  const { limit, paint } = look
  const curves = figure.curves.map(curve => ({ ...curve, drawn: curve.points.filter(isPlace) }))
  const places = curves.flatMap(({ drawn, marks = [] }) => [...drawn, ...marks.filter(isPlace)])
  if (places.length === 0) return legend(curves, look)
  const high = Math.max(size.least, Math.min(size.rows, Math.floor(limit / 5)))
  const y = axisOf(
    places.map(place => place[1]),
    figure.y,
    Math.floor(high / 3),
  )
  const rows = evenly(high, y, Math.round)
  const left = Math.max(...y.ticks.map(({ text }) => width(text))) + 1
  const wide = Math.max(size.least, Math.min(size.columns, limit - left - 4))
  const x = axisOf(
    places.map(place => place[0]),
    figure.x,
    Math.max(2, Math.floor(wide / 10)),
  )
  const columns = evenly(wide, x, Math.floor)

  const canvas = new Canvas(Math.min(limit, left + columns + 5), rows + 2)
  const plot: Plot = {
    canvas,
    left: left + 1,
    rows,
    dotOf: place => [
      2 * (left + 1) + shareOf(place[0], x) * (2 * columns - 1),
      (1 - shareOf(place[1], y)) * (4 * rows - 1),
    ],
    holds: (column, row) => column > left && column <= left + columns && row >= 0 && row < rows,
  }
  drawAxes(plot, { x, y }, columns, look)
  const several = curves.length > 1
  for (const [i, curve] of curves.entries()) drawLine(plot, curve, x, text => paint.series(text, i))
  for (const [i, { drawn }] of curves.entries()) {
    if (several || drawn.length === 1) drawSymbols(plot, drawn, i, look)
  }
  for (const { marks = [] } of curves) {
    for (const place of marks.filter(isPlace)) put(plot, place, dot.marked, paint.spot)
  }
  return [
    ...note(labelText(figure.y.label, look), look),
    ...canvas.lines(),
    ...axisName(labelText(figure.x.label, look), left + 1 + columns, look),
    ...legend(curves, look),
  ]
}

/** About so many cells that the numbers stand at equal distances. */
function evenly(cells: number, { from, to, ticks }: Axis, round: (x: number) => number): number {
  const [first, second] = ticks
  if (!first || !second) return cells
  const intervals = Math.round((to - from) / (second.value - first.value))
  return Math.max(1, round((cells - 1) / intervals)) * intervals + 1
}

interface Plot {
  canvas: Canvas
  /** The first column of the plot. */
  left: number
  rows: number
  /** Where a place is, in dots. */
  dotOf(place: Place): [number, number]
  holds(column: number, row: number): boolean
}

function drawAxes(plot: Plot, axes: { x: Axis; y: Axis }, columns: number, { paint }: Look): void {
  const { canvas, left, rows, dotOf } = plot
  canvas.rule([left - 1, 0], [left - 1, rows], 1, paint.faint)
  canvas.rule([left - 1, rows], [left - 1 + columns, rows], 1, paint.faint)
  for (const { value, text } of axes.y.ticks) {
    const row = Math.round(dotOf([axes.x.from, value])[1]) >> 2
    canvas.write(left - 2 - width(text), row, text, paint.faint)
    canvas.write(left - 1, row, "┤", paint.faint)
  }
  let free = 0
  for (const { value, text } of axes.x.ticks) {
    const column = Math.round(dotOf([value, axes.y.from])[0]) >> 1
    canvas.write(column, rows, "┬", paint.faint)
    const half = Math.floor(width(text) / 2)
    const at = Math.min(Math.max(0, column - half), canvas.columns - width(text))
    if (at < free) continue
    canvas.write(at, rows + 1, text, paint.faint)
    free = at + width(text) + 2
  }
}

/** From point to point; a point that has no place leaves a gap. */
function drawLine(plot: Plot, curve: Drawn, x: Axis, stroke: (text: string) => string): void {
  const { canvas, dotOf, holds } = plot
  const { points, steps = false } = curve
  const [start] = points
  if (steps && start && isPlace(start)) {
    canvas.line(dotOf([x.from, start[1]]), dotOf(start), stroke, holds)
  }
  for (const [i, point] of points.entries()) {
    const next = points[i + 1] ?? point
    if (!isPlace(point) || !isPlace(next)) continue
    const corner: Place = steps ? [point[0], next[1]] : point
    if (steps) canvas.line(dotOf(point), dotOf(corner), stroke, holds)
    canvas.line(dotOf(corner), dotOf(next), stroke, holds)
  }
}

/** A curve's symbol at some of its points, so that curves can be told apart without colours. */
function drawSymbols(plot: Plot, places: readonly Place[], index: number, { paint }: Look): void {
  let free = plot.left + (places.length > 2 * apart ? (index % 3) * 2 : 0)
  for (const place of places) {
    const column = Math.round(plot.dotOf(place)[0]) >> 1
    if (column < free) continue
    put(plot, place, symbolOf(index), text => paint.series(text, index))
    free = column + apart
  }
}

function put(
  { canvas, dotOf, holds }: Plot,
  place: Place,
  sign: string,
  stroke: Look["paint"]["spot"],
) {
  const [x, y] = dotOf(place)
  const [column, row] = [Math.round(x) >> 1, Math.round(y) >> 2]
  if (holds(column, row)) canvas.write(column, row, sign, stroke)
}

/** The name of the x axis ends where the axis ends. */
function axisName(name: string, end: number, { limit }: Look): string[] {
  if (name === "") return []
  const shown = shorten(name, limit)
  return [" ".repeat(Math.max(0, Math.min(end, limit) - width(shown))) + shown]
}
