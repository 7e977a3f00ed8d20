import type {
  BarsFigure,
  CurvesFigure,
  FigureBlock,
  NetworkFigure,
  PlaneFigure,
} from "../../core/blocks.ts"
import type { Precision } from "../number.ts"
import { inlineLatex, wordsLatex } from "./text.ts"

/** A picture in TikZ; pgfplots draws axes and curves. */
export function figureLatex(figure: FigureBlock, precision: Precision): string {
  switch (figure.figure) {
    case "bars":
      return bars(figure)
    case "curves":
      return curves(figure, precision)
    case "plane":
      return plane(figure)
    case "network":
      return network(figure, precision)
    default:
      return figure satisfies never
  }
}

function picture(lines: readonly string[], options = ""): string {
  return [`\\begin{tikzpicture}${options}`, ...lines, "\\end{tikzpicture}"].join("\n")
}

function bars({ labels, values, marks = [] }: BarsFigure): string {
  const step = Math.ceil(labels.length / 16)
  const ticks = labels.map((_, i) => i).filter(i => i % step === 0)
  const drawn = (chosen: (i: number) => boolean, options: string) => {
    const points = values.flatMap((value, i) =>
      chosen(i) && Number.isFinite(value) ? [`(${i},${plain(value)})`] : [],
    )
    return points.length > 0 ? [`\\addplot[${options}] coordinates {${points.join(" ")}};`] : []
  }
  const options = [
    "ybar",
    "bar shift=0pt",
    `bar width=${Math.max(1.5, Math.min(14, 260 / labels.length)).toFixed(1)}pt`,
    "width=12cm",
    "height=5cm",
    "axis lines*=left",
    "ymajorgrids",
    `xtick={${ticks.join(",")}}`,
    `xticklabels={${ticks.map(i => `{${wordsLatex(labels[i] ?? "")}}`).join(",")}}`,
    ...(values.every(value => value >= 0) ? ["ymin=0"] : []),
    ...(labels.length <= 16
      ? ["nodes near coords", "every node near coord/.append style={font=\\scriptsize}"]
      : []),
  ]
  return picture([
    `\\begin{axis}[${options.join(", ")}]`,
    ...drawn(i => !marks.includes(i), "fill=above!60, draw=above"),
    ...drawn(i => marks.includes(i), "fill=below!70, draw=below"),
    "\\end{axis}",
  ])
}

function curves({ x, y, curves: list }: CurvesFigure, precision: Precision): string {
  const limits = [
    ...(x.from === undefined ? [] : [`xmin=${plain(x.from)}`]),
    ...(x.to === undefined ? [] : [`xmax=${plain(x.to)}`]),
    ...(y.from === undefined ? [] : [`ymin=${plain(y.from)}`]),
    ...(y.to === undefined ? [] : [`ymax=${plain(y.to)}`]),
  ]
  const styles = ["solid", "dashed", "dotted", "dashdotted"]
  const named = list.some(({ name }) => name !== undefined)
  const options = [
    "width=11cm",
    "height=6cm",
    "grid=both",
    `xlabel={${inlineLatex(x.label, precision)}}`,
    `ylabel={${inlineLatex(y.label, precision)}}`,
    ...limits,
    ...(named ? ["legend pos=outer north east", "legend style={draw=none, font=\\small}"] : []),
  ]
  const coordinates = (points: readonly (readonly [number, number])[]) =>
    points
      .filter(point => point.every(Number.isFinite))
      .map(([a, b]) => `(${plain(a)},${plain(b)})`)
      .join(" ")
  return picture([
    `\\begin{axis}[${options.join(", ")}]`,
    ...list.flatMap(({ name, points, steps = false, marks = [] }, i) => [
      `\\addplot[above, thick, ${styles[i % styles.length]}${steps ? ", const plot mark right" : ""}${points.length <= 24 ? ", mark=*, mark size=1.2pt" : ", mark=none"}] coordinates {${coordinates(points)}};`,
      ...(name === undefined ? [] : [`\\addlegendentry{${wordsLatex(name)}}`]),
      ...(marks.length > 0
        ? [
            `\\addplot[only marks, mark=o, mark size=3pt, below, forget plot] coordinates {${coordinates(marks)}};`,
          ]
        : []),
    ]),
    "\\end{axis}",
  ])
}

function plane({ y, boxes = [], points = [], arrows = [] }: PlaneFigure): string {
  const options = [
    "axis equal image",
    "width=9cm",
    "grid=both",
    "enlargelimits=0.08",
    ...(y === "down" ? ["y dir=reverse"] : []),
  ]
  const at = ([a, b]: readonly [number, number]) => `(axis cs:${plain(a)},${plain(b)})`
  const corners = [
    ...boxes.flatMap(({ box: [x1, y1, x2, y2] }) => [[x1, y1] as const, [x2, y2] as const]),
    ...points.map(point => point.at),
    ...arrows.flatMap(({ from, to }) => [from, to]),
  ]
  return picture([
    `\\begin{axis}[${options.join(", ")}]`,
    // The axes take their range from what is plotted.
    `\\addplot[draw=none, forget plot] coordinates {${corners.map(([a, b]) => `(${plain(a)},${plain(b)})`).join(" ")}};`,
    ...boxes.map(({ name, box: [x1, y1, x2, y2], mark }) => {
      const color = mark ? "below" : "above"
      return `\\draw[${color}, thick, fill=${color}, fill opacity=0.08, text opacity=1] ${at([x1, y1])} rectangle ${at([x2, y2])} node[at={${at([x1, y1])}}, anchor=${y === "down" ? "north west" : "south west"}, font=\\small] {${wordsLatex(name)}};`
    }),
    ...arrows.map(
      ({ name = "", from, to }) =>
        `\\draw[->, above, thick] ${at(from)} -- ${at(to)} node[black, anchor=south, font=\\small] {${wordsLatex(name)}};`,
    ),
    ...points.map(
      ({ name = "", at: place, mark }) =>
        `\\fill[${mark ? "below" : "above"}] ${at(place)} circle[radius=${mark ? 2.4 : 1.6}pt] node[black, anchor=south, font=\\scriptsize] {${wordsLatex(name)}};`,
    ),
    "\\end{axis}",
  ])
}

function network({ layers, edges }: NetworkFigure, precision: Precision): string {
  const nodes = layers.flatMap((names, column) =>
    names.map((name, row) => ({ name, x: column * 2.6, y: ((names.length - 1) / 2 - row) * 1.4 })),
  )
  const idOf = (name: string) => `n${nodes.findIndex(node => node.name === name)}`
  return picture([
    ...nodes.map(
      ({ name, x, y }) =>
        `\\node[draw=above, circle, minimum size=8mm, inner sep=1pt, font=\\small] (${idOf(name)}) at (${plain(x)},${plain(y)}) {${wordsLatex(name)}};`,
    ),
    ...edges
      .filter(({ from, to }) => idOf(from) !== "n-1" && idOf(to) !== "n-1")
      .map(({ from, to, label }, i) => {
        const text =
          label === undefined
            ? ""
            : ` node[pos=${i % 2 === 0 ? 0.34 : 0.62}, fill=white, inner sep=1pt, font=\\scriptsize] {${inlineLatex(label, { ...precision, digits: 4 })}}`
        return `\\draw[->, gray] (${idOf(from)}) --${text} (${idOf(to)});`
      }),
  ])
}

/** A number as TikZ reads it, within what TeX can hold. */
function plain(value: number): string {
  const text = value.toPrecision(7)
  return text.includes("e") ? Number(text).toExponential() : String(Number(text))
}
