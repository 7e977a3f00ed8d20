import domino from "@mixmark-io/domino"
import * as Plot from "@observablehq/plot"
import type {
  BarsFigure,
  CurvesFigure,
  FigureAxis,
  FigureBlock,
  NetworkFigure,
  PlaneFigure,
} from "../../core/blocks.ts"
import { plainOf } from "../inline.ts"
import { numberText, type Precision } from "../number.ts"
import { escapeHtml } from "./text.ts"

/** A picture as SVG in the colours of the page, with a text that says what is drawn. */
export function figureSvg(figure: FigureBlock, precision: Precision): string {
  const { options, told } = drawing(figure, precision)
  const svg = Plot.plot({
    document: domino.createDocument(""),
    style: { background: "none", fontSize: "12px", fontFamily: "inherit" },
    ...options,
  }).outerHTML
  // Marks that are hidden or not say the same as the text, which is all that a reader needs.
  const plain = svg.replace(/ aria-(?:label|hidden|description)="[^"]*"/g, "")
  return plain.replace("<svg ", `<svg role="img" aria-label="${escapeHtml(told)}" `)
}

interface Drawing {
  options: Plot.PlotOptions
  told: string
}

function drawing(figure: FigureBlock, precision: Precision): Drawing {
  switch (figure.figure) {
    case "bars":
      return bars(figure, precision)
    case "curves":
      return curves(figure, precision)
    case "plane":
      return plane(figure, precision)
    case "network":
      return network(figure, precision)
    default:
      return figure satisfies never
  }
}

const accent = "var(--accent)"
const mark = "var(--mark)"
const wide = 560

function bars({ labels, values, marks = [] }: BarsFigure, precision: Precision): Drawing {
  const data = labels.map((label, i) => ({ label, i, value: values[i] ?? Number.NaN }))
  const finite = data.filter(({ value }) => Number.isFinite(value))
  const few = labels.length <= 24
  const text = (value: number) => numberText(value, { ...precision, digits: 3 })
  return {
    told: `Bars. ${data.map(({ label, value }) => `${label}: ${text(value)}`).join("; ")}`,
    options: {
      width: Math.min(wide, 120 + 44 * labels.length),
      height: 220,
      marginBottom: 36,
      x: {
        label: null,
        domain: labels.map((_, i) => i),
        tickFormat: (i: number) => labels[i] ?? "",
        ...(few
          ? {}
          : {
              ticks: labels.map((_, i) => i).filter(i => i % Math.ceil(labels.length / 12) === 0),
            }),
      },
      y: { label: null, grid: true, nice: true, zero: true },
      marks: [
        Plot.barY(finite, {
          x: "i",
          y: "value",
          fill: ({ i }: { i: number }) => (marks.includes(i) ? mark : accent),
        }),
        Plot.ruleY([0]),
        ...(few
          ? [Plot.text(finite, { x: "i", y: "value", text: d => text(d.value), dy: -8 })]
          : []),
      ],
    },
  }
}

const dashes = ["", "6 4", "2 3", "8 3 2 3"]

function curves(figure: CurvesFigure, precision: Precision): Drawing {
  const axis = ({ label, from, to }: FigureAxis): Plot.ScaleOptions => ({
    label: plainOf(label, precision),
    nice: from === undefined && to === undefined,
    grid: true,
    ...(from !== undefined && to !== undefined && { domain: [from, to] }),
  })
  const isFinitePoint = (point: readonly number[]) => point.every(Number.isFinite)
  const named = figure.curves.some(({ name }) => name !== undefined)
  const told = figure.curves.map(({ name = "Curve", points }) => {
    const ends = [points[0], points.at(-1)].flatMap(point =>
      point ? [`(${point.map(x => numberText(x, { ...precision, digits: 3 })).join(", ")})`] : [],
    )
    return `${name} from ${ends.join(" to ")}`
  })
  return {
    told: `${plainOf(figure.y.label, precision)} over ${plainOf(figure.x.label, precision)}. ${told.join("; ")}`,
    options: {
      width: wide,
      height: 300,
      marginBottom: 44,
      marginLeft: 52,
      marginRight: named ? 90 : 24,
      x: axis(figure.x),
      y: axis(figure.y),
      marks: [
        ...figure.curves.flatMap(({ name, points, steps = false, marks = [] }, i) => {
          const drawn = points.filter(isFinitePoint)
          const last = drawn.at(-1)
          return [
            Plot.line(drawn, {
              stroke: accent,
              strokeWidth: 2,
              strokeDasharray: dashes[i % dashes.length] ?? "",
              curve: steps ? "step-before" : "linear",
            }),
            ...(drawn.length <= 24 ? [Plot.dot(drawn, { r: 2.5, fill: accent })] : []),
            Plot.dot(marks.filter(isFinitePoint), { r: 5, stroke: mark, strokeWidth: 2 }),
            ...(name !== undefined && last
              ? [Plot.text([last], { text: () => name, textAnchor: "start", dx: 8 })]
              : []),
          ]
        }),
      ],
    },
  }
}

