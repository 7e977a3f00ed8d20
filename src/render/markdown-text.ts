import type { Inline, Rich } from "../core/blocks.ts"
import { isRich, latexOf, plainOf, segmentsOf } from "./inline.ts"
import { aligned } from "./latex-lines.ts"
import type { Precision } from "./number.ts"
import { visible } from "./plain.ts"

/** Words as Markdown that shows them as they are: no markup, no HTML, no formula. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]~#]/g, sign => `\\${sign}`)
    .replace(/[&<>$]/g, sign => entities[sign] ?? sign)
}

/** A paragraph of such words: its beginning is neither a list nor a line. */
export function paragraph(markdown: string): string {
  return markdown.replace(/^(\s*)([-+=])/, "$1\\$2").replace(/^(\s*\d+)([.)])(?=\s|$)/, "$1\\$2")
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  // A backslash does not keep GitHub from reading the sign as the start of a formula.
  $: "&#36;",
}

/** Words of the author's that are Markdown already; only tags lose their power. */
export function authorMarkdown(text: string): string {
  return text
    .split("\n")
    .map(line => visible(line).replace(/<(?=[a-z/!?])/gi, "&lt;"))
    .join("\n")
    .trim()
}

/** Words with formulas in dollar signs. */
export function richMarkdown(rich: Rich, precision: Precision): string {
  return segmentsOf(rich, precision)
    .map(segment =>
      "words" in segment ? escapeMarkdown(segment.words) : inlineFormula(segment.latex),
    )
    .join("")
}

export function inlineMarkdown(value: Inline, precision: Precision): string {
  return typeof value === "object" && isRich(value)
    ? richMarkdown(value, precision)
    : escapeMarkdown(plainOf(value, precision))
}

/** A cell of a table: on one line, without the sign that ends it. */
export function cellMarkdown(markdown: string): string {
  return markdown.replaceAll("|", "\\|").replaceAll("\n", "<br>")
}

/** Formulas one below the other, aligned at their first equals sign. */
export function formulaBlock(formulas: readonly Rich[], precision: Precision): string {
  const lines = formulas
    .map(each => forGithub(latexOf(each, precision)).trim())
    .filter(line => line !== "")
  if (lines.length === 0) return ""
  if (lines.length === 1) return `$$\n${lines[0]}\n$$`
  const rows = lines.map(line => aligned(line)).join(" \\\\\n")
  return `$$\n\\begin{aligned}\n${rows}\n\\end{aligned}\n$$`
}

function inlineFormula(latex: string): string {
  const formula = forGithub(latex).trim()
  return formula === "" ? "" : `$${formula}$`
}

/** GitHub refuses `\operatorname`. */
function forGithub(latex: string): string {
  return latex.replace(
    /\\operatorname\{((?:[^{}]|\{[^{}]*\})*)\}/g,
    (_, name: string) => `\\mathop{\\text{${name}}}`,
  )
}
