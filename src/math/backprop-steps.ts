import { type Block, type Inline, join, math, network, type Rich, text } from "../core/blocks.ts"
import { symbolOf } from "../core/expression-rich.ts"
import type { Vector } from "../core/types.ts"
import { shown, sumOfProducts } from "../core/working.ts"
import type { ActivationName } from "./activation.ts"
import { formulasOf, slopeWorking } from "./activation-working.ts"
import { at, type Known, type LossName, slopesOf } from "./backprop.ts"
import {
  type Group,
  type Learned,
  leaving,
  type Net,
  numberAt,
  type Parameter,
  type Unit,
  type Use,
} from "./backprop-net.ts"
import { entry } from "./linear.ts"

// How backpropagation is written down. z, a and δ bear the name of their unit, or the places of layer
// and unit; δ is ∂L/∂z.

/** Numbers that are written out one by one; of more, the first. */
const most = { units: 8, uses: 24, drawn: 24 }

/** The network, and what makes a of z. */
export function networkBlocks(net: Net): Block[] {
  const { groups } = net
  const names = [...new Set(groups.map(({ activation }) => activation))]
  const units = groups.flatMap(group => group.units)
  const indices = new Map(units.map(({ name, index }) => [name, index]))
  const drawn = (name: string) => indices.get(name) ?? name
  const edges = units.flatMap(({ index, sources }) =>
    sources.map(({ from, value }) => ({ from: drawn(from), to: index, label: value })),
  )
  const columns = net.columns.map(names => names.map(drawn))
  return [
    math`z_j = \sum_i w_{ij} \cdot a_i + b_j, \quad a_j = f_j(z_j)`,
    ...names.flatMap((name): Rich[] => {
      if (name === "linear") return []
      const alpha = groups.find(({ activation }) => activation === name)?.alpha
      if (name === "softmax")
        return [math`\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}`]
      return formulasOf(name, { alpha }, { f: functionOf(name), x: math`z` })
    }),
    ...(edges.length <= most.drawn ? [network("The network and its weights", columns, edges)] : []),
  ]
}

/** z and a of a group. */
export function forwardLines(net: Net, { units, layer, ...group }: Group, { a, z }: Known): Rich[] {
  const all = units.map(({ name }) => [at(z, name), at(a, name)] as const)
  const f = functionOf(group.activation)
  const lines = units.slice(0, most.units).map(unit => {
    const { sources, bias } = unit
    const sum = sumOfProducts(
      sources.map(({ value }) => value),
      sources.map(({ from }) => at(a, from)),
    )
    const numbers = math`${sum}${bias ? math` + ${bias.value}` : math``}`
    return math`${zOf(unit)} = ${layer ? math`` : math`${inSymbols(net, unit)} = `}${numbers} = ${at(z, unit.name)}`
  })
  const rest = units.length > most.units ? [text`The other units in the same way.`] : []
  if (layer) {
    const { place } = layer
    const before = place === 1 ? math`x` : math`a^{(${place - 1})}`
    const plus = units.some(({ bias }) => bias) ? math` + b_{${place}}` : math``
    return [
      math`z^{(${place})} = W_{${place}} \cdot ${before}${plus}`,
      ...lines,
      ...rest,
      math`a^{(${place})} = ${group.activation === "linear" ? math`z^{(${place})}` : math`${f}(z^{(${place})})`} = ${all.map(([, value]) => value)}`,
    ]
  }
  if (group.activation !== "softmax") {
    return units.flatMap((unit, i) => [
      entry(lines, i),
      group.activation === "linear"
        ? math`${aOf(unit)} = ${zOf(unit)} = ${at(a, unit.name)}`
        : math`${aOf(unit)} = ${f}(${zOf(unit)}) = ${f}(${at(z, unit.name)}) = ${at(a, unit.name)}`,
    ])
  }
  const total = math`${join(
    units.map(({ name }) => math`e^{${at(z, name)}}`),
    " + ",
  )}`
  return [
    ...lines,
    ...rest,
    ...units.slice(0, most.units).map(unit => {
      return math`${aOf(unit)} = \frac{e^{${at(z, unit.name)}}}{${total}} = ${at(a, unit.name)}`
    }),
  ]
}

/** w·a + … + b of a unit. */
function inSymbols(net: Net, { sources, bias }: Unit): Rich {
  const terms = sources.map(({ from, symbol }) => math`${symbol} \cdot ${named(net, from)}`)
  return join([...terms, ...(bias ? [bias.symbol] : [])], " + ")
}

