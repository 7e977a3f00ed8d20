import { spawnSync } from "node:child_process"

// `npm run check-kind -- iou nms`: the tests that run over the registry, for these kinds alone.

const names = process.argv.slice(2)
const tests = ["laws", "problems", "grading-laws", "simulation", "render"]
/** The simulated students of a few kinds say nothing of another. */
const others = "^(?!honest|nonsense|on (attention|harris|kl|rnn) )"
if (names.length === 0) {
  console.error("usage: npm run check-kind -- <kind...>")
  process.exitCode = 2
} else {
  const files = tests.map(test => `test/${test}.test.ts`)
  const { status } = spawnSync("npx", ["vitest", "run", "-t", others, ...files], {
    stdio: "inherit",
    env: { ...process.env, KINDS: names.join(",") },
  })
  process.exitCode = status ?? 1
}
