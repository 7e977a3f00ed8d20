import { type Block, type Cell, join, math, type Rich, table, text } from "../core/blocks.ts"
import type { Layer } from "../core/cnn-layers.ts"
import type { Vector } from "../core/types.ts"
import { plural } from "../core/words.ts"
import type { Axis } from "./axes.ts"
import {
  type Convolution,
  countOf,
  hasWindow,
  isConvolution,
  parametersOf,
  placesOf,
  windowsOf,
} from "./cnn-layers.ts"
import type { Both, Widened } from "./cnn-reach.ts"
import type { Reach } from "./receptive-field.ts"

// How the arithmetic of a network's layers is written out: a table for each question, a row per layer.

/** A layer with what reaches it and what leaves it. */
export interface Stage {
  layer: Layer
  name: string
  input: Vector
  output: Vector
}

/** What a cell of a layer's output sees of the network's input, along both axes. */
export interface Seen extends Pick<Widened, "windows" | "all" | "backwards"> {
  before: Both<Reach>
  after: Both<Reach>
  /** Whether one number says both axes. */
  square: boolean
  transposed: boolean
}

export function shapeLines(stages: readonly Stage[]): Block[] {
  const has = (type: Layer["type"]) => stages.some(({ layer }) => layer.type === type)
  const windows = stages.flatMap(({ layer }) => (hasWindow(layer) ? [layer] : []))
  const dilated = windows.some(layer => isConvolution(layer) && layer.dilation !== 1)
  const same = windows.some(({ padding }) => padding === "same")
  const k = dilated ? math`k'` : math`k`
  const ordinary = has("conv") || has("pool")
  return [
    ...(windows.length > 0
      ? [
          text`n is the size of a map, k of the kernel, s the stride, p the padding on each side${dilated ? "; with dilation d the kernel covers k′ cells" : ""}.`,
        ]
      : []),
    ...(dilated ? [math`k' = d \cdot (k - 1) + 1`] : []),
    ...(ordinary ? [math`\text{out} = \lfloor \frac{n + 2p - ${k}}{s} \rfloor + 1`] : []),
    ...(same ? [math`\text{out} = \lceil \frac{n}{s} \rceil \quad \text{with padding same}`] : []),
    ...(has("transposed-conv")
      ? [math`\text{transposed: out} = (n - 1) \cdot s - 2p + ${k} + \text{output padding}`]
      : []),
    table(
      ["layer", "type", "working", "output"],
      stages.map(stage => [
        stage.name,
        typeOf(stage.layer),
        shapeWorking(stage),
        shapeText(stage.output),
      ]),
    ),
  ]
}

function shapeWorking({ layer, input }: Stage): Cell {
  if (hasWindow(layer)) {
    const [down, right] = windowsOf(layer, input)
    const of = (axis: Axis) => sizeWorking(axis, layer)
    const alike = Object.entries(down).every(([key, value]) => right[key as keyof Axis] === value)
    return alike ? of(down) : math`${of(down)},\ ${of(right)}`
  }
  switch (layer.type) {
    case "global-pool":
      return text`one cell for each channel`
    case "flatten":
      return math`${join(input, " \\cdot ")}`
    case "fc":
      return text`units`
    default:
      return text`as before`
  }
}

function sizeWorking(
  { n, s, p, span, extra }: Axis,
  { type, padding }: { type: string; padding: unknown },
): Rich {
  if (padding === "same") return math`\lceil ${n} / ${s} \rceil`
  if (type !== "transposed-conv")
    return math`\lfloor (${n} + 2 \cdot ${p} - ${span}) / ${s} \rfloor + 1`
  return math`(${n} - 1) \cdot ${s} - 2 \cdot ${p} + ${span}${extra > 0 ? math` + ${extra}` : math``}`
}

