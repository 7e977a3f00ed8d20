import { Fraction, type Literal, noise } from "./number.ts"
import type { Settings } from "./problem.ts"
import type { Answer, At } from "./types.ts"

/** How one written number stands to the value it is compared with. */
export type Fit = "right" | "imprecise" | "off"

/** What a written number is compared with. */
export interface Target {
  x: number | bigint | Fraction
  /** The largest absolute entry of the answer that `x` belongs to. */
  scale: number
  /** The old value, where `x` is an old value plus a step. */
  from?: number
}

/**
 * The share of the value, and of the answer's largest entry, that a step's rounding may leave.
 * Shares of one whole all suffer from the rounding of what they are divided by: with 0.001 only 95 %
 * of simulated students who round exponentials to 3 decimals had all their weights right.
 */
const slack = { ofValue: 0.005, ofScale: 0.001, ofShares: 0.01 }
/** An imprecise number is off by at most this share of the value, or of its step. */
const coarse = 0.1

/**
 * Compares a written number with a computed one: right roundings are right, ties both ways, with
 * room for the roundings of the steps before. Whole numbers, counts and typed fractions leave no room.
 */
export function fitOf(written: Literal, target: Target, answer: Answer, settings: Settings): Fit {
  const exact = exactly(written, target.x, answer)
  if (exact !== undefined) return exact ? "right" : "off"
  const x = Number(target.x instanceof Fraction ? target.x.valueOf() : target.x)
  const d = written.value
  if (!Number.isFinite(x) || !Number.isFinite(d)) return x === d ? "right" : "off"
  const distance = apart(d, x, answer.period)
  const { place } = written
  const step = target.from === undefined ? undefined : x - target.from
  const allowed =
    step === undefined ? coarsest(x, target.scale, settings) : ofStep(x, step, settings)
  const room = roomFor(written, x, target, answer, settings, place > allowed)
  const limit = Math.min(place, allowed) / 2 + room + noise(x, place)
  if (distance <= limit) return "right"
  const near = distance <= coarse * Math.abs(step ?? x)
  const rounded = place > allowed && distance <= place / 2 + noise(x, place)
  return near && (rounded || isCut(d, x, place)) ? "imprecise" : "off"
}

/**
 * Whether the number is a right rounding with no room besides; what a proved reason needs. `scale` is
 * the largest absolute entry of the values that are tried.
 */
export function isExactFit(
  written: Literal,
  x: number | bigint | Fraction,
  answer: Answer,
  scale: number,
): boolean {
  const exact = exactly(written, x, answer)
  if (exact !== undefined) return exact
  const value = Number(x instanceof Fraction ? x.valueOf() : x)
  if (!Number.isFinite(value) || !Number.isFinite(written.value)) return value === written.value
  if (isWhole(value) && isWhole(written.value) && written.place <= 1)
    return isSame(written.value, value)
  const place = Math.min(written.place, coarsest(value, scale, {}))
  return apart(written.value, value, answer.period) <= place / 2 + noise(value, place)
}

/** Whether what was written is `x` rounded or cut off more coarsely than allowed. */
export function isRough({ value, place }: Literal, x: number, scale: number, settings: Settings) {
  const steps = x / place
  const falls = Math.abs(steps - Math.round(steps)) <= 1e-9 * Math.abs(steps)
  const allowed = coarsest(x, scale || Math.abs(x), settings)
  return place > allowed && !falls && Math.abs(value - x) < place
}

/** Whether `d` is `x` cut off after its last digit instead of rounded. */
export function isCut(d: number, x: number, place: number): boolean {
  if (place === 0 || d === 0 || Math.sign(d) !== Math.sign(x)) return false
  const rest = Math.abs(x) - Math.abs(d)
  return rest > place / 2 && rest < place
}

/** Integers and typed fractions are right or not, without a distance. */
function exactly(written: Literal, x: Target["x"], answer: Answer): boolean | undefined {
  if (isCounted(answer) && Number.isInteger(Number(x))) {
    return written.exact ? written.exact.equals(fraction(x)) : written.value === Number(x)
  }
  if (x instanceof Fraction && written.place === 0 && written.exact) return written.exact.equals(x)
  return undefined
}

/** Whether its numbers are counts or sizes, which are compared exactly. */
export function isCounted({ type, of }: Answer): boolean {
  return type === "integer" || type === "shape" || type === "shapes" || of === "integer"
}

/** The declaration of one entry: a record may hold counts among other numbers. */
export function ofEntry(answer: Answer, [name]: readonly At[]): Answer {
  return answer.counts?.includes(String(name)) ? { ...answer, of: "integer" } : answer
}

function fraction(x: Target["x"]): Fraction {
  if (x instanceof Fraction) return x
  return typeof x === "number" && !Number.isFinite(x) ? new Fraction(0) : new Fraction(x)
}

function apart(d: number, x: number, period: number | undefined): number {
  const distance = Math.abs(d - x)
  if (period === undefined) return distance
  const rest = distance % period
  return Math.min(rest, period - rest)
}

/** The coarsest place a number may be rounded to and still be right. */
function coarsest(x: number, scale: number, { precision }: Settings): number {
  if (precision?.decimals !== undefined) return 10 ** -precision.decimals
  if (precision?.figures !== undefined) return 10 ** (magnitude(x) - precision.figures + 1)
  if (scale === 0) return 1e-3
  const first = 10 ** magnitude(scale)
  return Math.min(first, Math.max(first / 10, 1e-3))
}

/** After a step two digits of the step are wanted, but no more than four of the whole. */
function ofStep(x: number, step: number, settings: Settings): number {
  const ofThat = coarsest(x, Math.abs(step), settings)
  return settings.precision ? ofThat : Math.max(ofThat, 10 ** (magnitude(x) - 3))
}

function roomFor(
  written: Literal,
  x: number,
  target: Target,
  answer: Answer,
  settings: Settings,
  coarser: boolean,
): number {
  const { tolerance, precision } = settings
  if (precision && coarser) return 0
  const step = target.from === undefined ? x : x - target.from
  if (tolerance) return Math.max((tolerance.rel ?? 0) * Math.abs(step), tolerance.abs ?? 0)
  if (isWhole(x) && isWhole(written.value)) return 0
  const scale = target.from === undefined ? target.scale : Math.abs(step)
  const ofScale = areShares(answer) ? slack.ofShares : slack.ofScale
  return Math.max(slack.ofValue * Math.abs(step), ofScale * scale)
}

/** Whether the entries lie between 0 and 1, as probabilities and weights do. */
function areShares({ type, min, max }: Answer): boolean {
  return min === 0 && max === 1 && (type === "vector" || type === "grid" || type === "stack")
}

/** The exponent of the first significant digit. */
function magnitude(x: number): number {
  return x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)) + 1e-12)
}

function isWhole(x: number): boolean {
  return Math.abs(x - Math.round(x)) <= noise(x, 0)
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= noise(b, 0)
}
