import { collectionCredit } from "./credit.ts"
import { eachEntry, isCollection, keyOf, type ReadCell } from "./entries.ts"
import { Fraction, type Literal } from "./number.ts"
import { type Path, prefixOf } from "./paths.ts"
import type { Problem } from "./problem.ts"
import { isCut, isExactFit, ofEntry } from "./right.ts"
import type { Answer, AnswerValue } from "./types.ts"

/** Why an entry is not right; `hint` says no more than a student may know before trying again. */
export interface Reason {
  code: string
  /** The slip that reproduces it, in the kind's words. */
  slip?: string
  message: string
  hint: string
}

/** A written entry with its key. */
export interface Placed {
  key: string
  cell: ReadCell
}

interface Suspect {
  problem: Problem
  answer: Answer
  name: string
  /** The wrong entries of one piece. */
  open: readonly Placed[]
  /** Whether the piece's other entries say that it was not this slip. */
  refutes?: (values: ReadonlyMap<string, AnswerValue>) => boolean
  /** Or an answer of another shape. */
  misshapen?: { value: AnswerValue; literals: readonly Literal[] }
  /** The student's own path. */
  own: Path
  /** The student's own path with the givens as a slip changes them. */
  under: (slip: string) => Path | undefined
}

interface Proof {
  reason: Reason
  /** Of a kind's slip, which later answers may follow. */
  slip?: string
  path: Path
}

/** At least this many significant digits must agree before chance is ruled out. */
const proof = { figures: 3 }

/**
 * The one mistake that reproduces what was written; none if no slip does, or more than one. The
 * kind's own slips come first, the general ones only if none of them fits. A slip of the kind must
 * agree with the rest of the piece: one entry with a lost minus is no subtraction the wrong way round.
 */
export function provenSlip(suspect: Suspect): Proof | undefined {
  const { answer, name, own } = suspect
  const found: Proof[] = []
  for (const [slip, path] of slipPaths(suspect)) {
    const values = slipValues(own, path, answer, name, slip)
    const fits = suspect.misshapen
      ? fitsWhole(suspect.misshapen, wholeUnder(own, path, name, slip))
      : values !== undefined && fitsAll(suspect, values) && !suspect.refutes?.(values)
    if (!fits) continue
    found.push({ slip, path, reason: slipReason(slip, suspect) })
  }
  if (found.length > 0) return found.length === 1 ? found[0] : undefined
  const general = suspect.misshapen ? transposedShape(suspect) : generalSlips(suspect)
  const [only] = general
  return general.length === 1 && only ? { reason: only, path: own } : undefined
}

/** An answer's entries under a slip: beside the right formula on the own path, or under its givens. */
export function slipValues(
  own: Path,
  path: Path,
  answer: Answer,
  name: string,
  slip: string,
): ReadonlyMap<string, AnswerValue> | undefined {
  const values = new Map<string, AnswerValue>()
  if (path !== own) for (const [key, { leaf }] of path.entries(name)) values.set(key, leaf)
  for (const piece of own.handed) {
    const value = piece.name === name ? piece.slips[slip] : undefined
    if (value === undefined) continue
    eachEntry(answer, value, (leaf, index) => values.set(keyOf(index), leaf), prefixOf(piece.at))
  }
  return values.size > 0 ? values : undefined
}

/** Every slip of the kind with the path it makes; formula slips stay on the own path. */
function slipPaths({ problem, name, own, under }: Suspect): Map<string, Path> {
  const paths = new Map<string, Path>()
  for (const slip of Object.keys(problem.kind.slips)) {
    const path = under(slip)
    if (path) paths.set(slip, path)
  }
  for (const piece of own.handed) {
    if (piece.name !== name) continue
    for (const slip of Object.keys(piece.slips)) if (!paths.has(slip)) paths.set(slip, own)
  }
  return paths
}

