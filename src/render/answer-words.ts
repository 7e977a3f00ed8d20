import { type GridBlock, grid } from "../core/blocks.ts"
import type { Fraction } from "../core/number.ts"
import type { AnswerType, AnswerValue } from "../core/types.ts"
import { gridWords, isFraction, vectorWords } from "./inline.ts"
import { bigintText, fractionText, numberText, type Precision } from "./number.ts"
import type { PageAnswer } from "./page.ts"
import { visible, width } from "./plain.ts"
import { isGrid, isVector, namedGrids, numberGrids, shapeOf } from "./shapes.ts"

/** An answer as a table of answers has it. */
export interface Summary {
  words: string
  /** What is too large for a table and stands nowhere else. */
  grids: GridBlock[]
}

/** Longer vectors are rows of their own. */
const longestVector = 24

/** A value short enough for its line; otherwise its shape, and where it stands. */
export function summaryOf(
  { name, answer, value, steps }: PageAnswer,
  precision: Precision,
  longest: number,
): Summary {
  const unit = answer.unit === undefined ? "" : ` ${visible(answer.unit)}`
  const words = answerWords(value, answer.type, precision).join("\n")
  const grids = namedGrids(value, name)
  const short = isVector(value) ? value.length <= longestVector : width(words) <= longest
  if (!grids || short) return { words: words + unit, grids: [] }
  if (steps) return { words: `${sizeWords(value)}, in ${stepWords(steps)}`, grids: [] }
  return {
    words: `${sizeWords(value)}, below`,
    grids: grids.map(([caption, cells]) => grid(caption, cells)),
  }
}

function stepWords(steps: readonly number[]): string {
  const [last, ...before] = steps.toReversed()
  return before.length === 0 ? `step ${last}` : `steps ${before.reverse().join(", ")} and ${last}`
}

function sizeWords(value: AnswerValue): string {
  return isVector(value) ? `${value.length} numbers` : shapeOf(value)
}

/** An answer's value in words, one line each for things that stand below each other. */
export function answerWords(value: AnswerValue, type: AnswerType, precision: Precision): string[] {
  if (typeof value === "number") return [numberText(value, precision)]
  if (typeof value === "bigint") return [bigintText(value)]
  if (typeof value === "string") return [visible(value)]
  if (isFraction(value)) return [ratioWords(value, precision)]
  if (type === "shape") return [shapeWords(listOf(value))]
  if (type === "shapes")
    return [
      listOf(value)
        .map(each => shapeWords(listOf(each)))
        .join(", "),
    ]
  if (type === "points") return listOf(value).map(each => pointWords(each, precision))
  if (Array.isArray(value)) return [arrayWords(value, precision)]
  const fields = Object.entries(value).map(([name, each]) =>
    held(`${visible(name)}: ${fieldWords(each, precision)}`),
  )
  if (Object.values(value).some(isFraction)) return fields
  return [fields.join(Object.values(value).some(Array.isArray) ? "; " : ", ")]
}

function ratioWords(value: Fraction, precision: Precision): string {
  const exact = fractionText(value)
  if (!exact.includes("/")) return exact
  const approximate = numberText(value.valueOf(), { ...precision, notation: new Map() })
  const decimal = value.equals(approximate.replace("−", "-")) ? "=" : "≈"
  return `${exact} ${decimal} ${approximate}`
}

function arrayWords(value: readonly unknown[], precision: Precision): string {
  if (value.length === 0) return "none"
  if (isVector(value)) return vectorWords(value, precision)
  if (isGrid(value)) return gridWords(value, precision)
  const grids = numberGrids(value)
  if (grids) return grids.map(each => gridWords(each, precision)).join(", ")
  return value.map(each => itemWords(each, precision)).join(", ")
}

function fieldWords(value: unknown, precision: Precision): string {
  if (Array.isArray(value)) return arrayWords(value, precision)
  if (isFraction(value)) return ratioWords(value, precision)
  if (typeof value === "boolean") return value ? "true" : "false"
  return itemWords(value, precision)
}

function itemWords(value: unknown, precision: Precision): string {
  return typeof value === "number" ? numberText(value, precision) : visible(String(value))
}

function shapeWords(sizes: readonly unknown[]): string {
  return sizes.length === 1 ? `(${sizes[0]})` : sizes.map(size => visible(String(size))).join("×")
}

function pointWords(point: unknown, precision: Precision): string {
  const fields = Object.entries(typeof point === "object" && point !== null ? point : {})
  return fields
    .map(([name, value]) => held(`${visible(name)}: ${itemWords(value, precision)}`))
    .join(", ")
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Spaces that a line is not broken at. */
function held(text: string): string {
  return text.length <= 24 ? text.replaceAll(" ", "\u00a0") : text
}
