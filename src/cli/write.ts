import {
  closeSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"

/** Why a file could not be written, and what to do about it. */
export interface Unwritten {
  why: string
  hint: string
}

/** Writes a file whole, so that nobody ever sees half of it: beside its place, then moved into it. */
export function writeWhole(path: string, text: string | Uint8Array): Unwritten | undefined {
  const file = openWhole(path)
  if ("why" in file) return file
  file.write(text)
  return file.close()
}

/** A file that is written piece by piece and stands in its place, whole, once it is closed. */
export interface WholeFile {
  write(content: string | Uint8Array): void
  close(): Unwritten | undefined
  /** Leaves what stood in its place. */
  discard(): void
}

export function openWhole(path: string): WholeFile | Unwritten {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return { why: "it is a folder", hint: "name a file" }
  const target = stats ? realpathSync(path) : path
  // A device or a pipe must stay what it is.
  const moved = stats === undefined || stats.isFile()
  const written = moved ? join(dirname(target), `.${basename(target)}.${process.pid}.tmp`) : target
  let file: number
  try {
    file = openSync(written, moved ? "wx" : "w")
  } catch (error) {
    return unwritten(path, error)
  }
  let pieces: (string | Uint8Array)[] = []
  let length = 0
  let failure: Unwritten | undefined
  const flush = () => {
    try {
      const whole = pieces.every(piece => typeof piece === "string")
      const bytes = () => Buffer.concat(pieces.map(piece => Buffer.from(piece)))
      if (!failure) writeFileSync(file, whole ? pieces.join("") : bytes())
    } catch (error) {
      failure = unwritten(path, error)
    }
    pieces = []
    length = 0
  }
  const discard = () => {
    closeSync(file)
    if (moved) rmSync(written, { force: true })
  }
  return {
    write(content) {
      pieces.push(content)
      length += content.length
      if (length >= flushed) flush()
    },
    close() {
      flush()
      try {
        if (!failure && moved) renameSync(written, target)
      } catch (error) {
        failure = unwritten(path, error)
      }
      if (failure) discard()
      else closeSync(file)
      return failure
    },
    discard,
  }
}

/** Makes the folder that a file lies in. */
export function makeFolder(path: string): Unwritten | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return undefined
  } catch (error) {
    return unwritten(path, error)
  }
}

/** So many characters are kept back, to write them at once. */
const flushed = 64 * 1024

/** What a failure to write means; an error of another kind is thrown again. */
export function unwritten(path: string, error: unknown): Unwritten {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined
  if (code === undefined) throw error
  if (code === "ENOENT") {
    return { why: `there is no folder \`${dirname(path)}\``, hint: "make the folder first" }
  }
  return { why: reasons[code] ?? code, hint: "choose another place" }
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk cannot be written to",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
}
