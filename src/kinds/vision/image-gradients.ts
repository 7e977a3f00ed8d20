// Gradients as sums of products with a pair of derivative kernels; x runs along a row, y down a column.
// Central differences are [−1 0 1], not halved. Kernels lie with their middle on the cell, even ones
// with the cell before their middle: [−1 1] is the next cell minus this one. Angles are atan2(Iy, Ix).
import * as z from "zod"
import { grid, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { mustBe, sizes } from "../../core/words.ts"
import { shown, windowSum } from "../../core/working.ts"
import { wrapped } from "../../math/angles.ts"
import {
  cellsUnder,
  centred,
  correlate,
  derivativeKernels,
  flip,
  pad,
  sameMargin,
} from "../../math/convolution.ts"
import { entry, mapGrid, zipGrids } from "../../math/linear.ts"

const named = ["central", "sobel", "prewitt"] as const
const kernelWords = "`central`, `sobel`, `prewitt` or a map of two grids, x and y"

/** The kernel that a map lacks. */
function missing(input: unknown) {
  const isMap = typeof input === "object" && input !== null && !Array.isArray(input)
  const lacking = isMap ? ["x", "y"].find(name => !Object.hasOwn(input, name)) : undefined
  return lacking && `needs a grid \`${lacking}\` as well`
}

const given = z
  .strictObject({
    image: field.grid("brightness of each cell, shape (rows, cols)"),
    kernel: z
      .union(
        [
          z.literal(named),
          z.strictObject({
            x: field.grid("kernel of the horizontal gradient"),
            y: field.grid("kernel of the vertical gradient"),
          }),
        ],
        { error: ({ input }) => missing(input) ?? mustBe(kernelWords, input) },
      )
      .describe(`derivative kernels: ${kernelWords}`)
      .default("central"),
    operation: field
      .oneOf("whether kernels are laid on as they are, or turned by 180° (convolution)", [
        "correlation",
        "convolution",
      ])
      .default("correlation"),
    border: field
      .oneOf("only cells where both kernels fit, or a border of zeros or of copies", [
        "valid",
        "zero",
        "replicate",
      ])
      .default("valid"),
    divide_by: field
      .number("what the sums are divided by, such as 2 for halved differences", { above: 0 })
      .default(1),
    angles: field.oneOf("(−180°, 180°], or modulo 180°", ["signed", "unsigned"]).default("signed"),
  })
  .check(
    rule.across(["image", "kernel", "border"], ({ image, kernel, border }) => {
      const [rows, cols] = extentOf(kernel)
      const small = image.length < rows || (image[0]?.length ?? 0) < cols
      if (border !== "valid" || !small) return undefined
      const message = `is ${sizes(image)}, but the kernels cover ${rows}×${cols}`
      return { path: ["image"], code: "shape", message, hint: "`border: zero` makes room for them" }
    }),
    rule.affordable<Pick<Given, "image" | "kernel">>(
      ["image", "kernel"],
      () => "kernel",
      ({ image, kernel }) => image.flat().length * extentOf(kernel)[0] * extentOf(kernel)[1],
    ),
  )

type Given = z.output<typeof given>
type Kernel = (typeof named)[number] | { x: number[][]; y: number[][] }

const answers = ({ angles }: Given) => ({
  Ix: answer.grid("horizontal gradient"),
  Iy: answer.grid("vertical gradient"),
  magnitude: answer.grid("length of the gradient", { min: 0, aside: true }),
  angle: answer.grid("direction of the gradient, x to the right and y down", {
    unit: "°",
    period: angles === "signed" ? 360 : 180,
  }),
})

const slips: Slips<typeof given> = {
  "Ix and Iy are swapped": ({ kernel }) => {
    const { x, y } = kernelsOf(kernel)
    return { kernel: { x: y.map(row => [...row]), y: x.map(row => [...row]) } }
  },
  "the kernels are turned by 180°": ({ operation }) =>
    operation === "correlation" ? { operation: "convolution" } : undefined,
  "the kernels are not turned by 180°": ({ operation }) =>
    operation === "convolution" ? { operation: "correlation" } : undefined,
  "only cells where the kernels fit are kept": ({ border }) =>
    border === "valid" ? undefined : { border: "valid" },
  "zeros are put around the image": ({ border }) =>
    border === "zero" ? undefined : { border: "zero" },
  "the cells at the border are repeated": ({ border }) =>
    border === "replicate" ? undefined : { border: "replicate" },
  "the sums are not divided": ({ divide_by }) => (divide_by === 1 ? undefined : { divide_by: 1 }),
  "the differences are halved": divided("central", 2),
  "the sums are divided by 6": divided("prewitt", 6),
  "the sums are divided by 8": divided("sobel", 8),
}

const question: Question<typeof given> = ({ kernel, operation, border }) => {
  const kernels = typeof kernel === "string" ? called[kernel] : "these kernels"
  return text`Take the gradients of the image with ${kernels} (${operation}), ${around[border]}. Give their magnitude and their angle in degrees as well.`
}

const called = {
  central: "central differences",
  sobel: "Sobel kernels",
  prewitt: "Prewitt kernels",
}
const around = {
  valid: "in the cells where they fit",
  zero: "with zeros around the image",
  replicate: "with copies of the outermost cells around the image",
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { image, kernel, operation, border, divide_by, angles } = given
  const [rows, cols] = extentOf(kernel)
  const { x, y } = kernelsOf(kernel)
  const laid = (one: Grid) => centred(operation === "convolution" ? flip(one) : one, rows, cols)
  const [kx, ky] = [laid(x), laid(y)]
  const sides = [
    ...sameMargin(image.length, rows, 1),
    ...sameMargin(image[0]?.length ?? 0, cols, 1),
  ] as const
  const source = border === "valid" ? image : pad(image, sides, border)
  const gradient = (one: Grid) => mapGrid(correlate(source, one), total => total / divide_by)

  work.step("Kernels", () => [
    text`${operation === "convolution" ? "A convolution turns each kernel by 180°; then it is" : "Each kernel is"} laid over a cell and its neighbours, and the products are added up${divide_by === 1 ? "" : text` and divided by ${divide_by}`}.`,
    grid(math`K_x`, kx),
    grid(math`K_y`, ky),
    ...(border === "valid"
      ? [text`Only the cells where both kernels fit have a gradient.`]
      : [
          text`The image gets ${border === "zero" ? "zeros" : "copies of its outermost cells"} around it, so that every cell has a gradient.`,
          shown({ name: math`I`, value: source }),
        ]),
  ])

  const Ix = work.answer("Ix", gradient(kx))
  const Iy = work.answer("Iy", gradient(ky))
  work.step("Gradients", () => [
    firstCell("Ix", Ix, kx, source, divide_by),
    firstCell("Iy", Iy, ky, source, divide_by),
    text`The other cells in the same way.`,
    shown({ name: math`\mathit{Ix}`, value: Ix }),
    shown({ name: math`\mathit{Iy}`, value: Iy }),
  ])

  const magnitude = work.answer("magnitude", zipGrids(Ix, Iy, Math.hypot), {
    "the root is not taken": zipGrids(Ix, Iy, (a, b) => a * a + b * b),
    "|Ix| and |Iy| are added": zipGrids(Ix, Iy, (a, b) => Math.abs(a) + Math.abs(b)),
  })
  // + 0 makes 0 of −0, whose angle would be turned by 180°.
  const degrees = (down: number, right: number) => (Math.atan2(down + 0, right + 0) * 180) / Math.PI
  const within = (angle: number) => (angles === "signed" ? angle : wrapped(angle, 180))
  const angle = work.answer(
    "angle",
    zipGrids(Ix, Iy, (a, b) => within(degrees(b, a))),
    {
      "Ix and Iy are swapped": zipGrids(Ix, Iy, (a, b) => within(degrees(a, b))),
      "y points up": zipGrids(Ix, Iy, (a, b) => within(degrees(-b, a))),
      ...(angles === "signed" && {
        "the signs of Ix and Iy are lost in their quotient": zipGrids(Ix, Iy, (a, b) =>
          a === 0 && b === 0 ? 0 : (Math.atan(b / a) * 180) / Math.PI,
        ),
        "it is taken modulo 180°": zipGrids(Ix, Iy, (a, b) => wrapped(degrees(b, a), 180)),
      }),
    },
  )
  work.step("Magnitude and angle", () => {
    const [i, j] = placeOfLargest(magnitude)
    const at = (cells: Grid) => cells[i]?.[j] ?? Number.NaN
    const [right, down] = [at(Ix), at(Iy)]
    const [raw, place] = [degrees(down, right), math`_{${i + 1},${j + 1}}`]
    const turn = raw < 0 ? math` + 180` : math` - 180`
    const turned = within(raw) === raw ? math`` : math`${raw}${turn} = `
    const still = zipGrids(Ix, Iy, Math.hypot).flat().includes(0)
    return [
      math`m = \sqrt{\mathit{Ix}^2 + \mathit{Iy}^2}, \quad \theta = \operatorname{atan2}(\mathit{Iy}, \mathit{Ix})${angles === "signed" ? math`` : math`, \quad \text{modulo } 180`}`,
      math`m${place} = \sqrt{${right}^2 + ${down}^2} = \sqrt{${right * right + down * down}} = ${at(magnitude)}`,
      math`\theta${place} = \operatorname{atan2}(${down}, ${right})${within(raw) === raw ? math`` : turn} = ${turned}${at(angle)}`,
      text`Angles are in degrees; y points down, so they grow clockwise${still ? ". Where there is no gradient, the angle is written as 0" : ""}.`,
      shown({ name: math`m`, value: magnitude, heat: true }),
      shown({ name: math`\theta`, value: angle }),
    ]
  })
}

/** How the first cell of a gradient comes about. */
function firstCell(name: string, gradient: Grid, kernel: Grid, source: Grid, divisor: number) {
  const cells = cellsUnder(kernel, [0, 0]).map(row =>
    row.map(([y, x]) => entry(entry(source, y), x)),
  )
  const products = windowSum(kernel, cells)
  const sum = divisor === 1 ? products : math`\frac{${products}}{${divisor}}`
  return math`\mathit{${name}}_{1,1} = ${sum} = ${gradient[0]?.[0] ?? Number.NaN}`
}

/** Where the gradient is longest, as [row, column]. */
function placeOfLargest(cells: Grid): readonly [number, number] {
  const largest = Math.max(...cells.flat())
  const i = cells.findIndex(row => row.includes(largest))
  return [Math.max(0, i), Math.max(0, cells[i]?.indexOf(largest) ?? 0)]
}

function kernelsOf(kernel: Kernel): { x: Grid; y: Grid } {
  return typeof kernel === "string" ? derivativeKernels[kernel] : kernel
}

/** What both kernels cover together, (rows, cols). */
function extentOf(kernel: Kernel): readonly [number, number] {
  const { x, y } = kernelsOf(kernel)
  return [Math.max(x.length, y.length), Math.max(x[0]?.length ?? 0, y[0]?.length ?? 0)]
}

/** The usual scaling of a named pair of kernels, where it is not asked for. */
function divided(name: Kernel, divide_by: number) {
  return (given: Given) =>
    given.kernel === name && given.divide_by === 1 ? { divide_by } : undefined
}

export default defineKind({
  name: "image-gradients",
  topic: "vision",
  title: "Gradients of an image",
  given,
  answers,
  slips,
  question,
  solve,
})
