import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { expect, test } from "vitest"
import { filesBelow } from "./support/problems.ts"

// Dependencies point one way: cli → report → render → core, kinds → core and math. Each layer names the
// layers it may import from, and who alone may use a package.

const allowed: Record<string, readonly string[]> = {
  core: ["core"],
  math: ["math", "core"],
  kinds: ["kinds", "core", "math"],
  render: ["render", "core"],
  report: ["report", "render", "core"],
  cli: ["cli", "core", "render", "report", "kinds"],
}

const owners: Record<string, (file: string) => boolean> = {
  yaml: file => file === "src/core/source.ts",
  chalk: file => file === "src/render/paint.ts",
  "mathjs/number": file => file === "src/core/expression.ts" || file.startsWith("src/math/"),
  commander: file => file.startsWith("src/cli"),
  // Loaded with the pictures, by pages that have one.
  "d3-array": file => file.startsWith("src/render/figures/"),
}

const imports = filesBelow("src", ".ts").flatMap(file => {
  const text = readFileSync(file, "utf8")
  const found = text.matchAll(/(?:from|import\()\s*"([^"]+)"|^import "([^"]+)"/gm)
  return [...found].map(match => ({ file, target: match[1] ?? match[2] ?? "" }))
})

test("each layer imports only from those below it", () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith(".")) return false
    const [, from = ""] = file.split("/")
    const [, to = ""] = relative(".", join(dirname(file), target)).split("/")
    return from in allowed && !allowed[from]?.includes(to)
  })
  expect(wrong).toEqual([])
})

test("no kind imports another kind", () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      /^src\/kinds\/.+\//.test(file) && target.startsWith(".") && !/\/(core|math)\//.test(target),
  )
  expect(wrong).toEqual([])
})

test("only cli reads files, and each package has its place", () => {
  const wrong = imports.filter(({ file, target }) => {
    if (target.startsWith("node:")) return !file.startsWith("src/cli")
    const owner = owners[target]
    return owner !== undefined && !owner(file)
  })
  expect(wrong).toEqual([])
})

test("only cli prints or touches the process", () => {
  const wrong = filesBelow("src", ".ts").filter(
    file =>
      !file.startsWith("src/cli") && /\bconsole\.|\bprocess\./.test(readFileSync(file, "utf8")),
  )
  expect(wrong).toEqual([])
})
