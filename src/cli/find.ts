import { type Dirent, readdirSync, statSync } from "node:fs"
import { basename, join, relative, sep } from "node:path"
import type { Diagnostic } from "../core/diagnostic.ts"
import { complaint, readCapped, unreadable } from "./read.ts"

/** A file, or why something that was named is none. */
export type Found = string | Diagnostic

/**
 * The files that arguments name, in order: files as they are, of folders what looks like a problem,
 * globs expanded, `-` kept. A complaint stands in the place of what could not be found.
 */
export async function findFiles(args: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  for (const arg of args) found.push(...(await filesOf(arg)))
  return found
}

async function filesOf(arg: string): Promise<Found[]> {
  if (arg === "-") return [arg]
  if (isFolder(arg)) {
    const files = problemsBelow(arg)
    return files.length > 0 ? files : [noProblems(arg)]
  }
  if (!/[*?[{]|[!@+]\(/.test(arg) || statOf(arg)) return [arg]
  const files = await filesMatching(arg)
  return files.length > 0 ? files : [nothingMatches(arg)]
}

/** What a glob matches, as a shell would: files and folders, none whose name begins with a dot. */
async function filesMatching(pattern: string): Promise<Found[]> {
  const { default: picomatch } = await import("picomatch")
  const { base, glob } = picomatch.scan(pattern)
  const folder = base || "."
  if (!isFolder(folder)) return []
  const depth = glob.includes("**") ? Number.POSITIVE_INFINITY : glob.split("/").length
  const matches = picomatch(glob)
  return below(folder, depth).flatMap(path => {
    if (typeof path !== "string") return [path]
    if (!matches(relative(folder, path).split(sep).join("/"))) return []
    return isFolder(path) ? problemsBelow(path) : [path]
  })
}

/** The YAML files below a folder that have a top-level `kind` or `problems`. */
function problemsBelow(folder: string): Found[] {
  return below(folder).filter(path => typeof path !== "string" || looksLikeProblem(path))
}

/** The paths below a folder in a fixed order; hidden ones and installed packages are left out. */
function below(folder: string, depth = Number.POSITIVE_INFINITY): Found[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return [unreadable(folder, error)]
  }
  return entries
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() && depth > 1 ? [path, ...below(path, depth - 1)] : [path]
    })
}

/** Cheap, and right about whatever is indented as people do; loading has the last word. */
function looksLikeProblem(path: string): boolean {
  if (!/\.ya?ml$/i.test(path) || basename(path) === "dlcheck.yaml" || isFolder(path)) return false
  try {
    const text = readCapped(path).toString("utf8")
    return /^\s*\{/.test(text)
      ? /\b(?:kind|problems)["']?[ \t]*:/.test(text)
      : /^\uFEFF?["']?(?:kind|problems)["']?[ \t]*:/m.test(text)
  } catch {
    return true
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function noProblems(folder: string): Diagnostic {
  return complaint(
    folder,
    "no-problems",
    `the folder \`${folder}\` holds no problem`,
    "a problem is a .yaml or .yml file with a `kind:` or `problems:` at its left margin",
  )
}

function nothingMatches(pattern: string): Diagnostic {
  return complaint(
    pattern,
    "no-match",
    `nothing matches \`${pattern}\``,
    "`**` stands for any folders, `*` for any part of one name",
  )
}
