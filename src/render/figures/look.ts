import type { Rich } from "../../core/blocks.ts"
import { plainOf } from "../inline.ts"
import { numberText, type Precision } from "../number.ts"
import type { Paint } from "../paint.ts"
import { wrapWords } from "../plain.ts"

/** How a picture in characters is drawn. */
export interface Look {
  /** Columns that it may take. */
  limit: number
  paint: Paint
  precision: Precision
}

/** A point as it is told in words: (0.5, 1). */
export function placeText([x, y]: readonly [number, number], precision: Precision): string {
  return `(${numberText(x, precision)}, ${numberText(y, precision)})`
}

/** What is said below a picture, in lines that are moved in like it; nothing if there is nothing. */
export function note(text: string, { limit }: Look): string[] {
  return text === "" ? [] : wrapWords(text, limit)
}

/** The first of many, and how many more there are. */
export function listed(texts: readonly string[], most = 8): string {
  const more = texts.length - most
  const shown = texts.slice(0, more > 0 ? most : texts.length).join(", ")
  return more > 0 ? `${shown} and ${more} more` : shown
}

export function labelText(label: Rich | string, { precision }: Look): string {
  return plainOf(label, precision)
}

/** What has a place in a picture; infinities and the last powers of ten have none. */
export function isDrawable(x: number): boolean {
  return Math.abs(x) < 1e300
}
