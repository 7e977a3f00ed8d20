import stringWidth from "string-width"

/** How many columns a text takes in a terminal; that of signs all one wide needs no table. */
export function width(text: string): number {
  return narrow.test(text) ? text.length : stringWidth(text)
}

/** Latin, Greek, and the signs of formulas and rules. */
const narrow =
  /^[\x20-\x7e\u00a0-\u02ff\u0370-\u03ff\u2010-\u2027\u2032-\u2037\u2070-\u209f\u2190-\u2193\u2200-\u22ff\u2500-\u257f]*$/

/**
 * Text from a file as it may be printed: on one line, and without characters that steer a terminal
 * or turn the direction of what follows. What is taken out leaves a visible sign.
 */
export function visible(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*|[\t\u2028\u2029]/g, " ")
    .replace(controls, sign => controlPicture(sign))
}

/** A sign of width one for a character that has none. */
export function controlPicture(sign: string): string {
  const code = sign.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? "␡" : "�"
}

/** C0, DEL, C1, changes of direction, what has no width, and halves of surrogate pairs. */
export const controls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu

export function padStart(text: string, to: number): string {
  return " ".repeat(Math.max(0, to - width(text))) + text
}

export function padEnd(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - width(text)))
}

/** Words in lines of at most `limit` columns; a word that is longer is cut. A no-break space holds. */
export function wrapWords(text: string, limit: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(/ +/).flatMap(each => cut(each, limit))) {
    if (line !== "" && width(line) + 1 + width(word) > limit) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line].map(each => each.replaceAll("\u00a0", " "))
}

/** Whether a text takes at most `limit` columns; long texts are not measured to the end. */
export function fits(text: string, limit: number): boolean {
  return text.length <= 4 * limit && width(text) <= limit
}

/** Pieces of at most `limit` columns. */
export function cut(text: string, limit: number): string[] {
  if (fits(text, limit)) return [text]
  const pieces: string[] = []
  let piece = ""
  let room = limit
  for (const sign of text) {
    const columns = width(sign)
    if (piece !== "" && columns > room) {
      pieces.push(piece)
      piece = ""
      room = limit
    }
    piece += sign
    room -= columns
  }
  return [...pieces, piece]
}

/** The text up to `limit` columns, with a sign that more followed. */
export function shorten(text: string, limit: number): string {
  return fits(text, limit) ? text : `${cut(text, limit - 1)[0] ?? ""}…`
}
