import type { Block, FigureBlock, GridBlock, Rich, TableBlock } from "../core/blocks.ts"
import { summaryOf } from "./answer-words.ts"
import { isNumeric, tableCellTexts } from "./cells.ts"
import { alignPoints, columnLines } from "./columns.ts"
import { formulaLines } from "./formula-lines.ts"
import { gridBox, sideBySide } from "./grid-lines.ts"
import { latexOf, plainOf, segmentsOf } from "./inline.ts"
import { isReadable, latexText } from "./latex-text.ts"
import { type Precision, typedDigits } from "./number.ts"
import { holds, type Page } from "./page.ts"
import { type Color, type Paint, paintIn } from "./paint.ts"
import { padEnd, visible, width, wrapWords } from "./plain.ts"

export interface TerminalOptions {
  /** Columns of the terminal. */
  width?: number
  /** From 256 colours on, cells of grids with heat are coloured by their value. */
  color?: Color
  /** Significant digits. */
  digits?: number
}

/** How the parts of one page are written. */
interface Look {
  limit: number
  /** What stands below a heading is moved in by this much. */
  margin: number
  paint: Paint
  precision: Precision
  /** Loaded only for a page that has a table. */
  tableLines: TableLines | undefined
  /** Loaded only for a page that has a picture. */
  figureLines: FigureLines | undefined
}

type TableLines = typeof import("./table-lines.ts").tableLines
type FigureLines = typeof import("./figure-lines.ts").figureLines

/** A page for a terminal, without a line break at its end. */
export async function renderTerminal(
  page: Page,
  { width: limit = 80, color = false, digits = 6 }: TerminalOptions = {},
): Promise<string> {
  const margin = page.steps.length > 9 ? 4 : 3
  const precision = { digits, notation: page.notation }
  const tables = holds(page, "table") ? await import("./table-lines.ts") : undefined
  const figures = holds(page, "figure") ? await import("./figure-lines.ts") : undefined
  const look = {
    limit,
    margin,
    paint: paintIn(color),
    precision,
    tableLines: tables?.tableLines,
    figureLines: figures?.figureLines,
  }
  const typed = { ...look, precision: { ...look.precision, digits: Math.max(digits, typedDigits) } }
  const sections = [
    heading(page, typed),
    page.question === undefined ? [] : questionLines(page.question, look),
    section({ title: "Given" }, page.given, typed),
    ...page.steps.map(({ title, blocks }, i) => section({ number: i + 1, title }, blocks, look)),
    page.answers.length === 0 ? [] : answerSection(page, look),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join("\n"))
    .join("\n\n")
}

function heading(page: Page, { limit, paint, precision }: Look): string[] {
  const title = visible(page.title)
  const settings = page.setting.map(each => plainOf(each, precision))
  const right = [page.kind, ...settings].join(" · ")
  const source = page.source === undefined ? [] : wrapWords(visible(page.source), limit)
  const room = limit - width(title) - width(right)
  const lines =
    room >= 2
      ? [paint.title(title) + " ".repeat(room) + paint.faint(right)]
      : [...wrapWords(title, limit).map(paint.title), ...wrapWords(right, limit).map(paint.faint)]
  return [...lines, ...source.map(paint.faint)]
}

/** Words of the kind, or the author's Markdown, of which paragraphs and lists are kept. */
function questionLines(question: Rich | string, look: Look): string[] {
  if (typeof question !== "string") return textLines(question, look)
  const paragraphs = question.trim().split(/\n(?=\s*(?:[-*+|>]|\d+[.)]|\n))/)
  return paragraphs.flatMap(paragraph => {
    if (paragraph.trim() === "") return [""]
    const mark = /^\s*(?:[-*+>]|\d+[.)])?\s*/.exec(paragraph.trimEnd())?.[0] ?? ""
    const rest = visible(withFormulas(paragraph.slice(mark.length)))
    const indent = mark.replace(/^\n+/, "")
    return wrapWords(rest, Math.max(20, look.limit - indent.length)).map(
      (line, i) => (i === 0 ? indent : " ".repeat(indent.length)) + line,
    )
  })
}

/** `$\frac{1}{2}$` as the terminal writes it; what is no formula, or not ours to read, stays. */
function withFormulas(markdown: string): string {
  return markdown.replace(/\$(?!\s)([^$\n]{1,200}?)(?<!\s)\$(?!\d)/g, (source, latex: string) =>
    isReadable(latex) ? latexText(latex) : source,
  )
}

function section(heading: Heading, blocks: readonly Block[], look: Look): string[] {
  if (blocks.length === 0) return []
  const { margin, limit, paint } = look
  return [
    ...headingLines(heading, look).map(paint.heading),
    ...indented(blockLines(blocks, { ...look, limit: limit - margin }), margin),
  ]
}

interface Heading {
  number?: number
  title: string
}

