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

/** What a step is made of. A new type must be handled by every renderer before it compiles. */
export type Block = Rich | GridBlock | TableBlock

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

/** One step of a solution: a heading and what stands below it. */
export interface Step {
  title: string
  blocks: readonly Block[]
  /** How many pieces of answers had been handed over when it was told. */
  after: number
}
