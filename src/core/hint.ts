import type { Block, Rich, Step } from "./blocks.ts"
import type { Problem } from "./problem.ts"
import { secretPaths } from "./secrets.ts"
import { type Run, solve } from "./solve.ts"

/** The way to one answer, in words and formulas, without a value. */
export interface Hint {
  answer: string
  label: string
  step: string
  blocks: readonly Rich[]
}

/** A hint to an answer: what its step says before any number stands in it. */
export function hintFor(problem: Problem, name: string): Hint | undefined {
  const run = solve(problem)
  const answered = run.answers.get(name)
  const step = answered && stepOf(run, name)
  if (!answered || !step) return undefined
  // The steps of a quiz, and of formulas that an author wrote, are made of what must not be told.
  const told = secretPaths(problem.kind).length > 0 ? [] : [...shared(run, step), step]
  return {
    answer: name,
    label: answered.answer.label,
    step: step.title,
    blocks: told.flatMap(each => each.blocks).flatMap(withoutValues),
  }
}

/** The step that was told next after the answer was handed over. */
function stepOf({ handed, steps }: Run, name: string): Step | undefined {
  const at = handed.findIndex(piece => piece.name === name)
  return steps.find(({ after }) => after > at)
}

/** Steps told before anything was computed: the formulas that all others use. */
function shared({ steps }: Run, step: Step): readonly Step[] {
  return steps.filter(each => each.after === 0 && each !== step)
}

/** A formula up to its first number; words only where they hold no value at all. */
function withoutValues(block: Block): Rich[] {
  if ("type" in block) return []
  const parts = flatten(block)
  const number = parts.indexOf(undefined)
  if (block.mode === "text") return parts.every(isLiteral) ? [rich("text", parts.join(""))] : []
  const symbols = parts.slice(0, number < 0 ? undefined : number).join("")
  const sides = symbols.split(/(?<![<>!])=(?!=)/)
  if (number >= 0) sides.pop()
  const kept = sides
    .slice(0, sides.findIndex(isLabel) + 1 || undefined)
    .filter(side => !isLabel(side))
  const formula = kept.join("=").replaceAll(labelMarks, "").trim()
  return kept.length > 1 ? [rich("math", formula)] : []
}

/** Literals as they are, labels between marks, numbers as nothing. */
function flatten({ mode, strings, values }: Rich): (string | undefined)[] {
  return strings.flatMap((literal, i) => {
    const value = values[i]
    if (value === undefined) return [literal]
    if (typeof value === "string") return [literal, `\u0001${value}\u0001`]
    const isRich = typeof value === "object" && "strings" in value && value.mode === mode
    return [literal, ...(isRich ? flatten(value) : [undefined])]
  })
}

const labelMarks = "\u0001"

function isLiteral(part: string | undefined): boolean {
  return part !== undefined && !part.startsWith(labelMarks)
}

/** A side of an equation that is nothing but a label would be an answer. */
function isLabel(side: string): boolean {
  return side.trim().startsWith(labelMarks) && side.trim().endsWith(labelMarks)
}

function rich(mode: Rich["mode"], literal: string): Rich {
  return { mode, strings: [literal], values: [] }
}
