import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { afterAll } from "vitest"
import { entry, toData } from "../../src/core/source.ts"
import { readSource } from "./problems.ts"

/** The built program, and a folder of one's own to run it in. */
export const bin = resolve("bin/dlcheck.js")
export const folder = mkdtempSync(join(tmpdir(), "dlcheck-cli-"))
afterAll(() => rmSync(folder, { recursive: true }))

interface Options {
  input?: string
  env?: Record<string, string>
  cwd?: string
}

/** Runs the built program; nothing of this environment reaches it. */
export function dlcheck(
  args: readonly string[],
  { input = "", env = {}, cwd = "." }: Options = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    input,
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    timeout: 10_000,
  })
  return { status, stdout, stderr }
}

/** Makes files below the temporary folder; returns its path. */
export function files(name: string, texts: Record<string, string>): string {
  const below = join(folder, name)
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(below, path)), { recursive: true })
    writeFileSync(join(below, path), text)
  }
  return below
}

/** A field of a shipped problem as data, such as `given` or its author's own key. */
export function fieldOf(file: string, name: string): Record<string, unknown> {
  const [document] = readSource(file).documents
  const field = entry(document?.written, name)
  if (!field) throw new Error(`${file} has no ${name}`)
  return toData(field.value) as Record<string, unknown>
}
