import temml from "temml"
import type { Block, Rich } from "../core/blocks.ts"
import { summaryOf } from "./answer-words.ts"
import { blocksHtml, gridHtml, type Pen } from "./html/blocks.ts"
import { authorHtml } from "./html/markdown.ts"
import { style } from "./html/style.ts"
import { escapeHtml, type MathMl, richHtml, scrolled } from "./html/text.ts"
import { type Precision, typedDigits } from "./number.ts"
import type { Blank, Page } from "./page.ts"
import { pointsText } from "./points.ts"

export interface HtmlOptions {
  /** Significant digits. */
  digits?: number
  /** The heading of a document of several pages. */
  title?: string
}

const mathMl: MathMl = (latex, display) =>
  temml.renderToString(latex, { displayMode: display, throwOnError: true, trust: false })

/** Pages as one file of HTML that needs no other: style, formulas and figures are in it. */
export async function renderHtml(
  pages: readonly Page[],
  { digits = 6, title }: HtmlOptions = {},
): Promise<string> {
  const figure = pages.some(hasFigure) ? (await import("./html/figures.ts")).figureSvg : undefined
  const several = pages.length > 1
  const heading = (several ? title : pages[0]?.title) ?? "Problems"
  const articles = pages.map((page, i) =>
    articleHtml(page, { digits, figure }, several ? i + 1 : 0),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="dlcheck">
<title>${escapeHtml(heading)}</title>
<style>
${style}
</style>
</head>
<body>
<main>
${several ? `<header><h1>${escapeHtml(heading)}</h1>${contents(pages)}</header>\n` : ""}${articles.join("\n")}
</main>
</body>
</html>
`
}

function hasFigure({ given, steps }: Page): boolean {
  const blocks = [given, ...steps.map(step => step.blocks)].flat()
  return blocks.some(block => "type" in block && block.type === "figure")
}

function contents(pages: readonly Page[]): string {
  const items = pages.map(
    (page, i) => `<li><a href="#problem-${i + 1}">${escapeHtml(page.title)}</a></li>`,
  )
  return `<nav aria-label="Problems"><ol>${items.join("")}</ol></nav>`
}

interface Setting {
  digits: number
  figure: Pen["figure"]
}

/** One problem; `number` counts those of a document of several. */
function articleHtml(page: Page, { digits, figure }: Setting, number: number): string {
  const precision = { digits, notation: page.notation }
  const typed = { ...precision, digits: Math.max(digits, typedDigits) }
  const pen: Pen = { precision, mathMl, figure }
  const heading = number > 0 ? "h2" : "h1"
  const points =
    page.points === undefined ? "" : `<span class="points">${pointsText(page.points)} points</span>`
  const settings = page.setting.map(each => richHtml(each, typed, mathMl))
  return [
    `<article id="problem-${Math.max(1, number)}">`,
    `<${heading}>${number > 0 ? `${number}. ` : ""}${escapeHtml(page.title)}${points}</${heading}>`,
    `<p class="meta">${[escapeHtml(page.kind), ...settings].join(" · ")}</p>`,
    page.source === undefined ? "" : `<p class="source">${escapeHtml(page.source)}</p>`,
    question(page, precision),
    section("Given", page.given, { ...pen, precision: typed }),
    ...page.steps.map(({ title, blocks }, i) =>
      section(`<span class="step">${i + 1}</span>${escapeHtml(title)}`, blocks, pen),
    ),
    answers(page, pen),
    blanks(page.blanks),
    "</article>",
  ]
    .filter(part => part !== "")
    .join("\n")
}

function question({ question }: Page, precision: Precision): string {
  if (question === undefined) return ""
  const html = isWords(question)
    ? authorHtml(question, mathMl)
    : `<p>${richHtml(question, precision, mathMl)}</p>`
  return `<div class="question">${html}</div>`
}

function isWords(question: Rich | string): question is string {
  return typeof question === "string"
}

function section(title: string, blocks: readonly Block[], pen: Pen): string {
  if (blocks.length === 0) return ""
  return `<section><h3>${title}</h3>\n${blocksHtml(blocks, pen)}</section>`
}

const longestValue = 60

function answers(page: Page, pen: Pen): string {
  if (page.answers.length === 0) return ""
  const values = page.answers.map(each => summaryOf(each, pen.precision, longestValue))
  const rows = page.answers.map(({ name, answer }, i) => {
    const words = escapeLines(values[i]?.words ?? "")
    return `<tr><th scope="row">${escapeHtml(name)}</th><td>${words}</td><td>${escapeHtml(answer.label)}</td></tr>`
  })
  const below = values.flatMap(({ grids }) => grids.map(each => gridHtml(each, pen)))
  return `<section><h3>Answers</h3>
${answerTable(["answer", "value", "what it is"], rows)}${below.length > 0 ? `<div class="grids">${below.join("")}</div>` : ""}</section>`
}

/** Where a paper is filled in. */
function blanks(list: readonly Blank[] | undefined): string {
  if (!list || list.length === 0) return ""
  const rows = list.map(({ name, label, form, points }) => {
    const worth = points === undefined ? "" : pointsText(points)
    return `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(label)}</td><td>${escapeHtml(form)}</td><td>${worth}</td><td class="blank"></td></tr>`
  })
  return `<section><h3>Your answers</h3>
${answerTable(["answer", "what it is", "as", "points", "value"], rows)}</section>`
}

function answerTable(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map(each => `<th scope="col">${each}</th>`).join("")
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`
  return scrolled(table, "table", true)
}

function escapeLines(text: string): string {
  return text.split("\n").map(escapeHtml).join("<br>")
}
