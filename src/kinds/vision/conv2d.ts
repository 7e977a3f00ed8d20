// Dumoulin & Visin (2016): every window of the padded input is multiplied by the kernel and summed; a sum
// runs over all channels of the filter's group. Deep-learning libraries correlate; a convolution
// turns the kernel by 180° first. `same` makes ⌈n/stride⌉ cells, the odd cell of padding at the
// bottom and right, as TensorFlow does; `full` keeps every window that meets the input.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Stack } from "../../core/types.ts"
import { mustBe, plural, sizes } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import { activations } from "../../math/activation.ts"
import {
  biasesOf,
  type ConvLayer,
  channelMaps,
  channelsOf,
  countOf,
  filtersOf,
  isMany,
  isStack,
  sidesOf,
  windowAxes,
} from "../../math/conv-layer.ts"
import { filterSteps, nameOf, sizeLines, windowLines } from "../../math/conv-working.ts"
import { addGrids, entry, mapGrid } from "../../math/linear.ts"

const geometry = ["input", "kernel", "groups", "stride", "padding", "dilation"] as const

const given = z
  .strictObject({
    input: field.gridOrStack("shape (rows, cols), or by channel (channels, rows, cols)"),
    kernel: z
      .union(
        [
          field.grid("one filter of one channel"),
          field.stack("one filter of several channels, or several filters of one"),
          z.array(field.stack("one filter, by channel")).min(1),
        ],
        { error: ({ input }) => mustBe("a grid, a list of grids or a list of filters", input) },
      )
      .describe(
        "one filter, (rows, cols) or (channels, rows, cols); or a list of filters: (filters, channels, rows, cols), on one channel or with groups also (filters, rows, cols)",
      ),
    bias: field.broadcast("added to the output: one number, or one for each filter").optional(),
    stride: field.perAxis("from window to window, s or [down, right]", { min: 1 }).default(1),
    padding: field
      .padding(
        "zeros around the input: p on each side, [top and bottom, left and right], [top, bottom, left, right]; or `valid` (none), `same` (⌈n/stride⌉ cells come out), `full` (every window that meets the input)",
        ["valid", "same", "full"],
      )
      .default(0),
    dilation: field
      .perAxis("from cell to cell of the kernel, d or [down, right]", { min: 1 })
      .default(1),
    groups: field
      .integer("into how many groups the channels and the filters are split", { min: 1 })
      .default(1),
    operation: field
      .oneOf("whether the kernel is laid on as it is, or turned by 180° (convolution)", [
        "correlation",
        "convolution",
      ])
      .default("correlation"),
    activation: field
      .oneOf("applied to each cell of the output", ["relu", "sigmoid", "tanh"])
      .optional(),
  })
  .check(
    rule.across(["input", "groups"], given =>
      unsplit(given.groups, channelsOf(given).length, "channel"),
    ),
    rule.across(["input", "kernel", "groups"], given =>
      unsplit(given.groups, filtersOf(given).length, "filter"),
    ),
    rule.across(["input", "kernel", "groups"], given => {
      const filters = filtersOf(given)
      return filters.flatMap((filter, f) => {
        if (sizes(filter) === sizes(filters[0])) return []
        const message = `is ${sizes(filter)}, but the first filter is ${sizes(filters[0])}`
        return [{ path: ["kernel", f], code: "shape", message }]
      })
    }),
    rule.across(["input", "kernel", "groups"], given => {
      const { groups } = given
      const [channels, depth] = [channelsOf(given).length, entry(filtersOf(given), 0).length]
      if (channels % groups !== 0 || depth === channels / groups) return undefined
      const found = `${isMany(given) ? "has filters of" : "has"} ${plural(depth, "channel")}`
      const wanted = groups === 1 ? "the input has" : `each of the ${groups} groups has`
      const message = `${found}, but ${wanted} ${channels / groups}`
      return { path: ["kernel"], code: "shape", message }
    }),
    rule.across(["input", "kernel", "groups", "bias"], given => {
      const filters = filtersOf(given).length
      if (!Array.isArray(given.bias) || given.bias.length === filters) return undefined
      const wanted = filters === 1 ? "there is 1 filter" : `there are ${filters} filters`
      const message = `has ${plural(given.bias.length, "number")}, but ${wanted}`
      return { path: ["bias"], code: "shape", message }
    }),
    rule.across<ConvLayer>(geometry, given =>
      windowAxes(given).flatMap(({ n, d, span, before, after }, i) => {
        const room = n + before + after
        if (span <= room) return []
        const covered = `covers ${plural(span, i === 0 ? "row" : "column")}`
        const dilated = d > 1 ? ` with its dilation of ${d}` : ""
        const message = `${covered}${dilated}, but the ${room > n ? "padded " : ""}input has only ${room}`
        return [{ path: ["kernel"], code: "size", message }]
      }),
    ),
    rule.affordable<ConvLayer>(
      geometry,
      given => (sidesOf(given).some(side => side > 0) ? "padding" : "input"),
      given => {
        const cells = windowAxes(given).map(({ n, before, after }) => n + before + after)
        return cells.reduce((all, side) => all * side, filtersOf(given).flat(3).length)
      },
    ),
  )

