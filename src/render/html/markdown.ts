import { authorLines, authorReader } from "../author.ts"
import type { MathMl } from "./text.ts"

/** The author's Markdown as HTML, its headings below those of the page. */
export function authorHtml(markdown: string, mathMl: MathMl): string {
  const reader = authorReader()
  reader.renderer.rules.formula = (tokens, i) => mathMl(tokens[i]?.content ?? "", false)
  const html = reader.render(authorLines(markdown)).trim()
  return html.replace(/<(\/?)h[1-6]>/g, "<$1h4>")
}
