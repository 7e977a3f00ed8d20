import type { Block, Cell, FigureAxis, FigureBlock, Rich } from "../core/blocks.ts"
import type { Problem } from "../core/problem.ts"
import type { Answered, Run } from "../core/solve.ts"
import type { Answer, AnswerType, AnswerValue } from "../core/types.ts"
import { isFraction, isRich, latexOf, plainOf } from "./inline.ts"
import { allDigits, asciiScript, fractionText, type Precision } from "./number.ts"

/** What JSON can hold: infinities and NaN are their names, what JSON lacks is text. */
export type Json = string | number | boolean | null | readonly Json[] | { [name: string]: Json }

export interface SolutionJson {
  version: 1
  problem: string
  kind: string
  title: string
  given: Json
  steps: { title: string; blocks: BlockJson[] }[]
  answers: { [name: string]: AnswerJson }
}

/** Formulas are LaTeX, all other words plain, cells raw numbers; indices count from 0. */
export type BlockJson =
  | { type: "text"; text: string }
  | { type: "math"; math: string }
  | {
      type: "grid"
      caption?: string
      cells: Json[][]
      rows?: readonly string[]
      columns?: readonly string[]
      marks?: readonly (readonly [number, number])[]
      /** Cells that take no part. */
      hidden?: readonly (readonly [number, number])[]
      /** Whether cells are shaded by their value. */
      heat?: boolean
      foot?: string
    }
  | {
      type: "table"
      head: string[]
      rows: Json[][]
      marks?: readonly (readonly [number, number])[]
    }
  | { type: "figure"; figure: FigureBlock["figure"]; caption: string; drawn: Json }

export interface AnswerJson {
  value: Json
  /** The digits of a large whole number, the fraction of a ratio, or of each in a record. */
  exact?: string | { [name: string]: string }
  label: string
  type: AnswerType
  unit?: string
}

interface JsonOptions {
  /** Names of answers: then the others and the steps are left out. */
  only?: readonly string[]
}

/** A solved problem as data; nothing is rounded. */
export function solutionJson(problem: Problem, run: Run, { only }: JsonOptions = {}): SolutionJson {
  const precision = { digits: allDigits, notation: problem.notation }
  const answers = [...run.answers.values()].filter(({ name }) => only?.includes(name) ?? true)
  return {
    version: 1,
    problem: problem.id,
    kind: problem.kind.name,
    title: problem.title,
    given: plainData(problem.givenAsWritten),
    steps: (only ? [] : run.steps).map(({ title, blocks }) => ({
      title,
      blocks: blocks.map(block => blockJson(block, precision)),
    })),
    answers: Object.fromEntries(answers.map(each => [each.name, answerJson(each)])),
  }
}

/** JSON that people read too: what fits on a line stays on it. */
export function printJson(value: unknown, width = 100): string {
  return printed(plainData(value), "", width)
}

function printed(value: Json, indent: string, width: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"]
  const parts = Array.isArray(value)
    ? value.map(each => printed(each, inner, width))
    : Object.entries(value).map(
        ([name, each]) => `${JSON.stringify(name)}: ${printed(each, inner, width)}`,
      )
  const space = open === "{" && parts.length > 0 ? " " : ""
  const flat = open + space + parts.join(", ") + space + close
  if (indent.length + flat.length <= width && !flat.includes("\n")) return flat
  return `${open}\n${parts.map(part => inner + part).join(",\n")}\n${indent}${close}`
}

function answerJson({ answer, value }: Answered): AnswerJson {
  const { label, type, unit } = answer
  const exact = exactOf(value)
  return {
    value: valueJson(value, answer),
    ...(exact !== undefined && { exact }),
    label,
    type,
    ...(unit !== undefined && { unit }),
  }
}

function exactOf(value: AnswerValue): AnswerJson["exact"] {
  if (isFraction(value)) return fractionText(value, asciiScript)
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? undefined : String(value)
  }
  if (typeof value !== "object" || Array.isArray(value)) return undefined
  const fractions = Object.entries(value).flatMap(([name, each]) =>
    isFraction(each) ? [[name, fractionText(each, asciiScript)] as const] : [],
  )
  return fractions.length > 0 ? Object.fromEntries(fractions) : undefined
}

