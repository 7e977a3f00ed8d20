import Fraction from "fraction.js"

/** A number as it was written: its value and how precisely it was given. */
export interface Literal {
  text: string
  value: number
  /** The place value of the last digit (0.01 for `2.50`); 0 where the text is exact (`1/3`). */
  place: number
  /** The exact value, where the text is a decimal or a fraction. */
  exact?: Fraction
}

export interface Unreadable {
  reason: string
  hint?: string
}

/** Evaluates `sqrt(2)`, `pi/4`, `ln(2)`; its parser is heavy and loaded only when a text needs it. */
type Evaluate = (text: string) => number | Unreadable

let evaluate: Evaluate | undefined

/** Loads the expression parser if one of the texts can only be read with it. */
export async function loadExpressions(texts: Iterable<string>): Promise<void> {
  if (evaluate) return
  for (const text of texts) {
    if (!looksLikeExpression(text)) continue
    evaluate = (await import("./expression.ts")).evaluate
    return
  }
}

/**
 * Reads a number as people write it: `0.50`, `.5`, `5e-1`, `1_000`, `−3`, `1/3`, `50%`, `½`, `inf`,
 * and, after `loadExpressions`, `sqrt(2)` or `2^10`.
 */
export function readNumber(written: string): Literal | Unreadable {
  const before = known.get(written)
  if (before) return before
  const read = readAfresh(written)
  if (isReadable(read) && read.exact && written.length <= longestKnown) {
    if (known.size === mostKnown) known.clear()
    known.set(written, read)
  }
  return read
}

/** Right answers look alike: in a class most numbers were read before. */
const known = new Map<string, Literal>()
const mostKnown = 4096
/** Longer ones would keep the whole sheet in memory that they were cut from. */
const longestKnown = 12

function readAfresh(written: string): Literal | Unreadable {
  const text = normalise(written)
  if (text === "") return { reason: "nothing is written" }
  if (infinite.test(text)) return infinity(written, text)
  if (/^[-+]?\.?nan$/i.test(text)) return { reason: "not a number" }
  const percent = text.endsWith("%")
  const body = percent ? text.slice(0, -1).trim() : text
  if (/^[-+]?[\d.]+\s*\/\s*0+(\.0*)?$/.test(body)) return { reason: "it divides by zero" }
  const read = readDecimal(body) ?? readFraction(body)
  if (read === "overflow") return { reason: "too large for a number" }
  if (read) return scaled({ text: written, ...read }, percent)
  const comma = withComma(body)
  if (comma) return comma
  if (evaluate && looksLikeExpression(body)) {
    const value = evaluate(body)
    if (typeof value !== "number") return value
    return scaled({ text: written, value, place: 0 }, percent)
  }
  return { reason: "not a number" }
}

export function isReadable(read: Literal | Unreadable): read is Literal {
  return "value" in read
}

/** Whether `x` rounds to what was written, ties both ways, with room for float noise. */
export function isRounding(written: Literal, x: number): boolean {
  if (!Number.isFinite(x) || !Number.isFinite(written.value)) return written.value === x
  return Math.abs(written.value - x) <= written.place / 2 + noise(x, written.place)
}

/** What floating point alone may make of a difference. */
export function noise(x: number, place: number): number {
  return 1e-9 * Math.max(Math.abs(x), place)
}

/** a/b as an exact fraction; 0 where b is 0 (a rate of nothing). */
export function ratio(a: number, b: number): Fraction {
  return b === 0 ? new Fraction(0) : new Fraction(a).div(b)
}

/** The mean of fractions, exact; 0 of none. */
export function meanRatio(values: readonly Fraction[]): Fraction {
  const total = values.reduce((sum, value) => sum.add(value), new Fraction(0))
  return values.length === 0 ? total : total.div(values.length)
}

export { Fraction }