/** Whether every wrong entry is a right rounding of the slip's value, and says enough to prove it. */
function fitsAll({ answer, open }: Suspect, values: ReadonlyMap<string, AnswerValue>): boolean {
  if (open.length === 0) return false
  let figures = 0
  let exact = true
  const scale = largest(values.values())
  for (const { key, cell } of open) {
    const leaf = values.get(key)
    if (leaf === undefined || !sameEntry(answer, cell, leaf, scale)) return false
    if (cell.twin && !sameEntry(answer, cell.twin, leaf, scale)) return false
    figures += cell.literal ? figuresOf(cell.literal) : 0
    exact &&= isExactly(cell, leaf)
  }
  return exact || figures >= proof.figures
}

function sameEntry(
  answer: Answer,
  { literal, leaf: written, index }: ReadCell,
  leaf: AnswerValue,
  scale: number,
): boolean {
  if (literal && isNumber(leaf))
    return isFiniteNumber(leaf) && isExactFit(literal, leaf, ofEntry(answer, index), scale)
  if (answer.comparison) return answer.comparison.same(String(written), String(leaf))
  if (isCollection(answer)) return collectionCredit(answer, written, leaf).equals(1)
  return JSON.stringify(sorted(written)) === JSON.stringify(sorted(leaf))
}

/** Whole numbers, typed fractions and labels need no digits: they are equal or not. */
function isExactly({ literal, leaf: written }: ReadCell, leaf: AnswerValue): boolean {
  if (!literal || !isNumber(leaf)) return true
  if (leaf instanceof Fraction) return literal.exact?.equals(leaf) ?? false
  const x = Number(leaf)
  return Number.isInteger(x) && written === x && literal.place >= 1
}

function figuresOf({ value, place }: Literal): number {
  if (place === 0) return proof.figures
  if (value === 0) return 0
  return Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.round(Math.log10(place)) + 1
}

function slipReason(slip: string, { open, misshapen }: Suspect): Reason {
  const [only] = open
  const what =
    open.length === 1 && only && !misshapen && !Array.isArray(only.cell.leaf)
      ? only.cell.text.trim()
      : "this"
  const message = `${what} is what comes out if ${slip}`
  return { code: "slip", slip, message, hint: message }
}

interface General {
  code: string
  message: string
  hint: string
  /** The value the mistake makes of the right one. */
  of: (x: number, cell: ReadCell) => number
}

/** Angles are compared as they are written: off by 10 or by a sign, many agree modulo a full turn. */
function generalSlips({ answer: declared, ...rest }: Suspect): Reason[] {
  const { period: _, ...answer } = declared
  const suspect: Suspect = { ...rest, answer }
  const { own, name, open } = suspect
  const reasons: Reason[] = []
  for (const { of, ...reason } of generals(declared)) {
    const values = new Map<string, AnswerValue>()
    for (const { key, cell } of open) {
      const x = numberOf(own.entry(name, key)?.leaf)
      if (x !== undefined) values.set(key, of(x, cell))
    }
    const same = reasons.some(({ code }) => code === reason.code)
    if (!same && fitsAll(suspect, values)) reasons.push(reason)
  }
  if (answer.type === "grid" && !answer.mirrored && open.length > 1) {
    const values = new Map<string, AnswerValue>()
    for (const { key, cell } of open) {
      const across = own.entry(name, keyOf([...cell.index].reverse()))
      if (across) values.set(key, across.leaf)
    }
    if (fitsAll(suspect, values)) reasons.push(transposed)
  }
  return reasons
}

const transposed: Reason = {
  code: "transposed",
  message: "this is the transpose of what comes out",
  hint: "check what the rows and the columns stand for",
}

