import { isUtf8 } from "node:buffer"
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { type Diagnostic, nearest } from "../core/diagnostic.ts"
import { problemCaps, Source } from "../core/source.ts"

/** The name of standard input in messages, and the id of a problem that has no other. */
export const standardInput = "stdin"

/** Reads a file that should hold problems, `-` for standard input. */
export async function readSource(path: string): Promise<Source | Diagnostic> {
  const text = await readText(path)
  const file = path === "-" ? standardInput : path
  return typeof text === "string" ? new Source(file, text) : text
}

/** The text of a file, `-` for standard input; never more of it than the cap allows is read. */
export async function readText(
  path: string,
  cap = problemCaps.bytes,
): Promise<string | Diagnostic> {
  if (path === "-") return await readStandardInput(cap)
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) {
      return complaint(path, "folder", `\`${path}\` is a folder, not a file`, "name a file in it")
    }
    if (stats.size > cap) return tooLarge(path, kibibytes(stats.size), cap)
    return decode(path, readCapped(path, cap), cap)
  } catch (error) {
    return unreadable(path, error)
  }
}

async function readStandardInput(cap: number): Promise<string | Diagnostic> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > cap) break
    }
  } catch (error) {
    return unreadable(standardInput, error)
  }
  return decode(standardInput, Buffer.concat(chunks), cap)
}

/** A complaint about a path as a whole. */
export function complaint(file: string, code: string, message: string, hint?: string): Diagnostic {
  return { code, severity: "error", message, file, ...(hint !== undefined && { hint }) }
}

/** Why a path could not be read, with the nearest one that exists. */
export function unreadable(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined
  if (code === undefined) throw error
  if (code === "ENOENT" || code === "ENOTDIR") {
    return complaint(path, "no-file", `there is no file \`${path}\``, missingHint(path))
  }
  const why = reasons[code] ?? code
  return complaint(path, "unreadable-file", `\`${path}\` cannot be read: ${why}`, hints[code])
}

function missingHint(path: string): string {
  const near = nearestPath(path)
  return near === undefined ? `paths start from ${process.cwd()}` : `did you mean \`${near}\`?`
}

/** The existing path that is nearest to one that does not exist. */
export function nearestPath(path: string): string | undefined {
  const folder = dirname(path)
  const names = namesIn(folder)
  if (!names) return folder === path ? undefined : nearestPath(folder)
  const stem = stemOf(basename(path))
  const near = nearest(stem, names.map(stemOf))
  const found = names.find(name => stemOf(name) === near)
  return found === undefined ? undefined : join(folder, found)
}

/** The ending is left out of comparisons: it would make unlike names look alike. */
function stemOf(name: string): string {
  return name.replace(/\.ya?ml$/i, "")
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder)
  } catch {
    return undefined
  }
}

/**
 * At most one byte more than the cap, also from a pipe or a device, whose size is not known. The
 * bytes are gone once the next file is read.
 */
export function readCapped(path: string, cap = problemCaps.bytes): Buffer {
  if (shared.length <= cap) shared = Buffer.allocUnsafeSlow(cap + 1)
  const file = openSync(path, "r")
  try {
    let filled = 0
    while (filled <= cap) {
      const read = readSync(file, shared, filled, cap + 1 - filled, null)
      if (read === 0) break
      filled += read
    }
    return shared.subarray(0, filled)
  } finally {
    closeSync(file)
  }
}

let shared = Buffer.alloc(0)

function decode(file: string, bytes: Buffer, cap: number): string | Diagnostic {
  if (bytes.length > cap) return tooLarge(file, `more than ${kibibytes(cap)}`, cap)
  if (!isUtf8(bytes)) {
    return complaint(file, "encoding", "the file is not UTF-8 text", "save it as UTF-8")
  }
  return bytes.toString("utf8")
}

function tooLarge(file: string, size: string, cap: number): Diagnostic {
  return complaint(
    file,
    "too-large",
    `the file has ${size}, and at most ${kibibytes(cap)} are read`,
    "a page of text is far smaller: is this the file you meant?",
  )
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "the name is too long",
  EISDIR: "it is a folder",
}

const hints: Record<string, string> = {
  EACCES: "check the permissions of the file and of the folders above it",
}
