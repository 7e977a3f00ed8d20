import type { Inline, Rich } from "../../core/blocks.ts"
import { isRich, latexOf, plainOf, segmentsOf } from "../inline.ts"
import { aligned } from "../latex-lines.ts"
import { latexText } from "../latex-text.ts"
import type { Precision } from "../number.ts"
import { visible, width } from "../plain.ts"

/** Words as HTML shows them, in text and in attributes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)
}

/** Formulas become MathML; temml is loaded by who renders HTML. */
export type MathMl = (latex: string, display: boolean) => string

/** Words with their formulas. */
export function richHtml(rich: Rich, precision: Precision, mathMl: MathMl): string {
  return segmentsOf(rich, precision)
    .map(segment =>
      "words" in segment ? escapeHtml(segment.words) : inlineFormula(segment.latex, mathMl),
    )
    .join("")
}

export function inlineHtml(value: Inline, precision: Precision, mathMl: MathMl): string {
  return typeof value === "object" && isRich(value)
    ? richHtml(value, precision, mathMl)
    : escapeHtml(plainOf(value, precision))
}

/** A formula among words; one that a telephone cannot show at once scrolls by itself. */
export function inlineFormula(latex: string, mathMl: MathMl): string {
  if (latex.trim() === "") return ""
  const formula = mathMl(latex, false)
  if (width(latexText(latex)) <= narrowInline) return formula
  return `<span class="inline scroll" tabindex="0" role="group" aria-label="formula">${formula}</span>`
}

/** Characters of a formula that fit a telephone beside a margin. */
const narrowInline = 26

/** Formulas one below the other, aligned at their first equals sign; wide ones can be scrolled. */
export function formulaHtml(
  formulas: readonly Rich[],
  precision: Precision,
  mathMl: MathMl,
): string {
  const lines = formulas.map(each => latexOf(each, precision).trim()).filter(line => line !== "")
  if (lines.length === 0) return ""
  const rows = lines.map(aligned).join(" \\\\ ")
  const [only] = lines
  const latex = lines.length === 1 && only ? only : `\\begin{aligned}${rows}\\end{aligned}`
  const widest = Math.max(...lines.map(line => width(latexText(line))))
  return scrolled(mathMl(latex, true), "formula", widest > narrow)
}

/** Characters that fit a telephone. */
const narrow = 36

/** A box that scrolls sideways rather than widen the page; the keyboard reaches it if it may. */
export function scrolled(html: string, name: string, wide: boolean): string {
  const focus = wide ? ` tabindex="0" role="group" aria-label="${name}"` : ""
  return `<div class="${name} scroll"${focus}>${html}</div>`
}
