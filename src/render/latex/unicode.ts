import { accents, subscripts, superscripts, symbols } from "../latex-symbols.ts"

/**
 * LaTeX that pdflatex can set: signs beyond ASCII become the commands of our formulas, in words and
 * in formulas alike; what no font of the standard ones has is named by its code.
 */
export function forPdflatex(latex: string): string {
  return latex
    .normalize("NFC")
    .replace(/(\P{M})([\u0302-\u0307\u20d7])/gu, (_, letter: string, mark: string) => {
      const accent = accentNames.get(mark)
      return accent === undefined ? letter : `\\ensuremath{\\${accent}{${command(letter)}}}`
    })
    .replace(/[^\0-\x7f]/gu, sign => settable(sign))
}

function settable(sign: string): string {
  const known = words.get(sign)
  if (known !== undefined) return known
  const name = names.get(sign)
  if (name !== undefined) return `\\ensuremath{\\${name}}`
  for (const [command, plain] of [
    ["textsuperscript", raised.get(sign)],
    ["textsubscript", lowered.get(sign)],
  ] as const) {
    if (plain !== undefined) return `\\${command}{${command === "textsuperscript" ? plain : plain}}`
  }
  if (/^[\u00a1-\u017f]$/u.test(sign) && !/[\u0149\u017f]/u.test(sign)) return sign
  if (/^\p{M}$/u.test(sign)) return ""
  return `\\texttt{[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]}`
}

function command(letter: string): string {
  const name = names.get(letter)
  return name === undefined ? letter : `\\${name}`
}

/** Typographic signs that have their own commands outside of formulas. */
const words = new Map([
  ["\u00a0", "~"],
  ["\u202f", "\\,"],
  ["\u2009", "\\,"],
  ["\u2010", "-"],
  ["\u2011", "-"],
  ["\u2012", "--"],
  ["\u2013", "--"],
  ["\u2014", "---"],
  ["\u2018", "`"],
  ["\u2019", "'"],
  ["\u201c", "``"],
  ["\u201d", "''"],
  ["\u2026", "\\ldots{}"],
  ["\u2212", "\\ensuremath{-}"],
  ["\u00d7", "\\ensuremath{\\times}"],
  ["\u00b7", "\\ensuremath{\\cdot}"],
  ["\u00b1", "\\ensuremath{\\pm}"],
  ["\u00b0", "\\ensuremath{^{\\circ}}"],
  ["\u2032", "\\ensuremath{'}"],
  ["\u221a", "\\ensuremath{\\surd}"],
  ["\u21d0", "\\ensuremath{\\Leftarrow}"],
  ["\u2192", "\\ensuremath{\\to}"],
  ["\u2190", "\\ensuremath{\\leftarrow}"],
  ["\u2191", "\\ensuremath{\\uparrow}"],
  ["\u2193", "\\ensuremath{\\downarrow}"],
  ["\u2588", "\\rule{.5em}{1ex}"],
  ["\u2713", "\\ensuremath{\\checkmark}"],
  ["\u2717", "\\ensuremath{\\times}"],
])

const names = new Map(
  Object.entries(symbols)
    .filter(([name, [sign]]) => /^[A-Za-z]+$/.test(name) && [...sign].length === 1 && sign > "\x7f")
    .map(([name, [sign]]) => [sign, name] as const)
    .reverse(),
)

const raised = new Map([...superscripts].map(([plain, sign]) => [sign, plain]))
const lowered = new Map([...subscripts].map(([plain, sign]) => [sign, plain]))
const accentNames = new Map(
  Object.entries(accents)
    .map(([name, mark]) => [mark, name] as const)
    .reverse(),
)
