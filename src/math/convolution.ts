import type { Grid } from "../core/types.ts"
import { entry, mapGrid } from "./linear.ts"

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

/** The same kernel with zeros around it, up to an odd size (rows, cols), its middle kept. */
export function centred(kernel: Grid, rows: number, cols: number): number[][] {
  const top = (rows - kernel.length) / 2
  const left = (cols - entry(kernel, 0).length) / 2
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => kernel[i - top]?.[j - left] ?? 0),
  )
}

/** Correlation (the kernel is not flipped), keeping the places where the kernel fits. */
export function correlate(image: Grid, kernel: Grid): number[][] {
  const rows = image.length - kernel.length + 1
  const cols = entry(image, 0).length - entry(kernel, 0).length + 1
  return Array.from({ length: Math.max(0, rows) }, (_, y) =>
    Array.from({ length: Math.max(0, cols) }, (_, x) =>
      mapGrid(kernel, (weight, i, j) => weight * entry(entry(image, y + i), x + j))
        .flat()
        .reduce((total, term) => total + term, 0),
    ),
  )
}
