import { WriteStream } from "node:tty"
import type { Command } from "commander"
import type { ColorLevel } from "../render/paint.ts"
import { writeWhole } from "./write.ts"

/** A stream to print to, and how: plain or coloured, and how wide. */
export interface Output {
  write(text: string): void
  color: ColorLevel
  width: number
}

/** What a command works with; the exit code is that of the worst thing that happened. */
export interface Session {
  /** Data. */
  out: Output
  /** Complaints. */
  err: Output
  exitCode: number
}

/** Adds the arguments, options, help and action of one command. */
export type Configure = (command: Command, session: Session) => void

export function openSession(argv: readonly string[]): Session {
  let err: Output | undefined
  return {
    out: outputTo(process.stdout, argv),
    // Opening a stream takes time, and mostly there is nothing to complain about.
    get err() {
      err ??= outputTo(process.stderr, argv)
      return err
    },
    exitCode: 0,
  }
}

/** Remembers an exit code unless a worse one is known. */
export function fail(session: Session, exitCode: number): void {
  session.exitCode = Math.max(session.exitCode, exitCode)
}

function outputTo(stream: NodeJS.WriteStream, argv: readonly string[]): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has gone (`| head`): nothing is left to say, and nobody to say it to.
    if (error.code === "EPIPE") return
    process.stderr.write(`error: the output cannot be written: ${error.message}\n`)
    process.exit(2)
  })
  return {
    write: text => void stream.write(text),
    color: wantsColor(stream, argv) ? colorLevel() : 0,
    width: widthOf(stream),
  }
}

function wantsColor(stream: NodeJS.WriteStream, argv: readonly string[]): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (argv.includes("--no-color") || NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false"
  return stream.isTTY === true && TERM !== "dumb"
}

/** How many colours the terminal has, by what the environment says of it. */
function colorLevel(): ColorLevel {
  // Whether there are any is decided above; an empty NO_COLOR would only make Node warn.
  const { NO_COLOR: _, ...env } = process.env
  const bits = WriteStream.prototype.getColorDepth(env)
  if (bits === 24) return 3
  return bits === 8 || /-256(?:color)?$/.test(env.TERM ?? "") ? 2 : 1
}

const width = { default: 80, least: 20 }

function widthOf(stream: NodeJS.WriteStream): number {
  const set = Number(process.env.COLUMNS)
  const columns = Number.isInteger(set) && set > 0 ? set : stream.columns || width.default
  return Math.max(columns, width.least)
}

/** Ends the command because it cannot be meant as it was typed. */
export function usageError(command: Command, message: string, hint: string): never {
  command.error(`error: ${message}\n  = hint: ${hint}`)
}

/** Writes a file whole; a place where that is not possible is a usage error. */
export function writeOutput(path: string, text: string, command: Command): void {
  const unwritten = writeWhole(path, text)
  if (!unwritten) return
  usageError(command, `\`${path}\` cannot be written: ${unwritten.why}`, unwritten.hint)
}
