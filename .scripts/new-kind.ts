import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

// npm run new-kind -- vision/example: a kind that works, with the gaps that only its author can fill.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const registry = "src/kinds/index.ts"

const refuse = (message: string): never => {
  console.error(`error: ${message}`)
  process.exit(2)
}

const match = process.argv[2]?.match(
  /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/,
)
if (!match || process.argv.length > 3) {
  refuse("name one kind as <topic>/<kind> in small letters, such as vision/optical-flow")
}
const [, topic = "", kind = ""] = match ?? []
const heading = kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("-", " ")

const source = `// Say here which convention is chosen where books differ, and where it comes from.
import * as z from "zod"
import { join, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { plural } from "../../core/words.ts"
import { sum } from "../../math/linear.ts"

const given = z.strictObject({
  x: field.vector(""),
})

const answers = {
  total: answer.number(""),
}

const slips: Slips<typeof given> = {}

const question: Question<typeof given> = ({ x }) =>
  text\`Add up the \${plural(x.length, "number")} of x.\`

const solve: Solve<typeof given, typeof answers> = ({ x }, work) => {
  const total = work.answer("total", sum(x))
  work.step("Sum", () => [math\`\\sum x = \${join(x, " + ")} = \${total}\`])
}

export default defineKind({
  name: "${kind}",
  topic: "${topic}",
  title: "${heading}",
  given,
  answers,
  slips,
  question,
  solve,
})
`

const problem = `# expect: say here where its numbers come from: a published key, or an independent computation.
kind: ${kind}
title: ${heading}
given:
  x: [4, -1.5, 0]
`

interface Line {
  topic: string
  kind: string
  text: string
}

const linesOf = (text: string): Line[] =>
  [...text.matchAll(/^ {2}"?([\w-]+)"?: \(\) => import\("\.\/([\w-]+)\/[\w-]+\.ts"\),$/gm)].map(
    ([line, name = "", folder = ""]) => ({ topic: folder, kind: name, text: line }),
  )

/** Beside its topic, in the order of the alphabet. */
const registered = (text: string): string => {
  const key = kind.includes("-") ? `"${kind}"` : kind
  const added = `  ${key}: () => import("./${topic}/${kind}.ts"),`
  const lines = linesOf(text)
  const own = lines.filter(line => line.topic === topic)
  const next = own.find(line => line.kind > kind)
  if (next) return text.replace(next.text, `${added}\n${next.text}`)
  const last = own.at(-1) ?? lines.filter(line => line.topic < topic).at(-1)
  if (last) return text.replace(last.text, `${last.text}\n${added}`)
  return text.replace(/(: Registry = \{\n)/, `$1${added}\n`)
}

const files = {
  [`src/kinds/${topic}/${kind}.ts`]: source,
  [`problems/${topic}/${kind}.yaml`]: problem,
}
const before = readFileSync(join(root, registry), "utf8")
const namesake = linesOf(before).find(line => line.kind === kind)
if (namesake) refuse(`there is a kind ${kind} already: src/kinds/${namesake.topic}/${kind}.ts`)
for (const path of Object.keys(files)) {
  if (existsSync(join(root, path))) refuse(`${path} exists already`)
}

for (const [path, text] of Object.entries(files)) {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text, { flag: "wx" })
}
writeFileSync(join(root, registry), registered(before))

console.log(`made   ${Object.keys(files).join("\n       ")}
added  a line to ${registry}

It solves as it is:  npm run dlcheck -- solve problems/${topic}/${kind}.yaml
Next, in the kind:   its conventions in the comment on top; givens and answers with what they mean;
                     the solver, with a step for each line a good student writes; its known mistakes.
In the problem:      numbers that no default would give, and \`expect:\` with where it comes from.
What is left to do:  npx vitest run test/laws.test.ts -t ${kind}`)
