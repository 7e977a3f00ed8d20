import type { Problem } from "../core/problem.ts"
import type { Run } from "../core/solve.ts"
import { pageOf } from "../render/page.ts"
import type { Color } from "../render/paint.ts"
import { documentFormats } from "./documents.ts"

export interface Solved {
  problem: Problem
  run: Run
}

interface Look {
  width: number
  color: Color
  digits: number | undefined
  only: readonly string[] | undefined
  /** Whether more than one problem was asked for, solved or not. */
  several: boolean
}

type Writer = (solved: readonly Solved[], look: Look) => Promise<string>

/** Ways to write solutions, by the name of the format; each loads the renderer it needs. */
export const writers: Readonly<Record<string, Writer>> = {
  async terminal(solved, { width, color, ...look }) {
    const { renderTerminal } = await import("../render/terminal.ts")
    const pages = await Promise.all(
      solved.map(each => renderTerminal(page(each, look), { width, color, ...digitsIn(look) })),
    )
    return `${pages.join(`\n\n${"─".repeat(width)}\n\n`)}\n`
  },

  markdown: (solved, look) => document("markdown", solved, look),
  html: (solved, look) => document("html", solved, look),
  latex: (solved, look) => document("latex", solved, look),

  async json(solved, { only, several }) {
    const { printJson, solutionJson } = await import("../render/json.ts")
    const options = only ? { only } : {}
    const solutions = solved.map(({ problem, run }) => solutionJson(problem, run, options))
    return `${printJson(several ? solutions : solutions[0])}\n`
  },
}

function document(format: keyof typeof documentFormats, solved: readonly Solved[], look: Look) {
  const pages = solved.map(each => page(each, look))
  return documentFormats[format].write(pages, { ...digitsIn(look), title: "Solutions" })
}

function page({ problem, run }: Solved, { only }: Pick<Look, "only">) {
  return pageOf(problem, run, only ? { only } : {})
}

function digitsIn({ digits }: Pick<Look, "digits">) {
  return digits === undefined ? {} : { digits }
}
