// Dumoulin & Visin (2016): along each axis ⌊(n + 2p − d(k − 1) − 1)/s⌋ + 1, and for a transposed
// convolution (n − 1)s − 2p + d(k − 1) + e + 1. Padding is on each side; pooling counts alike.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import {
  type Axis,
  axesOf,
  transposedSize,
  type WindowSizes,
  windowCount,
} from "../../math/axes.ts"
import {
  type Misread,
  ordinarySlips,
  type Size,
  transposedSlips,
} from "../../math/misread-sizes.ts"

const given = z
  .strictObject({
    input: field.perAxis(
      "size of the input, [height, width] or n (with `filters`: an n×n square)",
      { min: 1 },
    ),
    kernel: field.perAxis("size of the kernel or window, k or [height, width]", { min: 1 }),
    stride: field.perAxis("stride, s or [down, right]", { min: 1 }).default(1),
    padding: field
      .perAxis("cells added on each side, p or [top and bottom, left and right]", { min: 0 })
      .default(0),
    dilation: field
      .perAxis("distance between cells of the kernel, d or [down, right]", { min: 1 })
      .default(1),
    filters: field.integer("number of filters: the channels of the output", { min: 1 }).optional(),
    transposed: field.flag("whether the convolution is transposed").default(false),
    output_padding: field
      .perAxis("cells added at the end of a transposed convolution's output", { min: 0 })
      .default(0),
  })
  .check(
    eachAxis("kernel", ({ n, p, d, span }, transposed) => {
      if (transposed || span <= n + 2 * p) return undefined
      const dilated = d > 1 ? ` with its dilation of ${d}` : ""
      return `covers ${plural(span, "cell")}${dilated}, but the ${p > 0 ? "padded " : ""}input has only ${n + 2 * p}`
    }),
    eachAxis("padding", (axis, transposed) =>
      transposed && transposedSize(axis) < 1
        ? `takes away ${2 * axis.p} cells, but the output has only ${transposedSize({ ...axis, p: 0 })}`
        : undefined,
    ),
    eachAxis("output_padding", ({ s, d, extra }, transposed) => {
      if (extra > 0 && !transposed) return "works only with `transposed: true`"
      if (extra === 0 || extra < Math.max(s, d)) return undefined
      return `must be smaller than the stride, ${s}, or the dilation, ${d}, but it is ${extra}`
    }),
  )

const answers = ({ filters, ...sizes }: z.output<typeof given>) => ({
  output:
    axesOf(sizes).length === 1
      ? answer.integer("size of the output", { min: 1 })
      : answer.shape("size of the output, [height, width]", { min: 1 }),
  ...(filters !== undefined && {
    shape: answer.shape("shape of the output, [channels, height, width]", { min: 1 }),
  }),
})

// The answer follows from the givens in one go, so a misread size stands beside the formula.
const misprintSlips: Misread = {
  "n − 2p − (k − 1) is divided by the stride": axis =>
    windowCount({ ...axis, p: -axis.p, span: axis.span - 1 }),
}

const question: Question<typeof given> = ({ input, kernel, stride, padding, ...given }) => {
  const { dilation, output_padding, filters } = given
  const of = filters === undefined ? "" : text` of ${plural(filters, "filter")}`
  const dilated = dilation === 1 ? "" : text`, dilation ${dilation}`
  const added = output_padding === 0 ? "" : text`, output padding ${output_padding}`
  return text`A ${given.transposed ? "transposed " : ""}convolution${of} with kernel ${kernel}, stride ${stride}${dilated}${added} and padding ${padding} runs over an input of size ${input}. What is the size of its output?`
}

