import type { Curve } from "../../core/blocks.ts"
import { shorten, visible, width } from "../plain.ts"
import { isDrawable, type Look, listed, note, placeText } from "./look.ts"
import { dot, symbolOf } from "./signs.ts"

export type Place = readonly [x: number, y: number]

export interface Drawn extends Curve {
  /** The points that have a place. */
  drawn: readonly Place[]
}

/** The names of the curves, their marked points, and what could not be drawn. */
export function legend(curves: readonly Drawn[], look: Look): string[] {
  const { limit, paint, precision } = look
  const several = curves.length > 1
  const names = curves.map(({ name }, i) => visible(name ?? (several ? `curve ${i + 1}` : "")))
  const places = (list: readonly Place[]) => listed(list.map(each => placeText(each, precision)))
  const about = (i: number) => (several && names[i] ? `${shorten(names[i], limit / 2)}: ` : "")
  return [
    ...entriesLines(
      names.flatMap((name, i) => {
        if (name === "") return []
        const sign = several || curves[i]?.drawn.length === 1 ? symbolOf(i) : "⠒⠒"
        return [{ sign, name, stroke: (text: string) => paint.series(text, i) }]
      }),
      limit,
    ),
    ...curves.flatMap(({ marks = [] }, i) =>
      note(marks.length > 0 ? `${dot.marked} ${about(i)}${places(marks)}` : "", look),
    ),
    ...curves.flatMap(({ points }, i) => {
      const left = points.filter(point => !isPlace(point))
      return note(left.length > 0 ? `Not drawn: ${about(i)}${places(left)}` : "", look)
    }),
  ]
}

interface Entry {
  sign: string
  name: string
  stroke(text: string): string
}

/** Entries of a legend side by side as far as they fit. */
function entriesLines(entries: readonly Entry[], limit: number): string[] {
  const lines: string[] = []
  let room = 0
  for (const { sign, name, stroke } of entries) {
    const shown = shorten(name, limit - width(sign) - 1)
    const needed = width(sign) + 1 + width(shown)
    const text = `${stroke(sign)} ${shown}`
    if (lines.length > 0 && needed + 3 <= room) {
      lines.push(`${lines.pop()}   ${text}`)
      room -= needed + 3
    } else {
      lines.push(text)
      room = limit - needed
    }
  }
  return lines
}

export function isPlace([x, y]: Place): boolean {
  return isDrawable(x) && isDrawable(y)
}