function headingLines({ number, title }: Heading, { margin, limit }: Look): string[] {
  if (number === undefined) return [title]
  return wrapWords(visible(title), limit - margin).map(
    (line, i) => padEnd(i === 0 ? String(number) : "", margin) + line,
  )
}

function indented(lines: readonly string[], margin: number): string[] {
  return lines.map(line => (line === "" ? "" : " ".repeat(margin) + line))
}

function blockLines(blocks: readonly Block[], look: Look): string[] {
  const groups = grouped(blocks)
  return groups.flatMap((group, i) => {
    const apart = i > 0 && (isRoomy(group) || isRoomy(groups[i - 1]))
    return [...(apart ? [""] : []), ...groupLines(group, look)]
  })
}

/** What stands apart from its neighbours. */
function isRoomy(group: Group | undefined): boolean {
  return group?.type === "grid" || group?.type === "table" || group?.type === "figure"
}

/** Blocks that are laid out together. */
type Group =
  | { type: "text"; text: Rich }
  | { type: "math"; formulas: Rich[] }
  | { type: "grid"; grids: GridBlock[] }
  | { type: "table"; table: TableBlock }
  | { type: "figure"; figure: FigureBlock }

function grouped(blocks: readonly Block[]): Group[] {
  const groups: Group[] = []
  for (const block of blocks) {
    const last = groups.at(-1)
    if ("mode" in block) {
      if (block.mode === "text") groups.push({ type: "text", text: block })
      else if (last?.type === "math") last.formulas.push(block)
      else groups.push({ type: "math", formulas: [block] })
    } else if (block.type === "table") groups.push({ type: "table", table: block })
    else if (block.type === "figure") groups.push({ type: "figure", figure: block })
    else if (last?.type === "grid") last.grids.push(block)
    else groups.push({ type: "grid", grids: [block] })
  }
  return groups
}

function groupLines(group: Group, look: Look): string[] {
  const { limit, paint, precision } = look
  switch (group.type) {
    case "text":
      return textLines(group.text, look)
    case "math": {
      const formulas = group.formulas.map(each => latexText(latexOf(each, precision)))
      return formulaLines(
        formulas.filter(each => each !== ""),
        limit,
      )
    }
    case "grid":
      return sideBySide(
        group.grids.map(each => gridBox(each, limit, precision, paint)),
        limit,
      )
    case "table":
      return wholeTable(group.table, look)
    case "figure":
      if (!look.figureLines) throw new Error("a picture stands where none was looked for")
      return look.figureLines(group.figure, look)
  }
}

/** Words, wrapped; short formulas among them are not broken. */
function textLines(rich: Rich, { limit, precision }: Look): string[] {
  const words = segmentsOf(rich, precision).map(segment => {
    if ("words" in segment) return segment.words
    const formula = latexText(segment.latex)
    return width(formula) <= limit / 3 ? formula.replaceAll(" ", "\u00a0") : formula
  })
  return wrapWords(words.join(""), limit)
}

function wholeTable({ head, rows, marks = [] }: TableBlock, look: Look): string[] {
  const { limit, paint, precision, tableLines } = look
  if (!tableLines) throw new Error("a table stands where none was looked for")
  const texts = tableCellTexts(rows, precision)
  const columns = Math.max(head.length, ...rows.map(row => row.length))
  return tableLines(
    Array.from({ length: columns }, (_, j) => {
      const numeric = isNumeric(rows.map(row => row[j] ?? null))
      const marked = (i: number) => marks.some(([row, column]) => row === i && column === j)
      const cells = texts.map((row, i) =>
        marked(i) && !paint.color ? `[${row[j] ?? ""}]` : (row[j] ?? ""),
      )
      const title = head[j]
      return {
        head: title === undefined ? "" : plainOf(title, precision),
        cells: numeric ? alignPoints(cells) : cells,
        numeric,
        paint: (text, i) => (marked(i) ? paint.mark(text) : text),
      }
    }),
    { limit, faint: paint.faint },
  )
}

function answerSection(page: Page, look: Look): string[] {
  const { paint, limit, margin } = look
  const inner = { ...look, limit: limit - margin }
  const values = page.answers.map(each => summaryOf(each, look.precision, inner.limit / 2))
  const table = columnLines(
    [
      { cells: page.answers.map(({ name }) => visible(name)), numeric: false, paint: paint.name },
      { cells: values.map(({ words }) => words), numeric: false },
      {
        cells: page.answers.map(({ answer }) => visible(answer.label)),
        numeric: false,
        paint: paint.faint,
      },
    ],
    { limit: inner.limit, faint: paint.faint },
  )
  const below = values.flatMap(({ grids }) => grids)
  const more = below.length > 0 ? ["", ...groupLines({ type: "grid", grids: below }, inner)] : []
  return [paint.heading("Answers"), ...indented([...table, ...more], margin)]
}
