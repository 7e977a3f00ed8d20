import type { Grid } from "../core/types.ts"
import { entry } from "./linear.ts"
import { inverse } from "./matrix.ts"

// A transposed convolution as copies of the kernel that are stamped onto the output.

export interface Stamping {
  /** (rows, cols) */
  input: Grid
  kernel: Grid
  stride: readonly [number, number]
  /** Cells cut off on each side. */
  padding: readonly [number, number]
  /** Cells that are cut off less at the end. */
  extra: readonly [number, number]
}

/** The kernel times a cell of the input, and where it lies before anything is cut off. */
export interface Copy {
  from: readonly [number, number]
  value: number
  at: readonly [number, number]
  cells: Grid
}

export function copiesOf({ input, kernel, stride: [down, right] }: Stamping): Copy[] {
  return input.flatMap((row, i) =>
    row.map((value, j) => ({
      from: [i, j] as const,
      value,
      at: [i * down, j * right] as const,
      cells: kernel.map(weights => weights.map(weight => value * weight)),
    })),
  )
}

/** All copies added, the same cut to size, and what is there if later copies replace earlier ones. */
export function stamped(stamping: Stamping): { full: Grid; output: Grid; replaced: Grid } {
  const copies = copiesOf(stamping)
  const full = zeros(wholeOf(stamping))
  const last = zeros(wholeOf(stamping))
  for (const { at, cells } of copies) {
    for (const [u, row] of cells.entries()) {
      const [sums, top] = [entry(full, at[0] + u), entry(last, at[0] + u)]
      for (const [v, value] of row.entries()) {
        sums[at[1] + v] = entry(sums, at[1] + v) + value
        top[at[1] + v] = value
      }
    }
  }
  return { full, output: cut(full, stamping), replaced: cut(last, stamping) }
}

/** The largest matrix that is inverted. */
const mostCells = 64

/**
 * What comes out if the matrix of the convolution is inverted instead of transposed; nothing where it is
 * not square, too large, or has no inverse.
 */
export function inverted(stamping: Stamping): Grid | undefined {
  const { input, kernel, stride, padding } = stamping
  const output = cut(zeros(wholeOf(stamping)), stamping)
  const [cells, width] = [input.flat(), entry(output, 0).length]
  if (output.flat().length !== cells.length || cells.length > mostCells) return undefined
  const matrix = input.flatMap((row, i) =>
    row.map((_, j) =>
      output.flatMap((line, y) =>
        line.map(
          (_, x) => kernel[y + padding[0] - i * stride[0]]?.[x + padding[1] - j * stride[1]] ?? 0,
        ),
      ),
    ),
  )
  try {
    const found = inverse(matrix).map(row =>
      row.reduce((total, weight, c) => total + weight * entry(cells, c), 0),
    )
    if (!found.every(Number.isFinite)) return undefined
    return output.map((_, y) => found.slice(y * width, (y + 1) * width))
  } catch {
    return undefined
  }
}

/** Rows and columns that the copies cover. */
function wholeOf({ input, kernel, stride }: Stamping): readonly [number, number] {
  return [
    (input.length - 1) * stride[0] + kernel.length,
    (entry(input, 0).length - 1) * stride[1] + entry(kernel, 0).length,
  ]
}

function cut(full: Grid, { padding: [p, q], extra: [e, f] }: Stamping): number[][] {
  const rows = full.length + e - 2 * p
  const cols = entry(full, 0).length + f - 2 * q
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: cols }, (_, x) => full[y + p]?.[x + q] ?? 0),
  )
}

function zeros([rows, cols]: readonly [number, number]): number[][] {
  return Array.from({ length: rows }, () => Array<number>(cols).fill(0))
}
