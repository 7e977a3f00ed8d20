import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, resolve } from "node:path"
import { promisify } from "node:util"
import { afterAll, describe, expect, test } from "vitest"
import { filesBelow } from "./support/problems.ts"

// Bad input, through the built command as a user runs it. fixtures/errors/<case>.yaml holds the input,
// <case>.txt what is printed; a case is added by adding the two files.

const command = resolve("bin/dlcheck.js")
const execute = promisify(execFile)

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

async function dlcheck(args: readonly string[], cwd: string): Promise<Outcome> {
  const env = { ...process.env, COLUMNS: "100", NO_COLOR: "1" }
  try {
    const { stdout, stderr } = await execute(process.execPath, [command, ...args], { cwd, env })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome
    return { code, stdout, stderr }
  }
}

describe("bad problem files", () => {
  const folder = "fixtures/errors"
  test.concurrent.each(filesBelow(folder, ".yaml").map(file => basename(file)))(
    "%s",
    async file => {
      const { code, stdout, stderr } = await dlcheck(["solve", file], folder)
      expect(stderr).toBe(readFileSync(join(folder, file.replace(/\.yaml$/, ".txt")), "utf8"))
      expect(code).toBe(2)
      expect(file.startsWith("repeated-id") || stdout === "").toBe(true)
    },
  )

  test("one bad file does not keep the others from being solved", async () => {
    const good = resolve("problems/vision/harris-window.yaml")
    const { code, stdout, stderr } = await dlcheck(["solve", "ragged-grid.yaml", good], folder)
    expect(code).toBe(2)
    expect(stderr).toContain("ragged-grid.yaml:5:7")
    expect(stdout).toContain("−19268.24")
  })
})

describe("files that are too much", () => {
  const folder = mkdtempSync(join(tmpdir(), "dlcheck-"))
  afterAll(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, "nothing"))
  writeFileSync(
    join(folder, "two-mib.yaml"),
    `kind: harris\nnotes: ${"x".repeat(2 * 1024 * 1024)}\n`,
  )
  const keys = Array.from({ length: 50_000 }, (_, i) => `${(i + 1296).toString(36)}:\n`)
  writeFileSync(join(folder, "keys.yaml"), keys.join(""))
  writeFileSync(join(folder, "levels.yaml"), `kind: harris\ngiven: ${"[".repeat(10_000)}`)
  const dashes = `kind: harris\ngiven:\n  Ix:\n    ${"- ".repeat(10_000)}1\n`
  writeFileSync(join(folder, "dashes.yaml"), dashes)

  test.concurrent.each([
    ["two-mib.yaml", "error[too-large]: the file has 2049 KiB, and at most 256 KiB are read"],
    ["keys.yaml", "error[too-large]: more than 40000 values"],
    ["levels.yaml", "error[too-deep]: nested deeper than 64 levels"],
    ["dashes.yaml", "error[too-deep]: nested deeper than 64 levels"],
    ["missing.yaml", "error[no-file]: "],
    ["nothing", "error[no-problems]: "],
  ])("%s is refused at once", async (file, message) => {
    const { code, stdout, stderr } = await dlcheck(["solve", file], folder)
    expect(stderr).toContain(message)
    expect(stderr).toContain(file)
    expect(code).toBe(2)
    expect(stdout).toBe("")
  })
})
