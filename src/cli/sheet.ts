import type { Marking } from "../core/grade.ts"
import { printJson } from "../render/json.ts"
import { paperOf } from "../render/page.ts"
import { paperJson } from "../render/paper-json.ts"
import { blankLines, gapsFor, submissionText } from "../render/submission.ts"
import { type Batch, type BatchOptions, batchArguments, runBatch } from "./batch.ts"
import type { Configure } from "./session.ts"

export const configure: Configure = (command, session) => {
  batchArguments(command)
    .addHelpText(
      "after",
      `
Writes the question paper of every problem, with points and room for the answers, and an index. In
\`yaml\` it is an answer sheet to fill in. No answer is in any of them.

Examples:
  dlcheck sheet problem.yaml --out paper --format html,yaml
  dlcheck sheet exam.yaml --out paper --format pdf --combined

Exit codes: 0 fine, 2 a file could not be read or written (the others are done all the same).`,
    )
    .action((args: string[], options: BatchOptions) =>
      runBatch(args, options, sheets, { command, session }),
    )
}

/** What papers are made of. */
export const sheets: Batch = {
  title: "Question papers",
  page,
  data: {
    async json(markings) {
      const papers = markings.map(paperJson)
      return `${printJson(papers.length === 1 ? papers[0] : papers)}\n`
    },
    async yaml(markings) {
      return submissionText(
        markings.map(marking => ({ id: marking.problem.id, lines: blanks(marking) })),
        [
          "# Write each value behind its name, instead of the gaps; what is left blank counts as not answered.",
          "student:",
          "name:",
        ],
      )
    },
  },
}

function page({ problem, key, shares }: Marking) {
  return paperOf(problem, key, shares)
}

function blanks(marking: Marking): string[] {
  const { key } = marking
  return (page(marking).blanks ?? []).flatMap(blank => {
    const answered = key.answers.get(blank.name)
    const shown = (answered && blank.form.includes("numbers")) || answered?.answer.type !== "vector"
    const gaps = answered && shown ? gapsFor(answered.answer, answered.value) : ""
    return blankLines(blank, gaps)
  })
}
