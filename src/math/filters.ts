import type { Grid } from "../core/types.ts"
import { flip } from "./convolution.ts"
import { entry, gridSum, mapGrid, sum, transpose } from "./linear.ts"

/** What the usual small kernels do to an image. */
export const effects = [
  "identity",
  "blur",
  "sharpen",
  "outline",
  "left sobel",
  "right sobel",
  "top sobel",
  "bottom sobel",
] as const
export type Effect = (typeof effects)[number]

/**
 * What a kernel does as it lies on the image, read off its weights; nothing if it is none of these.
 * A derivative is named after the side of its positive weights.
 */
export function effectOf(kernel: Grid): Effect | undefined {
  const weights = kernel.flat()
  const others = weights.filter((_, i) => i !== (weights.length - 1) / 2)
  const middle = weights[(weights.length - 1) / 2]
  if (middle === undefined) return undefined
  const noise = 1e-9 * Math.max(...weights.map(Math.abs))
  const total = Math.abs(gridSum(kernel)) <= noise ? 0 : gridSum(kernel)
  if (others.every(weight => weight === 0)) return middle > 0 ? "identity" : undefined
  if (weights.every(weight => weight >= 0)) return "blur"
  if (middle > 0 && others.every(weight => weight <= 0)) {
    return total === 0 ? "outline" : total > 0 ? "sharpen" : undefined
  }
  if (middle < 0 && total === 0 && others.every(weight => weight >= 0)) return "outline"
  if (isOdd(kernel, noise)) return leans(kernel) ? "left sobel" : "right sobel"
  if (isOdd(transpose(kernel), noise)) {
    return leans(transpose(kernel)) ? "top sobel" : "bottom sobel"
  }
  return undefined
}

/** Whether a kernel changes its sign from left to right, and is the same upside down. */
function isOdd(kernel: Grid, noise: number): boolean {
  const turned = flip(kernel)
  const upsideDown = kernel.toReversed()
  const isZero = (grid: Grid) => grid.flat().every(value => Math.abs(value) <= noise)
  return (
    isZero(mapGrid(kernel, (value, i, j) => value + entry(entry(turned, i), j))) &&
    isZero(mapGrid(kernel, (value, i, j) => value - entry(entry(upsideDown, i), j)))
  )
}

/** Whether the weights on the left are the positive ones. */
function leans(kernel: Grid): boolean {
  const half = Math.floor(entry(kernel, 0).length / 2)
  return sum(kernel.map(row => sum(row.slice(0, half)))) > 0
}
