import type { Cell, GridBlock } from "../core/blocks.ts"
import { isNumeric } from "./cells.ts"
import { alignPoints } from "./columns.ts"
import type { Paint } from "./paint.ts"
import { shades } from "./shades.ts"

/** A cell as it is written, and how it stands out. */
export interface GridCell {
  text: string
  marked: boolean
  hidden: boolean
  /** From −1 to 1 where the ground is coloured by the value. */
  shade: number | undefined
}

/** The cells of one column with their points in line, and how many signs stand behind a number. */
export interface CellColumn {
  cells: readonly GridCell[]
  behind: number
}

/** The cells by columns; without colour, brackets, parentheses and shades of grey tell the rest. */
export function cellColumns(
  { cells, marks = [], hidden = [], heat = false }: GridBlock,
  texts: readonly (readonly string[])[],
  paint: Paint,
): CellColumn[] {
  const share = heat ? shades(cells, hidden) : () => undefined
  const isShaded = heat && paint.shades
  const count = Math.max(0, ...cells.map(row => row.length))
  return Array.from({ length: count }, (_, j) => {
    const column = cells.map(row => row[j] ?? null)
    const isMarked = column.map((_, i) => marks.some(([row, at]) => row === i && at === j))
    const isHidden = column.map((_, i) => hidden.some(([row, at]) => row === i && at === j))
    const shown = column.map((cell, i) =>
      isHidden[i] && isNothing(cell, paint) ? nothing : (texts[i]?.[j] ?? ""),
    )
    const aligned = isNumeric(column) ? alignPoints(shown) : shown
    const hugs = column.map((_, i) => {
      if (isMarked[i] && (isShaded || !paint.color)) return brackets
      return isHidden[i] && !paint.color && shown[i] !== nothing ? parentheses : undefined
    })
    const isHugged = hugs.some(hug => hug !== undefined)
    const isSigned = heat && !isShaded
    return {
      behind: isSigned ? 2 : isHugged ? 1 : 0,
      cells: aligned.map((text, i) => ({
        text:
          (isHugged ? hugged(text, hugs[i] ?? [" ", " "]) : text) +
          (isSigned ? `${isHugged ? "" : " "}${signOf(share(i, j) ?? 0)}` : ""),
        marked: isMarked[i] ?? false,
        hidden: isHidden[i] ?? false,
        shade: isShaded ? share(i, j) : undefined,
      })),
    }
  })
}

/** A cell with the space before it; in a shaded grid the ground reaches over half of that, and behind. */
export function paintedCell(cell: GridCell, isShaded: boolean, paint: Paint): string {
  const { text, marked, hidden, shade } = cell
  if (shade !== undefined) return paint.shade(` ${text} `, shade)
  const stroke = marked ? paint.mark : hidden ? paint.faint : undefined
  const inner = text.trim()
  // The number is coloured and not the space around it.
  const painted = stroke && inner !== "" ? text.replace(inner, () => stroke(inner)) : text
  return isShaded ? ` ${painted} ` : `  ${painted}`
}

const nothing = "·"
const brackets = ["[", "]"] as const
const parentheses = ["(", ")"] as const

/** Whether a cell that takes no part has no value worth reading. */
function isNothing(cell: Cell, { color }: Paint): boolean {
  return cell === null || (cell === Number.NEGATIVE_INFINITY && !color)
}

/** Signs that hug a text, wherever it stands in its column. */
function hugged(text: string, [open, close]: readonly [string, string]): string {
  const inner = text.trim()
  const at = text.indexOf(inner)
  return `${text.slice(0, at)}${open}${inner}${close}${text.slice(at + inner.length)}`
}

function signOf(share: number): string {
  const signs = " ░▒▓█"
  return signs[Math.round(Math.abs(share) * (signs.length - 1))] ?? " "
}
