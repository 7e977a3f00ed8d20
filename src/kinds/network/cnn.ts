// Layer arithmetic as torchinfo prints it: a row per layer. Sizes as in Dumoulin & Visin (2016);
// `same` padding makes ⌈n/s⌉ cells. A multiplication with its addition counts once (MAC), biases and
// pooling none; a transposed convolution multiplies once for each cell of its input. Batch norm learns
// a scale and a shift for each channel. The receptive field (Araujo et al. 2019) counts cells of the padding
// too; from global pooling, flattening or a fully connected layer on, it is the whole input.
import * as z from "zod"
import { text } from "../../core/blocks.ts"
import { inputShape, layers, settled, type WrittenLayer } from "../../core/cnn-layers.ts"
import type { Draw } from "../../core/draw.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve, type Vary } from "../../core/kind.ts"
import type { Answer, Declared, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import {
  countOf,
  hasWindow,
  isConvolution,
  namesOf,
  parametersOf,
  placesOf,
  shapeAfter,
} from "../../math/cnn-layers.ts"
import { type Along, type Both, Widening } from "../../math/cnn-reach.ts"
import { chained } from "../../math/cnn-rules.ts"
import { macSlips, parameterSlips, shapeSlips } from "../../math/cnn-slips.ts"
import {
  macLines,
  memoryLines,
  parameterLines,
  reachLines,
  type Seen,
  type Stage,
  shapeLines,
  summary,
} from "../../math/cnn-working.ts"
import { sum } from "../../math/linear.ts"
import type { Reach } from "../../math/receptive-field.ts"

const given = z
  .strictObject({
    input: inputShape("shape of the input, [channels, height, width]; [n] without a map"),
    layers: layers("the layers in order, each with its `type` and, if it has one, its `name`"),
    bytes_per_number: field
      .integer("bytes of a number, such as 4 for float32", { min: 1, max: 16 })
      .default(4),
  })
  .check(chained())

type Given = z.output<typeof given>
type Sizes = Answer<Readonly<Record<string, number>>> | Answer<Readonly<Record<string, Vector>>>

const answers = (given: Given) => {
  const count = { min: 0, of: "integer" } as const
  const shapes: Answer<Readonly<Record<string, Vector>>> = {
    type: "record",
    label: "shape of each layer's output, [channels, height, width] or [n]",
    of: "integer",
    min: 1,
  }
  const sizes = (label: string, more: Partial<Declared>): Sizes => ({
    type: "record",
    label: isSquare(given) ? label : `${label}, [height, width]`,
    of: given.layers.some(({ type }) => type === "transposed-conv") ? "number" : "integer",
    ...more,
  })
  return {
    shapes,
    params: answer.record("parameters of each layer", count),
    total_params: answer.integer("parameters of the network", { min: 0, aside: true }),
    macs: answer.record("multiplications (with an addition each) of each layer", count),
    total_macs: answer.integer("multiplications of the network", { min: 0, aside: true }),
    memory: answer.record("bytes of each layer's output", count),
    total_memory: answer.integer("bytes of all outputs", { min: 0, aside: true }),
    ...(given.layers.some(isWindowed) && {
      receptive_field: sizes("receptive field of a cell of each layer's output", { min: 1 }),
      jump: sizes("cells of the input from one cell of the output to the next", { min: 0 }),
    }),
  }
}

const question: Question<typeof given> = ({ input, layers, bytes_per_number }) => {
  const asked = layers.some(isWindowed)
    ? ", and the receptive field and jump of a cell of it (once the map is pooled globally or flattened, the whole input)"
    : ""
  return text`A network takes an input of shape ${[...input]} through ${plural(layers.length, "layer")}. Where nothing else is said, the stride is 1 (of a pool: the size of its kernel), there is no padding, and convolutions and fully connected layers have biases. For each layer, give its parameters, its multiplications (each with its addition; biases do not count), the shape of its output, the memory of that at ${plural(bytes_per_number, "byte")} a number${asked}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const layers = given.layers.map(settled)
  const names = namesOf(layers)
  let shape: Vector = given.input
  const stages = layers.map((layer, i): Stage => {
    const [name = "", input] = [names[i], shape]
    shape = work.part("shapes", name, shapeAfter(layer, input), shapeSlips(layer, input))
    return { layer, name, input, output: shape }
  })
  work.step("Shapes", () => shapeLines(stages))

  const params = stages.map(({ layer, name, input }) => {
    const { weights, biases } = parametersOf(layer, input)
    return work.part("params", name, weights + biases, parameterSlips(layer, input))
  })
  const total_params = work.answer("total_params", sum(params))
  work.step("Parameters", () => parameterLines(stages, params, total_params))

  const macs = stages.map(stage => {
    const { layer, name, input, output } = stage
    const { weights } = parametersOf(layer, input)
    return work.part("macs", name, weights * placesOf(layer, input, output), macSlips(stage))
  })
  const total_macs = work.answer("total_macs", sum(macs))
  work.step("Multiplications", () => macLines(stages, macs, total_macs))

  const bytes = given.bytes_per_number
  const memory = stages.map(({ name, output }) =>
    work.part("memory", name, countOf(output) * bytes, {
      ...(bytes > 1 && { "numbers are counted, not bytes": countOf(output) }),
    }),
  )
  const total_memory = work.answer("total_memory", sum(memory))
  work.step("Memory", () => memoryLines(stages, memory, { bytes, total: total_memory }))

  const seen = layers.some(hasWindow) ? reach(given, stages, work) : undefined
  if (seen) work.step("Receptive field", () => reachLines(stages, seen))
  work.step("The network", () => summary(stages, { params, macs, memory, seen }))
}

/** Receptive fields and jumps, layer by layer. */
function reach(given: Given, stages: readonly Stage[], work: Parameters<typeof solve>[1]): Seen[] {
  const square = isSquare(given)
  const both = (along: Along) => (square ? along(0) : [along(0), along(1)])
  const under = (slips: Readonly<Record<string, Along>>) =>
    Object.fromEntries(Object.entries(slips).map(([slip, along]) => [slip, both(along)]))
  const widening = new Widening(given.input)
  let reaches: Both<Reach> = [start, start]
  return stages.map(({ layer, name, input }): Seen => {
    const before = reaches
    const own = widening.after(layer, input, before)
    const field = work.part("receptive_field", name, both(own.field), under(own.fieldSlips))
    const jump = work.part("jump", name, both(own.jump), under(own.jumpSlips))
    const at = (size: number | Vector, axis: 0 | 1) =>
      typeof size === "number" ? size : (size[axis] ?? Number.NaN)
    reaches = [
      { field: at(field, 0), jump: at(jump, 0) },
      { field: at(field, 1), jump: at(jump, 1) },
    ]
    return { ...own, before, after: reaches, square, transposed: layer.type === "transposed-conv" }
  })
}

const start: Reach = { field: 1, jump: 1 }

function isWindowed(layer: WrittenLayer): boolean {
  return "kernel" in layer
}

/** Whether height and width go the same way, so that one number says both. */
function isSquare({ input, layers }: Given): boolean {
  const [, height, width] = input
  const windows = layers.map(settled).filter(hasWindow)
  const all = windows.flatMap(layer => [
    layer.kernel,
    layer.stride,
    isConvolution(layer) ? layer.dilation : 1,
  ])
  return height === width && all.every(size => typeof size === "number" || size[0] === size[1])
}

const vary: Vary<typeof given> = ({ input, layers }, draw) => {
  const [channels = 1, height, width] = input
  const grouped = layers.some(layer => "groups" in layer)
  const drawn = layers.map(layer => {
    if (layer.type === "fc") return { ...layer, units: near(layer.units, draw) }
    if (!("filters" in layer) || grouped) return layer
    return { ...layer, filters: near(layer.filters, draw) }
  })
  if (height === undefined || width === undefined)
    return { input: [near(channels, draw)], layers: drawn }
  const side = near(height, draw)
  return { input: [channels, side, height === width ? side : near(width, draw)], layers: drawn }
}

/** A size close by; round ones stay round. */
function near(size: number, draw: Draw): number {
  const unit = size % 16 === 0 ? 8 : size % 10 === 0 ? 5 : 1
  const count = size / unit
  return (
    unit * draw.integer(Math.max(1, Math.ceil(0.6 * count)), Math.max(2, Math.floor(1.5 * count)))
  )
}

export default defineKind({
  name: "cnn",
  topic: "network",
  title: "Layers of a convolutional network",
  given,
  answers,
  question,
  solve,
  vary,
})
