import type { Layer, WrittenLayer } from "../core/cnn-layers.ts"
import type { Vector } from "../core/types.ts"
import { type Axis, axesOf, type PerAxis, transposedSize, windowCount } from "./axes.ts"
import { type Margin, sameMargin } from "./convolution.ts"
import type { Size } from "./misread-sizes.ts"

// Layer arithmetic. A shape is [channels, height, width], or [n] once the map is flat.

/** A layer that slides a window over its input. */
export type WindowLayer = Extract<Layer, { kernel: PerAxis }>
/** One whose window has weights. */
export type Convolution = Extract<Layer, { filters: number }>

/** The layers' names; one without is called by its type, with a number if there are several. */
export function namesOf(layers: readonly Pick<WrittenLayer, "name" | "type">[]): string[] {
  const taken = new Set(layers.map(({ name }) => name))
  const counts = new Map<string, number>()
  return layers.map(({ name, type }) => {
    if (name !== undefined) return name
    if (layers.filter(each => each.type === type).length === 1 && !taken.has(type)) return type
    let [count, own] = [counts.get(type) ?? 0, ""]
    do {
      count += 1
      own = `${type}${count}`
    } while (taken.has(own))
    counts.set(type, count)
    return own
  })
}

export function isConvolution(layer: Layer): layer is Convolution {
  return "filters" in layer
}

export function hasWindow(layer: Layer): layer is WindowLayer {
  return "kernel" in layer
}

/** From global pooling, flattening or a fully connected layer on, a cell sees the whole input. */
export function seesAll({ type }: Layer): boolean {
  return type === "global-pool" || type === "flatten" || type === "fc"
}

/** Down and right; where the two sides of an axis differ, p is their mean. */
export function windowsOf(
  layer: WindowLayer,
  [, height = 1, width = 1]: Vector,
): readonly [Axis, Axis] {
  const { kernel, stride, padding } = layer
  const [down, right = down] = axesOf({
    input: [height, width],
    kernel,
    stride,
    padding: [0, 0],
    dilation: layer.type === "pool" ? 1 : layer.dilation,
    output_padding: layer.type === "transposed-conv" ? layer.output_padding : 0,
  })
  const padded = (axis: Axis, at: 0 | 1): Axis => {
    const [before, after] = marginOf(padding, axis, at)
    return { ...axis, p: (before + after) / 2 }
  }
  return [padded(down, 0), padded(right, 1)]
}

function marginOf(padding: WindowLayer["padding"], { n, span, s }: Axis, at: 0 | 1): Margin {
  if (padding === "same") return sameMargin(n, span, s)
  if (typeof padding === "number") return [padding, padding]
  if (padding.length === 2) return [padding[at], padding[at]]
  return at === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]]
}

/** The shape of a layer's output, by another formula of sizes where one is given. */
export function shapeAfter(layer: Layer, input: Vector, size?: Size): number[] {
  const [channels = 1] = input
  if (hasWindow(layer)) {
    const usual = layer.type === "transposed-conv" ? transposedSize : windowCount
    const cells = windowsOf(layer, input).map(size ?? usual)
    return [isConvolution(layer) ? layer.filters : channels, ...cells]
  }
  if (layer.type === "global-pool") return [channels, 1, 1]
  if (layer.type === "flatten") return [countOf(input)]
  return layer.type === "fc" ? [layer.units] : [...input]
}

/** What is learnt in a layer; of batch norm a scale and a shift for each channel. */
export function parametersOf(layer: Layer, input: Vector): { weights: number; biases: number } {
  const [channels = 1] = input
  if (isConvolution(layer)) {
    const weights = (layer.filters * channels * windowSizeOf(layer)) / layer.groups
    return { weights, biases: layer.bias ? layer.filters : 0 }
  }
  if (layer.type === "fc") {
    return { weights: layer.units * countOf(input), biases: layer.bias ? layer.units : 0 }
  }
  return layer.type === "batch-norm"
    ? { weights: channels, biases: channels }
    : { weights: 0, biases: 0 }
}

/** How many places weights are used at: the cells of a map's output or, transposed, input. */
export function placesOf(layer: Layer, input: Vector, output: Vector): number {
  if (layer.type === "conv") return countOf(output.slice(1))
  if (layer.type === "transposed-conv") return countOf(input.slice(1))
  return layer.type === "fc" ? 1 : 0
}

/** Cells of the kernel. */
export function windowSizeOf({ kernel }: { kernel: PerAxis }): number {
  return typeof kernel === "number" ? kernel ** 2 : kernel[0] * kernel[1]
}

/** All the numbers of a shape. */
export function countOf(shape: Vector): number {
  return shape.reduce((all, size) => all * size, 1)
}

/** A window along one axis that a receptive field is counted back through. */
export interface Passed {
  span: number
  s: number
  transposed: boolean
}

/** How many neighbours of a layer's input `count` neighbours of its output come from, at most. */
export function sources(count: number, { span, s, transposed }: Passed): number {
  return transposed ? Math.floor((count + span - 2) / s) + 1 : (count - 1) * s + span
}