const solve: Solve<typeof given, typeof answers> = ({ filters, transposed, ...sizes }, work) => {
  const axes = axesOf(sizes)
  const [first, second] = axes
  const overall = (size: Size) => (second ? [size(first), size(second)] : size(first))
  // Without padding the misprint is hardly told from rounding up, unless nothing is rounded.
  const misprint = axes.some(({ p, s }) => p > 0 || s === 1) ? misprintSlips : {}
  const slips = transposed ? transposedSlips : { ...ordinarySlips, ...misprint }
  const size = transposed ? transposedSize : windowCount
  const output = work.answer("output", overall(size), {
    ...Object.fromEntries(Object.entries(slips).map(([slip, other]) => [slip, overall(other)])),
    ...(second && { "the width stands before the height": [size(second), size(first)] }),
  })
  const found = typeof output === "number" ? [output] : output
  work.step("Size of the output", () => (transposed ? transposedLines : lines)(axes, found))

  const [height, width = height] = found
  if (filters === undefined || height === undefined || width === undefined) return
  const shape = work.answer("shape", [filters, height, width], {
    "the filters stand last": [height, width, filters],
    "the filters are left out": [height, width],
  })
  work.step("Shape of the output", () => [
    text`Each filter makes one channel${second ? "" : ", and the map is square"}:`,
    math`(C, H, W) = (${join(shape, ", ")})`,
  ])
}

const legend =
  "n is the size of the input, k of the kernel, s the stride, p the padding on each side"
type Found = readonly (number | string)[]

function lines(axes: readonly Axis[], found: Found): Rich[] {
  const dilated = axes.some(({ d }) => d > 1)
  const covered = axes.map(
    ({ k, d, span }, i) => math`k'${of(axes, i)} = ${d} \cdot (${k} - 1) + 1 = ${span}`,
  )
  return [
    text`${legend}${dilated ? ", d the dilation; dilated, the kernel covers k′ cells" : ""}.`,
    ...(dilated ? [math`k' = d \cdot (k - 1) + 1`, ...covered] : []),
    math`\text{out} = \lfloor \frac{n + 2p - ${dilated ? math`k'` : math`k`}}{s} \rfloor + 1`,
    ...axes.map(({ n, s, p, span }, i) => {
      const room = n + 2 * p - span
      return math`\text{out}${of(axes, i)} = \lfloor \frac{${n} + 2 \cdot ${p} - ${span}}{${s}} \rfloor + 1 = \lfloor \frac{${room}}{${s}} \rfloor + 1 = ${Math.floor(room / s)} + 1 = ${found[i] ?? ""}`
    }),
  ]
}

function transposedLines(axes: readonly Axis[], found: Found): Rich[] {
  return [
    text`${legend}, d the dilation, e the output padding.`,
    math`\text{out} = (n - 1) \cdot s - 2p + d \cdot (k - 1) + e + 1`,
    ...axes.map(({ n, k, s, p, d, extra }, i) => {
      const terms = math`${(n - 1) * s} - ${2 * p} + ${d * (k - 1)} + ${extra} + 1`
      return math`\text{out}${of(axes, i)} = (${n} - 1) \cdot ${s} - 2 \cdot ${p} + ${d} \cdot (${k} - 1) + ${extra} + 1 = ${terms} = ${found[i] ?? ""}`
    }),
  ]
}

/** Which axis a line is about, where there are two. */
function of(axes: readonly Axis[], i: number): Rich {
  return axes.length === 1 ? math`` : i === 0 ? math`_{H}` : math`_{W}`
}

/** A rule for each axis, about one of the fields; the message ends with the axis if there are two. */
function eachAxis(
  name: keyof WindowSizes,
  complaint: (axis: Axis, transposed: boolean) => string | undefined,
) {
  const names = ["input", "kernel", "stride", "padding", "dilation", "output_padding"] as const
  return rule.across<WindowSizes & { transposed: boolean }>([...names, "transposed"], given => {
    const axes = axesOf(given)
    return axes.flatMap((axis, i) => {
      const message = complaint(axis, given.transposed)
      if (message === undefined) return []
      const where = axes.length === 1 ? "" : i === 0 ? " along the height" : " along the width"
      const path = typeof given[name] === "number" ? [name] : [name, i]
      return [{ path, code: "size", message: `${message}${where}` }]
    })
  })
}

export default defineKind({
  name: "conv-output",
  topic: "network",
  title: "Output size of a convolution",
  given,
  answers,
  question,
  solve,
})