export function valueJson(value: AnswerValue, answer: Answer): Json {
  if (isTrueFalse(answer)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, each === "true"]))
  }
  if (answer.type !== "points" || !Array.isArray(value)) return plainData(value)
  const order = answer.sort ?? ["scale", "y", "x"]
  return plainData(value.toSorted((a, b) => comparePoints(a, b, order)))
}

function isTrueFalse({ type, options }: Answer): boolean {
  return type === "labels" && options?.join() === "true,false"
}

function comparePoints(a: unknown, b: unknown, order: readonly string[]): number {
  for (const name of order) {
    const [left, right] = [fieldOf(a, name), fieldOf(b, name)]
    if (left === right) continue
    if (typeof left === "number" && typeof right === "number") return left - right
    return String(left) < String(right) ? -1 : 1
  }
  return 0
}

function fieldOf(point: unknown, name: string): unknown {
  return typeof point === "object" && point !== null
    ? Object.getOwnPropertyDescriptor(point, name)?.value
    : undefined
}

/** Any value of a solution as JSON has it. */
export function plainData(value: unknown): Json {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : String(value)
    case "bigint":
      return Number(value)
    case "string":
    case "boolean":
      return value
    case "object":
      if (value === null) return null
      if (isFraction(value)) return value.valueOf()
      if (Array.isArray(value)) return value.map(plainData)
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) =>
          each === undefined ? [] : [[name, plainData(each)]],
        ),
      )
    default:
      return null
  }
}

function blockJson(block: Block, precision: Precision): BlockJson {
  if ("mode" in block) return richJson(block, precision)
  switch (block.type) {
    case "grid": {
      const { caption, rows, columns, marks, hidden, heat, foot } = block
      return {
        type: "grid",
        ...(caption !== undefined && { caption: plainOf(caption, precision) }),
        cells: cellsJson(block.cells, precision),
        ...(rows && { rows }),
        ...(columns && { columns }),
        ...(marks && { marks }),
        ...(hidden && { hidden }),
        ...(heat !== undefined && { heat }),
        ...(foot && { foot: plainOf(foot, precision) }),
      }
    }
    case "table":
      return {
        type: "table",
        head: block.head.map(each => plainOf(each, precision)),
        rows: cellsJson(block.rows, precision),
        ...(block.marks && { marks: block.marks }),
      }
    case "figure":
      return figureJson(block, precision)
    default:
      return block satisfies never
  }
}

/** The data of a picture; words in it are plain. */
function figureJson(block: FigureBlock, precision: Precision): BlockJson {
  const { type, figure, caption, ...drawn } = block
  const axis = ({ label, ...ends }: FigureAxis) => ({ label: plainOf(label, precision), ...ends })
  const worded = () => {
    switch (block.figure) {
      case "curves":
        return { ...drawn, x: axis(block.x), y: axis(block.y) }
      case "network":
        return {
          ...drawn,
          edges: block.edges.map(({ label, ...edge }) => ({
            ...edge,
            ...(label !== undefined && { label: cellJson(label, precision) }),
          })),
        }
      default:
        return drawn
    }
  }
  return { type, figure, caption: plainOf(caption, precision), drawn: plainData(worded()) }
}

function richJson(rich: Rich, precision: Precision): BlockJson {
  switch (rich.mode) {
    case "text":
      return { type: "text", text: plainOf(rich, precision) }
    case "math":
      return { type: "math", math: latexOf(rich, precision) }
    default:
      return rich.mode satisfies never
  }
}

function cellsJson(cells: readonly (readonly Cell[])[], precision: Precision): Json[][] {
  return cells.map(row => row.map(cell => cellJson(cell, precision)))
}

function cellJson(cell: Cell, precision: Precision): Json {
  if (cell === null) return null
  if (isFraction(cell)) return fractionText(cell, asciiScript)
  return typeof cell === "object" && isRich(cell) ? plainOf(cell, precision) : plainData(cell)
}
