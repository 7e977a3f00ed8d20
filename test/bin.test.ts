import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

// The code cache makes the start faster and must never change or break anything else.

const problem = join("problems", "vision", "harris-window.yaml")
let copy = ""

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "dlcheck-"))
  for (const name of ["bin", "dist", "package.json"]) {
    cpSync(name, join(copy, name), { recursive: true })
  }
})

afterEach(() => rmSync(copy, { recursive: true }))

const solve = (folder: string, ...flags: string[]) => {
  const args = [...flags, join(folder, "bin", "dlcheck.js"), "solve", problem]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  return { status, stdout, stderr }
}

const rewriteCaches = (change: (cache: Buffer) => Buffer | undefined) => {
  const folder = join(copy, "dist", "cli")
  const caches = readdirSync(folder).filter(name => name.endsWith(".cache"))
  for (const name of caches) {
    const path = join(folder, name)
    const changed = change(readFileSync(path))
    if (changed) writeFileSync(path, changed)
    else rmSync(path)
  }
  return caches.length
}

test("the code cache of a build is taken by the node that made it", () => {
  const script = `
    const { main, scripts } = require(process.argv[1])
    main(["solve", process.argv[2]]).then(() => {
      const refused = [...scripts].filter(([, { cachedDataRejected }]) => cachedDataRejected !== false)
      console.error(scripts.size, refused.length)
    })`
  const args = ["-e", script, join(copy, "bin", "dlcheck.js"), problem]
  const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  expect(stderr).toMatch(/^[1-9]\d* 0\n$/)
})

test.each<[string, (cache: Buffer) => Buffer | undefined]>([
  ["missing", () => undefined],
  ["empty", () => Buffer.alloc(0)],
  ["cut off", cache => cache.subarray(0, cache.length >> 1)],
  ["damaged", cache => Buffer.from(cache).fill(7, cache.length >> 1, (cache.length >> 1) + 64)],
  ["something else", () => Buffer.from("not a code cache")],
])("a code cache that is %s is left aside", (_, change) => {
  const before = solve(copy)
  expect(rewriteCaches(change)).toBeGreaterThan(0)
  expect(solve(copy)).toEqual(before)
  expect(before.status).toBe(0)
})

test("a code cache of code that has changed since is left aside", () => {
  const folder = join(copy, "dist", "cli")
  const name = readdirSync(folder).find(each => /^harris-\w+\.js$/.test(each)) ?? ""
  const code = readFileSync(join(folder, name), "latin1")
  writeFileSync(join(folder, name), code.replaceAll("Structure matrix", "STRUCTURE MATRIX"))
  expect(solve(copy).stdout).toContain("STRUCTURE MATRIX")
})

test("a code cache made with other flags is left aside", () => {
  expect(solve(copy, "--no-opt")).toEqual(solve(copy))
})
