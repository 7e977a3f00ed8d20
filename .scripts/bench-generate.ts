import { spawn, spawnSync } from "node:child_process"
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildCli } from "./bundle.ts"

// Variants, keys and sheets for a class: what one problem costs in a large class against a small one,
// and whether a run that was killed leaves only whole files and is finished by starting it again.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const used = [
  "attention/bird-list",
  "attention/i-love-ai",
  "attention/two-sentences",
  "detection/masks-4x4",
  "network/rectangular",
  "network/same-padding",
  "network/transposed",
  "probability/five-colours",
  "probability/four-machines",
  "probability/fruit",
  "probability/naive-bayes",
  "probability/binomial-vs-uniform",
  "sequence/relu",
  "sequence/three-steps",
  "sequence/two-steps",
  "vision/harris-window",
  "vision/harris-weighted",
  "vision/harris-from-image",
  "vision/sift-octave",
  "vision/harris-sobel-corner",
]
const large = Number(process.argv[4] ?? 1000)
const small = 10

const folder = mkdtempSync(join(tmpdir(), "dlcheck-bench-generate-"))
try {
  await buildCli(root, folder)
  cpSync(join(root, "package.json"), join(folder, "package.json"))
  const exam = join(folder, "exam.yaml")
  const uses = used.map(
    name => `  - { use: ${JSON.stringify(join(root, "problems", `${name}.yaml`))} }`,
  )
  writeFileSync(exam, `title: Bench\nproblems:\n${uses.join("\n")}\n`)
  const generate = (out: string, count: number) => [
    join(folder, "bin", "dlcheck.js"),
    "generate",
    exam,
    ...["--out", join(folder, out), "--count", String(count), "--seed", "bench"],
    ...["--keys", "yaml,markdown", "--sheets", "yaml,markdown"],
  ]
  const seconds = (out: string, count: number): number => {
    const start = process.hrtime.bigint()
    const { status, stderr } = spawnSync(process.execPath, generate(out, count), {
      encoding: "utf8",
    })
    if (status !== 0) throw new Error(stderr)
    return Number(process.hrtime.bigint() - start) / 1e9
  }
  const few = seconds("few", small)
  const many = seconds("many", large)
  const rate = (used.length * large) / many
  console.log(`variants, keys and sheets: ${used.length} problems`)
  console.log(`  problems per second         ${rate.toFixed(0)}`)
  console.log(
    `  cost of one in ${large} / in ${small}  ${(many / large / (few / small)).toFixed(2)}`,
  )

  const child = spawn(process.execPath, generate("killed", 60), { stdio: "ignore" })
  await new Promise(resolve => setTimeout(resolve, (many / large) * 30 * 1000))
  child.kill("SIGKILL")
  await new Promise(resolve => child.on("close", resolve))
  const left = contents("killed")
  const again = spawnSync(process.execPath, generate("killed", 60), { encoding: "utf8" })
  seconds("whole", 60)
  const whole = contents("whole")
  const partial = [...left].filter(
    ([name, text]) => !name.endsWith(".tmp") && whole.get(name) !== text,
  )
  const same = [...whole].every(([name, text]) => contents("killed").get(name) === text)
  console.log(`  killed after ${left.size} of ${whole.size} files: ${partial.length} not whole`)
  console.log(
    `  started again: ${again.stdout.trim().replace(folder, "…")}, ${same ? "the same files as at once" : "OTHER FILES"}`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function contents(out: string): Map<string, string> {
  const base = join(folder, out)
  return new Map(
    readdirSync(base, { recursive: true, encoding: "utf8" })
      .filter(name => statSync(join(base, name)).isFile())
      .map(name => [name, readFileSync(join(base, name), "utf8")]),
  )
}
