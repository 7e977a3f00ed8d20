import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** Why a file could not be written, and what to do about it. */
export interface Unwritten {
  why: string
  hint: string
}

/** Writes a file whole, so that nobody ever sees half of it: beside its place, then moved into it. */
export function writeWhole(path: string, text: string): Unwritten | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return { why: "it is a folder", hint: "name a file" }
  const target = stats ? realpathSync(path) : path
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    if (stats && !stats.isFile()) {
      // A device or a pipe must stay what it is.
      writeFileSync(target, text)
      return undefined
    }
    writeFileSync(temporary, text, { flag: "wx" })
    renameSync(temporary, target)
    return undefined
  } catch (error) {
    rmSync(temporary, { force: true })
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined
    if (code === undefined) throw error
    if (code === "ENOENT") {
      return { why: `there is no folder \`${dirname(path)}\``, hint: "make the folder first" }
    }
    return { why: reasons[code] ?? code, hint: "choose another place" }
  }
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk cannot be written to",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
}
