import { spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildCli } from "./bundle.ts"

// Prints ratios and judges nothing: times differ between machines, their ratios hardly do.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const runs = Number(process.argv[2] ?? 31)
const kindsInAll = 101
const problem = join(root, "problems", "vision", "harris-window.yaml")
const bare = ["-e", "0"]

type Commands<Name extends string> = Readonly<Record<Name, readonly string[]>>

const run = (args: readonly string[]): number => {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  })
  const time = Number(process.hrtime.bigint() - start)
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}\n${stderr}`)
  return time
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Interleaved, so that whatever else the machine does falls on all alike. */
const ratios = <Name extends string>(
  base: readonly string[],
  commands: Commands<Name>,
): ReadonlyMap<string, number> => {
  const found = new Map<string, number[]>(Object.keys(commands).map(name => [name, []]))
  for (let i = 0; i <= runs; i++) {
    const unit = run(base)
    for (const [name, args] of Object.entries<readonly string[]>(commands)) {
      const ratio = run(args) / unit
      if (i > 0) found.get(name)?.push(ratio) // the first round warms the file cache
    }
  }
  return new Map([...found].map(([name, values]) => [name, median(values)]))
}

const peak = (hook: string, args: readonly string[]): number => {
  const { output } = spawnSync(process.execPath, ["-r", hook, ...args], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8",
  })
  return Number(output[3])
}

const print = (title: string, rows: ReadonlyMap<string, number>): void => {
  console.log(title)
  for (const [name, ratio] of rows) console.log(`  ${name.padEnd(28)}${ratio.toFixed(2)}`)
}

/** A copy of the project with copies of its harris kind until there are enough. */
const withMoreKinds = (folder: string): string => {
  const sources = join(folder, "src")
  cpSync(join(root, "src"), sources, { recursive: true })
  for (const name of ["bin", "problems", "package.json"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const index = join(sources, "kinds", "index.ts")
  const registry = readFileSync(index, "utf8")
  const line = registry.split("\n").find(text => text.includes('import("./vision/harris.ts")'))
  if (!line) throw new Error("no harris in the registry")
  const kind = readFileSync(join(sources, "kinds", "vision", "harris.ts"), "utf8")
  const added = []
  for (let n = registry.split("import(").length - 1; n < kindsInAll; n++) {
    const name = `synthetic-${n}`
    writeFileSync(
      join(sources, "kinds", "vision", `${name}.ts`),
      kind.replace('name: "harris"', `name: "${name}"`),
    )
    added.push(line.replace("harris:", `"${name}":`).replace("harris.ts", `${name}.ts`))
  }
  writeFileSync(index, registry.replace(line, [line, ...added].join("\n")))
  return folder
}

const withoutCache = (base: string): string => {
  const copy = `${base}-without`
  cpSync(base, copy, { recursive: true })
  const chunks = join(copy, "dist", "cli")
  for (const name of readdirSync(chunks)) {
    if (name.endsWith(".cache")) rmSync(join(chunks, name))
  }
  return copy
}

const copies = (folder: string, count: number): string[] => {
  mkdirSync(folder)
  return Array.from({ length: count }, (_, n) => {
    const path = join(folder, `copy-${n}.yaml`)
    cpSync(problem, path)
    return path
  })
}

const temporary = mkdtempSync(join(tmpdir(), "dlcheck-bench-"))
try {
  const few = join(temporary, "few")
  const many = join(temporary, "many")
  await buildCli(root, few)
  await buildCli(withMoreKinds(join(temporary, "source")), many)

  const solve = (base: string, problems: readonly string[]) => [
    join(base, "bin", "dlcheck.js"),
    "solve",
    ...problems,
  ]
  print(
    `start-up of \`solve\`, ratio to a bare node (median of ${runs} interleaved runs)`,
    ratios(bare, {
      "with the code cache": solve(few, [problem]),
      without: solve(withoutCache(few), [problem]),
      [`${kindsInAll} kinds, with`]: solve(many, [problem]),
      [`${kindsInAll} kinds, without`]: solve(withoutCache(many), [problem]),
    }),
  )

  const hundred = solve(few, copies(join(temporary, "problems"), 100))
  print("time to one problem solved", ratios(solve(few, [problem]), { "100 problems": hundred }))

  const hook = join(temporary, "peak.cjs")
  writeFileSync(
    hook,
    `process.on("exit", () => require("fs").writeSync(3, String(process.resourceUsage().maxRSS)))`,
  )
  const unit = peak(hook, bare)
  print(
    "peak memory, ratio to a bare node",
    new Map([
      ["one problem", peak(hook, solve(few, [problem])) / unit],
      ["100 problems", peak(hook, hundred) / unit],
    ]),
  )
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

await import("./bench-grade.ts")
await import("./bench-generate.ts")
