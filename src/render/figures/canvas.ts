import { width } from "../plain.ts"
import { clipped } from "./clip.ts"
import { type Arms, braille, ruleSign } from "./signs.ts"

/** How a drawn piece stands out. */
export type Stroke = (text: string) => string

interface Cell {
  /** Empty where a wide sign to the left reaches over. */
  text?: string
  arms?: Arms
  dots: number
  stroke?: Stroke | undefined
}

/**
 * Characters in rows and columns from the upper left. Text hides rules and rules hide dots; rules that
 * meet are joined, and a cell has 2×4 dots.
 */
export class Canvas {
  readonly columns: number
  readonly rows: number
  readonly #cells: Cell[][]

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.#cells = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => ({ dots: 0 })),
    )
  }

  /** Text on one row; what reaches over the edge is left out. */
  write(column: number, row: number, text: string, stroke?: Stroke): void {
    let at = column
    for (const sign of text) {
      const wide = width(sign)
      const before = this.#at(at - 1, row)
      if (wide === 0 && before?.text !== undefined) before.text += sign
      else if (wide > 0 && at + wide <= this.columns) {
        for (let i = 0; i < wide; i++) {
          const cell = this.#at(at + i, row)
          if (cell) Object.assign(cell, { text: i === 0 ? sign : "", stroke })
        }
      }
      at += wide
    }
  }

  /** Whether no text stands there, nor, unless `overDrawing`, anything else. */
  isFree(column: number, row: number, length: number, overDrawing = false): boolean {
    for (let at = column; at < column + length; at++) {
      const cell = this.#at(at, row)
      if (!cell || cell.text !== undefined) return false
      if (!overDrawing && (cell.arms !== undefined || cell.dots !== 0)) return false
    }
    return true
  }

  /** Whether there is nothing but a rule to the right. */
  isStraight(column: number, row: number, length: number): boolean {
    for (let at = column; at < column + length; at++) {
      const { text, arms: [up, right, down, left] = [1, 0, 1, 0] } = this.#at(at, row) ?? {}
      if (text !== undefined || up + down > 0 || right * left === 0) return false
    }
    return true
  }

  /** A rule from cell to cell along a row or a column, of weight 1 or 2. */
  rule(
    [x1, y1]: readonly [number, number],
    [x2, y2]: readonly [number, number],
    weight: 1 | 2,
    stroke?: Stroke,
  ): void {
    const across = y1 === y2
    const [from, to] = across ? [x1, x2] : [y1, y2]
    for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
      const cell = across ? this.#at(at, y1) : this.#at(x1, at)
      if (!cell) continue
      const [up = 0, right = 0, down = 0, left = 0] = cell.arms ?? []
      const before = at > Math.min(from, to) ? weight : 0
      const after = at < Math.max(from, to) ? weight : 0
      cell.arms = across
        ? [up, Math.max(right, after), down, Math.max(left, before)]
        : [Math.max(up, before), right, Math.max(down, after), left]
      if (stroke) cell.stroke = stroke
    }
  }

  /** A straight line of dots, in dots from the upper left; only those `within` are set. */
  line(
    from: readonly [number, number],
    to: readonly [number, number],
    stroke?: Stroke,
    within: (column: number, row: number) => boolean = () => true,
  ): void {
    const part = clipped(from, to, [2 * this.columns, 4 * this.rows])
    if (!part) return
    const [[x1, y1], [x2, y2]] = part
    const count = Math.max(1, Math.ceil(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1))))
    for (let i = 0; i <= count; i++) {
      const x = Math.round(x1 + ((x2 - x1) * i) / count)
      const y = Math.round(y1 + ((y2 - y1) * i) / count)
      const cell = this.#at(x >> 1, y >> 2)
      if (!cell || !within(x >> 1, y >> 2)) continue
      cell.dots |= braille.bit(x & 1, y & 3)
      if (cell.text === undefined) cell.stroke = stroke
    }
  }

  lines(): string[] {
    return this.#cells.map(row => {
      const last = row.findLastIndex(cell => signOf(cell) !== " ")
      let line = ""
      for (let i = 0; i <= last; ) {
        const { stroke } = row[i] ?? {}
        let run = ""
        for (; i <= last && row[i]?.stroke === stroke; i++) run += signOf(row[i])
        line += stroke && run.trim() !== "" ? stroke(run) : run
      }
      return line
    })
  }

  #at(column: number, row: number): Cell | undefined {
    return this.#cells[row]?.[column]
  }
}

function signOf(cell: Cell | undefined): string {
  if (!cell) return ""
  if (cell.text !== undefined) return cell.text
  if (cell.arms) return ruleSign(cell.arms)
  return cell.dots === 0 ? " " : braille.sign(cell.dots)
}
