import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Fraction } from "../src/core/number.ts"
import { loadProblems } from "../src/core/problem.ts"
import { run } from "../src/core/solve.ts"
import { Source } from "../src/core/source.ts"
import { kinds } from "../src/kinds/index.ts"
import { buildCli } from "./bundle.ts"

// Grades generated classes and prints ratios: to bare parsing, and of a large class to a small one.
// Half of the sheets are all right, a third have one mistake, the others several.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const used = [
  "vision/harris-window",
  "attention/thinking-machines",
  "probability/five-colours",
  "probability/fruit",
  "sequence/three-steps",
]
const large = Number(process.argv[3] ?? 10_000)
const small = 100
const rounds = 3

/** mulberry32: the same numbers from the same seed, between 0 and 1. */
const random = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const draw = random(1)

/** YAML of an answer; `slip` changes the numbers that it is asked for. */
const yamlOf = (value: unknown, slip: (x: number) => number): string => {
  if (Array.isArray(value)) return `[${value.map(each => yamlOf(each, slip)).join(", ")}]`
  if (typeof value === "number") return String(Number(slip(value).toPrecision(5)))
  if (value instanceof Fraction) return value.toFraction()
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, each]) => `${name}: ${yamlOf(each, slip)}`)
    return `{ ${fields.join(", ")} }`
  }
  return String(value)
}

const numbersIn = (value: unknown): number => {
  if (typeof value === "number") return 1
  if (typeof value !== "object" || value === null || value instanceof Fraction) return 0
  return Object.values(value).reduce<number>((sum, each) => sum + numbersIn(each), 0)
}

interface Key {
  id: string
  answers: { name: string; value: unknown }[]
}

const keys: Key[] = []
for (const path of used) {
  const file = join(root, "problems", `${path}.yaml`)
  const { problems } = await loadProblems(new Source(file, readFileSync(file, "utf8")), kinds)
  for (const problem of problems) {
    keys.push({ id: problem.id, answers: [...run(problem).answers.values()] })
  }
}
const numbers = keys
  .flatMap(({ answers }) => answers)
  .reduce((n, { value }) => n + numbersIn(value), 0)

const sheet = (student: number): string => {
  const kind = draw()
  const mistakes = kind < 1 / 2 ? 0 : kind < 5 / 6 ? 1 : 2 + Math.floor(5 * draw())
  const wrong = new Set(Array.from({ length: mistakes }, () => Math.floor(draw() * numbers)))
  let at = 0
  const slip = (x: number) => (wrong.has(at++) ? (x + 1) * (1.1 + draw()) : x)
  const problems = keys.map(({ id, answers }) => {
    const lines = answers.map(({ name, value }) => `    ${name}: ${yamlOf(value, slip)}\n`)
    return `  ${id}:\n${lines.join("")}`
  })
  return `student: s${student}\nanswers:\n${problems.join("")}`
}

const temporary = mkdtempSync(join(tmpdir(), "dlcheck-bench-grade-"))

const classOf = (size: number): string => {
  const folder = join(temporary, `class-${size}`)
  mkdirSync(folder)
  for (let i = 0; i < size; i++) {
    writeFileSync(join(folder, `s${String(i).padStart(5, "0")}.yaml`), sheet(i))
  }
  return folder
}

/** Seconds and peak memory of a child process. */
const measure = (args: readonly string[]) => {
  const start = process.hrtime.bigint()
  const { status, output } = spawnSync(process.execPath, ["-r", hook, ...args], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8",
  })
  const time = Number(process.hrtime.bigint() - start) / 1e9
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`)
  return { time, memory: Number(output[3]) }
}

const hook = join(temporary, "peak.cjs")
const parser = join(temporary, "parse.cjs")

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const print = (name: string, ratio: number, aim?: string): void =>
  console.log(
    `  ${name.padEnd(48)}${ratio.toFixed(2)}${aim === undefined ? "" : `  (aim: ${aim})`}`,
  )

try {
  writeFileSync(
    hook,
    `process.on("exit", () => require("fs").writeSync(3, String(process.resourceUsage().maxRSS)))`,
  )
  writeFileSync(
    parser,
    `const { readdirSync, readFileSync } = require("fs")
const { parseDocument } = require(${JSON.stringify(join(root, "node_modules", "yaml"))})
for (const name of readdirSync(process.argv[2])) parseDocument(readFileSync(process.argv[2] + "/" + name, "utf8"))`,
  )
  const exam = join(temporary, "exam.yaml")
  const uses = used.map(path => `  - use: ${join(root, "problems", `${path}.yaml`)}\n`)
  writeFileSync(exam, `problems:\n${uses.join("")}`)
  const built = join(temporary, "built")
  await buildCli(root, built)

  const grade = (folder: string) =>
    measure([
      join(built, "bin", "dlcheck.js"),
      ...["grade", folder, "--problems", exam, "--feedback", "hint"],
      ...["--format", "json", "-o", `${folder}.json`],
    ])
  const [one, few, many] = [classOf(1), classOf(small), classOf(large)]
  const found = Array.from({ length: rounds }, () => {
    const parsed = { few: measure([parser, few]), many: measure([parser, many]) }
    const graded = { one: grade(one), few: grade(few), many: grade(many) }
    const each = (graded.many.time - graded.one.time) / (large - 1)
    return {
      parsing: graded.many.time / parsed.many.time,
      cost: each / ((graded.few.time - graded.one.time) / (small - 1)),
      memory: graded.many.memory / graded.few.memory,
      bare: parsed.many.memory / parsed.few.memory,
    }
  })
  const written: { submissions: unknown[] } = JSON.parse(readFileSync(`${many}.json`, "utf8"))
  if (written.submissions.length !== large) throw new Error("not every sheet was graded")
  const of = (name: keyof (typeof found)[number]) => median(found.map(each => each[name]))
  console.log(`grading ${large} sheets of ${used.length} problems (median of ${rounds} rounds)`)
  print("time, to bare parsing of the same sheets", of("parsing"), "at most 1.5")
  print(`time for one more sheet, to that among ${small}`, of("cost"), "at most 1.1")
  print(`peak memory, to that of ${small} sheets`, of("memory"), "at most 1.3")
  print("the same of bare parsing", of("bare"))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
