import {
  inputsOf,
  type LayerGiven,
  layerName,
  type NetworkGiven,
  outputsOf,
  type UnitGiven,
  weightOf,
} from "../core/backprop.ts"
import { math, type Rich } from "../core/blocks.ts"
import { symbolOf } from "../core/expression-rich.ts"
import type { Grid, Vector } from "../core/types.ts"
import type { ActivationName } from "./activation.ts"
import { entry } from "./linear.ts"

/** A feed-forward network unit by unit, whether it was given by units or by layers. */
export interface Net {
  inputs: ReadonlyMap<string, number>
  /** In feed-forward order. */
  groups: readonly Group[]
  parameters: readonly Parameter[]
  /** What feeds nothing else, in the order given. */
  outputs: readonly string[]
  /** Inputs on the left, each unit one column right of its last source, outputs on the right. */
  columns: readonly (readonly string[])[]
  /** Every edge that leaves an input or unit, with the unit that it enters. */
  leaving: ReadonlyMap<string, readonly Path[]>
}

export interface Path {
  unit: Unit
  edge: Edge
}

/** Units that are worked out together: one alone, those of a softmax, or a layer. */
export interface Group {
  units: readonly Unit[]
  activation: ActivationName | "softmax"
  alpha: number | undefined
  /** Of a layer: its place from 1 and what its answers are called. */
  layer?: { place: number; name: string }
}

export interface Unit {
  name: string
  /** What stands below its z, a and δ. */
  index: string
  sources: readonly Edge[]
  bias?: { key: string; symbol: Rich; value: number } | undefined
}

/** From an input or a unit into a unit. */
export interface Edge {
  from: string
  key: string
  symbol: Rich
  value: number
}

/** What is learned: a weight or bias, or the weights or biases of a layer. */
export interface Parameter {
  key: string
  symbol: Rich
  value: Learned
  isBias: boolean
  /** Where each of its numbers is used; more than one place where a weight is shared. */
  uses: readonly (readonly Use[])[]
}

/** The place of a weight, or of a bias, which takes from nowhere. */
export interface Use {
  unit: Unit
  edge?: Edge
  symbol: Rich
}

export type Learned = number | Vector | Grid

type Given = NetworkGiven<ActivationName | "softmax">

/** Made once for givens that are solved many times, as they are to grade a sheet. */
const known = new WeakMap<Given, Net>()

export function netOf(given: Given): Net {
  const before = known.get(given)
  if (before) return before
  const inputs = new Map(inputsOf(given))
  const net = given.units ? unitNet(given.units) : layerNet(given.layers ?? [], [...inputs.keys()])
  const leaving = new Map<string, Path[]>()
  for (const unit of net.groups.flatMap(({ units }) => units)) {
    for (const edge of unit.sources) {
      leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), { unit, edge }])
    }
  }
  const columns = columnsOf(inputs, net)
  const made = { ...net, inputs, leaving, columns }
  known.set(given, made)
  return made
}

type Activated = ActivationName | "softmax"

function unitNet(
  given: readonly UnitGiven<Activated>[],
): Omit<Net, "inputs" | "leaving" | "columns"> {
  const units = given.map(({ name, inputs, bias }): Unit => {
    const own = bias === undefined ? undefined : weightOf(bias, `b_${name}`)
    return {
      name,
      index: name,
      sources: Object.entries(inputs).map(([from, value]) => {
        const weight = weightOf(value, `w_${from}_${name}`)
        return { from, ...weight, symbol: symbolOf(weight.key) }
      }),
      bias: own && { ...own, symbol: symbolOf(own.key) },
    }
  })
  const groupOf = (place: number): Group => {
    const { activation, alpha } = entry(given, place)
    return { units: [entry(units, place)], activation, alpha }
  }
  const groups = units.map((_, place) => groupOf(place))
  const sharing = groups.filter(({ activation }) => activation === "softmax")
  const [first] = sharing
  const together = first && { ...first, units: sharing.flatMap(group => group.units) }
  const alone = groups.filter(({ activation }) => activation !== "softmax")
  return {
    groups: together ? [...alone, together] : alone,
    parameters: weightsOf(units),
    outputs: outputsOf({ units: given }),
  }
}