export function parameterLines(stages: readonly Stage[], params: Vector, total: number): Block[] {
  const has = (...types: Layer["type"][]) => stages.some(({ layer }) => types.includes(layer.type))
  const grouped = stages.some(({ layer }) => isConvolution(layer) && layer.groups > 1)
  const rows = stages.flatMap((stage, i) => {
    const working = parameterWorking(stage)
    return working ? [[stage.name, working, params[i] ?? 0]] : []
  })
  return [
    ...(has("conv", "transposed-conv")
      ? [
          math`\text{convolution: } ${grouped ? math`C_{out} \cdot \frac{C_{in}}{\text{groups}}` : math`C_{out} \cdot C_{in}`} \cdot k_H \cdot k_W + \text{biases}`,
        ]
      : []),
    ...(has("fc") ? [math`\text{fully connected: } n_{out} \cdot n_{in} + \text{biases}`] : []),
    ...(has("batch-norm") ? [math`\text{batch norm: } 2 C \text{ (scale and shift)}`] : []),
    ...counted(["layer", "working", "parameters"], rows, stages.length, "parameters"),
    math`\text{total} = ${total}`,
  ]
}

function parameterWorking({ layer, input }: Stage): Rich | undefined {
  const [channels = 1] = input
  if (layer.type === "batch-norm") return math`2 \cdot ${channels}`
  if (layer.type === "fc") {
    const weights = math`${layer.units} \cdot ${countOf(input)}`
    return layer.bias ? math`${weights} + ${layer.units}` : weights
  }
  if (!isConvolution(layer)) return undefined
  const weights = weightsWorking(layer, channels)
  return layer.bias ? math`${weights} + ${layer.filters}` : weights
}

function weightsWorking({ filters, groups, kernel }: Convolution, channels: number): Rich {
  const [down, right] = typeof kernel === "number" ? [kernel, kernel] : kernel
  const seen = groups > 1 ? math`(${channels} / ${groups})` : math`${channels}`
  return math`${filters} \cdot ${seen} \cdot ${down} \cdot ${right}`
}

export function macLines(stages: readonly Stage[], macs: Vector, total: number): Block[] {
  const rows = stages.flatMap(({ layer, name, input, output }, i) => {
    const { weights } = parametersOf(layer, input)
    const places = placesOf(layer, input, output)
    if (places === 0) return []
    const [, ...cells] = layer.type === "transposed-conv" ? input : output
    const working =
      layer.type === "fc" ? math`${weights}` : math`${weights} \cdot ${join(cells, " \\cdot ")}`
    return [[name, working, macs[i] ?? 0]]
  })
  const has = (type: Layer["type"]) => stages.some(({ layer }) => layer.type === type)
  return [
    text`Every weight is multiplied once at each place of its kernel; a multiplication and its addition count as one, biases are not counted.`,
    ...(has("conv") ? [math`\text{convolution: weights} \cdot H_{out} \cdot W_{out}`] : []),
    ...(has("transposed-conv")
      ? [math`\text{transposed convolution: weights} \cdot H_{in} \cdot W_{in}`]
      : []),
    ...(has("fc") ? [math`\text{fully connected: weights}`] : []),
    ...counted(["layer", "working", "MACs"], rows, stages.length, "multiplications"),
    math`\text{total} = ${total}`,
  ]
}

/** The layers that have any, and a sentence on the others. */
function counted(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  all: number,
  what: string,
): Block[] {
  if (rows.length === 0) return [text`No layer has ${what}.`]
  const rest = rows.length < all ? [text`The other layers have no ${what}.`] : []
  return [table(head, rows), ...rest]
}

export function memoryLines(
  stages: readonly Stage[],
  memory: Vector,
  { bytes, total }: { bytes: number; total: number },
): Block[] {
  return [
    text`The numbers of each output, at ${plural(bytes, "byte")} a number:`,
    table(
      ["layer", "working", "bytes"],
      stages.map(({ name, output }, i) => [
        name,
        math`${join(output, " \\cdot ")} \cdot ${bytes}`,
        memory[i] ?? 0,
      ]),
    ),
    math`\text{total} = ${total}`,
  ]
}