const lossFormulas: Readonly<Record<LossName, { loss: Rich; slope: Rich }>> = {
  "half-squared": { loss: math`\frac{1}{2} \sum (a - y)^{2}`, slope: math`a - y` },
  squared: { loss: math`\sum (a - y)^{2}`, slope: math`2 \cdot (a - y)` },
  bce: {
    loss: math`-\sum (y \cdot \ln a + (1 - y) \cdot \ln(1 - a))`,
    slope: math`-\frac{y}{a} + \frac{1 - y}{1 - a}`,
  },
  "cross-entropy": { loss: math`-\sum y \cdot \ln a`, slope: math`-\frac{y}{a}` },
}

/** The loss, the target of each output, and of how many outputs it is the mean; 1 for a sum. */
interface Aim {
  loss: LossName
  targets: ReadonlyMap<string, number>
  count: number
}

/** L, with a term for each output. */
export function lossLines({ loss, targets, count }: Aim, { a }: Known, value: number): Rich[] {
  const mean = count === 1 ? math`` : math`\frac{1}{${count}} \cdot `
  const terms = [...targets].flatMap(([name, target]): Rich[] => {
    const [own, other] = [at(a, name), 1 - target]
    if (loss === "half-squared") return [math`\frac{1}{2} \cdot (${own} - ${target})^{2}`]
    if (loss === "squared") return [math`(${own} - ${target})^{2}`]
    const first = target === 0 ? [] : [math`${target} \cdot \ln(${own})`]
    if (loss === "cross-entropy" || other === 0) return first
    return [...first, math`${other} \cdot \ln(1 - ${own})`]
  })
  const sum = join(terms.slice(0, most.units), " + ")
  const whole = loss === "bce" || loss === "cross-entropy" ? math`-(${sum})` : sum
  const written = count === 1 ? whole : math`${mean}(${whole})`
  return [
    math`L = ${count > 1 && loss === "bce" ? math`${mean}(${lossFormulas[loss].loss})` : math`${mean}${lossFormulas[loss].loss}`}`,
    ...(terms.length > most.units ? [math`L = ${value}`] : [math`L = ${written} = ${value}`]),
  ]
}

/** ∂L/∂a of units, where it was needed. */
type Above = ReadonlyMap<string, number>

/** ∂L/∂a, ∂a/∂z and δ of the outputs. */
export function outputLines(
  outputs: readonly Group[],
  { loss, targets, count }: Aim,
  known: Known,
  above: Above,
): Rich[] {
  const { delta } = known
  const units = outputs.flatMap(group => group.units)
  const listed = units.slice(0, most.units)
  const pairs = listed.map(unit => [unit, at(known.a, unit.name), at(targets, unit.name)] as const)
  const mean = count === 1 ? math`` : math`\frac{1}{${count}} \cdot `
  if (above.size === 0) {
    return [
      text`With softmax and cross-entropy both derivatives are taken at once:`,
      math`\delta = \frac{\partial L}{\partial z} = a - y`,
      ...pairs.map(([unit, a, target]) => {
        return math`${deltaOf(unit)} = ${a} - ${target} = ${at(delta, unit.name)}`
      }),
      ...(units.length > listed.length ? [text`The other outputs in the same way.`] : []),
    ]
  }
  const bracketed = count > 1
  const formula = math`${mean}${bracketed ? math`(${lossFormulas[loss].slope})` : lossFormulas[loss].slope}`
  return [
    math`\frac{\partial L}{\partial a} = ${formula}`,
    ...pairs.map(([unit, a, target]) => {
      return math`${lossBy(aOf(unit))} = ${mean}${slopeOfLoss(loss, a, target, bracketed)} = ${at(above, unit.name)}`
    }),
    ...outputs.flatMap(group => throughLines(group, known, above)),
    ...(loss === "bce"
      ? [
          text`With the sigmoid and this loss δ is the error a − y${count > 1 ? text`, divided by ${count}` : ""}.`,
        ]
      : []),
  ]
}

function slopeOfLoss(loss: LossName, a: number, y: number, bracketed: boolean): Rich {
  const error = math`${a} - ${y}`
  if (loss === "half-squared") return bracketed ? math`(${error})` : error
  if (loss === "squared") return math`2 \cdot (${error})`
  const first = y === 0 ? math`` : math`-\frac{${y}}{${a}}`
  const second = math`\frac{${1 - y}}{1 - ${a}}`
  const sum =
    y === 0 ? second : y === 1 || loss === "cross-entropy" ? first : math`${first} + ${second}`
  if (loss === "cross-entropy" && y === 0) return math`0`
  return bracketed ? math`(${sum})` : sum
}

