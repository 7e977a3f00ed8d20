// Araujo, Norris & Sim (2019): r = r_before + (k' − 1)·j_before and j = j_before·s, from r = j = 1 at the
// input; a kernel of dilation d covers k' = d·(k − 1) + 1 cells. Pooling counts like a convolution.
// The recurrence along one axis; padding does not matter.
import * as z from "zod"
import { math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"
import {
  fieldAfter,
  fieldMistakes,
  jumpAfter,
  jumpMistakes,
  type Reach,
} from "../../math/receptive-field.ts"

const most = { min: 1, max: 1000 }

const given = z
  .strictObject({
    layers: z
      .array(
        z.strictObject({
          name: field.label("name of the layer; its place from 1 if left out").optional(),
          kernel: field.integer("size of the kernel or window, k", most),
          stride: field.integer("from window to window, s", most).default(1),
          dilation: field.integer("from cell to cell of the kernel, d", most).default(1),
        }),
      )
      .min(1)
      .max(100)
      .describe("convolutions and poolings in order, each with its `kernel`"),
  })
  .check(
    rule.across(["layers"], ({ layers }) => {
      const covered = layers.reduce((all, { stride }) => all * stride, 1)
      if (covered < 1e9) return undefined
      const message = "have strides whose product is 10^9 or more: no image is that large"
      return { path: ["layers"], code: "size", message }
    }),
  )

type Given = z.output<typeof given>

const answers = ({ layers }: Given) => {
  const count = { min: 1, of: "integer" } as const
  return {
    ...(layers.some(({ dilation }) => dilation > 1) && {
      effective_kernels: answer.vector("cells that each kernel covers", count),
    }),
    receptive_field: answer.vector("receptive field after each layer", count),
    jump: answer.vector("cells of the input between neighbours after each layer", count),
  }
}

const slips: Slips<typeof given> = {
  "the layers are taken in reverse": ({ layers }) => ({ layers: layers.toReversed() }),
}

const question: Question<typeof given> = ({ layers }) =>
  text`${plural(layers.length, "layer")} follow each other; pooling counts as a layer. How many cells of the input, along one axis, does a cell of each layer's output see, and how far apart in the input are the middles of two neighbouring ones (the jump)?`

const solve: Solve<typeof given, typeof answers> = ({ layers }, work) => {
  const dilated = layers.some(({ dilation }) => dilation > 1)
  const covers = layers.map(({ kernel: k, dilation: d }) => d * (k - 1) + 1)
  const spans = dilated
    ? work.answer("effective_kernels", covers, {
        "the dilation is left out": layers.map(({ kernel }) => kernel),
        "the + 1 is left out": covers.map(span => span - 1),
        "the kernel is multiplied by the dilation": layers.map(each => each.kernel * each.dilation),
        "the dilation is the number of cells left out": layers.map(({ kernel: k, dilation: d }) =>
          d > 1 ? (d + 1) * (k - 1) + 1 : k,
        ),
      })
    : covers
  if (dilated) {
    work.step("Dilated kernels", () => [
      math`k' = d \cdot (k - 1) + 1`,
      ...layers.flatMap(({ kernel: k, dilation: d }, i) =>
        d > 1 ? [math`k'_{${i + 1}} = ${d} \cdot (${k} - 1) + 1 = ${spans[i] ?? 0}`] : [],
      ),
    ])
  }

  let before: Reach = { field: 1, jump: 1 }
  const rows = layers.map(({ name, kernel: k, stride: s }, i) => {
    const [{ field, jump }, span] = [before, spans[i] ?? Number.NaN]
    const window = { k, s, span }
    const r = work.part("receptive_field", i, fieldAfter(before, window), under(fieldMistakes))
    const j = work.part("jump", i, jumpAfter(before, window), under(jumpMistakes))
    before = { field: r, jump: j }
    return [
      name ?? `${i + 1}`,
      math`${field} + (${span} - 1) \cdot ${jump}`,
      r,
      math`${jump} \cdot ${s}`,
      j,
    ]

    function under(mistakes: typeof fieldMistakes): Record<string, number> {
      const all = Object.entries(mistakes)
      return Object.fromEntries(all.map(([slip, wrong]) => [slip, wrong({ field, jump }, window)]))
    }
  })
  const kernel: Rich = dilated ? math`k'` : math`k`
  work.step("Layer by layer", () => [
    text`r is the receptive field, j the jump; a cell of the input has r = j = 1. Every further cell of a kernel lies j cells of the input away, j being that of the kernel's input:`,
    math`r_{out} = r_{in} + (${kernel} - 1) \cdot j_{in}`,
    math`j_{out} = j_{in} \cdot s`,
    table(["layer", math`r`, "", math`j`, ""], rows),
  ])
}

export default defineKind({
  name: "receptive-field",
  topic: "network",
  title: "Receptive field",
  given,
  answers,
  slips,
  question,
  solve,
})
