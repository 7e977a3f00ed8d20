import type { Command } from "commander"
import { suggest } from "../core/diagnostic.ts"
import { gradeProblem, type Marking } from "../core/grade.ts"
import { type Hint, hintFor } from "../core/hint.ts"
import { submissionCaps } from "../core/source.ts"
import { loadSubmission, type Submission } from "../core/submission.ts"
import { formulaLines } from "../render/formula-lines.ts"
import { latexOf, plainOf } from "../render/inline.ts"
import { latexText } from "../render/latex-text.ts"
import { paintIn } from "../render/paint.ts"
import { visible, wrapWords } from "../render/plain.ts"
import { isRight } from "../report/words.ts"
import { complain } from "./complain.ts"
import { openPaper } from "./paper.ts"
import { readText, standardInput } from "./read.ts"
import { type Configure, fail, type Output, type Session, usageError } from "./session.ts"
import { solving } from "./solving.ts"

export const configure: Configure = (command, session) => {
  command
    .argument("<problem>", "a file; - reads standard input")
    .argument("[answer]", "one of its answers (default: the first one)")
    .option("--mine <sheet>", "your answers: the hint is to the first one that is not right yet")
    .addHelpText(
      "after",
      `
Examples:
  dlcheck hint problem.yaml              how to begin
  dlcheck hint problem.yaml R            the way to one answer
  dlcheck hint problem.yaml --mine answers.yaml`,
    )
    .action(async (file: string, name: string | undefined, { mine }: { mine?: string }) => {
      const { markings, diagnostics } = await openPaper([file], true)
      const errors = diagnostics.filter(({ severity }) => severity === "error")
      if (errors.length > 0) fail(session, 2)
      try {
        if (markings.size === 0) return
        const sheet = mine === undefined ? undefined : await readSheet(mine, markings, session)
        if (mine !== undefined && !sheet) return
        const places =
          name === undefined ? next([...markings.values()], sheet) : named(name, markings, command)
        const { out } = session
        const hints = places.map(place => hintText(place, out))
        out.write(
          hints.length > 0 ? hints.join("\n") : "nothing is left to do: every answer is right\n",
        )
      } finally {
        await complain(session, diagnostics)
      }
    })
}

/** An answer that somebody wants a hint to. */
interface Place {
  marking: Marking
  name: string
}

function named(name: string, markings: ReadonlyMap<string, Marking>, command: Command): Place[] {
  const places = [...markings.values()]
    .filter(({ names }) => names.includes(name))
    .map(marking => ({ marking, name }))
  if (places.length > 0) return places
  const known = [...markings.values()].flatMap(({ names }) => names)
  const owner = markings.size > 1 ? "none of these problems has an" : "this problem has no"
  return usageError(command, `${owner} answer \`${name}\``, suggest(name, known))
}

/** The first answer of each problem; with a sheet, the first that is not right on it. */
function next(markings: readonly Marking[], sheet: Submission | undefined): Place[] {
  const places = markings.flatMap(marking => {
    const right = sheet ? rightIn(marking, sheet) : new Set<string>()
    const name = inOrderOfWork(marking).find(each => !right.has(each))
    return name === undefined ? [] : [{ marking, name }]
  })
  return sheet ? places.slice(0, 1) : places
}

function inOrderOfWork({ key, shares }: Marking): string[] {
  const names = [...new Set(key.handed.map(({ name }) => name))]
  return names.filter(name => shares.worth.has(name))
}

function rightIn(marking: Marking, { sheets }: Submission): ReadonlySet<string> {
  const { id } = marking.problem
  const mark = gradeProblem(marking, sheets.get(id) ?? { answers: new Map() })
  return new Set(mark.answers.filter(({ verdict }) => isRight(verdict)).map(({ name }) => name))
}

async function readSheet(
  path: string,
  markings: ReadonlyMap<string, Marking>,
  session: Session,
): Promise<Submission | undefined> {
  const text = await readText(path, submissionCaps.bytes)
  const file = path === "-" ? standardInput : path
  const sheet = typeof text === "string" ? await loadSubmission(file, text, markings) : undefined
  const diagnostics = typeof text === "string" ? (sheet?.diagnostics ?? []) : [text]
  if (diagnostics.some(({ severity }) => severity === "error")) fail(session, 2)
  await complain(session, diagnostics)
  return sheet?.readable ? sheet : undefined
}

const margin = 3

function hintText({ marking, name }: Place, { width, color }: Output): string {
  const { problem, key } = marking
  const paint = paintIn(color)
  const label = key.answers.get(name)?.answer.label ?? ""
  const title = wrapWords(`${problem.id} · ${visible(name)}: ${visible(label)}`, width).map(
    paint.title,
  )
  const hint = solving(problem, each => hintFor(each, name))
  const lines = hint ? [paint.heading(visible(hint.step)), ...blockLines(hint, width - margin)] : []
  return `${[...title, ...lines].join("\n")}\n`
}

function blockLines({ blocks }: Hint, limit: number): string[] {
  const precision = { digits: 6, notation: new Map<number, string>() }
  const words = blocks.filter(({ mode }) => mode === "text").map(rich => plainOf(rich, precision))
  const formulas = blocks
    .filter(({ mode }) => mode === "math")
    .map(rich => latexText(latexOf(rich, precision)))
  const lines = [...words.flatMap(text => wrapWords(text, limit)), ...formulaLines(formulas, limit)]
  return lines.map(line => " ".repeat(margin) + line)
}
