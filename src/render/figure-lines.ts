import type { FigureBlock } from "../core/blocks.ts"
import { barsLines } from "./figures/bars.ts"
import { curvesLines } from "./figures/curves.ts"
import { type Look, labelText } from "./figures/look.ts"
import { networkLines } from "./figures/network.ts"
import { planeLines } from "./figures/plane.ts"
import { wrapWords } from "./plain.ts"

/** A picture in characters below its caption, no wider than the limit. */
export function figureLines(figure: FigureBlock, look: Look): string[] {
  const caption = labelText(figure.caption, look)
  return [...(caption === "" ? [] : wrapWords(caption, look.limit)), ...drawingLines(figure, look)]
}

/** The picture alone. */
export function drawingLines(figure: FigureBlock, look: Look): string[] {
  switch (figure.figure) {
    case "bars":
      return barsLines(figure, look)
    case "curves":
      return curvesLines(figure, look)
    case "plane":
      return planeLines(figure, look)
    case "network":
      return networkLines(figure, look)
    default:
      return figure satisfies never
  }
}