const infinite = /^[-+]?(\.?inf|infinity|∞)$/i
const vulgar: Record<string, string> = {
  "½": "1/2",
  "⅓": "1/3",
  "⅔": "2/3",
  "¼": "1/4",
  "¾": "3/4",
  "⅕": "1/5",
  "⅛": "1/8",
}

function normalise(written: string): string {
  return written
    .replace(/[\u00A0\u2007\u2009\u202F]/g, " ")
    .replace(/[−–]/g, "-")
    .replace(/[½⅓⅔¼¾⅕⅛]/g, sign => vulgar[sign] ?? sign)
    .trim()
    .replace(/(?<=\d)_(?=\d)/g, "")
}

function infinity(written: string, text: string): Literal {
  const value = text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return { text: written, value, place: 0 }
}

/** What to write for a number with commas: `0,5`, `19,268.24`, or `5,318`, which may be either. */
function withComma(text: string): Unreadable | undefined {
  const grouped = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)
    ? text.replaceAll(",", "")
    : undefined
  const [, whole, decimals] = text.match(/^([-+]?\d*),(\d+)$/) ?? []
  const decimal = decimals === undefined ? undefined : `${whole || "0"}.${decimals}`
  const readings = [grouped, decimal].filter(each => each !== undefined)
  if (readings.length === 0) return undefined
  return {
    reason: decimal ? "a comma is not a decimal point" : "commas do not group digits here",
    hint: `write ${readings.join(" or ")}`,
  }
}

type Read = Pick<Literal, "value" | "place" | "exact">

function readDecimal(text: string): Read | "overflow" | undefined {
  const match = text.match(/^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,4}))?$/)
  if (!match) return undefined
  const [, sign, whole = "", decimals = "", exponent = "0"] = match
  if (whole === "" && decimals === "") return undefined
  const value = Number(`${sign}${whole || "0"}.${decimals || "0"}e${exponent}`)
  if (!Number.isFinite(value)) return "overflow"
  const trailing = decimals === "" ? (whole.match(/^\d*[1-9](0+)$/)?.[1]?.length ?? 0) : 0
  const place = Number(`1e${Number(exponent) - decimals.length + trailing}`)
  if (text.length > 40 || Math.abs(Number(exponent)) > 40) return { value, place }
  return {
    value,
    place,
    exact: new Fraction(`${sign}${whole || "0"}.${decimals || "0"}`).mul(
      powerOfTen(Number(exponent)),
    ),
  }
}

function readFraction(text: string): Read | undefined {
  const match = text.match(/^([-+]?\d{1,15}(?:\.\d{1,15})?)\s*\/\s*(\d{1,15}(?:\.\d{1,15})?)$/)
  if (!match || Number(match[2]) === 0) return undefined
  const exact = new Fraction(match[1] ?? 0).div(match[2] ?? 1)
  return { value: exact.valueOf(), place: 0, exact }
}

function powerOfTen(exponent: number): Fraction {
  const power = new Fraction(10n ** BigInt(Math.abs(exponent)))
  return exponent < 0 ? power.inverse() : power
}

function scaled(read: Literal, percent: boolean): Literal {
  if (!percent) return read
  const scaledDown = { ...read, value: read.value / 100, place: read.place / 100 }
  return read.exact
    ? { ...scaledDown, value: read.exact.div(100).valueOf(), exact: read.exact.div(100) }
    : scaledDown
}

/** Operators and brackets around numbers and known names; prose and labels are none. */
function looksLikeExpression(text: string): boolean {
  const plain = normalise(text).replace(/%$/, "")
  if (readDecimal(plain) ?? readFraction(plain)) return false
  if (!/^[-+*/^()√·.,\s\dA-Za-zπ]+$/.test(plain)) return false
  const names = plain.matchAll(/[A-Za-zπ][A-Za-zπ\d]*(\s*\()?/g)
  const known = [...names].every(([name, call]) => call !== undefined || /^(pi|π|e)$/.test(name))
  return known && (/[-+*/^(√·]/.test(plain) || /[π]|^pi$|^e$/.test(plain))
}