/** Weights of one name are one. */
function weightsOf(units: readonly Unit[]): Parameter[] {
  const all = units.flatMap(unit => [
    ...unit.sources.map(edge => ({ ...edge, use: { unit, edge, symbol: edge.symbol } as Use })),
    ...(unit.bias ? [{ ...unit.bias, use: { unit, symbol: unit.bias.symbol } as Use }] : []),
  ])
  return [...new Set(all.map(({ key }) => key))].map(key => {
    const own = all.filter(each => each.key === key)
    const { symbol, value } = entry(own, 0)
    const uses = own.map(({ use }) => use)
    return { key, symbol, value, isBias: uses.every(({ edge }) => !edge), uses: [uses] }
  })
}

function layerNet(given: readonly LayerGiven<Activated>[], inputs: readonly string[]) {
  const groups: Group[] = []
  const parameters: Parameter[] = []
  let before = inputs
  for (const [i, layer] of given.entries()) {
    const place = i + 1
    const [W, b] = [math`W_{${place}}`, math`b_{${place}}`]
    const sources = before
    const units = layer.W.map((row, r): Unit => {
      const bias = layer.b?.[r]
      return {
        name: `(${place},${r + 1})`,
        index: `${place},${r + 1}`,
        sources: sources.map((from, c) => ({
          from,
          key: `W${place}`,
          symbol: math`(${W})_{${r + 1},${c + 1}}`,
          value: entry(row, c),
        })),
        bias:
          bias === undefined
            ? undefined
            : { key: `b${place}`, symbol: math`(${b})_{${r + 1}}`, value: bias },
      }
    })
    const { activation, alpha } = layer
    groups.push({ units, activation, alpha, layer: { place, name: layerName(layer, i) } })
    const edges = units.flatMap(unit =>
      unit.sources.map(edge => [{ unit, edge, symbol: edge.symbol }]),
    )
    const biases = units.flatMap(unit => (unit.bias ? [[{ unit, symbol: unit.bias.symbol }]] : []))
    parameters.push({ key: `W${place}`, symbol: W, value: layer.W, isBias: false, uses: edges })
    if (layer.b) {
      parameters.push({ key: `b${place}`, symbol: b, value: layer.b, isBias: true, uses: biases })
    }
    before = units.map(({ name }) => name)
  }
  return { groups, parameters, outputs: before }
}

/** A parameter's numbers, each made from its uses, in its shape. */
export function learned(
  { value, uses }: Parameter,
  of: (uses: readonly Use[], old: number, place: number) => number,
): Learned {
  const each = (place: number, old: number) => of(entry(uses, place), old, place)
  if (typeof value === "number") return each(0, value)
  if (isVector(value)) return value.map((old, i) => each(i, old))
  const width = entry(value, 0).length
  return value.map((row, i) => row.map((old, j) => each(i * width + j, old)))
}

/** The number at a place of a parameter, row by row. */
export function numberAt(value: Learned, place: number): number {
  if (typeof value === "number") return value
  if (isVector(value)) return entry(value, place)
  const width = entry(value, 0).length
  return entry(entry(value, Math.floor(place / width)), place % width)
}

function isVector(value: Vector | Grid): value is Vector {
  return typeof value[0] === "number"
}

/** The paths that leave a unit. */
export function leaving({ leaving: paths }: Net, from: string): readonly Path[] {
  return paths.get(from) ?? []
}

/** The groups from the last column to the first: what a unit feeds comes before it. */
export function backwards({ groups, columns }: Net): Group[] {
  const columnOf = ({ units: [first] }: Group) =>
    columns.findIndex(names => first && names.includes(first.name))
  return groups.toSorted((one, other) => columnOf(other) - columnOf(one))
}

function columnsOf(
  inputs: ReadonlyMap<string, number>,
  { groups, outputs }: Pick<Net, "groups" | "outputs">,
): string[][] {
  const columns = new Map([...inputs.keys()].map(name => [name, 0]))
  for (const { name, sources } of groups.flatMap(({ units }) => units)) {
    columns.set(name, 1 + Math.max(...sources.map(({ from }) => columns.get(from) ?? 0)))
  }
  const last = Math.max(...columns.values())
  for (const name of outputs) columns.set(name, last)
  return Array.from({ length: last + 1 }, (_, column) =>
    [...columns].flatMap(([name, own]) => (own === column ? [name] : [])),
  )
}