export function reachLines(stages: readonly Stage[], seen: readonly Seen[]): Block[] {
  const backwards = seen.some(each => each.backwards)
  const dilated = seen.some(({ windows }) => windows?.some(({ d }) => d > 1))
  const k = dilated ? math`k'` : math`k`
  const rows = stages.flatMap(({ name }, i) => {
    const own = seen[i]
    if (!own || own.all || !own.windows) return []
    const [field, jump] = reachWorking(own)
    return [[name, field, shown(own, "field"), jump, shown(own, "jump")]]
  })
  const rest = stages.flatMap(({ name }, i) => (seen[i]?.all ? [name] : []))
  const [first, last = first] = [rest[0], rest.at(-1)]
  return [
    text`r is the receptive field, j the jump; a cell of the input has r = j = 1.`,
    math`r_{out} = r_{in} + (${k} - 1) \cdot j_{in}`,
    math`j_{out} = j_{in} \cdot s`,
    ...(backwards
      ? [
          text`A transposed convolution divides j by its stride. From it on, r is counted backwards from one cell: m neighbouring cells come from s(m − 1) + ${k} cells before a convolution or pooling, and from at most ⌊(m + ${k} − 2)/s⌋ + 1 before a transposed convolution.`,
        ]
      : []),
    table(["layer", math`r`, "", math`j`, ""], rows),
    ...(first !== undefined && last !== undefined
      ? [
          text`${first === last ? text`${first} sees` : text`From ${first} on, the layers see`} the whole input.`,
        ]
      : []),
    ...(rows.length + rest.length < stages.length ? [text`The other layers change neither.`] : []),
  ]
}

function reachWorking({ before, windows, square, transposed, backwards }: Seen): [Cell, Cell] {
  const axes = ([0, 1] as const).slice(0, square ? 1 : 2)
  const each = (of: (reach: Reach, axis: Axis) => Rich) =>
    join(
      axes.flatMap(axis => (windows ? [of(before[axis], windows[axis])] : [])),
      ",\\ ",
    )
  const field = backwards
    ? text`counted backwards`
    : each(({ field, jump }, { span }) => math`${field} + (${span} - 1) \cdot ${jump}`)
  return [
    field,
    each(({ jump }, { s }) => (transposed ? math`${jump} / ${s}` : math`${jump} \cdot ${s}`)),
  ]
}

function shown({ after, square }: Seen, what: keyof Reach): Cell {
  const [down, right] = after
  return square ? down[what] : math`[${down[what]},\ ${right[what]}]`
}

/** The network as a whole, a row per layer. */
export function summary(
  stages: readonly Stage[],
  counts: {
    params: Vector
    macs: Vector
    memory: Vector
    seen: readonly Seen[] | undefined
  },
): Block[] {
  const { params, macs, memory, seen } = counts
  return [
    table(
      ["layer", "output", "parameters", "MACs", "bytes", ...(seen ? [math`r`, math`j`] : [])],
      stages.map(({ name, output }, i) => {
        const own = seen?.[i]
        return [
          name,
          shapeText(output),
          params[i] ?? 0,
          macs[i] ?? 0,
          memory[i] ?? 0,
          ...(own ? [shown(own, "field"), shown(own, "jump")] : []),
        ]
      }),
    ),
  ]
}

function shapeText(shape: Vector): Rich {
  return math`[${join(shape, ", ")}]`
}

/** The type of a layer with its settings, as short as can be. */
function typeOf(layer: Layer): string {
  if (layer.type === "activation") return layer.function ?? layer.type
  if (layer.type === "pool") return `${layer.mode} pool ${sized(layer.kernel)}`
  if (layer.type === "fc") return `fc ${layer.units}`
  if (!hasWindow(layer)) return layer.type.replace("-", " ")
  const type = layer.type === "conv" ? "conv" : "transposed"
  return `${type} ${sized(layer.kernel)}, ${layer.filters}`
}

function sized(kernel: number | readonly [number, number]): string {
  return typeof kernel === "number" ? `${kernel}×${kernel}` : kernel.join("×")
}
