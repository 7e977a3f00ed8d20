import type { Block, FigureBlock, GridBlock, Rich, TableBlock } from "../core/blocks.ts"
import { summaryOf } from "./answer-words.ts"
import { gridCellTexts, isNumeric, tableCellTexts } from "./cells.ts"
import { isRich, plainOf } from "./inline.ts"
import {
  authorMarkdown,
  cellMarkdown,
  escapeMarkdown,
  formulaBlock,
  inlineMarkdown,
  paragraph,
  richMarkdown,
} from "./markdown-text.ts"
import { type Precision, typedDigits } from "./number.ts"
import { type Blank, holds, type Page } from "./page.ts"
import { paintIn } from "./paint.ts"
import { pointsText } from "./points.ts"

export interface MarkdownOptions {
  /** Significant digits. */
  digits?: number
}

/** How the blocks of one page are written. */
interface Pen {
  precision: Precision
  /** Loaded only for a page that has a picture. */
  drawingLines: DrawingLines | undefined
}

type DrawingLines = typeof import("./figure-lines.ts").drawingLines

/** A page as Markdown with formulas as GitHub reads them, without a line break at its end. */
export async function renderMarkdown(
  page: Page,
  { digits = 6 }: MarkdownOptions = {},
): Promise<string> {
  const figures = holds(page, "figure") ? await import("./figure-lines.ts") : undefined
  const drawingLines = figures?.drawingLines
  const precision = { digits, notation: page.notation }
  const typed = { ...precision, digits: Math.max(digits, typedDigits) }
  return [
    `# ${escapeMarkdown(page.title)}`,
    subtitle(page, typed),
    page.source === undefined ? "" : paragraph(escapeMarkdown(page.source)),
    question(page, precision),
    section("Given", page.given, { precision: typed, drawingLines }),
    ...page.steps.map(({ title, blocks }, i) =>
      section(`${i + 1}. ${escapeMarkdown(title)}`, blocks, { precision, drawingLines }),
    ),
    answerSection(page, precision),
    blankSection(page.blanks),
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

function subtitle({ kind, setting }: Page, precision: Precision): string {
  const settings = setting.map(each => escapeMarkdown(plainOf(each, precision)))
  return [escapeMarkdown(kind), ...settings].join(" · ")
}

function question({ question }: Page, precision: Precision): string {
  if (question === undefined) return ""
  return typeof question === "string"
    ? authorMarkdown(question)
    : paragraph(richMarkdown(question, precision))
}

function section(title: string, blocks: readonly Block[], pen: Pen): string {
  if (blocks.length === 0) return ""
  return [`## ${title}`, ...blocksMarkdown(blocks, pen)].join("\n\n")
}

/** Each paragraph, formula or table of the blocks; neighbouring formulas are one. */
function blocksMarkdown(blocks: readonly Block[], pen: Pen): string[] {
  const parts: string[] = []
  for (let i = 0; i < blocks.length; i++) {
    const run = formulasFrom(blocks, i)
    const block = blocks[i]
    if (run.length > 0) {
      parts.push(formulaBlock(run, pen.precision))
      i += run.length - 1
    } else if (block) parts.push(blockMarkdown(block, pen))
  }
  return parts.filter(part => part !== "")
}

function formulasFrom(blocks: readonly Block[], start: number) {
  const formulas = []
  for (const block of blocks.slice(start)) {
    if (!("mode" in block) || block.mode !== "math") break
    formulas.push(block)
  }
  return formulas
}

function blockMarkdown(block: Block, pen: Pen): string {
  const { precision } = pen
  if ("mode" in block) {
    switch (block.mode) {
      case "text":
        return paragraph(richMarkdown(block, precision))
      case "math":
        return formulaBlock([block], precision)
      default:
        return block.mode satisfies never
    }
  }
  switch (block.type) {
    case "grid":
      return gridMarkdown(block, precision)
    case "table":
      return tableMarkdown(block, precision)
    case "figure":
      return figureMarkdown(block, pen)
    default:
      return block satisfies never
  }
}

function gridMarkdown(block: GridBlock, precision: Precision): string {
  const { caption, cells, rows, columns = [], foot } = block
  const texts = gridCellTexts(cells, precision)
  const width = Math.max(columns.length, ...cells.map(row => row.length))
  const values = cellsMarkdown(block, texts, precision)
  const labelled = rows?.some(label => label !== "") ?? false
  const head = [...(labelled ? [""] : []), ...filled(columns.map(escapeMarkdown), width)]
  const body = values.map((row, i) => [
    ...(labelled ? [`**${escapeMarkdown(rows?.[i] ?? "")}**`] : []),
    ...row,
  ])
  const right = [...(labelled ? [false] : []), ...numericColumns(cells, width)]
  return [
    captionMarkdown(caption, precision),
    pipes(head, body, right),
    foot ? richMarkdown(foot, precision) : "",
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

/** The picture as a terminal draws it, in characters. */
function figureMarkdown(block: FigureBlock, { precision, drawingLines }: Pen): string {
  if (!drawingLines) throw new Error("a picture stands where none was looked for")
  const drawn = drawingLines(block, { limit: 80, precision, paint: paintIn(false) }).join("\n")
  // A name in the picture may hold backticks; the fence is longer than any of their runs.
  const runs = drawn.match(/`+/g) ?? []
  const fence = "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)))
  return [captionMarkdown(block.caption, precision), `${fence}text\n${drawn}\n${fence}`]
    .filter(part => part !== "")
    .join("\n\n")
}

function captionMarkdown(caption: Rich | string = "", precision: Precision): string {
  if (typeof caption === "object") return richMarkdown(caption, precision)
  return caption === "" ? "" : `**${escapeMarkdown(caption)}**`
}

function tableMarkdown({ head, rows, marks }: TableBlock, precision: Precision): string {
  const texts = tableCellTexts(rows, precision)
  const width = Math.max(head.length, ...rows.map(row => row.length))
  const heads = head.map(each => inlineMarkdown(each, precision))
  const body = cellsMarkdown({ cells: rows, ...(marks && { marks }) }, texts, precision)
  return pipes(filled(heads, width), body, numericColumns(rows, width))
}

/**
 * Formulas stay formulas, the rest is the text that also a terminal shows. Marked cells are bold, and
 * those that take no part are struck out, or a dot if they have no value.
 */
function cellsMarkdown(
  { cells, marks = [], hidden = [] }: Pick<GridBlock, "cells" | "marks" | "hidden">,
  texts: readonly (readonly string[])[],
  precision: Precision,
): string[][] {
  return cells.map((row, i) =>
    row.map((cell, j) => {
      const formula = typeof cell === "object" && cell !== null && isRich(cell)
      const text = formula
        ? richMarkdown(cell, precision)
        : escapeMarkdown((texts[i]?.[j] ?? "").trim())
      const isIn = (places: NonNullable<GridBlock["marks"]>) =>
        places.some(([row, column]) => row === i && column === j)
      if (isIn(hidden)) {
        return cell === null || cell === Number.NEGATIVE_INFINITY ? "·" : `~~${text}~~`
      }
      return isIn(marks) && text !== "" ? `**${text}**` : text
    }),
  )
}

function numericColumns(cells: GridBlock["cells"], width: number): boolean[] {
  return Array.from({ length: width }, (_, j) => isNumeric(cells.map(row => row[j] ?? null)))
}

function filled(cells: readonly string[], width: number): string[] {
  return Array.from({ length: width }, (_, i) => cells[i] ?? "")
}

/** A table of Markdown; numbers stand to the right. */
function pipes(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellMarkdown).join(" | ")} |`
  return [
    line(head),
    `| ${head.map((_, i) => (right[i] ? "--:" : "---")).join(" | ")} |`,
    ...rows.map(row => line(filled(row, head.length))),
  ].join("\n")
}

const longestValue = 60

function answerSection(page: Page, precision: Precision): string {
  if (page.answers.length === 0) return ""
  const values = page.answers.map(each => summaryOf(each, precision, longestValue))
  const rows = page.answers.map(({ name, answer }, i) => [
    `**${escapeMarkdown(name)}**`,
    (values[i]?.words ?? "").split("\n").map(escapeMarkdown).join("\n"),
    escapeMarkdown(answer.label),
  ])
  const below = values.flatMap(({ grids }) => grids.map(each => gridMarkdown(each, precision)))
  return ["## Answers", pipes(["answer", "value", "what it is"], rows, []), ...below].join("\n\n")
}

/** Where a paper is filled in. */
function blankSection(list: readonly Blank[] | undefined): string {
  if (!list || list.length === 0) return ""
  const rows = list.map(({ name, label, form, points }) => [
    `**${escapeMarkdown(name)}**`,
    `${escapeMarkdown(label)}, ${escapeMarkdown(form)}`,
    points === undefined ? "" : pointsText(points),
    "",
  ])
  const table = pipes(["answer", "what it is", "points", "value"], rows, [false, false, true])
  return `## Your answers\n\n${table}`
}
