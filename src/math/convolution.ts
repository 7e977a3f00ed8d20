import type { Grid } from "../core/types.ts"
import { entry } from "./linear.ts"

/** The pairs of derivative kernels by name; `central` is [−1 0 1], not halved. */
export const derivativeKernels = {
  central: { x: [[-1, 0, 1]], y: [[-1], [0], [1]] },
  sobel: {
    x: [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ],
    y: [
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ],
  },
  prewitt: {
    x: [
      [-1, 0, 1],
      [-1, 0, 1],
      [-1, 0, 1],
    ],
    y: [
      [-1, -1, -1],
      [0, 0, 0],
      [1, 1, 1],
    ],
  },
} as const satisfies Record<string, { x: Grid; y: Grid }>

/**
 * The same kernel with zeros around it, up to a size (rows, cols), its middle kept; of an even
 * number of cells, the one before the middle.
 */
export function centred(kernel: Grid, rows: number, cols: number): number[][] {
  const middle = (cells: number) => Math.floor((cells - 1) / 2)
  const top = middle(rows) - middle(kernel.length)
  const left = middle(cols) - middle(entry(kernel, 0).length)
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => kernel[i - top]?.[j - left] ?? 0),
  )
}

/** Turned by 180°, as a convolution lays a kernel over an image. */
export function flip(kernel: Grid): number[][] {
  return kernel.map(row => row.toReversed()).toReversed()
}

/** How many cells there are before and after an axis. */
export type Margin = readonly [before: number, after: number]
/** How many cells there are around an image. */
export type Sides = readonly [top: number, bottom: number, left: number, right: number]

/** The margin of n cells that makes ⌈n/stride⌉ windows fit; an odd cell stands at the end. */
export function sameMargin(n: number, span: number, stride: number): Margin {
  const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + span - n)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}

/** An image with cells around it: zeros, or copies of the nearest cell of the image. */
export function pad(
  image: Grid,
  [top, bottom, left, right]: Sides,
  border: "zero" | "replicate" = "zero",
): number[][] {
  const [rows, cols] = [image.length, entry(image, 0).length]
  const near = (i: number, n: number) => Math.min(Math.max(i, 0), n - 1)
  return Array.from({ length: top + rows + bottom }, (_, i) =>
    Array.from({ length: left + cols + right }, (_, j) => {
      const [y, x] = [i - top, j - left]
      return border === "replicate"
        ? entry(entry(image, near(y, rows)), near(x, cols))
        : (image[y]?.[x] ?? 0)
    }),
  )
}

/** How far a window moves from place to place, and how far apart its cells are: [down, right]. */
export interface Walk {
  stride?: readonly [number, number]
  dilation?: readonly [number, number]
}

/** The cells [row, column] of an image that a kernel lies on at place (i, j), both from 0. */
export function cellsUnder(
  kernel: Grid,
  [i, j]: readonly [number, number],
  { stride = [1, 1], dilation = [1, 1] }: Walk = {},
): [number, number][][] {
  return kernel.map((row, u) =>
    row.map((_, v) => [i * stride[0] + u * dilation[0], j * stride[1] + v * dilation[1]]),
  )
}

/** Correlation (the kernel is not flipped), keeping the places where the kernel fits. */
export function correlate(image: Grid, kernel: Grid, walk: Walk = {}): number[][] {
  const { stride = [1, 1], dilation = [1, 1] } = walk
  const [down, right] = dilation
  const places = (cells: number, k: number, axis: 0 | 1) =>
    Math.max(0, Math.floor((cells - dilation[axis] * (k - 1) - 1) / stride[axis]) + 1)
  const rows = places(image.length, kernel.length, 0)
  const cols = places(entry(image, 0).length, entry(kernel, 0).length, 1)
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => {
      const [top, left] = [i * stride[0], j * stride[1]]
      let total = 0
      for (const [u, weights] of kernel.entries()) {
        const row = entry(image, top + u * down)
        for (const [v, weight] of weights.entries()) total += weight * entry(row, left + v * right)
      }
      return total
    }),
  )
}
