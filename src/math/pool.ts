import type { Grid } from "../core/types.ts"
import { type Axis, axesOf, type PerAxis } from "./axes.ts"
import { entry } from "./linear.ts"

// Windows of pooling, with the cells of the input that they lie on.

/** A map and the windows over it. */
export interface Pooling {
  input: Grid
  window: PerAxis
  stride?: PerAxis | undefined
  padding: PerAxis
}

export interface Cell {
  y: number
  x: number
  value: number
}

/** The cells of the input that a window lies on, and where it begins. */
export interface Window {
  at: readonly [number, number]
  cells: readonly Cell[]
}

/** Down and right. */
export function poolingAxes({ input, window, stride, padding }: Pooling): readonly [Axis, Axis] {
  const [down, right = down] = axesOf({
    input: [input.length, entry(input, 0).length],
    kernel: window,
    stride: stride ?? window,
    padding,
    dilation: 1,
    output_padding: 0,
  })
  return [down, right]
}

export function windowAt(
  input: Grid,
  [down, right]: readonly [Axis, Axis],
  [i, j]: readonly [number, number],
): Window {
  const at = [i * down.s - down.p, j * right.s - right.p] as const
  const cells = range(down.k).flatMap(u =>
    range(right.k).flatMap(v => {
      const [y, x] = [at[0] + u, at[1] + v]
      const value = input[y]?.[x]
      return value === undefined ? [] : [{ y, x, value }]
    }),
  )
  return { at, cells }
}

export function largest({ cells }: Window): number {
  return Math.max(...cells.map(({ value }) => value))
}

export function isLargest(window: Window): (cell: Cell) => boolean {
  const most = largest(window)
  return ({ value }) => value === most
}

export function placeOf(cell: Cell | undefined): [number, number] {
  return cell ? [cell.y, cell.x] : [0, 0]
}

/** 0, 1, …, n − 1 */
export function range(n: number): number[] {
  return Array.from({ length: Math.max(0, n) }, (_, i) => i)
}
