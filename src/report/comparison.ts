import { type GridBlock, grid } from "../core/blocks.ts"
import { type Index, keyOf } from "../core/entries.ts"
import type { AnswerKey, AnswerReport, EntryReport } from "../core/feedback.ts"
import type { Answer, AnswerValue, Grid } from "../core/types.ts"
import { answerWords } from "../render/answer-words.ts"
import { alignPoints } from "../render/columns.ts"
import { gridTexts } from "../render/number.ts"
import { padStart, shorten, width } from "../render/plain.ts"
import { numberGrids } from "../render/shapes.ts"
import { tame } from "./safe.ts"
import { isRight } from "./words.ts"

/** What was written, beside what is right, in words. */
export interface Comparison {
  /** Where the entry stands; absent for an answer as a whole. */
  index?: Index
  written?: string
  expected: string
  /** What the student's own earlier work gives, where that is something else. */
  own?: string
}

export const precision = { digits: 6, notation: new Map<number, string>() }
/** Students' texts in a cell and in a line. */
const longest = { cell: 14, line: 200 }

/** Nothing where the right values are not told, or nothing differs from them. */
export function isCompared(answer: AnswerReport): answer is AnswerReport & { key: AnswerKey } {
  return answer.key !== undefined && answer.verdict !== "correct"
}

/** The entries that are not right, or the answer as a whole. */
export function comparisons(answer: AnswerReport & { key: AnswerKey }): Comparison[] {
  const { entries, key, verdict, written } = answer
  if (entries) {
    return entries
      .filter(entry => entry.verdict !== "correct")
      .flatMap(entry => {
        const found = key.entries.get(keyOf(entry.index))
        const text = entry.verdict === "missing" ? "" : entry.text
        return found ? [{ index: entry.index, ...compared(key, text, found, entry.verdict) }] : []
      })
  }
  const [only] = key.entries.size === 1 ? key.entries.values() : []
  return [
    compared(
      key,
      verdict === "missing" ? "" : (written?.text ?? ""),
      only ?? { expected: key.expected },
      verdict,
    ),
  ]
}

/** Written, expected and own numbers side by side; the entries that differ are marked. */
export function comparedGrids(answer: AnswerReport & { key: AnswerKey }): GridBlock[] {
  const { key, entries } = answer
  const expected = gridTypes.has(key.answer.type) ? numberGrids(key.expected) : undefined
  if (!expected) return []
  if (!entries)
    return expected.map((each, i) => grid(caption("expected", i, expected), gridCells(each)))
  const cells = new Map(entries.map(entry => [keyOf(entry.index), entry]))
  const entryAt = (index: Index): EntryReport | undefined =>
    cells.get(keyOf(index)) ?? (key.answer.mirrored ? cells.get(keyOf(mirror(index))) : undefined)
  return expected.flatMap((slice, i) => {
    const indexOf = (row: number, column: number): Index => {
      if (key.answer.type === "vector") return [column]
      return key.answer.type === "grid" ? [row, column] : [i, row, column]
    }
    const marks = slice.flatMap((row, r) =>
      row.flatMap((_, c) =>
        isRight(entryAt(indexOf(r, c))?.verdict ?? "missing") ? [] : [[r, c] as const],
      ),
    )
    const differs = slice.some((row, r) =>
      row.some((_, c) => entryAt(indexOf(r, c))?.verdict !== "correct"),
    )
    if (!differs) return []
    const texts = slice.map((row, r) => row.map((_, c) => cellText(entryAt(indexOf(r, c)))))
    const own = slice.map((row, r) =>
      row.map((x, c) => ownNumber(key, keyOf(entryAt(indexOf(r, c))?.index ?? [])) ?? x),
    )
    const ownDiffers = marks.some(([r, c]) => words(own[r]?.[c]) !== words(slice[r]?.[c]))
    return [
      grid(caption("written", i, expected), aligned(texts), { marks }),
      grid(caption("expected", i, expected), gridCells(slice), { marks }),
      ...(ownDiffers
        ? [grid(caption("from your own work", i, expected), gridCells(own), { marks })]
        : []),
    ]
  })
}

const gridTypes: ReadonlySet<string> = new Set(["vector", "grid", "stack"])

function compared(
  key: AnswerKey,
  text: string,
  { expected, own }: { expected: AnswerValue; own?: AnswerValue },
  verdict: string,
): Omit<Comparison, "index"> {
  const right = valueWords(key, expected)
  const followed = own === undefined ? right : valueWords(key, own)
  const written = shorten(tame(text).trim(), longest.line)
  return {
    ...(written !== "" && { written }),
    expected: right,
    ...(followed !== right && verdict !== "carried" && { own: followed }),
  }
}

function valueWords({ answer }: AnswerKey, value: AnswerValue): string {
  if (typeof value !== "object") return freshWords(answer, value)
  const known = knownWords.get(value) ?? freshWords(answer, value)
  knownWords.set(value, known)
  return known
}

function freshWords({ unit, type }: Answer, value: AnswerValue): string {
  return answerWords(value, type, precision).join("; ") + (unit === undefined ? "" : ` ${unit}`)
}

// All sheets have the same key: its numbers are written once.
const knownWords = new WeakMap<object, string>()
const knownCells = new WeakMap<Grid, string[][]>()

/** The numbers of a grid as text, the decimal points of a column one below the other. */
function gridCells(numbers: Grid): string[][] {
  const known = knownCells.get(numbers)
  if (known) return known
  const texts = gridTexts(numbers, precision)
  const columns = (texts[0] ?? []).map((_, c) => alignPoints(texts.map(row => row[c] ?? "")))
  const cells = texts.map((row, r) => row.map((_, c) => columns[c]?.[r] ?? ""))
  knownCells.set(numbers, cells)
  return cells
}

function words(x: number | undefined): string {
  return x === undefined ? "" : (answerWords(x, "number", precision)[0] ?? "")
}

function ownNumber({ entries }: AnswerKey, at: string): number | undefined {
  const own = entries.get(at)?.own
  return typeof own === "number" ? own : undefined
}

function cellText(entry: EntryReport | undefined): string {
  if (!entry || entry.verdict === "missing") return "–"
  return shorten(tame(entry.text).trim(), longest.cell).replace(/^-/, "−")
}

/** The texts of each column to the right. */
function aligned(texts: readonly (readonly string[])[]): string[][] {
  const widths = (texts[0] ?? []).map((_, c) => Math.max(...texts.map(row => width(row[c] ?? ""))))
  return texts.map(row => row.map((text, c) => padStart(text, widths[c] ?? 0)))
}

function caption(word: string, i: number, slices: readonly Grid[]): string {
  return slices.length > 1 ? `${word} [${i + 1}]` : word
}

function mirror([i, j, ...rest]: Index): Index {
  return i === undefined || j === undefined ? [] : [j, i, ...rest]
}
