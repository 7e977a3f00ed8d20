import type { Block } from "../core/blocks.ts"
import { summaryOf } from "./answer-words.ts"
import { blocksLatex, gridsLatex, tabular } from "./latex/blocks.ts"
import { authorLatex, richLatex, wordsLatex } from "./latex/text.ts"
import { forPdflatex } from "./latex/unicode.ts"
import { type Precision, typedDigits } from "./number.ts"
import type { Blank, Page } from "./page.ts"
import { pointsText } from "./points.ts"

export interface LatexOptions {
  /** Significant digits. */
  digits?: number
  /** The heading of a document of several pages. */
  title?: string
}

/**
 * Pages as a document for pdflatex. The class is `exam`: it numbers questions, keeps a line for the
 * name and counts the pages; points are written by us, for they may be fractions.
 */
export function renderLatex(
  pages: readonly Page[],
  { digits = 6, title }: LatexOptions = {},
): string {
  const heading = pages.length === 1 ? undefined : (title ?? "Problems")
  const isPaper = pages.some(({ blanks }) => blanks)
  const body = [
    ...(heading === undefined
      ? []
      : [`\\begin{center}\\Large\\bfseries ${wordsLatex(heading)}\\end{center}`]),
    ...(isPaper
      ? [
          "\\noindent Name: \\enspace\\hrulefill\\enspace Student: \\enspace\\rule{4cm}{.4pt}\\par\\bigskip",
        ]
      : []),
    "\\begin{questions}",
    ...pages.map(page => pageLatex(page, digits)),
    "\\end{questions}",
  ].join("\n\n")
  return `${preamble}\n\\begin{document}\n${forPdflatex(body)}\n\\end{document}\n`
}

const preamble = String.raw`\documentclass[11pt,a4paper]{exam}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern,textcomp,microtype}
\usepackage[margin=2.3cm]{geometry}
\usepackage{amsmath,amssymb,array,booktabs,tabularx,adjustbox}
\usepackage[table]{xcolor}
\usepackage{pgfplots}
\pgfplotsset{compat=1.16}
\definecolor{above}{HTML}{2F7BD8}
\definecolor{below}{HTML}{D9772B}
\setlength{\parindent}{0pt}
\setlength{\parskip}{.45em}
\setlength{\fboxsep}{1.5pt}
\renewcommand{\arraystretch}{1.15}
\emergencystretch=3em
\newcommand{\degree}{^{\circ}}
\newcommand{\worth}{}
\qformat{\textbf{\large\thequestion.\enspace\thequestiontitle}\hfill\worth}
\footer{}{\thepage\ / \numpages}{}
\newcommand{\formulas}[1]{\par\adjustbox{max width=\linewidth}{$\displaystyle #1$}\par}
\newcommand{\gridbox}[1]{\adjustbox{max width=\linewidth,valign=t}{\begin{tabular}{@{}l@{}}#1\end{tabular}}\hspace{2em}}
\newenvironment{grids}{\par\raggedright\setlength{\lineskip}{.8em}}{\par}
\newcommand{\steptitle}[1]{\par\medskip\textbf{#1}\par\nobreak}`

function pageLatex(page: Page, digits: number): string {
  const precision = { digits, notation: page.notation }
  const typed = { ...precision, digits: Math.max(digits, typedDigits) }
  const points = page.points === undefined ? "" : `${pointsText(page.points)} points`
  const settings = page.setting.map(each => richLatex(each, typed))
  return [
    `\\renewcommand{\\worth}{${points}}`,
    `\\titledquestion{${wordsLatex(page.title)}}`,
    `{\\small\\color{gray} ${[wordsLatex(page.kind), ...settings].join(" \\textperiodcentered{} ")}}`,
    page.source === undefined ? "" : `{\\small\\color{gray} ${wordsLatex(page.source)}}`,
    question(page, precision),
    section("Given", page.given, typed),
    ...page.steps.map(({ title, blocks }, i) =>
      section(`${i + 1}\\enspace ${wordsLatex(title)}`, blocks, precision),
    ),
    answers(page, precision),
    blanks(page.blanks),
  ]
    .filter(part => part !== "")
    .join("\n\n")
}

function question({ question }: Page, precision: Precision): string {
  if (question === undefined) return ""
  return typeof question === "string" ? authorLatex(question) : richLatex(question, precision)
}

function section(title: string, blocks: readonly Block[], precision: Precision): string {
  if (blocks.length === 0) return ""
  return `\\steptitle{${title}}\n${blocksLatex(blocks, precision)}`
}

const longestValue = 48

function answers(page: Page, precision: Precision): string {
  if (page.answers.length === 0) return ""
  const values = page.answers.map(each => summaryOf(each, precision, longestValue))
  const rows = page.answers.map(({ name, answer }, i) => [
    `\\textbf{${wordsLatex(name)}}`,
    (values[i]?.words ?? "").split("\n").map(wordsLatex).join(" \\newline "),
    wordsLatex(answer.label),
  ])
  const below = values.flatMap(({ grids }) => grids)
  return [
    "\\steptitle{Answers}",
    tabular(["l", "X", "X"], ["answer", "value", "what it is"], rows),
    ...(below.length > 0 ? [gridsLatex(below, precision)] : []),
  ].join("\n")
}

/** Where a paper is filled in. */
function blanks(list: readonly Blank[] | undefined): string {
  if (!list || list.length === 0) return ""
  const rows = list.map(({ name, label, form, points }) => [
    `\\textbf{${wordsLatex(name)}}`,
    `${wordsLatex(label)}, ${wordsLatex(form)}`,
    points === undefined ? "" : pointsText(points),
    "\\rule{4.5cm}{.4pt}\\rule{0pt}{1.6em}",
  ])
  return `\\steptitle{Your answers}\n${tabular(["l", "X", "r", "l"], ["answer", "what it is", "points", "value"], rows)}`
}
