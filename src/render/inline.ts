import type { Inline, Rich } from "../core/blocks.ts"
import { Fraction } from "../core/number.ts"
import type { Grid, Vector } from "../core/types.ts"
import { latexText } from "./latex-text.ts"
import {
  bigintText,
  fractionText,
  gridTexts,
  numberText,
  type Precision,
  type Script,
} from "./number.ts"
import { visible } from "./plain.ts"

/** A run of words, or a formula among them. */
export type Segment = { words: string } | { latex: string }

/** Words with their formulas; values are written out. */
export function segmentsOf(rich: Rich, precision: Precision): Segment[] {
  if (rich.mode === "math") return [{ latex: latexOf(rich, precision) }]
  return rich.strings.flatMap((words, i): Segment[] => {
    const value = rich.values[i]
    return [
      ...(words === "" ? [] : [{ words }]),
      ...(value === undefined ? [] : inWords(value, precision)),
    ]
  })
}

/** Words and formulas as a terminal shows them. */
export function plainOf(value: Inline, precision: Precision): string {
  return inWords(value, precision)
    .map(segment => ("words" in segment ? segment.words : latexText(segment.latex)))
    .join("")
}

/** A formula in LaTeX with its values written out, bracketed where a sign would be misread. */
export function latexOf(rich: Rich, precision: Precision): string {
  const pieces = flattened(rich)
  let latex = ""
  for (const [i, piece] of pieces.entries()) {
    if (typeof piece === "object" && "literal" in piece) latex += piece.literal
    else {
      // Brackets depend on what stands right before; a long sum must not be read again and again.
      const before = latex.slice(-80)
      latex += placed(written(piece, precision, before), before, followingText(pieces, i))
    }
  }
  return latex
}

export function isRich(value: Inline): value is Rich {
  return typeof value === "object" && "mode" in value
}

export function isFraction(value: unknown): value is Fraction {
  return value instanceof Fraction
}

export function isGrid(value: Vector | Grid): value is Grid {
  return typeof value[0] === "object"
}

/** How numbers look in LaTeX. */
const latexScript: Script = {
  minus: "-",
  infinity: "\\infty",
  about: "\\approx ",
  power: (mantissa, exponent) => `${mantissa} \\cdot 10^{${exponent}}`,
  typed: text => (/^[-\d./\s]+$/.test(text) ? text : `\\text{${escapeLatex(visible(text))}}`),
}