/** ∂L/∂a as the sum over the paths that leave a unit, then ∂a/∂z and δ. */
export function hiddenLines(net: Net, group: Group, known: Known, above: Above): Rich[] {
  const { units, layer } = group
  const own = layer && math`a^{(${layer.place})}`
  const next = layer ? layer.place + 1 : 0
  return [
    ...(own ? [math`${lossBy(own)} = W_{${next}}^{T} \cdot \delta^{(${next})}`] : []),
    ...(own && group.activation !== "softmax"
      ? [math`\delta^{(${layer.place})} = ${lossBy(own)} \odot f'(z^{(${layer.place})})`]
      : []),
    ...units.slice(0, most.units).map(unit => {
      const paths = leaving(net, unit.name)
      const few = paths.length <= most.units
      const chain = paths.map(
        path =>
          math`${lossBy(zOf(path.unit))} \cdot \frac{\partial {${zOf(path.unit)}}}{\partial {${aOf(unit)}}}`,
      )
      const symbols = paths.map(path => math`${deltaOf(path.unit)} \cdot ${path.edge.symbol}`)
      const numbers = sumOfProducts(
        paths.map(path => at(known.delta, path.unit.name)),
        paths.map(({ edge }) => edge.value),
      )
      const written = few ? math`${join(chain, " + ")} = ${join(symbols, " + ")} = ` : math``
      return math`${lossBy(aOf(unit))} = ${written}${numbers} = ${at(above, unit.name)}`
    }),
    ...throughLines(group, known, above),
  ]
}

/** ∂a/∂z and δ of each unit. */
function throughLines(group: Group, known: Known, above: Above): Rich[] {
  const { units, activation } = group
  const [a, z] = numbersOf(units, known)
  const arriving = units.map(({ name }) => at(above, name))
  const listed = units.slice(0, most.units)
  const rest = units.length > most.units ? [text`The other units in the same way.`] : []
  if (activation === "softmax") {
    return [
      math`\delta_i = \sum_j \frac{\partial L}{\partial a_j} \cdot \frac{\partial a_j}{\partial z_i} = a_i \cdot (\frac{\partial L}{\partial a_i} - \sum_j \frac{\partial L}{\partial a_j} \cdot a_j)`,
      ...listed.map((unit, i) => {
        const common = sumOfProducts(arriving, a)
        return math`${deltaOf(unit)} = ${entry(a, i)} \cdot (${entry(arriving, i)} - (${common})) = ${at(known.delta, unit.name)}`
      }),
      ...rest,
    ]
  }
  const slopes = slopesOf(group, z, a)
  return [
    ...listed.flatMap((unit, i) => {
      const [own, slope] = [entry(arriving, i), entry(slopes, i)]
      const chain = math`${lossBy(zOf(unit))} = ${lossBy(aOf(unit))} \cdot \frac{\partial {${aOf(unit)}}}{\partial {${zOf(unit)}}}`
      const working = slopeWorking(activation, entry(z, i), entry(a, i), { alpha: group.alpha })
      const f = activation === "linear" ? math`` : math`${functionOf(activation)}'(${zOf(unit)}) = `
      return [
        math`\frac{\partial {${aOf(unit)}}}{\partial {${zOf(unit)}}} = ${f}${working ? math`${working} = ` : math``}${slope}`,
        math`${deltaOf(unit)} = ${chain} = ${own} \cdot ${slope} = ${at(known.delta, unit.name)}`,
      ]
    }),
    ...rest,
  ]
}

