import * as z from "zod"
import * as field from "./fields.ts"
import type { Grid, Vector } from "./types.ts"
import { describe, mustBe, quoted } from "./words.ts"

/** Feed-forward networks as they are given: named units, or layers of matrices that multiply columns. */

/** A number, or one with a name; weights of one name are one weight. */
export type Weight = number | { name: string; value: number }

export interface UnitGiven<A extends string = string> {
  name: string
  inputs: Readonly<Record<string, Weight>>
  bias?: Weight | undefined
  activation: A
  alpha?: number | undefined
}

export interface LayerGiven<A extends string = string> {
  name?: string | undefined
  W: Grid
  b?: Vector | undefined
  activation: A
  alpha?: number | undefined
}

export interface NetworkGiven<A extends string = string> {
  inputs: Vector | Readonly<Record<string, number>>
  units?: readonly UnitGiven<A>[] | undefined
  layers?: readonly LayerGiven<A>[] | undefined
  target: number | Vector | Readonly<Record<string, number>>
}

/** Values by name; of a list they are x1, x2, … */
export function inputValues(description: string) {
  const list = field.vector("shape (n)")
  return z
    .union([list, byName(field.number("value"))], {
      error: ({ input }) => mustBe("a map of numbers by name, or a list of numbers", input),
    })
    .meta({ title: "numbers by name", description })
}

/** A name that is no use as one is missed where it is needed. */
function byName<V extends z.ZodType>(value: V) {
  return z.record(z.string(), value)
}

/** One number, a list, or numbers by the names of the outputs. */
export function targets(description: string) {
  const each = field.number("target")
  return z
    .union([each, field.vector("in their order"), byName(each)], {
      error: ({ input }) => mustBe("a number, a list or a map of numbers by name", input),
    })
    .meta({ title: "number, list or map", description })
}

function weight(description: string) {
  const named = z.strictObject({
    name: field.label("name of the weight"),
    value: field.number("its value"),
  })
  return z
    .union([field.number("its value"), named], {
      error: ({ input }) => {
        const found = input !== null && typeof input === "object" && !Array.isArray(input)
        return `must be a number or a map with \`name\` and \`value\`, but it is ${found ? `a map with ${quoted(Object.keys(input), "and") || "nothing in it"}` : describe(input)}`
      },
    })
    .meta({ title: "weight", description })
}

function activation<const A extends readonly string[]>(activations: A) {
  return {
    activation: field.oneOf("what makes a of z", activations),
    alpha: field.number("of leaky-relu (0.01) or elu (1)", { min: 0 }).optional(),
  }
}

export function units<const A extends readonly string[]>(activations: A, description: string) {
  const unit = z.strictObject({
    name: field.label("name of the unit"),
    inputs: field.record("weight of each source, an input or a unit before", weight("weight")),
    bias: weight("added to the weighted sum").optional(),
    ...activation(activations),
  })
  return z.array(unit).min(1).meta({ title: "units", description })
}

export function layers<const A extends readonly string[]>(activations: A, description: string) {
  const layer = z.strictObject({
    name: field.label("name of the layer; layer1, layer2, … if left out").optional(),
    W: field.grid("weights, a row for each unit, shape (units, units before)"),
    b: field.vector("biases, shape (units)").optional(),
    ...activation(activations),
  })
  return z.array(layer).min(1).meta({ title: "layers", description })
}

export function inputsOf({ inputs }: Pick<NetworkGiven, "inputs">): (readonly [string, number])[] {
  return isList(inputs) ? inputs.map((value, i) => [`x${i + 1}`, value]) : Object.entries(inputs)
}

export function weightOf(given: Weight, standard: string): { key: string; value: number } {
  return typeof given === "number"
    ? { key: standard, value: given }
    : { key: given.name, value: given.value }
}

export function layerName({ name }: { name?: string | undefined }, i: number): string {
  return name ?? `layer${i + 1}`
}

/** The units that feed no other, or as many numbers as the last layer has units. */
export function outputsOf({ units, layers }: Omit<NetworkGiven, "target" | "inputs">): string[] {
  const used = new Set(units?.flatMap(({ inputs }) => Object.keys(inputs)))
  if (units) return units.map(({ name }) => name).filter(name => !used.has(name))
  return (layers?.at(-1)?.W ?? []).map((_, i) => `output ${i + 1}`)
}

/** The target of each output, in their order. */
export function targetsOf({ target, ...net }: NetworkGiven): number[] {
  if (typeof target === "number") return [target]
  return isList(target) ? [...target] : outputsOf(net).map(name => target[name] ?? Number.NaN)
}

export function isList<T>(value: Vector | T): value is Vector {
  return Array.isArray(value)
}