/** Words in LaTeX; none of their signs is taken for a command. */
export function escapeLatex(text: string): string {
  return text.replace(/[\\{}$&#%_^~]/g, sign =>
    sign === "\\"
      ? "\\textbackslash{}"
      : sign === "^" || sign === "~"
        ? `\\${sign}{}`
        : `\\${sign}`,
  )
}

type Leaf = Exclude<Inline, Rich> | { words: Rich }
type Piece = Leaf | { literal: string }

/** A formula and the formulas in it as one row of literals and values. */
function flattened(rich: Rich): Piece[] {
  return rich.strings.flatMap((literal, i): Piece[] => {
    const value = rich.values[i]
    const own = literal === "" ? [] : [{ literal }]
    if (value === undefined) return own
    if (!isRich(value)) return [...own, value]
    return [...own, ...(value.mode === "math" ? flattened(value) : [{ words: value }])]
  })
}

interface Written {
  latex: string
  /** How it holds together: a sign in front, a stroke or a product inside, or as one. */
  shape: "negative" | "quotient" | "product" | "whole"
}

function written(leaf: Leaf, precision: Precision, before: string): Written {
  if (typeof leaf === "string") return whole(label(leaf, before))
  if (typeof leaf === "bigint") return shaped(bigintText(leaf, latexScript))
  if (typeof leaf === "number") return shaped(numberText(leaf, precision, latexScript))
  if (isFraction(leaf)) return shaped(fractionText(leaf, latexScript))
  if ("literal" in leaf || "words" in leaf) {
    const words = "words" in leaf ? plainOf(leaf.words, precision) : ""
    return whole(`\\text{${escapeLatex(words)}}`)
  }
  return whole(isGrid(leaf) ? gridLatex(leaf, precision) : vectorLatex(leaf, precision))
}

function whole(latex: string): Written {
  return { latex, shape: "whole" }
}

function shaped(latex: string): Written {
  if (latex.startsWith("-")) return { latex, shape: "negative" }
  if (latex.startsWith("\\text{")) {
    return { latex, shape: /[-+*/ ]/.test(latex) ? "quotient" : "whole" }
  }
  if (latex.includes("/")) return { latex, shape: "quotient" }
  return { latex, shape: latex.includes("\\cdot") ? "product" : "whole" }
}

function vectorLatex(vector: Vector, precision: Precision): string {
  return `[${vector.map(x => numberText(x, precision, latexScript)).join(", ")}]`
}

function gridLatex(grid: Grid, precision: Precision): string {
  const rows = gridTexts(grid, precision, latexScript).map(row => row.join(" & "))
  return `\\begin{bmatrix} ${rows.join(" \\\\ ")} \\end{bmatrix}`
}

function label(text: string, before: string): string {
  const inside = /\\(?:text|operatorname|math[a-z]+)\{$/.exec(before)?.[0]
  const escaped = escapeLatex(visible(text))
  const bare = inside === "\\text{" || (inside !== undefined && /^[A-Za-z]+$/.test(text))
  return bare ? escaped : `\\text{${escaped}}`
}

/** The literal right behind a piece. */
function followingText(pieces: readonly Piece[], at: number): string {
  const next = pieces[at + 1]
  if (next === undefined) return ""
  return typeof next === "object" && "literal" in next ? next.literal : "x"
}

/** The value with the brackets that its neighbours call for. */
function placed({ latex, shape }: Written, before: string, after: string): string {
  if (/[\^_]\s*$/.test(before)) return latex.length > 1 ? `{${latex}}` : latex
  const powered = /^\s*(?:\^|!)/.test(after)
  if (powered && shape !== "whole") return `(${latex})`
  const left = before.replace(/(?:\s|\\[,;:! ])+$/, "")
  const begins = startsAnew.test(left) || /\\text\{[^{}]*\s\}$/.test(left)
  switch (shape) {
    case "negative":
      return begins && !(latex.includes("/") && multiplies(after)) ? latex : `(${latex})`
    case "quotient": {
      const added = begins || /(?:[+-]|\\pm)$/.test(left)
      return added && !multiplies(after) ? latex : `(${latex})`
    }
    case "product":
      return /(?:\/|\\div)$/.test(left) ? `(${latex})` : latex
    default:
      return latex
  }
}

/** Behind these a sign cannot be misread. */
const startsAnew =
  /(?:^|[=<>([{,;:&|]|\\\\|\\(?:le|leq|ge|geq|ne|approx|sim|to|in|mapsto|propto|mid|quad|qquad|lfloor|lceil|lvert)|\\begin\{[a-z]+\})$/

/** Whether what follows takes the value as a factor. */
function multiplies(after: string): boolean {
  const rest = after.replace(/^(?:\s|\\[,;:! ])+/, "")
  const ends =
    /^(?:$|[-=+<>)\]},;:&|]|\\(?:\\|le|leq|ge|geq|ne|approx|pm|to|in|mid|quad|qquad|end|right|rfloor|rceil|rvert|text)(?![a-zA-Z]))/
  return !ends.test(rest)
}

function inWords(value: Inline, precision: Precision): Segment[] {
  if (typeof value === "string") return [{ words: visible(value) }]
  if (typeof value === "bigint") return [{ words: bigintText(value) }]
  if (typeof value === "number") return [{ words: numberText(value, precision) }]
  if (isFraction(value)) return [{ words: fractionText(value) }]
  if (isRich(value)) return segmentsOf(value, precision)
  return [{ words: isGrid(value) ? gridWords(value, precision) : vectorWords(value, precision) }]
}

export function vectorWords(vector: Vector, precision: Precision): string {
  return `[${vector.map(x => numberText(x, precision)).join(", ")}]`
}

export function gridWords(grid: Grid, precision: Precision): string {
  return `[${gridTexts(grid, precision)
    .map(row => row.join(" "))
    .join("; ")}]`
}