function generals(answer: Answer): General[] {
  const share = answer.max === 1
  const powers = [1, 2, 3, -1, -2, -3].filter(power => !(share && power === 2))
  const logs = [
    Math.LN2,
    Math.LN10,
    1 / Math.LN2,
    1 / Math.LN10,
    Math.LN2 / Math.LN10,
    Math.LN10 / Math.LN2,
  ]
  const turn = answer.period === 360 ? Math.PI / 180 : 180 / Math.PI
  return [
    {
      code: "sign",
      message: "the same with the other sign is what comes out",
      hint: "check the sign",
      of: x => -x,
    },
    ...powers.map(power => ({
      code: "power-of-ten",
      message: `it is off by a factor of ${power > 0 ? 10 ** power : `1/${10 ** -power}`}`,
      hint: "check the decimal point",
      of: (x: number) => x * 10 ** power,
    })),
    ...(share
      ? [
          {
            code: "percent",
            message: "this is per cent, a share of 1 is asked",
            hint: "check the unit",
            of: (x: number) => x * 100,
          },
        ]
      : []),
    {
      code: "reciprocal",
      message: "its reciprocal is what comes out",
      hint: "check which way round it is divided",
      of: x => 1 / x,
    },
    {
      code: "cut-off",
      message: "it is cut off after its last digit instead of rounded",
      hint: "check the rounding",
      of: (x, { literal }) =>
        literal && isCut(literal.value, x, literal.place) ? literal.value : Number.NaN,
    },
    ...(answer.period === undefined
      ? []
      : [
          {
            code: "angle-unit",
            message: "degrees and radians are mixed up",
            hint: "check the unit of the angle",
            of: (x: number) => x * turn,
          },
        ]),
    ...(answer.log
      ? logs.map(factor => ({
          code: "log-base",
          message: "another base of the logarithm gives this",
          hint: "check the base of the logarithm",
          of: (x: number) => x * factor,
        }))
      : []),
  ]
}

function transposedShape({ own, name, misshapen }: Suspect): Reason[] {
  const value = own.handed.find(piece => piece.name === name && piece.at === undefined)?.value
  if (!misshapen || !isGrid(value)) return []
  const across = (value[0] ?? []).map((_, j) => value.map(row => row[j] ?? Number.NaN))
  return fitsWhole(misshapen, across) ? [transposed] : []
}

/** The whole answer under a slip, whatever its shape. */
function wholeUnder(own: Path, path: Path, name: string, slip: string): AnswerValue | undefined {
  const piece = own.handed.find(each => each.name === name)
  const formula = piece?.at === undefined ? piece?.slips[slip] : undefined
  if (formula !== undefined) return formula
  return path === own
    ? undefined
    : path.handed.find(each => each.name === name && each.at === undefined)?.value
}

function fitsWhole(
  { value, literals }: { value: AnswerValue; literals: readonly Literal[] },
  slipped: AnswerValue | undefined,
): boolean {
  if (slipped === undefined || form(value) !== form(slipped)) return false
  const numbers = flat(slipped)
  if (numbers.length !== literals.length || literals.length === 0) return false
  const answer: Answer = { type: "grid", label: "" }
  const scale = largest(numbers)
  const figures = literals.reduce((sum, literal) => sum + figuresOf(literal), 0)
  return literals.every((literal, i) => {
    const x = numbers[i] ?? Number.NaN
    const isWhole = Number.isInteger(x) && literal.value === x && literal.place >= 1
    return isWhole || (figures >= proof.figures && isExactFit(literal, x, answer, scale))
  })
}

function isGrid(value: AnswerValue | undefined): value is readonly (readonly number[])[] {
  return (
    Array.isArray(value) &&
    value.every(row => Array.isArray(row) && row.every(x => typeof x === "number"))
  )
}

/** The nesting of lists without their numbers. */
function form(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(form).join()}]` : "x"
}

function flat(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flat) : typeof value === "number" ? [value] : []
}

/** The largest absolute number among leaves. */
function largest(leaves: Iterable<AnswerValue>): number {
  const sizes = [...leaves].map(leaf => Math.abs(numberOf(leaf) ?? 0))
  return Math.max(0, ...sizes.filter(Number.isFinite))
}

function isNumber(leaf: AnswerValue): leaf is number | bigint | Fraction {
  return typeof leaf === "number" || typeof leaf === "bigint" || leaf instanceof Fraction
}

function isFiniteNumber(leaf: number | bigint | Fraction): boolean {
  return typeof leaf !== "number" || Number.isFinite(leaf)
}

function numberOf(leaf: AnswerValue | undefined): number | undefined {
  if (leaf === undefined || !isNumber(leaf)) return undefined
  return leaf instanceof Fraction ? leaf.valueOf() : Number(leaf)
}

function sorted(leaf: AnswerValue): unknown {
  return Array.isArray(leaf) ? leaf.map(each => JSON.stringify(each)).sort() : leaf
}
