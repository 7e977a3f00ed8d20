import type { Layer } from "../core/cnn-layers.ts"
import type { Vector } from "../core/types.ts"
import {
  countOf,
  hasWindow,
  isConvolution,
  parametersOf,
  placesOf,
  shapeAfter,
  windowSizeOf,
  windowsOf,
} from "./cnn-layers.ts"
import type { Stage } from "./cnn-working.ts"
import { type Misread, ordinarySlips, transposedSlips } from "./misread-sizes.ts"

// Mistakes in the arithmetic of a layer, by words that complete "this is what comes out if …".

const shapeMistakes = [
  "the + 1 is left out",
  "the stride is left out",
  "the padding is left out",
  "the padding is counted once",
  "the dilation is left out",
  "the output padding is left out",
  "the division is rounded up",
]

export function shapeSlips(layer: Layer, input: Vector): Record<string, Vector> {
  const [channels = 1] = input
  if (layer.type === "flatten") return { "only the channels are left": [channels] }
  if (!hasWindow(layer)) return {}
  const sizes: Misread = layer.type === "transposed-conv" ? transposedSlips : ordinarySlips
  const axes = windowsOf(layer, input)
  const filters = isConvolution(layer) ? layer.filters : channels
  const misread: Record<string, Vector> = {}
  for (const slip of shapeMistakes) {
    const size = sizes[slip]
    if (size) misread[slip] = [filters, ...axes.map(size)]
  }
  if (filters === channels) return misread
  const [, ...cells] = shapeAfter(layer, input)
  return { ...misread, "the channels stay as they are": [channels, ...cells] }
}

export function parameterSlips(layer: Layer, input: Vector): Record<string, number> {
  const { weights, biases } = parametersOf(layer, input)
  if (layer.type === "batch-norm") {
    return { "the running mean and variance are counted too": 2 * (weights + biases) }
  }
  const maps = isConvolution(layer) ? layer : undefined
  if (layer.type !== "fc" && !isConvolution(layer)) return {}
  return {
    ...(layer.bias
      ? { "the biases are left out": weights, "there is only one bias": weights + 1 }
      : { "biases are counted": weights + (maps?.filters ?? shapeAfter(layer, input)[0] ?? 0) }),
    ...(maps && {
      "the channels of the input are left out": maps.filters * windowSizeOf(maps) + biases,
    }),
    ...(maps && maps.groups > 1 && { "the groups are left out": weights * maps.groups + biases }),
  }
}

export function macSlips({ layer, input, output }: Stage): Record<string, number> {
  const { weights, biases } = parametersOf(layer, input)
  const macs = weights * placesOf(layer, input, output)
  if (macs === 0) return {}
  const grouped = isConvolution(layer) && layer.groups > 1
  return {
    "multiplications and additions are counted separately": 2 * macs,
    ...(biases > 0 && { "the biases are counted": macs + countOf(output) }),
    ...(layer.type !== "fc" && {
      "the places of the kernel are left out": weights,
      "the places are those of the other side of the layer":
        weights * countOf((layer.type === "conv" ? input : output).slice(1)),
    }),
    ...(grouped && { "the groups are left out": macs * layer.groups }),
  }
}
