import MarkdownIt from "markdown-it"
import { isReadable } from "./latex-text.ts"
import { visible } from "./plain.ts"

/** What an author's Markdown is made of; a token `formula` holds LaTeX between dollar signs. */
export type Token = ReturnType<Reader["parse"]>[number]
type Reader = ReturnType<typeof MarkdownIt>

/** Reads an author's Markdown: no tags of its own, no pictures, formulas between dollar signs. */
export function authorReader(): Reader {
  const reader = new MarkdownIt({ html: false, linkify: false }).disable("image")
  reader.inline.ruler.before("escape", "formula", (state, silent) => {
    formula.lastIndex = state.pos
    const [source, latex] = formula.exec(state.src) ?? []
    if (source === undefined || latex === undefined || !isReadable(latex)) return false
    if (!silent) state.push("formula", "math", 0).content = latex
    state.pos += source.length
    return true
  })
  return reader
}

const formula = /\$(?!\s)([^$\n]{1,200}?)(?<!\s)\$(?!\d)/y

/** The author's lines without characters that would act on what shows them. */
export function authorLines(markdown: string): string {
  return markdown.split("\n").map(visible).join("\n")
}
