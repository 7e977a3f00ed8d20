// Dumoulin & Visin (2016): every cell of the input stamps a copy of the kernel, multiplied by it, onto the
// output, `stride` cells apart; where copies overlap they are added. Then `padding` cells are cut off on each
// side, `output_padding` fewer at the end. As a matrix it is the transpose of the convolution (correlation)
// with the same settings, which is not its inverse.
import * as z from "zod"
import { grid, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { type Axis, axesOf, type PerAxis, transposedSize } from "../../math/axes.ts"
import { correlate, flip, pad } from "../../math/convolution.ts"
import { entry } from "../../math/linear.ts"
import { transposedSlips } from "../../math/misread-sizes.ts"
import { copiesOf, inverted, type Stamping, stamped } from "../../math/stamping.ts"
import {
  apart,
  cutWords,
  gridsOfCopies,
  rowsOfCopies,
  sizeLines,
} from "../../math/stamping-working.ts"

const given = z
  .strictObject({
    input: field.vectorOrGrid("shape (rows, cols), or (n) along one axis"),
    kernel: field.vectorOrGrid("shape (rows, cols), or (n) along one axis"),
    stride: field.perAxis("from copy to copy, s or [down, right]", { min: 1, max: 64 }).default(1),
    padding: field
      .perAxis("cells cut off on each side, p or [top and bottom, left and right]", { min: 0 })
      .default(0),
    output_padding: field
      .perAxis("cells more at the end, below the stride, or [down, right]", { min: 0 })
      .default(0),
  })
  .check(
    rule.across(["input", "kernel"], ({ input, kernel }) => {
      if (isGrid(input) === isGrid(kernel)) return undefined
      const kind = (value: Vector | Grid) => (isGrid(value) ? "a grid" : "a list of numbers")
      const message = `is ${kind(kernel)}, but the input is ${kind(input)}: give both along one axis or both along two`
      return { path: ["kernel"], code: "shape", message }
    }),
    rule.across<Given>(["input", "stride", "padding", "output_padding"], given =>
      isGrid(given.input)
        ? undefined
        : (["stride", "padding", "output_padding"] as const).flatMap(name => {
            const message = "is a pair, but the input has only one axis"
            return typeof given[name] === "number" ? [] : [{ path: [name], code: "shape", message }]
          }),
    ),
    rule.across<Given>(["input", "kernel", "stride", "padding", "output_padding"], given =>
      axes(given).flatMap((axis, i) => {
        const along =
          i === 0 && isGrid(given.input) ? "row" : isGrid(given.input) ? "column" : "cell"
        const at = (name: "padding" | "output_padding") =>
          typeof given[name] === "number" ? [name] : [name, i]
        const whole = transposedSize({ ...axis, p: 0 })
        if (axis.extra > 0 && axis.extra >= axis.s) {
          const message = `must be smaller than the stride, ${axis.s}, but it is ${axis.extra}`
          return [{ path: at("output_padding"), code: "size", message }]
        }
        if (2 * axis.p < whole) return []
        const message = `cuts off ${plural(2 * axis.p, along)}, but the output has only ${whole}`
        return [{ path: at("padding"), code: "size", message }]
      }),
    ),
    rule.affordable<Given>(
      ["input", "kernel", "stride", "padding", "output_padding"],
      () => "input",
      given => {
        const { input, kernel } = laid(given)
        const cells = axes(given).map(axis => transposedSize({ ...axis, p: 0 }))
        return (
          input.length * entry(input, 0).length * kernel.length * entry(kernel, 0).length +
          cells.reduce((all, size) => all * size, 1)
        )
      },
    ),
  )

interface Given {
  input: Vector | Grid
  kernel: Vector | Grid
  stride: PerAxis
  padding: PerAxis
  output_padding: PerAxis
}

const answers = ({ input }: Pick<Given, "input">) => ({
  output_size: isGrid(input)
    ? answer.shape("size of the output, [height, width]", { min: 1, aside: true })
    : answer.integer("size of the output", { min: 1, aside: true }),
  output: isGrid(input) ? answer.grid("output") : answer.vector("output"),
})

const slips: Slips<typeof given> = {
  "the kernel is turned by 180°": ({ kernel }) => ({
    kernel: isGrid(kernel) ? flip(kernel) : kernel.toReversed(),
  }),
  "the padding is left out": ({ padding }) => (padding === 0 ? undefined : { padding: 0 }),
  "the output padding is left out": ({ output_padding }) =>
    output_padding === 0 ? undefined : { output_padding: 0 },
  "the stride is left out": ({ stride }) =>
    stride === 1 ? undefined : { stride: 1, output_padding: 0 },
}

const question: Question<typeof given> = ({ input, kernel, stride, padding, output_padding }) => {
  const added = output_padding === 0 ? "" : text`, output padding ${output_padding}`
  return text`Apply a transposed convolution with stride ${stride}, padding ${padding}${added} and a kernel of size ${sizes(kernel)} to the input of size ${sizes(input)}. Give the size of the output and the output.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const isFlat = !isGrid(given.input)
  const both = axes(given)
  const own = isFlat ? both.slice(1) : both
  const shaped = (size: (axis: Axis) => number) => (isFlat ? size(both[1]) : both.map(size))
  const named = [
    "the + 1 is left out",
    "the padding is counted once",
    "the padding is added",
    "the input is not reduced by 1",
  ]
  const misread = Object.entries(transposedSlips).filter(([slip]) => named.includes(slip))
  const output_size = work.answer("output_size", shaped(transposedSize), {
    ...Object.fromEntries(misread.map(([slip, size]) => [slip, shaped(size)])),
    "it is computed as an ordinary convolution": shaped(
      transposedSlips["it is computed as an ordinary convolution"] ?? transposedSize,
    ),
  })
  const found = typeof output_size === "number" ? [output_size] : output_size
  work.step("Size of the output", () => sizeLines(own, found))

  const stamping = laid(given)
  const { full, output, replaced } = stamped(stamping)
  const plain = (cells: Grid) => (isFlat ? entry(cells, 0) : cells)
  const ordinary = ordinaryOf(stamping)
  const inverse = inverted(stamping)
  const result = work.answer("output", plain(output), {
    "later copies replace earlier ones": plain(replaced),
    ...(ordinary && { "it is computed as an ordinary convolution": plain(ordinary) }),
    ...(inverse && {
      "the matrix of the convolution is inverted, not transposed": plain(inverse),
    }),
  })
  const copies = copiesOf(stamping)
  const cut = stamping.padding.some(p => p > 0) || stamping.extra.some(e => e > 0)
  work.step("Copies of the kernel", () => [
    text`Every cell of the input multiplies the kernel K; the copies lie ${apart(stamping, isFlat)} apart. Where they overlap they are added.`,
    ...(isFlat ? rowsOfCopies(copies, full) : gridsOfCopies(copies, full)),
  ])
  if (!cut) return
  work.step("Cut to size", () => [
    text`${cutWords(stamping, isFlat)}`,
    isFlat ? math`\text{output} = ${entry(asGrid(result), 0)}` : grid("output", asGrid(result)),
  ])
}

function isGrid(value: Vector | Grid): value is Grid {
  return Array.isArray(value[0])
}

function asGrid(value: Vector | Grid): Grid {
  return isGrid(value) ? value : [value]
}

/** A list lies along the second axis. */
function laid({ input, kernel, ...given }: Given): Stamping {
  const sides = (size: PerAxis, first: number): readonly [number, number] =>
    isGrid(input)
      ? typeof size === "number"
        ? [size, size]
        : size
      : [first, typeof size === "number" ? size : size[1]]
  return {
    input: asGrid(input),
    kernel: asGrid(kernel),
    stride: sides(given.stride, 1),
    padding: sides(given.padding, 0),
    extra: sides(given.output_padding, 0),
  }
}

function axes(given: Given): readonly [Axis, Axis] {
  const { input, kernel, stride, padding, extra } = laid(given)
  const [down, right = down] = axesOf({
    input: [input.length, entry(input, 0).length],
    kernel: [kernel.length, entry(kernel, 0).length],
    stride,
    padding,
    dilation: 1,
    output_padding: extra,
  })
  return [down, right]
}

/** What a convolution with the same settings makes of the input, where the kernel fits. */
function ordinaryOf({ input, kernel, stride, padding: [p, q] }: Stamping): Grid | undefined {
  const output = correlate(pad(input, [p, p, q, q]), kernel, { stride })
  return output.length > 0 && entry(output, 0).length > 0 ? output : undefined
}

export default defineKind({
  name: "transposed-conv",
  topic: "network",
  title: "Transposed convolution",
  given,
  answers,
  slips,
  question,
  solve,
})
