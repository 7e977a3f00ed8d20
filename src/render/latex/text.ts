import type { Inline, Rich } from "../../core/blocks.ts"
import { authorLines, authorReader, type Token } from "../author.ts"
import { escapeLatex, isRich, latexOf, plainOf, segmentsOf } from "../inline.ts"
import { aligned } from "../latex-lines.ts"
import type { Precision } from "../number.ts"
import { visible } from "../plain.ts"

/** Words with their formulas. */
export function richLatex(rich: Rich, precision: Precision): string {
  return segmentsOf(rich, precision)
    .map(segment => ("words" in segment ? wordsLatex(segment.words) : inlineFormula(segment.latex)))
    .join("")
}

export function inlineLatex(value: Inline, precision: Precision): string {
  return typeof value === "object" && isRich(value)
    ? richLatex(value, precision)
    : wordsLatex(plainOf(value, precision))
}

/** Words as LaTeX shows them; nothing in them is a command. */
export function wordsLatex(text: string): string {
  return escapeLatex(visible(text)).replace(/[<>"|]/g, sign => `{${signs[sign] ?? sign}}`)
}

const signs: Readonly<Record<string, string>> = {
  "<": "\\textless",
  ">": "\\textgreater",
  '"': "\\textquotedbl",
  "|": "\\textbar",
}

function inlineFormula(latex: string): string {
  return latex.trim() === "" ? "" : `$${latex.trim()}$`
}

/** So many lines stay on one page. */
const together = 12

/** Formulas one below the other, aligned at their first equals sign, shrunk where a line is too long. */
export function formulaLatex(formulas: readonly Rich[], precision: Precision): string {
  const lines = formulas.map(each => latexOf(each, precision).trim()).filter(line => line !== "")
  const parts = Array.from({ length: Math.ceil(lines.length / together) }, (_, i) =>
    lines.slice(i * together, (i + 1) * together),
  )
  return parts
    .map(
      part => `\\formulas{\\begin{aligned}\n${part.map(aligned).join(" \\\\\n")}\n\\end{aligned}}`,
    )
    .join("\n")
}

/** The author's Markdown. */
export function authorLatex(markdown: string): string {
  const tokens = authorReader().parse(authorLines(markdown), {})
  return tokens.map(tokenLatex).join("").trim()
}

function tokenLatex(token: Token): string {
  switch (token.type) {
    case "inline":
      return (token.children ?? []).map(tokenLatex).join("")
    case "text":
      return wordsLatex(token.content)
    case "formula":
      return inlineFormula(token.content)
    case "code_inline":
      return `\\texttt{${wordsLatex(token.content)}}`
    case "fence":
    case "code_block":
      return `${token.content
        .split("\n")
        .map(line => `\\texttt{${wordsLatex(line).replaceAll(" ", "~")}}`)
        .join("\\\\\n")}\n\n`
    case "softbreak":
      return "\n"
    case "hardbreak":
      return "\\\\\n"
    default:
      return marks[token.type] ?? ""
  }
}

const marks: Readonly<Record<string, string>> = {
  paragraph_close: "\n\n",
  heading_open: "\\textbf{",
  heading_close: "}\n\n",
  strong_open: "\\textbf{",
  strong_close: "}",
  em_open: "\\emph{",
  em_close: "}",
  bullet_list_open: "\\begin{itemize}\n",
  bullet_list_close: "\\end{itemize}\n",
  ordered_list_open: "\\begin{enumerate}\n",
  ordered_list_close: "\\end{enumerate}\n",
  list_item_open: "\\item ",
  blockquote_open: "\\begin{quote}\n",
  blockquote_close: "\\end{quote}\n",
  tr_close: "\n\n",
  td_close: " \\quad ",
  th_close: " \\quad ",
  hr: "\n\n\\medskip\n\n",
}
