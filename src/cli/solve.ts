import { resolve } from "node:path"
import { type Command, InvalidArgumentError, Option } from "commander"
import { suggest } from "../core/diagnostic.ts"
import { run, solve } from "../core/solve.ts"
import { collectProblems } from "./collect.ts"
import { complain } from "./complain.ts"
import { digitsOf } from "./digits.ts"
import { type Configure, fail, usageError, writeOutput } from "./session.ts"
import { type Solved, writers } from "./solution-writers.ts"
import { solving } from "./solving.ts"

interface Options {
  format: string
  digits?: number
  only?: string[]
  output?: string
}

export const configure: Configure = (command, session) => {
  command
    .argument("<problem...>", "files, folders or globs; - reads standard input")
    .addOption(
      new Option("-f, --format <format>", "how to write the solutions")
        .choices(Object.keys(writers))
        .default("terminal"),
    )
    .option("--digits <n>", "significant digits, 1 to 15 (default: 6)", digitsOf)
    .option("--only <names>", "these answers and nothing else, separated by commas", namesOf)
    .option("-o, --output <file>", "where to write, instead of standard output")
    .addHelpText("after", help)
    .action(async (args: string[], options: Options) => {
      const { format, digits, only } = options
      const file = options.output === "-" ? undefined : options.output
      const { problems, asked, files, diagnostics } = await collectProblems(args)
      if (diagnostics.length > 0) fail(session, 2)
      try {
        if (file !== undefined && files.includes(resolve(file))) {
          usageError(command, `\`${file}\` is one of the problems`, "name another file")
        }
        const all = problems.map(problem => ({
          problem,
          run: solving(problem, only ? run : solve),
        }))
        const chosen = only ? withAnswers(only, all, command) : all
        const { width, color } = file === undefined ? session.out : plain
        const look = { width, color, digits, only, several: asked > 1 }
        // Of several, none may be left; a program still wants its list.
        const some = chosen.length > 0 || (asked > 1 && format === "json")
        const text = some ? await writers[format]?.(chosen, look) : undefined
        if (text === undefined) return
        if (file === undefined) session.out.write(text)
        else writeOutput(file, text, command)
      } finally {
        await complain(session, diagnostics)
      }
    })
}

/** How a file is written. */
const plain = { width: 80, color: false }

const help = `
Examples:
  dlcheck solve problem.yaml
  dlcheck solve problem.yaml --only R,verdict --digits 4
  dlcheck solve exam.yaml --format markdown -o key.md
  dlcheck solve problems --format json

Exit codes: 0 fine, 2 a file could not be read (the others are solved all the same).`

/** The problems that have some of the named answers; a name that none has is a usage error. */
function withAnswers(names: readonly string[], all: readonly Solved[], command: Command): Solved[] {
  const known = [...new Set(all.flatMap(({ run }) => [...run.answers.keys()]))]
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined && all.length > 0) {
    const owner = all.length > 1 ? "none of these problems has an" : "this problem has no"
    usageError(command, `${owner} answer \`${unknown}\``, suggest(unknown, known))
  }
  return all.filter(({ run }) => names.some(name => run.answers.has(name)))
}

function namesOf(text: string): string[] {
  const names = text.split(",").map(name => name.trim())
  if (names.every(name => name !== "")) return [...new Set(names)]
  throw new InvalidArgumentError("It must be names separated by commas.")
}
