import { isUtf8 } from "node:buffer"
import { type Dirent, readdirSync, statSync } from "node:fs"
import { basename, join, relative, sep } from "node:path"
import type { Diagnostic } from "../core/diagnostic.ts"
import { problemCaps } from "../core/source.ts"
import { configName } from "./home.ts"
import { complaint, readCapped, unreadable } from "./read.ts"

/** A file, or why something that was named is none. */
export type Found = string | Diagnostic

/** What is looked for in folders: YAML files that have one of these names at their left margin. */
export interface Sought {
  fields: readonly string[]
  /** "problem", in complaints. */
  noun: string
}

const problems: Sought = { fields: ["kind", "problems"], noun: "problem" }

/**
 * The files that arguments name, in order: files as they are, of folders what looks like it is
 * sought, globs expanded, `-` kept. A complaint stands in the place of what could not be found.
 */
export async function findFiles(args: readonly string[], sought = problems): Promise<Found[]> {
  const found: Found[] = []
  for (const arg of args) for (const each of await filesOf(arg, sought)) found.push(each)
  return found
}

async function filesOf(arg: string, sought: Sought): Promise<Found[]> {
  if (arg === "-") return [arg]
  if (isFolder(arg)) {
    const files = soughtBelow(arg, sought)
    return files.length > 0 ? files : [nothingIn(arg, sought)]
  }
  if (!/[*?[{]|[!@+]\(/.test(arg) || statOf(arg)) return [arg]
  const files = await filesMatching(arg, sought)
  return files.length > 0 ? files : [nothingMatches(arg)]
}

/** What a glob matches, as a shell would: files and folders, none whose name begins with a dot. */
async function filesMatching(pattern: string, sought: Sought): Promise<Found[]> {
  const { default: picomatch } = await import("picomatch")
  const { base, glob } = picomatch.scan(pattern)
  const folder = base || "."
  if (!isFolder(folder)) return []
  const depth = glob.includes("**") ? Number.POSITIVE_INFINITY : glob.split("/").length
  const matches = picomatch(glob)
  return below(folder, depth).flatMap(path => {
    if (typeof path !== "string") return [path]
    if (!matches(relative(folder, path).split(sep).join("/"))) return []
    return isFolder(path) ? soughtBelow(path, sought) : [path]
  })
}

function soughtBelow(folder: string, sought: Sought): Found[] {
  return below(folder).filter(path => typeof path !== "string" || looksLike(path, sought))
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

/**
 * Cheap, and right about whatever is indented as people do; loading has the last word, also on what
 * is no text.
 */
function looksLike(path: string, { fields }: Sought): boolean {
  if (!/\.ya?ml$/i.test(path) || basename(path) === configName) return false
  try {
    const bytes = readCapped(path)
    const isText = !bytes.includes(0) && isUtf8(bytes)
    if (!isText && bytes.length <= problemCaps.bytes) return true
    const text = bytes.toString("utf8")
    const names = fields.join("|")
    return /^\s*\{/.test(text)
      ? new RegExp(`\\b(?:${names})["']?[ \\t]*:`).test(text)
      : new RegExp(`^\\uFEFF?["']?(?:${names})["']?[ \\t]*:`, "m").test(text)
  } catch {
    return !isFolder(path)
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

function nothingIn(folder: string, { fields, noun }: Sought): Diagnostic {
  return complaint(
    folder,
    `no-${noun}s`,
    `the folder \`${folder}\` holds no ${noun}`,
    `a ${noun} is a .yaml or .yml file with a ${fields.map(name => `\`${name}:\``).join(" or ")} at its left margin`,
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
