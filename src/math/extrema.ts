import type { Stack } from "../core/types.ts"

/** A cell of a stack: column and row from 0, scale from 1. No interface: it may be an answer. */
export type Cell = { x: number; y: number; scale: number; value: number }
export type Extremum = {
  x: number
  y: number
  scale: number
  extremum: "max" | "min"
  value: number
}

export interface Search {
  /** Cells left out along the edges of each grid. */
  border: number
  /** Scales left out at both ends. */
  outer: number
  /** How many scales away a neighbour may be. */
  reach: number
  /** What a difference must exceed to count as one. */
  noise: number
}

/** The cells that a search looks at, by scale, row and column. */
export function candidates(stack: Stack, { border, outer }: Search): Cell[] {
  return stack.slice(outer, stack.length - outer).flatMap((grid, m) =>
    grid.slice(border, grid.length - border).flatMap((row, j) =>
      row.slice(border, row.length - border).map((value, i) => {
        return { x: i + border, y: j + border, scale: m + outer + 1, value }
      }),
    ),
  )
}

/** The cells around one, up to 26 with a reach of 1. */
export function neighbours(stack: Stack, { x, y, scale }: Cell, reach: number): Cell[] {
  const found: Cell[] = []
  for (let s = scale - reach; s <= scale + reach; s++) {
    for (let j = y - 1; j <= y + 1; j++) {
      for (let i = x - 1; i <= x + 1; i++) {
        const value = stack[s - 1]?.[j]?.[i]
        const itself = s === scale && j === y && i === x
        if (value !== undefined && !itself) found.push({ x: i, y: j, scale: s, value })
      }
    }
  }
  return found
}

/** The candidates that lie above, or below, every neighbour. */
export function extrema(stack: Stack, search: Search): Extremum[] {
  return candidates(stack, search).flatMap(cell => {
    const extremum = extremumAt(stack, cell, search)
    const { x, y, scale, value } = cell
    return extremum ? { x, y, scale, extremum, value } : []
  })
}

/** Stops at the neighbour that decides, which is early for most cells. */
function extremumAt(stack: Stack, { x, y, scale, value }: Cell, { reach, noise }: Search) {
  let [above, below] = [true, true]
  for (let s = scale - reach; s <= scale + reach; s++) {
    for (let j = y - 1; j <= y + 1; j++) {
      const row = stack[s - 1]?.[j]
      for (let i = x - 1; i <= x + 1; i++) {
        const other = row?.[i]
        if (other === undefined || (s === scale && j === y && i === x)) continue
        above &&= value - other > noise
        below &&= other - value > noise
        if (!above && !below) return undefined
      }
    }
  }
  return above ? "max" : "min"
}
