import type { Fraction } from "../core/number.ts"
import type { Grid } from "../core/types.ts"

/** How numbers are printed for people. */
export interface Precision {
  /** Significant digits; two decimals are kept in any case. */
  digits: number
  /** Exact texts by their value, printed as they were typed. */
  notation: ReadonlyMap<number, string>
}

/** How the parts of a number are written: for a terminal, or in LaTeX. */
export interface Script {
  minus: string
  infinity: string
  about: string
  power(mantissa: string, exponent: string): string
  typed(text: string): string
}

export const plainScript: Script = {
  minus: "−",
  infinity: "∞",
  about: "≈",
  power: (mantissa, exponent) => `${mantissa}·10${superscript(exponent)}`,
  typed: text => text.replaceAll("-", "−"),
}

/** For fractions and bigints in data. */
export const asciiScript: Script = { ...plainScript, minus: "-", typed: text => text }

/** Everything that a double holds. */
export const allDigits = 17
/** What people type is not rounded, unless it is longer than anyone types. */
export const typedDigits = 12

export function numberText(x: number, precision: Precision, script = plainScript): string {
  return special(x, precision, script) ?? rounded(x, precision.digits, script)
}

export function fractionText(value: Fraction, script = plainScript): string {
  const sign = value.s < 0n ? script.minus : ""
  return value.d === 1n ? `${sign}${value.n}` : `${sign}${value.n}/${value.d}`
}

export function bigintText(value: bigint, script = plainScript): string {
  return value < 0n ? `${script.minus}${-value}` : String(value)
}

/**
 * The numbers of a grid with one number of decimals for all, so that they can be compared at a
 * glance; zeros that end every number of a column are dropped, and whole numbers stay whole.
 */
export function gridTexts(
  grid: Grid,
  precision: Precision,
  script = plainScript,
): (readonly string[])[] {
  const places = sharedPlaces(grid, precision)
  if (places === undefined) return grid.map(row => row.map(x => numberText(x, precision, script)))
  const columns = Math.max(0, ...grid.map(row => row.length))
  const needed = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...grid.map(row => ownDecimals(row[column] ?? 0, places, precision))),
  )
  return grid.map(row =>
    row.map((x, column) => {
      const known = special(x, precision, script)
      if (known !== undefined) return known
      if (isWhole(x)) return signed(x, fixed(x, 0), script)
      const text = fixed(x, needed[column] ?? places)
      return /[1-9]/.test(text) ? signed(x, text, script) : `${script.about}0`
    }),
  )
}

/** |x| to a number of decimals, half away from zero, judged on the digits that `x` prints with. */
export function fixed(x: number, places: number): string {
  return fixedDecimal(decompose(x), places)
}

const smallest = -4
const largest = 12

function rounded(x: number, digits: number, script: Script): string {
  const decimal = decompose(x)
  const { exponent } = decimal
  const tooSmall = exponent < smallest
  if (!tooSmall && (exponent < largest || Number.isSafeInteger(x))) {
    return signed(x, trimmed(fixedDecimal(decimal, Math.max(2, digits - exponent - 1))), script)
  }
  const mantissa = trimmed(fixedDecimal({ ...decimal, exponent: 0 }, Math.max(1, digits - 1)))
  const carried = mantissa === "10"
  const power = String(exponent + (carried ? 1 : 0))
  return signed(x, script.power(carried ? "1" : mantissa, power.replace("-", script.minus)), script)
}

/** What is not a matter of rounding: 0, what is not finite, and values that were typed exactly. */
function special(x: number, { notation }: Precision, script: Script): string | undefined {
  if (x === 0) return "0"
  if (Number.isNaN(x)) return "NaN"
  if (!Number.isFinite(x)) return (x < 0 ? script.minus : "") + script.infinity
  const typed = notation.get(x)
  return typed !== undefined && isExactForm(typed) ? script.typed(typed) : undefined
}

/** `1/3` and `sqrt(2)` say more than their digits; `1_000` and `50%` do not. */
function isExactForm(typed: string): boolean {
  return /[/√^½⅓⅔¼¾⅕⅛πa-z(]/i.test(typed) && !/%|^[-+−.\d_]+e[-+]?\d+$/i.test(typed.trim())
}

/** The decimals that suit all of a grid; none if its numbers need powers of ten. */
function sharedPlaces(grid: Grid, { digits }: Precision): number | undefined {
  const finite = grid.flat().filter(x => Number.isFinite(x) && x !== 0)
  const exponent = Math.max(...finite.map(x => decompose(x).exponent))
  if (finite.length > 0 && (exponent < smallest || exponent >= largest)) return undefined
  // Short decimals, such as 0.001 beside 1000.5, are not worth rounding.
  const exact = Math.max(0, ...finite.map(x => decimalsOf(fixed(clean(x), 15))))
  return exact <= digits ? exact : Math.max(2, digits - exponent - 1)
}

/** What a number needs of the decimals of its column. */
function ownDecimals(x: number, places: number, precision: Precision): number {
  return special(x, precision, plainScript) === undefined ? decimalsOf(fixed(x, places)) : 0
}

/** x without what floating point added. */
function clean(x: number): number {
  return Number(x.toPrecision(12))
}

function isWhole(x: number): boolean {
  return Number.isInteger(clean(x))
}

interface Decimal {
  /** The shortest digits that are read back as the same double. */
  digits: string
  /** The power of ten of the first digit. */
  exponent: number
}

function decompose(x: number): Decimal {
  const [mantissa = "0", exponent = "0"] = Math.abs(x).toExponential().split("e")
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) }
}

function fixedDecimal({ digits, exponent }: Decimal, places: number): string {
  const kept = exponent + 1 + places
  let units = kept > 0 ? BigInt(digits.slice(0, kept).padEnd(kept, "0")) : 0n
  if (kept >= 0 && (digits[kept] ?? "0") >= "5") units += 1n
  const text = String(units).padStart(places + 1, "0")
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text
}

function decimalsOf(text: string): number {
  const decimals = trimmed(text)
  return decimals.includes(".") ? decimals.length - decimals.indexOf(".") - 1 : 0
}

function signed(x: number, text: string, script: Script): string {
  return x < 0 && /[1-9]/.test(text) ? script.minus + text : text
}

function superscript(exponent: string): string {
  return [...exponent].map(sign => powers[sign] ?? sign).join("")
}

const powers: Readonly<Record<string, string>> = Object.fromEntries(
  [..."0123456789−-"].map((sign, i) => [sign, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻"][i] ?? sign]),
)
