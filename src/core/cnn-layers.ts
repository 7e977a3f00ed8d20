import * as z from "zod"
import * as field from "./fields.ts"
import { describe } from "./words.ts"

/** The layers of a convolutional network, as they are given. */

/** No size is larger, and no network deeper. */
const largest = { size: 1e6, layers: 250 }
const count = { min: 1, max: largest.size }

const name = field.label("name of the layer; its type and a number if left out").optional()
const kernel = field.perAxis("size of the kernel, k or [height, width]", count)
const stride = field
  .perAxis("from window to window, s or [down, right]; if left out 1, of a pool its kernel", count)
  .optional()
const padding = field.perAxis("zeros on each side, p or [top and bottom, left and right]", {
  min: 0,
  max: largest.size,
})
const dilation = field
  .perAxis("from cell to cell of the kernel, d or [down, right]; 1 if left out", count)
  .optional()
const groups = field.integer("groups of channels and filters; 1 if left out", count).optional()
const bias = field.flag("whether there are biases, as there are if left out").optional()
const filters = field.integer("number of filters: the channels of the output", count)
const paddings = field
  .padding(
    "zeros around the input: p on each side, [top and bottom, left and right], [top, bottom, left, right] or `same` (⌈n/stride⌉ cells come out); 0 if left out",
    ["same"],
  )
  .optional()
const in_channels = field.integer("channels of the input, to be checked", count).optional()

const layer = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      name,
      type: z.literal("conv"),
      filters,
      kernel,
      stride,
      padding: paddings,
      dilation,
      groups,
      bias,
      in_channels,
    }),
    z.strictObject({
      name,
      type: z.literal("pool"),
      kernel,
      stride,
      padding: paddings,
      mode: field.oneOf("what becomes of a window; max if left out", ["max", "average"]).optional(),
    }),
    z.strictObject({ name, type: z.literal("global-pool") }),
    z.strictObject({ name, type: z.literal("flatten") }),
    z.strictObject({
      name,
      type: z.literal("fc"),
      units: field.integer("numbers of the output", count),
      bias,
      in_features: field.integer("numbers of the input, to be checked", count).optional(),
    }),
    z.strictObject({
      name,
      type: z.literal("transposed-conv"),
      filters,
      kernel,
      stride,
      padding: padding.optional(),
      output_padding: field
        .perAxis("cells added at the end of the output; 0 if left out", {
          min: 0,
          max: largest.size,
        })
        .optional(),
      groups,
      bias,
      in_channels,
    }),
    z.strictObject({ name, type: z.literal("batch-norm") }),
    z.strictObject({
      name,
      type: z.literal("activation"),
      function: field.label("which one; it does not change any number here").optional(),
    }),
  ],
  {
    error: ({ input }) => {
      if (typeof input !== "object" || input === null) {
        return `must be a layer such as { type: flatten }, but it is ${describe(input)}`
      }
      const types =
        "`conv`, `pool`, `global-pool`, `flatten`, `fc`, `transposed-conv`, `batch-norm`, `activation`"
      const found = "type" in input ? input.type : undefined
      return found === undefined
        ? `needs a type: one of ${types}`
        : `must be one of ${types}, but it is ${describe(found)}`
    },
  },
)

/** A layer as it was written: what is left out stays so, and a paper shows what was said. */
export type WrittenLayer = z.output<typeof layer>

/** A layer with all its settings. */
export type Layer = ReturnType<typeof settled>

export function settled(layer: WrittenLayer) {
  switch (layer.type) {
    case "conv":
      return { ...layer, ...convolution(layer), padding: layer.padding ?? 0 }
    case "transposed-conv": {
      const { padding = 0, output_padding = 0 } = layer
      return { ...layer, ...convolution(layer), padding, output_padding }
    }
    case "pool": {
      const { stride = layer.kernel, padding = 0, mode = "max" } = layer
      return { ...layer, stride, padding, mode }
    }
    case "fc":
      return { ...layer, bias: layer.bias ?? true }
    default:
      return layer
  }
}

function convolution(layer: Extract<WrittenLayer, { filters: number }>) {
  const { stride = 1, groups = 1, bias = true } = layer
  return { stride, groups, bias, dilation: ("dilation" in layer && layer.dilation) || 1 }
}

export function layers(description: string) {
  return z.array(layer).min(1).max(largest.layers).describe(description)
}

/** [channels, height, width], or [n]. */
export function inputShape(description: string) {
  const size = field.integer("size", count)
  return z
    .array(size)
    .refine(shape => shape.length === 3 || shape.length === 1, {
      error: ({ input }) =>
        `must be [channels, height, width], or [n], but it is ${describe(input)}`,
    })
    .meta({ title: "list of whole numbers", description })
}
