import type { FigureBlock } from "../core/blocks.ts"
import { plainOf } from "./inline.ts"
import type { Precision } from "./number.ts"
import type { Paint } from "./paint.ts"

interface Look {
  limit: number
  paint: Paint
  precision: Precision
}

/** A picture in characters below its caption, no wider than the limit. */
export function figureLines({ caption }: FigureBlock, { precision }: Look): string[] {
  return [plainOf(caption, precision)]
}
