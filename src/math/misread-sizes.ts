import { type Axis, transposedSize, windowCount } from "./axes.ts"

/** What a formula of sizes makes of one axis. */
export type Size = (axis: Axis) => number
/** Sizes that come out otherwise, by words that complete "this is what comes out if …". */
export type Misread = Readonly<Record<string, Size>>

const slipsOf = (size: Size): Misread => ({
  "the + 1 is left out": axis => size(axis) - 1,
  "the stride is left out": axis => size({ ...axis, s: 1 }),
  "the padding is left out": axis => size({ ...axis, p: 0 }),
  "the padding is counted once": axis => size({ ...axis, p: axis.p / 2 }),
  "the dilation is left out": axis => size({ ...axis, span: axis.k }),
})

/** How often a window fits. */
export const ordinarySlips: Misread = {
  ...slipsOf(windowCount),
  "the padding is subtracted": axis => windowCount({ ...axis, p: -axis.p }),
  "the division is rounded up": ({ n, s, p, span }) => Math.ceil((n + 2 * p - span) / s) + 1,
  "the division is not rounded": ({ n, s, p, span }) => (n + 2 * p - span) / s + 1,
}

export const transposedSlips: Misread = {
  ...slipsOf(transposedSize),
  "the padding is added": axis => transposedSize({ ...axis, p: -axis.p }),
  "the input is not reduced by 1": axis => transposedSize({ ...axis, n: axis.n + 1 }),
  "the output padding is left out": axis => transposedSize({ ...axis, extra: 0 }),
  "it is computed as an ordinary convolution": windowCount,
}