/** How the gradient of each parameter comes about, in symbols and in numbers. */
export function gradientBlocks(
  net: Net,
  known: Known,
  above: Above,
  gradients: Readonly<Record<string, Learned>>,
): Block[] {
  const { parameters, groups } = net
  const count = parameters.reduce((all, { uses }) => all + uses.length, 0)
  const few = count <= most.uses
  const slopes = new Map(
    groups.flatMap(group => {
      const [a, z] = numbersOf(group.units, known)
      const own = group.activation === "softmax" ? [] : slopesOf(group, z, a)
      return own.map((slope, i) => [entry(group.units, i).name, slope] as const)
    }),
  )
  const factors = ({ unit, edge, symbol }: Use) => {
    const upper = [lossBy(aOf(unit)), math`\frac{\partial {${aOf(unit)}}}{\partial {${zOf(unit)}}}`]
    const numbers = [above.get(unit.name), slopes.get(unit.name)]
    const hasBoth = numbers.every(each => each !== undefined)
    const last = math`\frac{\partial {${zOf(unit)}}}{\partial {${symbol}}}`
    const first: readonly Inline[] = hasBoth ? numbers : [at(known.delta, unit.name)]
    return {
      symbols: join([...(hasBoth ? upper : [lossBy(zOf(unit))]), last], " \\cdot "),
      numbers: join([...first, edge ? at(known.a, edge.from) : 1], " \\cdot "),
    }
  }
  const line = (parameter: Parameter, uses: readonly Use[], place: number) => {
    const symbol = typeof parameter.value === "number" ? parameter.symbol : entry(uses, 0).symbol
    const all = uses.map(factors)
    const symbols = join(
      all.map(each => each.symbols),
      " + ",
    )
    const numbers = join(
      all.map(each => each.numbers),
      " + ",
    )
    return math`${lossBy(symbol)} = ${symbols} = ${numbers} = ${numberAt(gradients[parameter.key] ?? 0, place)}`
  }
  const isLayered = groups.some(({ layer }) => layer)
  const listed = few || isLayered ? parameters : parameters.slice(0, most.uses)
  return [
    isLayered
      ? math`\frac{\partial L}{\partial W_l} = \delta^{(l)} \cdot (a^{(l-1)})^{T}, \quad \frac{\partial L}{\partial b_l} = \delta^{(l)}`
      : math`\frac{\partial L}{\partial w_{ij}} = \delta_j \cdot a_i, \quad \frac{\partial L}{\partial b_j} = \delta_j`,
    ...listed.flatMap((parameter): Block[] => {
      const { uses, value, symbol, key } = parameter
      const lines = uses.slice(0, few ? uses.length : 1).map((each, i) => line(parameter, each, i))
      if (typeof value === "number") return lines
      return [...lines, ...whole(lossBy(symbol), gradients[key] ?? 0)]
    }),
    ...(few ? [] : [text`The others in the same way.`]),
  ]
}

/** The step against the gradient. */
export function updateBlocks(
  { parameters }: Net,
  rate: number,
  gradients: Readonly<Record<string, Learned>>,
  updated: Readonly<Record<string, Learned>>,
): Block[] {
  return [
    math`w^{+} = w - \eta \cdot \frac{\partial L}{\partial w}, \quad \eta = ${rate}`,
    ...parameters.slice(0, most.uses).flatMap(({ key, value, symbol, uses }): Block[] => {
      const [gradient, next] = [gradients[key] ?? 0, updated[key] ?? 0]
      const isNumber = typeof value === "number"
      const left = isNumber ? symbol : (uses[0]?.[0]?.symbol ?? symbol)
      const first = math`${left}^{+} = ${numberAt(value, 0)} - ${rate} \cdot ${numberAt(gradient, 0)} = ${numberAt(next, 0)}`
      return isNumber ? [first] : [first, ...whole(math`${symbol}^{+}`, next)]
    }),
    ...(parameters.length > most.uses ? [text`The others in the same way.`] : []),
  ]
}

/** A vector or grid as a whole. */
function whole(name: Rich, value: Learned): Block[] {
  if (typeof value === "number") return [math`${name} = ${value}`]
  const [first] = value
  if (typeof first === "number") return [math`${name} = ${value}`]
  return [shown({ name, value: value.map(row => (typeof row === "number" ? [row] : row)) })]
}

function functionOf(activation: ActivationName | "softmax"): Rich {
  if (activation === "sigmoid") return math`\sigma`
  return activation === "tanh" ? math`\tanh` : math`\operatorname{${activation}}`
}

function numbersOf(units: readonly Unit[], { a, z }: Known): [Vector, Vector] {
  return [units.map(({ name }) => at(a, name)), units.map(({ name }) => at(z, name))]
}

function lossBy(symbol: Rich): Rich {
  return math`\frac{\partial L}{\partial {${symbol}}}`
}

function named({ inputs, groups }: Net, from: string): Rich {
  const unit = groups.flatMap(({ units }) => units).find(({ name }) => name === from)
  return inputs.has(from) || !unit ? symbolOf(from) : aOf(unit)
}

function zOf({ index }: Unit): Rich {
  return math`z_{${index}}`
}

function aOf({ index }: Unit): Rich {
  return math`a_{${index}}`
}

function deltaOf({ index }: Unit): Rich {
  return math`\delta_{${index}}`
}
