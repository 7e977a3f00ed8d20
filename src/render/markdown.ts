import type { Block, FigureBlock, GridBlock, TableBlock } from "../core/blocks.ts"
import { summaryOf } from "./answer-words.ts"
import { gridCellTexts, isNumeric, tableCellTexts } from "./cells.ts"
import { figureLines } from "./figure-lines.ts"
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
import type { Blank, Page } from "./page.ts"
import { paintIn } from "./paint.ts"
import { pointsText } from "./points.ts"

export interface MarkdownOptions {
  /** Significant digits. */
  digits?: number
}

/** A page as Markdown with formulas as GitHub reads them, without a line break at its end. */
export function renderMarkdown(page: Page, { digits = 6 }: MarkdownOptions = {}): string {
  const precision = { digits, notation: page.notation }
  const typed = { ...precision, digits: Math.max(digits, typedDigits) }
  return [
    `# ${escapeMarkdown(page.title)}`,
    subtitle(page, typed),
    page.source === undefined ? "" : paragraph(escapeMarkdown(page.source)),
    question(page, precision),
    section("Given", page.given, typed),
    ...page.steps.map(({ title, blocks }, i) =>
      section(`${i + 1}. ${escapeMarkdown(title)}`, blocks, precision),
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

function section(title: string, blocks: readonly Block[], precision: Precision): string {
  if (blocks.length === 0) return ""
  return [`## ${title}`, ...blocksMarkdown(blocks, precision)].join("\n\n")
}

/** Each paragraph, formula or table of the blocks; neighbouring formulas are one. */
function blocksMarkdown(blocks: readonly Block[], precision: Precision): string[] {
  const parts: string[] = []
  for (let i = 0; i < blocks.length; i++) {
    const run = formulasFrom(blocks, i)
    const block = blocks[i]
    if (run.length > 0) {
      parts.push(formulaBlock(run, precision))
      i += run.length - 1
    } else if (block) parts.push(blockMarkdown(block, precision))
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

function blockMarkdown(block: Block, precision: Precision): string {
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
      return figureMarkdown(block, precision)
    default:
      return block satisfies never
  }
}

function gridMarkdown(block: GridBlock, precision: Precision): string {
  const { caption, cells, rows, columns = [], foot } = block
  const texts = gridCellTexts(cells, precision)
  const width = Math.max(columns.length, ...cells.map(row => row.length))
  const values = cellsMarkdown(block.cells, texts, block.marks, precision)
  const labelled = rows?.some(label => label !== "") ?? false
  const head = [...(labelled ? [""] : []), ...filled(columns.map(escapeMarkdown), width)]
  const body = values.map((row, i) => [
    ...(labelled ? [`**${escapeMarkdown(rows?.[i] ?? "")}**`] : []),
    ...row,
  ])
  const right = [...(labelled ? [false] : []), ...numericColumns(cells, width)]
  return [
    typeof caption === "string" ? `**${escapeMarkdown(caption)}**` : "",
    typeof caption === "object" ? richMarkdown(caption, precision) : "",
    pipes(head, body, right),
    foot ? richMarkdown(foot, precision) : "",
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

/** The picture as a terminal draws it, in characters. */
function figureMarkdown(block: FigureBlock, precision: Precision): string {
  const [caption = "", ...drawn] = figureLines(block, {
    limit: 80,
    precision,
    paint: paintIn(false),
  })
  return [`**${escapeMarkdown(caption)}**`, ["```text", ...drawn, "```"].join("\n")].join("\n\n")
}

function tableMarkdown({ head, rows, marks }: TableBlock, precision: Precision): string {
  const texts = tableCellTexts(rows, precision)
  const width = Math.max(head.length, ...rows.map(row => row.length))
  const heads = head.map(each => inlineMarkdown(each, precision))
  const body = cellsMarkdown(rows, texts, marks, precision)
  return pipes(filled(heads, width), body, numericColumns(rows, width))
}

/** Formulas stay formulas, the rest is the text that also a terminal shows; marked cells are bold. */
function cellsMarkdown(
  cells: GridBlock["cells"],
  texts: readonly (readonly string[])[],
  marks: GridBlock["marks"] = [],
  precision: Precision,
): string[][] {
  return cells.map((row, i) =>
    row.map((cell, j) => {
      const formula = typeof cell === "object" && cell !== null && isRich(cell)
      const text = formula
        ? richMarkdown(cell, precision)
        : escapeMarkdown((texts[i]?.[j] ?? "").trim())
      const marked = marks.some(([row, column]) => row === i && column === j)
      return marked && text !== "" ? `**${text}**` : text
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