function plane(figure: PlaneFigure, precision: Precision): Drawing {
  const { boxes = [], points = [], arrows = [] } = figure
  const corners = [
    ...boxes.flatMap(({ box: [x1, y1, x2, y2] }) => [[x1, y1] as const, [x2, y2] as const]),
    ...points.map(({ at }) => at),
    ...arrows.flatMap(({ from, to }) => [from, to]),
  ]
  const [xs, ys] = [spread(corners.map(([x]) => x)), spread(corners.map(([, y]) => y))]
  const text = (list: readonly number[]) =>
    `(${list.map(x => numberText(x, { ...precision, digits: 4 })).join(", ")})`
  const told = [
    ...boxes.map(({ name, box }) => `box ${name} ${text(box)}`),
    ...points.map(({ name = "", at }) => `point ${name} ${text(at)}`),
    ...arrows.map(({ name = "", from, to }) => `arrow ${name} from ${text(from)} to ${text(to)}`),
  ]
  const [width, across] = [440, xs[1] - xs[0]]
  const height = Math.min(560, Math.max(120, ((ys[1] - ys[0]) / across) * (width - 70) + 70))
  return {
    told: told.join("; "),
    options: {
      width,
      height,
      marginLeft: 44,
      marginBottom: 36,
      aspectRatio: 1,
      x: { label: null, domain: [...xs], grid: true },
      y: { label: null, domain: [...ys], grid: true, reverse: figure.y === "down" },
      marks: [
        Plot.rect(boxes, {
          x1: d => d.box[0],
          y1: d => d.box[1],
          x2: d => d.box[2],
          y2: d => d.box[3],
          fill: d => (d.mark ? mark : accent),
          fillOpacity: 0.08,
          stroke: d => (d.mark ? mark : accent),
          strokeWidth: 2,
        }),
        Plot.text(boxes, {
          x: d => Math.min(d.box[0], d.box[2]),
          y: d =>
            figure.y === "down" ? Math.min(d.box[1], d.box[3]) : Math.max(d.box[1], d.box[3]),
          text: "name",
          textAnchor: "start",
          lineAnchor: "top",
          dx: 4,
          dy: 4,
        }),
        Plot.arrow(arrows, {
          x1: d => d.from[0],
          y1: d => d.from[1],
          x2: d => d.to[0],
          y2: d => d.to[1],
          stroke: accent,
          strokeWidth: 2,
        }),
        Plot.text(arrows, { x: d => d.to[0], y: d => d.to[1], text: d => d.name ?? "", dy: -9 }),
        Plot.dot(points, {
          x: d => d.at[0],
          y: d => d.at[1],
          r: d => (d.mark ? 5 : 3.5),
          fill: d => (d.mark ? mark : accent),
        }),
        Plot.text(points, {
          x: d => d.at[0],
          y: d => d.at[1],
          text: d => d.name ?? "",
          dy: -9,
        }),
      ],
    },
  }
}

/** The range of values with a little room around it. */
function spread(values: readonly number[]): readonly [number, number] {
  const finite = values.filter(Number.isFinite)
  const [low, high] = [Math.min(0, ...finite), Math.max(1, ...finite)]
  const start = finite.length > 0 ? Math.min(...finite) : low
  const end = finite.length > 0 ? Math.max(...finite) : high
  const room = end > start ? (end - start) * 0.06 : 1
  return [start - room, end + room]
}

function network({ layers, edges }: NetworkFigure, precision: Precision): Drawing {
  const places = new Map(
    layers.flatMap((names, column) =>
      names.map(
        (name, row) => [name, { name, x: column, y: row - (names.length - 1) / 2 }] as const,
      ),
    ),
  )
  const lines = edges.flatMap(({ from, to, label }, i) => {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b) return []
    // Labels sit nearer to one end by turns, so that those of crossing edges stay apart.
    const share = i % 2 === 0 ? 0.34 : 0.62
    const text = label === undefined ? "" : plainOf(label, { ...precision, digits: 4 })
    return [{ a, b, text, x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }]
  })
  const tallest = Math.max(1, ...layers.map(({ length }) => length))
  const told = lines.map(
    ({ a, b, text }) => `${a.name} to ${b.name}${text === "" ? "" : `: ${text}`}`,
  )
  return {
    told: `A network of ${layers.map(names => names.join(", ")).join(" → ")}. ${told.join("; ")}`,
    options: {
      width: Math.min(760, 130 * layers.length + 60),
      height: 72 * tallest + 40,
      margin: 30,
      axis: null,
      x: { domain: [0, Math.max(1, layers.length - 1)] },
      y: { domain: [(tallest - 1) / 2 + 0.3, -(tallest - 1) / 2 - 0.3] },
      marks: [
        Plot.link(lines, {
          x1: d => d.a.x,
          y1: d => d.a.y,
          x2: d => d.b.x,
          y2: d => d.b.y,
          stroke: "currentColor",
          strokeOpacity: 0.45,
        }),
        Plot.dot([...places.values()], {
          x: "x",
          y: "y",
          r: 17,
          fill: "var(--paper)",
          stroke: accent,
          strokeWidth: 2,
        }),
        Plot.text([...places.values()], { x: "x", y: "y", text: "name", fill: "currentColor" }),
        Plot.text(lines, {
          x: "x",
          y: "y",
          text: "text",
          fill: "currentColor",
          stroke: "var(--paper)",
          strokeWidth: 4,
        }),
      ],
    },
  }
}
