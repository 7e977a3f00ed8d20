import { solve } from "../core/solve.ts"
import { printJson, solutionJson } from "../render/json.ts"
import { pageOf } from "../render/page.ts"
import { answerLines, submissionText } from "../render/submission.ts"
import { type Batch, type BatchOptions, batchArguments, runBatch } from "./batch.ts"
import type { Configure } from "./session.ts"
import { solving } from "./solving.ts"

export const configure: Configure = (command, session) => {
  batchArguments(command)
    .addHelpText(
      "after",
      `
Writes the solution of every problem, and an index. In \`yaml\` it is an answer sheet that earns full
marks; \`json\` is what \`solve --format json\` prints; \`pdf\` needs pdflatex or a Chromium.

Examples:
  dlcheck key problems --out keys
  dlcheck key exam.yaml --out keys --format html,pdf --combined

Exit codes: 0 fine, 2 a file could not be read or written (the others are done all the same).`,
    )
    .action((args: string[], options: BatchOptions) =>
      runBatch(args, options, keys, { command, session }),
    )
}

/** What keys are made of. */
export const keys: Batch = {
  title: "Answer keys",
  page: ({ problem, shares }) => pageOf(problem, solving(problem, solve), { points: shares.total }),
  data: {
    async json(markings) {
      const solutions = markings.map(({ problem }) =>
        solutionJson(problem, solving(problem, solve)),
      )
      return `${printJson(solutions.length === 1 ? solutions[0] : solutions)}\n`
    },
    async yaml(markings) {
      return submissionText(
        markings.map(({ problem, key }) => ({
          id: problem.id,
          lines: [...key.answers.values()].flatMap(({ name, value }) => answerLines(name, value)),
        })),
        ["# The answer key: as a submission it earns full marks.", "student: key"],
      )
    },
  },
}
