import { type Layer, settled, type WrittenLayer } from "../core/cnn-layers.ts"
import type { Complaint } from "../core/complaints.ts"
import * as rule from "../core/rules.ts"
import type { Vector } from "../core/types.ts"
import { plural } from "../core/words.ts"
import { transposedSize } from "./axes.ts"
import {
  countOf,
  hasWindow,
  namesOf,
  parametersOf,
  placesOf,
  shapeAfter,
  type WindowLayer,
  windowsOf,
} from "./cnn-layers.ts"

interface Network {
  input: Vector
  layers: readonly WrittenLayer[]
}

/** Each layer must fit what reaches it; what comes after one that does not is left alone. */
export function chained<G extends Network>() {
  return rule.across<G>(["input", "layers"], ({ input, layers }) => {
    const names = namesOf(layers)
    const repeated = layers.flatMap(({ name }, i): Complaint[] => {
      if (name === undefined || names.indexOf(name) === i) return []
      const message = `is \`${name}\` again: each layer has a name of its own`
      return [{ path: ["layers", i, "name"], code: "duplicate", message }]
    })
    let shape: Vector = input
    let [parameters, products] = [0, 0]
    for (const [i, layer] of layers.map(settled).entries()) {
      const named = `\`${names[i] ?? ""}\``
      const from = i === 0 ? "the input" : `\`${names[i - 1] ?? ""}\``
      const misfits = misfitsOf(layer, shape, { named, from })
      if (misfits.length > 0) {
        // A single number says both axes, and one complaint about it is enough.
        const told = misfits.filter(
          ({ message }, m) => misfits.findIndex(each => each.message === message) === m,
        )
        return [...repeated, ...told.map(each => ({ ...each, path: ["layers", i, ...each.path] }))]
      }
      const output = shapeAfter(layer, shape)
      const { weights, biases } = parametersOf(layer, shape)
      parameters += weights + biases
      products += weights * placesOf(layer, shape, output)
      if (Math.max(parameters, products, countOf(output) * 8) >= 2 ** 50) {
        const message = `makes counts of 2^50 and more at ${named}, which are too large to be exact`
        return [...repeated, { path: ["layers", i], code: "size", message }]
      }
      shape = output
    }
    return repeated
  })
}

interface Place {
  named: string
  from: string
}

/** Why a layer cannot take what reaches it. */
function misfitsOf(layer: Layer, input: Vector, place: Place): Complaint[] {
  const { named, from } = place
  const found = `[${input.join(", ")}]`
  const [channels = 1, height = 1, width = 1] = input
  if (layer.type === "fc") {
    if (height * width > 1) {
      const message = `is ${named}, which needs a list of numbers, but ${from} gives the map ${found}`
      const hint = `put \`{ type: flatten }\` before it: ${countOf(input)} numbers`
      return [{ path: [], code: "shape", message, hint }]
    }
    return declared("in_features", layer.in_features, channels, "numbers", place)
  }
  const needsMap = hasWindow(layer) || layer.type === "global-pool"
  if (needsMap && input.length === 1) {
    const message = `is ${named}, which needs a map [channels, height, width], but ${from} gives ${found}`
    return [{ path: [], code: "shape", message }]
  }
  if (!hasWindow(layer)) return []
  if (layer.type === "pool") return windowMisfits(layer, input, place)
  const unsplit = (number: number, what: string): Complaint[] => {
    if (number % layer.groups === 0) return []
    const message = `is ${layer.groups}, but the ${number} ${what} cannot be split into ${layer.groups} equal groups`
    return [{ path: ["groups"], code: "size", message }]
  }
  return [
    ...declared("in_channels", layer.in_channels, channels, "channels", place),
    ...unsplit(channels, `channels that ${from} gives to ${named}`),
    ...unsplit(layer.filters, `filters of ${named}`),
    ...windowMisfits(layer, input, place),
  ]
}

/** The size of the input that an author states must be what reaches the layer. */
function declared(
  name: string,
  stated: number | undefined,
  found: number,
  what: string,
  { named, from }: Place,
): Complaint[] {
  if (stated === undefined || stated === found) return []
  const message = `is ${stated}, but ${from} gives ${found} ${what} to ${named}`
  return [{ path: [name], code: "shape", message }]
}

function windowMisfits(layer: WindowLayer, input: Vector, { named }: Place): Complaint[] {
  const axes = windowsOf(layer, input)
  return axes.flatMap((axis, i): Complaint[] => {
    const { n, p, s, d, k, span, extra } = axis
    const noun = i === 0 ? "row" : "column"
    const at = (field: "kernel" | "padding" | "output_padding") => {
      const value = Object.entries(layer).find(([key]) => key === field)?.[1]
      return Array.isArray(value) && value.length === 2 ? [field, i] : [field]
    }
    if (layer.type === "transposed-conv") {
      const whole = transposedSize({ ...axis, p: 0 })
      if (extra > 0 && extra >= s) {
        const message = `of ${named} must be smaller than its stride, ${s}, but it is ${extra}`
        return [{ path: at("output_padding"), code: "size", message }]
      }
      if (2 * p < whole) return []
      const message = `of ${named} takes away ${plural(2 * p, noun)}, but its output has only ${whole}`
      return [{ path: at("padding"), code: "size", message }]
    }
    if (layer.type === "pool" && p > 0 && p >= k) {
      const message = `of ${named} is ${p}, but must be smaller than its window, ${k}: else a window holds nothing but padding`
      return [{ path: at("padding"), code: "size", message }]
    }
    if (span <= n + 2 * p) return []
    const dilated = d > 1 ? ` with its dilation of ${d}` : ""
    const message = `of ${named} covers ${plural(span, noun)}${dilated}, but its ${p > 0 ? "padded " : ""}input has only ${n + 2 * p}`
    return [{ path: at("kernel"), code: "size", message }]
  })
}
