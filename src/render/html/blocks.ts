import type { Block, FigureBlock, GridBlock, TableBlock } from "../../core/blocks.ts"
import { gridCellTexts, isNumeric, tableCellTexts } from "../cells.ts"
import { isRich, plainOf } from "../inline.ts"
import type { Precision } from "../number.ts"
import { width } from "../plain.ts"
import { shades } from "../shades.ts"
import { escapeHtml, formulaHtml, inlineHtml, type MathMl, richHtml, scrolled } from "./text.ts"

/** What writing a block takes. */
export interface Pen {
  precision: Precision
  mathMl: MathMl
  /** Loaded only for a document with a figure. */
  figure: ((figure: FigureBlock, precision: Precision) => string) | undefined
}

/** Blocks in a row; neighbouring formulas are one, neighbouring grids stand side by side. */
export function blocksHtml(blocks: readonly Block[], pen: Pen): string {
  const parts: string[] = []
  for (let i = 0; i < blocks.length; ) {
    const formulas = runFrom(blocks, i, isFormula)
    const grids = runFrom(blocks, i, isGridBlock)
    const block = blocks[i]
    if (formulas.length > 0) parts.push(formulaHtml(formulas, pen.precision, pen.mathMl))
    else if (grids.length > 0) {
      parts.push(`<div class="grids">${grids.map(each => gridHtml(each, pen)).join("")}</div>`)
    } else if (block) parts.push(blockHtml(block, pen))
    i += Math.max(1, formulas.length, grids.length)
  }
  return parts.filter(part => part !== "").join("\n")
}

function isFormula(block: Block): block is Extract<Block, { mode: unknown }> {
  return "mode" in block && block.mode === "math"
}

function isGridBlock(block: Block): block is GridBlock {
  return "type" in block && block.type === "grid"
}

function runFrom<B extends Block>(
  blocks: readonly Block[],
  start: number,
  belongs: (block: Block) => block is B,
): B[] {
  const run: B[] = []
  for (const block of blocks.slice(start)) {
    if (!belongs(block)) break
    run.push(block)
  }
  return run
}

function blockHtml(block: Block, pen: Pen): string {
  if ("mode" in block) {
    const words = richHtml(block, pen.precision, pen.mathMl)
    return words === "" ? "" : `<p>${words}</p>`
  }
  switch (block.type) {
    case "grid":
      return gridHtml(block, pen)
    case "table":
      return tableHtml(block, pen)
    case "figure":
      return figureHtml(block, pen)
    default:
      return block satisfies never
  }
}

function figureHtml(block: FigureBlock, { precision, mathMl, figure }: Pen): string {
  if (!figure) throw new Error("a figure stands where none was looked for")
  const caption = inlineHtml(block.caption, precision, mathMl)
  return `<figure class="picture"><figcaption>${caption}</figcaption>${figure(block, precision)}</figure>`
}

/** A grid with its caption, heads and foot; shaded by value where it says so. */
export function gridHtml(block: GridBlock, { precision, mathMl }: Pen): string {
  const { caption, cells, rows = [], columns = [], marks = [], hidden = [], foot } = block
  const texts = gridCellTexts(cells, precision)
  const count = Math.max(columns.length, ...cells.map(row => row.length))
  const headed = rows.some(label => label !== "")
  const shade = block.heat ? shades(cells, hidden) : undefined
  const head =
    columns.length === 0
      ? ""
      : `<thead><tr>${headed ? '<td class="corner"></td>' : ""}${Array.from(
          { length: count },
          (_, j) => headCell(columns[j] ?? "", "col"),
        ).join("")}</tr></thead>`
  const body = cells.map((row, i) => {
    const heads = headed ? headCell(rows[i] ?? "", "row") : ""
    const values = Array.from({ length: count }, (_, j) => {
      const cell = row[j] ?? null
      const classes = [
        ...(has(marks, i, j) ? ["mark"] : []),
        ...(has(hidden, i, j) ? ["hidden"] : []),
        ...(isNumeric([cell]) ? [] : ["words"]),
      ]
      const html =
        typeof cell === "object" && cell !== null && isRich(cell)
          ? richHtml(cell, precision, mathMl)
          : escapeHtml((texts[i]?.[j] ?? "").trim())
      return dataCell(html, classes, shade?.(i, j))
    })
    return `<tr>${heads}${values.join("")}</tr>`
  })
  const text = caption === undefined ? "" : inlineHtml(caption, precision, mathMl)
  const characters = Array.from(
    { length: count },
    (_, j) =>
      Math.max(width(columns[j] ?? ""), ...texts.map(row => width((row[j] ?? "").trim()))) + 2,
  ).reduce((total, each) => total + each, 0)
  const table = `<table>${head}<tbody>${body.join("")}</tbody></table>`
  return [
    `<figure class="grid${block.heat ? " heat" : ""}">`,
    text === "" ? "" : `<figcaption>${text}</figcaption>`,
    scrolled(table, "cells", characters > 22),
    foot ? `<p class="foot">${richHtml(foot, precision, mathMl)}</p>` : "",
    "</figure>",
  ].join("")
}

function tableHtml({ head, rows, marks = [] }: TableBlock, pen: Pen): string {
  const { precision, mathMl } = pen
  const texts = tableCellTexts(rows, precision)
  const count = Math.max(head.length, ...rows.map(row => row.length))
  const numeric = Array.from({ length: count }, (_, j) =>
    isNumeric(rows.map(row => row[j] ?? null)),
  )
  const heads = Array.from({ length: count }, (_, j) => {
    const title = head[j]
    // Plain signs: not every reader says what a head of nothing but MathML is called.
    const words = title === undefined ? "" : escapeHtml(plainOf(title, precision))
    if (words === "") return "<td></td>"
    return `<th scope="col"${numeric[j] ? ' class="number"' : ""}>${words}</th>`
  })
  const body = rows.map((row, i) => {
    const values = Array.from({ length: count }, (_, j) => {
      const cell = row[j] ?? null
      const html =
        typeof cell === "object" && cell !== null && isRich(cell)
          ? richHtml(cell, precision, mathMl)
          : escapeHtml((texts[i]?.[j] ?? "").trim())
      return dataCell(html, [
        ...(has(marks, i, j) ? ["mark"] : []),
        ...(numeric[j] ? ["number"] : ["words"]),
      ])
    })
    return `<tr>${values.join("")}</tr>`
  })
  const table = `<table><thead><tr>${heads.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`
  return scrolled(table, "table", true)
}

function headCell(label: string, scope: "row" | "col"): string {
  return label === "" ? "<td></td>" : `<th scope="${scope}">${escapeHtml(label)}</th>`
}

function dataCell(html: string, classes: readonly string[], shade?: number): string {
  const names = classes.length > 0 ? ` class="${classes.join(" ")}"` : ""
  const style = shade === undefined ? "" : ` style="--shade:${Math.round(100 * Math.abs(shade))}%"`
  const below = shade !== undefined && shade < 0 ? " data-below" : ""
  const content = classes.includes("mark") ? `<strong>${html}</strong>` : html
  return `<td${names}${style}${below}>${content}</td>`
}

function has(cells: readonly (readonly [number, number])[], i: number, j: number): boolean {
  return cells.some(([row, column]) => row === i && column === j)
}
