import type Fraction from "fraction.js"
import type { Grid, Vector } from "./types.ts"

/**
 * Words or a formula with values in them. Values stay unrounded here; renderers write them.
 * `strings` are literals as in a template (plain words, or LaTeX when the mode is math),
 * `values` stand between them.
 */
export interface Rich {
  readonly mode: "text" | "math"
  readonly strings: readonly string[]
  readonly values: readonly Inline[]
}

/** A value inside words or a formula; a string is a label and is printed as it is. */
export type Inline = number | bigint | string | Fraction | Vector | Grid | Rich

/** Words: text`The window shows an ${verdict}`. */
export function text(strings: TemplateStringsArray, ...values: Inline[]): Rich {
  return { mode: "text", strings, values }
}

/**
 * A formula in a small LaTeX: letters, `_{}`, `^{}`, `\frac`, `\sqrt`, `\sum`, Greek letters,
 * `\cdot`, `\le`, `\text{}`, `\operatorname{}` …; every renderer knows the same list.
 * Lines that follow each other in a step are aligned at their first `=`.
 */
export function math(strings: TemplateStringsArray, ...values: Inline[]): Rich {
  return { mode: "math", strings: strings.raw, values }
}

/** Formulas one after the other, such as the terms of a sum: join(terms, " + "). */
export function join(parts: readonly Inline[], separator: string): Rich {
  const strings = parts.length === 0 ? [""] : ["", ...Array(parts.length - 1).fill(separator), ""]
  return { mode: "math", strings, values: parts }
}

/** Products that are added up: 3·4 + 0.5·2. */
export function products(left: Vector, right: Vector): Rich {
  return join(
    left.map((value, i) => math`${value} \cdot ${right[i] ?? Number.NaN}`),
    " + ",
  )
}

export type Cell = Inline | null

/** Numbers in rows and columns; neighbours in a step stand side by side where there is room. */
export interface GridBlock {
  type: "grid"
  caption?: Rich | string
  cells: readonly (readonly Cell[])[]
  rows?: readonly string[]
  columns?: readonly string[]
  /** Cells to point out, as [row, column]. */
  marks?: readonly (readonly [number, number])[]
  /** Cells that take no part, such as those a mask hides, as [row, column]. */
  hidden?: readonly (readonly [number, number])[]
  /** Whether cells are shaded by their value. */
  heat?: boolean
  /** A line below, such as a sum. */
  foot?: Rich
}

/** A table with a head; cells hold words, numbers or formulas. */
export interface TableBlock {
  type: "table"
  head: readonly (Rich | string)[]
  rows: readonly (readonly Cell[])[]
  marks?: readonly (readonly [number, number])[]
}

/** A bar for each label: a histogram, a distribution. */
export interface BarsFigure {
  type: "figure"
  figure: "bars"
  caption: Rich | string
  labels: readonly string[]
  values: Vector
  /** Bars to point out. */
  marks?: readonly number[]
}

/** Curves in one pair of axes: precision over recall, a learning rate over time. */
export interface CurvesFigure {
  type: "figure"
  figure: "curves"
  caption: Rich | string
  x: FigureAxis
  y: FigureAxis
  curves: readonly Curve[]
}

/** An axis, from the smallest to the largest value unless said. */
export interface FigureAxis {
  label: Rich | string
  from?: number
  to?: number
}

export interface Curve {
  name?: string
  /** (x, y) from left to right, joined by straight lines, or by `steps`: each y holds up to its x. */
  points: readonly (readonly [number, number])[]
  steps?: boolean
  /** Points to point out, as [x, y]. */
  marks?: readonly (readonly [number, number])[]
}

/** Boxes, points and arrows on one plane, x to the right and both axes in one scale. */
export interface PlaneFigure {
  type: "figure"
  figure: "plane"
  caption: Rich | string
  /** Where y grows: down as in an image, up as in geometry. */
  y: "down" | "up"
  boxes?: readonly {
    name: string
    box: readonly [number, number, number, number]
    mark?: boolean
  }[]
  points?: readonly { name?: string; at: readonly [number, number]; mark?: boolean }[]
  arrows?: readonly {
    name?: string
    from: readonly [number, number]
    to: readonly [number, number]
  }[]
}

/** Units in columns from left to right, joined by edges that may carry a weight. */
export interface NetworkFigure {
  type: "figure"
  figure: "network"
  caption: Rich | string
  layers: readonly (readonly string[])[]
  edges: readonly { from: string; to: string; label?: Inline }[]
}

/** A picture of what one would draw on paper. Its numbers stay numbers; a renderer draws them. */
export type FigureBlock = BarsFigure | CurvesFigure | PlaneFigure | NetworkFigure

/** What a step is made of. A new type must be handled by every renderer before it compiles. */
export type Block = Rich | GridBlock | TableBlock | FigureBlock

export function grid(
  caption: Rich | string,
  cells: readonly (readonly Cell[])[],
  more: Omit<GridBlock, "type" | "caption" | "cells"> = {},
): GridBlock {
  return { type: "grid", caption, cells, ...more }
}

export function table(
  head: readonly (Rich | string)[],
  rows: readonly (readonly Cell[])[],
  more: Pick<TableBlock, "marks"> = {},
): TableBlock {
  return { type: "table", head, rows, ...more }
}

export function bars(
  caption: Rich | string,
  labels: readonly string[],
  values: Vector,
  more: Pick<BarsFigure, "marks"> = {},
): BarsFigure {
  return { type: "figure", figure: "bars", caption, labels, values, ...more }
}

export function curves(
  caption: Rich | string,
  axes: { x: FigureAxis; y: FigureAxis },
  list: readonly Curve[],
): CurvesFigure {
  return { type: "figure", figure: "curves", caption, ...axes, curves: list }
}

export function plane(
  caption: Rich | string,
  drawn: Pick<PlaneFigure, "boxes" | "points" | "arrows"> & { y?: "down" | "up" },
): PlaneFigure {
  return { type: "figure", figure: "plane", caption, y: "down", ...drawn }
}

export function network(
  caption: Rich | string,
  layers: NetworkFigure["layers"],
  edges: NetworkFigure["edges"],
): NetworkFigure {
  return { type: "figure", figure: "network", caption, layers, edges }
}

/** One step of a solution: a heading and what stands below it. */
export interface Step {
  title: string
  blocks: readonly Block[]
  /** How many pieces of answers had been handed over when it was told. */
  after: number
}
