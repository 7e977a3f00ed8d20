import { type Block, join, math, type Rich, text } from "../core/blocks.ts"
import type { Grid, Stack, Tensor } from "../core/types.ts"
import { plural } from "../core/words.ts"
import { entries, isReadable, type Named, shown, windowSum } from "../core/working.ts"
import {
  biasesOf,
  type ConvLayer,
  channelsOf,
  filtersOf,
  firstChannel,
  isMany,
  laidFilters,
  sidesOf,
  type WindowAxis,
  walkOf,
  windowAxes,
} from "./conv-layer.ts"
import { cellsUnder, pad } from "./convolution.ts"
import { entry } from "./linear.ts"

/** How a two-dimensional convolution is written out. */

/** What is written out of many: cells of all maps, products of a cell, filters, grids. */
const readable = { cells: 16, products: 9, filters: 4, grids: 8 }

/** The size of the output along both axes. */
export function sizeLines(layer: ConvLayer, sizes: readonly (number | string)[]): Block[] {
  const axes = windowAxes(layer)
  const dilated = axes.some(({ d }) => d > 1)
  const k = dilated ? math`k'` : math`k`
  const found = sizes.slice(-2)
  const filters = filtersOf(layer).length
  return [
    text`n is the size of the input, p and q the cells of padding before and after it, k the size of the kernel${dilated ? ", k′ what it covers with dilation d" : ""}, s the stride.`,
    ...(dilated ? axes.map(dilation) : []),
    ...(layer.padding === "same" ? axes.map(same) : []),
    ...(layer.padding === "full" ? axes.map(full) : []),
    math`\text{out} = \lfloor \frac{n + p + q - ${k}}{s} \rfloor + 1`,
    ...axes.map(({ n, s, span, before, after }, i) => {
      const room = n + before + after - span
      return math`\text{out}${sideOf(i)} = \lfloor \frac{${n} + ${before} + ${after} - ${span}}{${s}} \rfloor + 1 = \lfloor \frac{${room}}{${s}} \rfloor + 1 = ${found[i] ?? ""}`
    }),
    ...(isMany(layer)
      ? [text`Each of the ${plural(filters, "filter")} makes one map of this size.`]
      : []),
  ]
}

function dilation({ k, d, span }: WindowAxis, i: number): Rich {
  return math`k'${sideOf(i)} = d \cdot (k - 1) + 1 = ${d} \cdot (${k} - 1) + 1 = ${span}`
}

/** `same`: what makes ⌈n/s⌉ windows fit. */
function same({ n, s, span, before, after }: WindowAxis, i: number): Rich {
  const count = Math.ceil(n / s)
  const total = (count - 1) * s + span - n
  const least = total < 0 ? math`${total} \to 0` : math`${total}`
  return math`\text{same: } (p + q)${sideOf(i)} = (\lceil \frac{${n}}{${s}} \rceil - 1) \cdot ${s} + ${span} - ${n} = ${least}, \quad p = ${before}, \quad q = ${after}`
}

/** `full`: as far out as a window still meets the input. */
function full({ span, before }: WindowAxis, i: number): Rich {
  return math`\text{full: } p${sideOf(i)} = q${sideOf(i)} = ${span} - 1 = ${before}`
}

function sideOf(axis: number): Rich {
  return axis === 0 ? math`_{H}` : math`_{W}`
}

/** The formula, the input that the windows slide over, and the kernels as they are laid on it. */
export function windowLines(layer: ConvLayer, symbol: string): Block[] {
  const [many, depth] = [isMany(layer), entry(filtersOf(layer), 0).length]
  const [down, right] = windowAxes(layer)
  const isPadded = sidesOf(layer).some(side => side > 0)
  const channels = paddedChannels(layer)
  const kernels = laidFilters(layer)
  const marks = cellsUnder(entry(entry(kernels, 0), 0), [0, 0], walkOf(layer)).flat()
  const c = depth > 1 ? math`c,` : math``
  const name = symbolOf(symbol, many ? math`f` : undefined)
  const place = math`${c}${cell(math`i`, math`u`, down)},\,${cell(math`j`, math`v`, right)}`
  const bias = layer.bias === undefined ? math`` : many ? math` + b^{(f)}` : math` + b`
  return [
    math`${name}_{i,j} = \sum_{${c}u,v} K${many ? math`^{(f)}` : math``}_{${c}u,v} \cdot x_{${place}}${bias}`,
    text`x is the input${isPadded ? " with its padding" : ""}; ${channels.length > 1 ? "in each channel " : ""}the cells of the first window are marked. All indices count from 1.`,
    ...several(
      channels.map((value, i) => ({
        name: channels.length > 1 ? math`x_{${i + 1}}` : math`x`,
        value,
        marks,
      })),
      "channel",
    ),
    ...(layer.groups > 1 ? [groupLine(layer, depth)] : []),
    ...(layer.operation === "convolution" ? turned(kernels, many) : []),
  ]
}