type Given = z.output<typeof given>

const answers = (given: Given) => {
  const many = isMany(given)
  const maps = many ? answer.stack : answer.grid
  return {
    output_size: answer.shape(`size of the output, [${many ? "filters, " : ""}height, width]`, {
      min: 1,
      aside: true,
    }),
    pre: maps("before the activation", { optional: true }),
    output: maps(many ? "output, a map for each filter" : "output"),
  }
}

const slips: Slips<typeof given> = {
  "the kernel is turned by 180°": ({ operation }) =>
    operation === "correlation" ? { operation: "convolution" } : undefined,
  "the kernel is not turned by 180°": ({ operation }) =>
    operation === "convolution" ? { operation: "correlation" } : undefined,
  "the padding is left out": ({ padding }) => (padding === 0 ? undefined : { padding: 0 }),
  "the odd cell of the padding stands at the top and left": given => {
    const [top, bottom, left, right] = sidesOf(given)
    return given.padding === "same" ? { padding: [bottom, top, right, left] } : undefined
  },
  "the stride is left out": ({ stride }) => (stride === 1 ? undefined : { stride: 1 }),
  "the dilation is left out": ({ dilation }) => (dilation === 1 ? undefined : { dilation: 1 }),
  "the bias is left out": ({ bias }) => (bias === undefined ? undefined : { bias: 0 }),
  "the bias is added for each channel": given => {
    const depth = entry(filtersOf(given), 0).length
    if (given.bias === undefined || depth === 1) return undefined
    return { bias: biasesOf(given).map(bias => bias * depth) }
  },
  "only the first channel is used": given => {
    const [channels, filters] = [channelsOf(given), filtersOf(given)]
    if (channels.length === 1 || given.groups > 1) return undefined
    const input = [mapGrid(entry(channels, 0), cell => cell)]
    const first = filters.map(filter => mapGrid(entry(filter, 0), weight => weight))
    return { input, kernel: isMany(given) ? first.map(kernel => [kernel]) : first }
  },
}

const question: Question<typeof given> = given => {
  const { stride, padding, dilation, groups, operation, activation } = given
  const filters = filtersOf(given)
  const size = sizes(filters[0]?.[0])
  const laid = isMany(given)
    ? `${plural(filters.length, "filter")} of ${size}`
    : `the ${size} kernel`
  const dilated = dilation === 1 ? "" : text`, dilation ${dilation}`
  const grouped = groups === 1 ? "" : text`, ${groups} groups`
  const then = `${given.bias === undefined ? "" : ", add the bias"}${activation ? `, apply ${activation}` : ""}`
  return text`Slide ${laid} over the ${sizes(given.input)} input (${operation}) with stride ${stride}, padding ${padding}${dilated}${grouped}${then}, and give the size of the output and the output.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const many = isMany(given)
  const first = many ? [filtersOf(given).length] : []
  const size = windowAxes(given).map(countOf)
  const output_size = work.answer("output_size", [...first, ...size], {
    "the + 1 is left out": [...first, ...size.map(cells => cells - 1)],
    ...(many && {
      "the filters stand last": [...size, ...first],
      "the filters are left out": size,
    }),
  })
  work.step("Size of the output", () => sizeLines(given, output_size))

  const { activation } = given
  const biases = biasesOf(given)
  const sums = channelMaps(given).map((maps, f) =>
    mapGrid(maps.reduce(addGrids), cell => cell + entry(biases, f)),
  )
  const name = activation ? "pre" : "output"
  const maps = mapsOf(work.answer(name, many ? sums : entry(sums, 0)))
  const symbol = activation ? "z" : "y"
  work.step("Windows", () => windowLines(given, symbol))
  for (const { title, blocks } of filterSteps(given, maps, symbol)) work.step(title, blocks)

  if (!activation) return
  const activated = maps.map(map => mapGrid(map, activations[activation]))
  const output = work.answer("output", many ? activated : entry(activated, 0), {
    "the activation is left out": many ? maps : entry(maps, 0),
  })
  work.step("Activation", () => [
    math`y_{i,j} = \operatorname{${activation}}(z_{i,j})`,
    ...mapsOf(output).map((value, f) => shown({ name: nameOf("y", f, many), value })),
  ])
}

/** One or several maps of the output. */
function mapsOf(output: Grid | Stack): Stack {
  return isStack(output) ? output : [output]
}

/** A count that the groups do not divide. */
function unsplit(groups: number, count: number, noun: string) {
  if (count % groups === 0) return undefined
  const message = `is ${groups}, but ${plural(count, noun)} cannot be split into ${groups} equal groups`
  return { path: ["groups"], code: "size", message }
}

export default defineKind({
  name: "conv2d",
  topic: "vision",
  title: "Two-dimensional convolution",
  given,
  answers,
  slips,
  question,
  solve,
})
