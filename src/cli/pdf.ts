import { spawnSync } from "node:child_process"
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import type { Page } from "../render/page.ts"
import { type DocumentOptions, documentFormats } from "./documents.ts"

/** Makes a PDF of pages, or says what went wrong. */
export type Press = (
  pages: readonly Page[],
  options: DocumentOptions,
) => Promise<Uint8Array | { why: string; hint: string }>

/** The program that makes PDFs here: pdflatex, else a Chromium; nothing where neither is found. */
export function findPress(): Press | undefined {
  const latex = found(["pdflatex"])
  if (latex !== undefined) return (pages, options) => typeset(latex, pages, options)
  const browser = found(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
  if (browser !== undefined) return (pages, options) => print(browser, pages, options)
  return undefined
}

function found(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(folder => folder !== "")
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function typeset(program: string, pages: readonly Page[], options: DocumentOptions) {
  const text = await documentFormats.latex.write(pages, options)
  return inScratch(folder => {
    writeFileSync(join(folder, "paper.tex"), text)
    const args = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    // The second run knows how many pages there are.
    const runs = [1, 2].map(() => {
      return spawnSync(program, args, { cwd: folder, encoding: "latin1", timeout: patience })
    })
    const failed = runs.find(({ status }) => status !== 0)
    if (!failed) return readFileSync(join(folder, "paper.pdf"))
    const complaint = /^! .*/m.exec(failed.stdout ?? "")?.[0] ?? "no file came out"
    return { why: `pdflatex says: ${complaint}`, hint: "`--format latex` shows the document" }
  })
}

async function print(program: string, pages: readonly Page[], options: DocumentOptions) {
  const text = await documentFormats.html.write(pages, options)
  return inScratch(folder => {
    const [page, file] = [join(folder, "paper.html"), join(folder, "paper.pdf")]
    writeFileSync(page, text)
    const flags = ["--headless", "--disable-gpu", "--no-pdf-header-footer"]
    // Chromium refuses to run as root inside its sandbox.
    const safe = process.getuid?.() === 0 ? ["--no-sandbox"] : []
    const args = [...flags, ...safe, `--print-to-pdf=${file}`, `file://${page}`]
    const { status } = spawnSync(program, args, { timeout: patience, stdio: "ignore" })
    if (status === 0) return readFileSync(file)
    return { why: "the browser printed nothing", hint: "`--format html` can be printed by hand" }
  })
}

const patience = 120_000

function inScratch<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "dlcheck-"))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