function groupLine(layer: ConvLayer, depth: number): Rich {
  const per = filtersOf(layer).length / layer.groups
  const filters = per === 1 ? "each filter in turn sees" : `every ${per} filters in turn see`
  const channels = depth === 1 ? "channel" : `${depth} channels`
  return text`In ${layer.groups} groups, ${filters} only the next ${channels}.`
}

function turned(kernels: Tensor, many: boolean): Block[] {
  const all = kernels.flatMap((filter, f) => {
    const over = many ? math`^{(${f + 1})}` : math``
    return filter.map((kernel, c) => ({
      name: filter.length > 1 ? math`K${over}_{${c + 1}}` : math`K${over}`,
      value: kernel,
    }))
  })
  return [
    text`A convolution turns the kernel by 180°. As it lies on the input:`,
    ...several(all, "kernel"),
  ]
}

/** The steps that write out each filter's sums; `maps` are what came of them. */
export function filterSteps(
  layer: ConvLayer,
  maps: Stack,
  symbol: string,
): { title: string; blocks: () => Block[] }[] {
  const many = isMany(layer)
  const count = maps.length * sizeOf(entry(maps, 0))
  const upTo = count <= readable.cells ? readable.cells : many ? 1 : 3
  const told = maps.slice(0, readable.filters).map((map, f) => ({
    title: many ? `Filter ${f + 1}` : "Sums of products",
    blocks: () => filterLines(layer, { f, map, name: nameOf(symbol, f, many), upTo }),
  }))
  const rest = maps.slice(readable.filters)
  if (rest.length === 0) return told
  const others = rest.map((value, i) => ({ name: nameOf(symbol, i + told.length, many), value }))
  const blocks = () => several(others, "map")
  return [...told, { title: "The other filters, in the same way", blocks }]
}

/** The name of a filter's map. */
export function nameOf(symbol: string, filter: number, many: boolean): Rich {
  return symbolOf(symbol, many ? math`${filter + 1}` : undefined)
}

interface Told {
  f: number
  map: Grid
  name: Rich
  upTo: number
}

function filterLines(layer: ConvLayer, { f, map, name, upTo }: Told): Block[] {
  const filter = entry(laidFilters(layer), f)
  const from = firstChannel(layer, f)
  const channels = paddedChannels(layer).slice(from, from + filter.length)
  const window = (c: number, i: number, j: number) => {
    const image = entry(channels, c)
    const places = cellsUnder(entry(filter, c), [i, j], walkOf(layer))
    const cells = places.map(row => row.map(([y, x]) => entry(entry(image, y), x)))
    const kernel = entry(filter, c)
    const total = kernel.flatMap((row, u) => row.map((k, v) => k * entry(entry(cells, u), v)))
    return { sum: windowSum(kernel, cells), total: total.reduce((all, each) => all + each, 0) }
  }
  const isShort = filter.flat(2).filter(weight => weight !== 0).length <= readable.products
  const plus = layer.bias === undefined ? math`` : math` + ${entry(biasesOf(layer), f)}`
  const of = (i: number, j: number) => {
    const windows = filter.map((_, c) => window(c, i, j))
    const terms = windows.map(({ sum, total }) => (isShort ? sum : total))
    return math`${join(terms, " + ")}${plus}`
  }
  const products = filter.map((_, c) => {
    const { sum, total } = window(c, 0, 0)
    return math`\text{channel}_{${from + c + 1}} = ${sum} = ${total}`
  })
  const all = entries({ name, value: map }, of, upTo)
  return [
    ...(isShort || (f > 0 && upTo === 1)
      ? []
      : [
          text`The products of the first window by channel, then the sum of the channels:`,
          ...products,
        ]),
    ...all,
    ...(sizeOf(map) > all.length ? [text`The other cells in the same way.`] : []),
    shown({ name, value: map }),
  ]
}

function paddedChannels(layer: ConvLayer): Stack {
  return channelsOf(layer).map(channel => pad(channel, sidesOf(layer)))
}

function symbolOf(symbol: string, filter: Rich | undefined): Rich {
  const letter = symbol === "z" ? math`z` : math`y`
  return filter ? math`${letter}^{(${filter})}` : letter
}

/** The row or column of the input that cell u of window i lies on. */
function cell(i: Rich, u: Rich, { s, d }: WindowAxis): Rich {
  if (s === 1 && d === 1) return math`${i}+${u}-1`
  if (s === 1) return math`${i}+${d}(${u}-1)`
  if (d === 1) return math`${s}(${i}-1)+${u}`
  return math`${s}(${i}-1)+${d}(${u}-1)+1`
}

function sizeOf(map: Grid): number {
  return map.length * (map[0]?.length ?? 0)
}

/** Grids of one size: all that a page holds, or a sentence on the first if they are too large. */
function several(all: readonly Named[], noun: string): Block[] {
  const [first] = all
  const upTo = first && isReadable(first) ? readable.grids : 1
  const left = all.length - upTo
  return [
    ...all.slice(0, upTo).map(shown),
    ...(left > 0 ? [text`… and ${plural(left, `more ${noun}`)} of this size.`] : []),
  ]
}
