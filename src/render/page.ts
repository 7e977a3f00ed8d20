import type { Block, Inline, Rich, Step } from "../core/blocks.ts"
import type { Fraction } from "../core/number.ts"
import type { Shares } from "../core/points.ts"
import type { Problem } from "../core/problem.ts"
import type { Answered, Run } from "../core/solve.ts"
import type { Answer, AnswerValue, Grid } from "../core/types.ts"
import { formOf } from "./form.ts"
import { givenOf, paperGivenOf } from "./given.ts"
import { numberGrids } from "./shapes.ts"

/** What is printed of a solved problem, before anyone decides how. */
export interface Page {
  id: string
  kind: string
  title: string
  source?: string
  points?: Fraction
  /** Scalar givens that the author chose, such as k = 0.04. */
  setting: readonly Rich[]
  /** Words of the kind, or the author's own Markdown. */
  question?: Rich | string
  given: readonly Block[]
  steps: readonly Step[]
  answers: readonly PageAnswer[]
  /** Of a paper: where it is filled in. */
  blanks?: readonly Blank[]
  /** Exact texts by their value. */
  notation: ReadonlyMap<number, string>
}

export interface PageAnswer {
  name: string
  answer: Answer
  value: AnswerValue
  /** The steps that show the whole value together, counted from 1. */
  steps?: readonly number[]
}

/** An answer that a paper asks for; its value is not in it. */
export interface Blank {
  name: string
  label: string
  /** What to write: "2×3 numbers". */
  form: string
  points?: Fraction
}

interface PageOptions {
  /** Names of answers: then the page has these and nothing else. */
  only?: readonly string[]
  /** What it is worth, where an exam says other than its author. */
  points?: Fraction
}

/** The page of a problem and its solution. */
export function pageOf(problem: Problem, run: Run, options: PageOptions = {}): Page {
  const { only } = options
  const { id, kind, title, source, notation } = problem
  const points = options.points ?? problem.points
  const { setting, blocks } = givenOf(problem)
  const heading = {
    id,
    kind: kind.name,
    title,
    notation,
    setting,
    ...(source !== undefined && { source }),
    ...(points && { points }),
  }
  const answers = [...run.answers.values()]
  if (only) {
    const wanted = answers.filter(({ name }) => only.includes(name))
    return { ...heading, given: [], steps: [], answers: wanted.map(each => pageAnswer(each, [])) }
  }
  return {
    ...heading,
    question: problem.question ?? kind.question(problem.given as never),
    given: blocks,
    steps: run.steps,
    answers: answers.map(each => pageAnswer(each, run.steps)),
  }
}

/** The question paper of a problem: what is given and asked, and nothing of the solution. */
export function paperOf(problem: Problem, run: Run, { worth, total }: Shares): Page {
  const { question, ...page } = pageOf(problem, run, { points: total })
  const given = paperGivenOf(problem)
  const answers = [...run.answers.values()].filter(({ name }) => worth.has(name))
  const asked = new Set(answers.flatMap(sizesAsked))
  const blanks = answers.map(({ name, answer, value }): Blank => {
    const points = worth.get(name)
    const form = formOf(answer, value, asked)
    return { name, label: answer.label, form, ...(points && { points }) }
  })
  return { ...page, ...(question && { question }), given, steps: [], answers: [], blanks }
}

/** Whole numbers that are answers, so that no shape may give them away. */
function sizesAsked({ answer, value }: Answered): number[] {
  if (answer.type === "integer") return typeof value === "number" ? [value] : []
  if (answer.type !== "shape" && answer.type !== "shapes") return []
  return [value].flat(3).filter(size => typeof size === "number")
}

/** Whether a block of that type stands anywhere on the page. */
export function holds({ given, steps }: Page, type: "table" | "figure"): boolean {
  return [given, ...steps.map(step => step.blocks)]
    .flat()
    .some(block => "type" in block && block.type === type)
}

function pageAnswer({ name, answer, value }: Answered, steps: readonly Step[]): PageAnswer {
  const places = numberGrids(value)?.map(wanted => {
    const isIt = (other: readonly (readonly unknown[])[]) => sameNumbers(wanted, other)
    return steps.findIndex(({ blocks }) => blocks.flatMap(shownGrids).some(isIt)) + 1
  })
  if (!places || places.includes(0)) return { name, answer, value }
  return { name, answer, value, steps: [...new Set(places)].toSorted((a, b) => a - b) }
}

function shownGrids(block: Block): (readonly (readonly unknown[])[])[] {
  if ("mode" in block) return block.values.flatMap(inlineGrids)
  return block.type === "grid" ? [block.cells] : []
}

function inlineGrids(value: Inline): (readonly (readonly unknown[])[])[] {
  if (typeof value !== "object") return []
  if ("mode" in value) return value.values.flatMap(inlineGrids)
  return [...(numberGrids(value) ?? [])]
}

function sameNumbers(grid: Grid, other: readonly (readonly unknown[])[]): boolean {
  return (
    grid.length === other.length &&
    grid.every(
      (row, i) => row.length === other[i]?.length && row.every((x, j) => x === other[i]?.[j]),
    )
  )
}
