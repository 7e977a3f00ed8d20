/** A size along both axes at once, or [along the height, along the width]. */
export type PerAxis = number | readonly [number, number]

export interface WindowSizes {
  input: PerAxis
  kernel: PerAxis
  stride: PerAxis
  padding: PerAxis
  dilation: PerAxis
  output_padding: PerAxis
}

/** The same along one axis, by the letters of the textbooks; the dilated kernel covers `span`. */
export interface Axis {
  n: number
  k: number
  s: number
  p: number
  d: number
  extra: number
  span: number
}

/** One axis if every size is a single number, else height and width. */
export function axesOf(sizes: WindowSizes): readonly [Axis] | readonly [Axis, Axis] {
  const { input, kernel, stride, padding, dilation, output_padding } = sizes
  const at = (axis: 0 | 1): Axis => {
    const along = (size: PerAxis) => (typeof size === "number" ? size : size[axis])
    const [k, d] = [along(kernel), along(dilation)]
    const [n, s, p] = [along(input), along(stride), along(padding)]
    return { n, k, s, p, d, extra: along(output_padding), span: d * (k - 1) + 1 }
  }
  const all = [input, kernel, stride, padding, dilation, output_padding]
  return all.every(size => typeof size === "number") ? [at(0)] : [at(0), at(1)]
}

/** How many places a window has: ⌊(n + 2p − span)/s⌋ + 1. */
export function windowCount({ n, s, p, span }: Axis): number {
  return Math.floor((n + 2 * p - span) / s) + 1
}

/** What a transposed convolution makes of n cells. */
export function transposedSize({ n, s, p, span, extra }: Axis): number {
  return (n - 1) * s - 2 * p + span + extra
}
