import type { Grid, Stack, Tensor, Vector } from "../core/types.ts"
import type { PerAxis } from "./axes.ts"
import { correlate, flip, pad, type Sides, sameMargin, type Walk } from "./convolution.ts"
import { entry, vectorOf } from "./linear.ts"

/** A two-dimensional convolution as it is given, of one or several channels and filters. */
export interface ConvLayer {
  /** (rows, cols) or (channels, rows, cols) */
  input: Grid | Stack
  /** One filter, (rows, cols) or (channels, rows, cols), or a list of filters. */
  kernel: Grid | Stack | Tensor
  /** One number, or one for each filter. */
  bias?: number | Vector | undefined
  stride: PerAxis
  padding: number | "valid" | "same" | "full" | readonly [number, number] | Sides
  dilation: PerAxis
  groups: number
  operation: "correlation" | "convolution"
}

/** The windows along one axis, by the letters of the textbooks; the dilated kernel covers `span`. */
export interface WindowAxis {
  n: number
  k: number
  s: number
  d: number
  span: number
  before: number
  after: number
}

/** (channels, rows, cols) */
export function channelsOf({ input }: Pick<ConvLayer, "input">): Stack {
  return isStack(input) ? input : [input]
}

/** Whether there is a list of filters, so that each makes a map of the output. */
export function isMany({ input, kernel, groups }: Filtering): boolean {
  return isTensor(kernel) || (isStack(kernel) && (!isStack(input) || groups > 1))
}

/** (filters, channels of a group, rows, cols) */
export function filtersOf(layer: Filtering): Tensor {
  const { kernel } = layer
  if (isTensor(kernel)) return kernel
  if (!isStack(kernel)) return [[kernel]]
  return isMany(layer) ? kernel.map(one => [one]) : [kernel]
}

type Filtering = Pick<ConvLayer, "input" | "kernel" | "groups">

/** (filters) */
export function biasesOf(layer: Filtering & Pick<ConvLayer, "bias">): Vector {
  return vectorOf(layer.bias ?? 0, filtersOf(layer).length)
}

/** The first of the channels that a filter sees. */
export function firstChannel(layer: Filtering, filter: number): number {
  const filters = filtersOf(layer)
  return Math.floor((filter * layer.groups) / filters.length) * entry(filters, 0).length
}

/** Down and right. */
export function windowAxes(layer: ConvLayer): readonly [WindowAxis, WindowAxis] {
  const image = entry(channelsOf(layer), 0)
  const kernel = entry(entry(filtersOf(layer), 0), 0)
  const axis = (n: number, k: number, at: 0 | 1): WindowAxis => {
    const [s, d] = [along(layer.stride, at), along(layer.dilation, at)]
    const span = d * (k - 1) + 1
    const [before, after] = marginOf(layer.padding, { n, span, s }, at)
    return { n, k, s, d, span, before, after }
  }
  return [
    axis(image.length, kernel.length, 0),
    axis(entry(image, 0).length, entry(kernel, 0).length, 1),
  ]
}

/** How many windows there are: ⌊(n + before + after − span)/s⌋ + 1. */
export function countOf({ n, s, span, before, after }: WindowAxis): number {
  return Math.floor((n + before + after - span) / s) + 1
}

export function sidesOf(layer: ConvLayer): Sides {
  const [down, right] = windowAxes(layer)
  return [down.before, down.after, right.before, right.after]
}

export function walkOf({ stride, dilation }: Pick<ConvLayer, "stride" | "dilation">): Walk {
  return {
    stride: [along(stride, 0), along(stride, 1)],
    dilation: [along(dilation, 0), along(dilation, 1)],
  }
}

/** The filters as they are laid on the input. */
export function laidFilters(layer: Filtering & Pick<ConvLayer, "operation">): Tensor {
  const filters = filtersOf(layer)
  return layer.operation === "convolution" ? filters.map(one => one.map(flip)) : filters
}

/** What each channel of its group adds to each filter's map, (filters, channels, rows, cols). */
export function channelMaps(layer: ConvLayer): number[][][][] {
  const padded = channelsOf(layer).map(channel => pad(channel, sidesOf(layer)))
  return laidFilters(layer).map((filter, f) =>
    filter.map((kernel, c) =>
      correlate(entry(padded, firstChannel(layer, f) + c), kernel, walkOf(layer)),
    ),
  )
}

function along(size: PerAxis, at: 0 | 1): number {
  return typeof size === "number" ? size : size[at]
}

function marginOf(
  padding: ConvLayer["padding"],
  { n, span, s }: { n: number; span: number; s: number },
  at: 0 | 1,
): readonly [number, number] {
  if (padding === "same") return sameMargin(n, span, s)
  if (padding === "full") return [span - 1, span - 1]
  if (padding === "valid") return [0, 0]
  if (typeof padding === "number") return [padding, padding]
  if (padding.length === 2) return [padding[at], padding[at]]
  return at === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]]
}

/** A list of grids, not one. */
export function isStack<T extends Stack | Tensor>(value: Grid | T): value is T {
  return Array.isArray(value[0]?.[0])
}

function isTensor(value: Grid | Stack | Tensor): value is Tensor {
  const [first] = value
  return Array.isArray(first?.[0]) && Array.isArray(first[0][0])
}
