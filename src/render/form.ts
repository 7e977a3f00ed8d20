import type { Answer, AnswerValue } from "../core/types.ts"
import { numberGrids, shapeOf } from "./shapes.ts"

/**
 * What an answer looks like on paper: "2×3 numbers", "one of corner, edge, flat". Sizes that are
 * themselves asked somewhere, and how many things are to be found, are left out.
 */
export function formOf(answer: Answer, key: AnswerValue, asked: ReadonlySet<number>): string {
  const { type, unit } = answer
  const words = formWords(answer, key, asked)
  const counted = type === "number" || type === "integer" || type === "vector" || type === "record"
  return unit !== undefined && counted ? `${words}, in ${unit}` : words
}

function formWords(answer: Answer, key: AnswerValue, asked: ReadonlySet<number>): string {
  const { type, options = [], of } = answer
  switch (type) {
    case "number":
      return "a number"
    case "integer":
      return "a whole number"
    case "ratio":
      return "a fraction or decimal"
    case "vector":
    case "grid":
    case "stack":
      return arrayWords(type, key, asked)
    case "record":
      return namedWords(answer, key, recordWords(key, of === "integer"))
    case "choice":
      return `one of ${options.join(", ")}`
    case "set":
      return options.length > 0 && options.length <= most
        ? `those that apply of ${options.join(", ")}`
        : "a list, in any order"
    case "list":
      return "a list, in order"
    case "points":
      return `a list of {${(answer.sort ?? answer.key ?? []).join(", ")}}`
    case "shape":
      return "a list of sizes"
    case "shapes":
      return "a list of lists of sizes"
    case "labels":
      return namedWords(
        answer,
        key,
        options.length > 0 && options.length <= most ? `one of ${options.join(", ")}` : "a label",
      )
    case "table":
      return namedWords(
        answer,
        key,
        options.length > 0 && options.length <= most
          ? `a list out of ${options.join(", ")}`
          : "a list of labels",
      )
    case "expression":
      return "an expression"
    case "text":
      return "a few words"
    default:
      return type satisfies never
  }
}

/** More options are not listed. */
const most = 8

function arrayWords(
  type: "vector" | "grid" | "stack",
  key: AnswerValue,
  asked: ReadonlySet<number>,
): string {
  const shape = shapeOf(key)
  const sizes = shape.split("×").map(Number)
  if (sizes.some(size => asked.has(size))) {
    return { vector: "a list of numbers", grid: "a grid of numbers", stack: "a list of grids" }[
      type
    ]
  }
  if (type === "vector") return sizes[0] === 1 ? "a list of one number" : `${shape} numbers`
  const isRegular = type !== "stack" || numberGrids(key) !== undefined
  return isRegular ? `${shape} numbers` : "nested lists of numbers"
}

function recordWords(key: AnswerValue, counted: boolean): string {
  const lists = typeof key === "object" && Object.values(key).some(Array.isArray)
  if (lists) return counted ? "a list of whole numbers" : "a list of numbers"
  return counted ? "a whole number" : "a number"
}

function namedWords({ open }: Answer, key: AnswerValue, each: string): string {
  const names = typeof key === "object" && !Array.isArray(key) ? Object.keys(key) : []
  if (open || names.length === 0) return `${each} by name`
  if (names.length > most)
    return `${each} for each of ${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`
  return `${each} for each of ${names.join(", ")}`
}
