import type { Block, Cell, FigureBlock, GridBlock, TableBlock } from "../../core/blocks.ts"
import { gridCellTexts, isNumeric, tableCellTexts } from "../cells.ts"
import { isRich } from "../inline.ts"
import type { Precision } from "../number.ts"
import { width } from "../plain.ts"
import { shades } from "../shades.ts"
import { figureLatex } from "./figures.ts"
import { formulaLatex, inlineLatex, richLatex, wordsLatex } from "./text.ts"

/** Blocks one after the other; neighbouring formulas are one, neighbouring grids stand in a row. */
export function blocksLatex(blocks: readonly Block[], precision: Precision): string {
  const parts: string[] = []
  for (let i = 0; i < blocks.length; ) {
    const block = blocks[i]
    const formulas = blocks.slice(i, endOf(blocks, i, isFormula)).filter(isFormula)
    const grids = blocks.slice(i, endOf(blocks, i, isGridBlock)).filter(isGridBlock)
    if (formulas.length > 0) parts.push(formulaLatex(formulas, precision))
    else if (grids.length > 0) parts.push(gridsLatex(grids, precision))
    else if (block) parts.push(blockLatex(block, precision))
    i += Math.max(1, formulas.length, grids.length)
  }
  return parts.filter(part => part !== "").join("\n\n")
}

function isFormula(block: Block): block is Extract<Block, { mode: unknown }> {
  return "mode" in block && block.mode === "math"
}

function isGridBlock(block: Block): block is GridBlock {
  return "type" in block && block.type === "grid"
}

/** Where a run of blocks of one sort ends. */
function endOf(blocks: readonly Block[], start: number, belongs: (block: Block) => boolean) {
  const length = blocks.slice(start).findIndex(block => !belongs(block))
  return length === -1 ? blocks.length : start + length
}

function blockLatex(block: Block, precision: Precision): string {
  if ("mode" in block) return richLatex(block, precision)
  switch (block.type) {
    case "grid":
      return gridsLatex([block], precision)
    case "table":
      return tableLatex(block, precision)
    case "figure":
      return pictureLatex(block, precision)
    default:
      return block satisfies never
  }
}

function pictureLatex(block: FigureBlock, precision: Precision): string {
  const caption = inlineLatex(block.caption, precision)
  return `\\begin{center}\n\\adjustbox{max width=\\linewidth}{%\n${figureLatex(block, precision)}}\n\n\\caption*{${caption}}\n\\end{center}`.replace(
    /\\caption\*\{(.*)\}/s,
    "{\\small $1}",
  )
}

export function gridsLatex(grids: readonly GridBlock[], precision: Precision): string {
  return `\\begin{grids}\n${grids.map(each => gridLatex(each, precision)).join("\n")}\n\\end{grids}`
}

function gridLatex(block: GridBlock, precision: Precision): string {
  const { caption, cells, rows = [], columns = [], marks = [], hidden = [], foot } = block
  const texts = gridCellTexts(cells, precision)
  const count = Math.max(columns.length, ...cells.map(row => row.length))
  const headed = rows.some(label => label !== "")
  const shade = block.heat ? shades(cells, hidden) : undefined
  const numeric = cells.every(isNumeric)
  const heads =
    columns.length === 0
      ? []
      : [
          `${[
            ...(headed ? [""] : []),
            ...filled(
              columns.map(each => `\\small ${wordsLatex(each)}`),
              count,
            ),
          ].join(" & ")} \\\\`,
        ]
  const body = cells.map((row, i) => {
    const values = Array.from({ length: count }, (_, j) => {
      const text = cellLatex(row[j] ?? null, texts[i]?.[j] ?? "", precision)
      const strength = shade?.(i, j)
      const color =
        strength === undefined
          ? ""
          : `\\cellcolor{${strength < 0 ? "below" : "above"}!${Math.round(45 * Math.abs(strength))}}`
      const faint = has(hidden, i, j) ? `\\textcolor{gray}{${text}}` : text
      return color + (has(marks, i, j) ? `\\fbox{\\textbf{${faint}}}` : faint)
    })
    const label = headed ? [`\\small ${wordsLatex(rows[i] ?? "")}`] : []
    return `${[...label, ...values].join(" & ")} \\\\ ${headed ? `\\cline{2-${count + 1}}` : "\\hline"}`
  })
  const columnsSpec = `${headed ? "r|" : "|"}${`${numeric ? "r" : "l"}|`.repeat(count)}`
  const top = headed ? `\\cline{2-${count + 1}}` : "\\hline"
  const lines = [
    ...(caption === undefined ? [] : [`${inlineLatex(caption, precision)} \\\\`]),
    `\\begin{tabular}{${columnsSpec}}`,
    ...heads,
    top,
    ...body,
    `\\end{tabular} \\\\`,
    ...(foot ? [`{\\small ${richLatex(foot, precision)}} \\\\`] : []),
  ]
  return `\\gridbox{${lines.join("\n")}}`
}

/** Rows that stay together; longer tables go on with their heads repeated. */
const longest = 30
/** Characters that fit a line. */
const line = 84

export function tableLatex({ head, rows, marks = [] }: TableBlock, precision: Precision): string {
  const texts = tableCellTexts(rows, precision)
  const count = Math.max(head.length, ...rows.map(row => row.length))
  const columns = Array.from({ length: count }, (_, j) => rows.map(row => row[j] ?? null))
  const widths = columns.map((_, j) => Math.max(1, ...texts.map(row => width(row[j] ?? ""))))
  const flows = sum(widths) + 2 * count > line
  const spec = columns.map((cells, j) => {
    if (isNumeric(cells)) return "r"
    return flows && (widths[j] ?? 0) > line / count ? "X" : "l"
  })
  const heads = filled(
    head.map(each => `\\textbf{${inlineLatex(each, precision)}}`),
    count,
  )
  const body = rows.map((row, i) =>
    Array.from({ length: count }, (_, j) => {
      const text = cellLatex(row[j] ?? null, texts[i]?.[j] ?? "", precision)
      return marks.some(([a, b]) => a === i && b === j) ? `\\fbox{\\textbf{${text}}}` : text
    }),
  )
  return tabular(spec, heads, body)
}

/** A table of LaTeX cells; a column `X` takes what room there is. */
export function tabular(
  spec: readonly string[],
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const parts = Array.from({ length: Math.max(1, Math.ceil(rows.length / longest)) }, (_, i) =>
    rows.slice(i * longest, (i + 1) * longest),
  )
  const flows = spec.includes("X")
  const [begin, end] = flows
    ? [`\\begin{tabularx}{\\linewidth}`, "\\end{tabularx}"]
    : ["\\begin{tabular}", "\\end{tabular}"]
  return parts
    .map(part => {
      const table = [
        `${begin}{${spec.map(each => (each === "X" ? ">{\\raggedright\\arraybackslash}X" : each)).join("")}}`,
        "\\toprule",
        `${heads.join(" & ")} \\\\`,
        "\\midrule",
        ...part.map(row => `${row.join(" & ")} \\\\`),
        "\\bottomrule",
        end,
      ].join("\n")
      return flows ? table : `\\adjustbox{max width=\\linewidth}{%\n${table}}`
    })
    .join("\n\n")
}

function cellLatex(cell: Cell, text: string, precision: Precision): string {
  if (typeof cell === "object" && cell !== null && isRich(cell)) return richLatex(cell, precision)
  return wordsLatex(text.trim())
}

function filled(cells: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => cells[i] ?? "")
}

function has(cells: readonly (readonly [number, number])[], i: number, j: number): boolean {
  return cells.some(([row, column]) => row === i && column === j)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
