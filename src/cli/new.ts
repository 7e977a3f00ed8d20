import { existsSync } from "node:fs"
import type { Kind } from "../core/kind.ts"
import type { Problem } from "../core/problem.ts"
import { run } from "../core/solve.ts"
import { entry, type Written } from "../core/source.ts"
import { wrapWords } from "../render/plain.ts"
import { examplesOf } from "./examples.ts"
import { fieldText, placeholder, presetText } from "./flow.ts"
import { type GivenField, givenFields } from "./given-fields.ts"
import { namedKind } from "./named-kind.ts"
import { type Configure, usageError, writeOutput } from "./session.ts"

export const configure: Configure = (command, { out }) => {
  command
    .argument("<kind>", "one of `dlcheck kinds`")
    .option("-o, --output <file>", "where to write it, instead of standard output")
    .addHelpText(
      "after",
      `
Examples:
  dlcheck new harris                     a Harris problem with every field explained
  dlcheck new harris -o corner.yaml      the same in a file that does not exist yet`,
    )
    .action(async (name: string, { output }: { output?: string }) => {
      const kind = await namedKind(name, command)
      const text = problemToFillIn(kind, await examplesOf(kind))
      if (output === undefined || output === "-") return out.write(text)
      if (existsSync(output)) {
        usageError(command, `\`${output}\` exists`, "name a file that does not, or remove it")
      }
      writeOutput(output, text, command)
    })
}

/** A problem that loads and solves as it stands: a shipped one's numbers, every field explained. */
function problemToFillIn(kind: Kind, examples: readonly Problem[]): string {
  const [example] = examples
  const answers = example ? [...run(example).answers.keys()] : []
  const lines = [
    "# yaml-language-server: $schema=dlcheck.schema.json",
    "# (`dlcheck schema > dlcheck.schema.json` makes that file; then your editor checks as you type)",
    `kind: ${kind.name}`,
    `title: ${JSON.stringify(kind.title)}`,
    "# points: 10",
    "# question: in your own words (Markdown); worded from the givens if left out",
    "given:",
    ...givenFields(kind.given).flatMap(field => fieldLines(field, examples)),
    "# which answers are asked, all if left out:",
    `# ask: [${answers.join(", ")}]`,
    "# your own key, which `dlcheck lint` compares with the solution:",
    `# expect: { ${answers.at(-1)}: … }`,
  ]
  return `${lines.join("\n")}\n`
}

/** A field of `given` below its description; commented out where the example leaves it out. */
function fieldLines(field: GivenField, examples: readonly Problem[]): string[] {
  const { name, type, description, required, default: preset } = field
  const [chosen, ...others] = examples.map(({ origin }) => givenOf(origin.written, name))
  const presence =
    preset !== undefined ? `, default ${presetText(preset)}` : required ? "" : ", optional"
  const head = wrapWords(`${description} · ${type}${presence}`, 96).map(line => `  # ${line}`)
  if (chosen) return [...head, ...fieldText(name, chosen).map(line => `  ${line}`)]
  const other = others.find(value => value !== undefined)
  const lines =
    other && preset === undefined
      ? fieldText(name, other)
      : [`${name}: ${preset === undefined ? placeholder(field.schema) : presetText(preset)}`]
  return [...head, ...lines.map(line => `  ${required ? "" : "# "}${line}`)]
}

function givenOf(problem: Written, name: string): Written | undefined {
  return entry(entry(problem, "given")?.value, name)?.value
}
