import type { Diagnostic, Place } from "../core/diagnostic.ts"
import { type Color, type Paint, paintIn } from "./paint.ts"
import { controlPicture, controls, visible, width } from "./plain.ts"

export interface DiagnosticOptions {
  /** Columns of the terminal: long lines of the file are cut around the mark. */
  width?: number
  color?: Color
}

/**
 * A complaint with its place and the line around it, without a line break at its end. Sentences are
 * not wrapped: people search logs for them.
 */
export function renderDiagnostic(
  { code, severity, message, file, place, hint }: Diagnostic,
  { width: limit = 80, color = false }: DiagnosticOptions = {},
): string {
  const paint = paintIn(color)
  const shout = severity === "error" ? paint.error : paint.warning
  const gutter = place ? String(place.line).length : 1
  const margin = " ".repeat(gutter)
  const where = place ? `${visible(file)}:${place.line}:${place.column}` : visible(file)
  return [
    shout(`${severity}[${code}]`) + paint.name(`: ${visible(message)}`),
    `${margin}${paint.faint("-->")} ${where}`,
    ...(place ? frame(place, gutter, limit, shout, paint) : []),
    ...(hint === undefined
      ? []
      : [`${margin} ${paint.faint("=")} ${paint.hint("hint:")} ${visible(hint)}`]),
  ].join("\n")
}

function frame(
  place: Place,
  gutter: number,
  limit: number,
  shout: Paint["error"],
  paint: Paint,
): string[] {
  const bar = paint.faint(`${" ".repeat(gutter)} |`)
  const { text, indent, length } = excerpt(place, limit - gutter - 3)
  return [
    bar,
    `${paint.faint(`${place.line} |`)} ${text}`.trimEnd(),
    `${bar} ${" ".repeat(indent)}${shout("^".repeat(length))}`,
  ]
}

/** One sign of a line, and how it is shown. */
interface Glyph {
  text: string
  /** Its first column on the screen. */
  at: number
  /** Its place in the line, in UTF-16 units as columns count. */
  index: number
}

interface Excerpt {
  text: string
  indent: number
  length: number
}

/** As much of the line around the mark as there is room for. */
function excerpt(place: Place, room: number): Excerpt {
  const glyphs = glyphsOf(place.text)
  const end = columnOf(glyphs, place.endColumn - 1 - place.offset)
  const start = columnOf(glyphs, place.column - 1 - place.offset)
  const whole = columnOf(glyphs, place.text.length)
  const before = place.offset > 0 ? "…" : ""
  if (whole + before.length <= room) {
    const text = before + glyphs.map(glyph => glyph.text).join("")
    return { text, indent: start + before.length, length: Math.max(1, end - start) }
  }
  // A third of the room before the mark shows what it belongs to.
  const inside = room - 2
  const lead = Math.max(0, Math.min(start, Math.floor(inside / 3), inside - (end - start)))
  const from = Math.max(0, Math.min(start - lead, whole - inside))
  const kept = glyphs.filter(({ at, text }) => at >= from && at + width(text) <= from + inside)
  const first = kept[0]?.at ?? 0
  const last = kept.at(-1)
  const stop = last ? last.at + width(last.text) : first
  const left = first > 0 || place.offset > 0 ? "…" : ""
  const text = left + kept.map(glyph => glyph.text).join("") + (stop < whole ? "…" : "")
  return {
    text,
    indent: left.length + Math.max(0, start - first),
    length: Math.max(1, Math.min(end, stop) - start),
  }
}

const tab = 4

function glyphsOf(line: string): Glyph[] {
  const glyphs: Glyph[] = []
  let at = 0
  let index = 0
  for (const sign of line) {
    const text =
      sign === "\t" ? " ".repeat(tab - (at % tab)) : sign.replace(controls, controlPicture)
    glyphs.push({ text, at, index })
    at += width(text)
    index += sign.length
  }
  return glyphs
}

/** The column on the screen of a place in the line. */
function columnOf(glyphs: readonly Glyph[], index: number): number {
  const glyph = glyphs.find(each => each.index >= index)
  const last = glyphs.at(-1)
  return glyph?.at ?? (last ? last.at + width(last.text) : 0)
}
