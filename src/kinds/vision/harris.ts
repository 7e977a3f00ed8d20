// Harris & Stephens (1988): R = det H − k (trace H)², H summed over one window of gradients.
// x runs along a row, y down a column; `central` derivatives are not halved; kernels are correlated.
import * as z from "zod"
import { grid, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { productGrids, structureFormula } from "../../core/structure.ts"
import type { Grid } from "../../core/types.ts"
import { sizes } from "../../core/words.ts"
import { centred, correlate, derivativeKernels } from "../../math/convolution.ts"
import { gridSum, multiplyGrids } from "../../math/linear.ts"

const given = z
  .strictObject({
    Ix: field.grid("horizontal gradient, shape (rows, cols)").optional(),
    Iy: field.grid("vertical gradient, shape (rows, cols)").optional(),
    image: field
      .grid("instead of Ix and Iy: the image to take them from, one cell wider all around")
      .optional(),
    kernel: field
      .oneOf("the derivative kernels for `image`", ["central", "sobel", "prewitt"])
      .optional(),
    k: field.number("Harris constant").default(0.04),
    window: field.grid("weights of the window, shape (rows, cols); all 1 if left out").optional(),
    flat_below: field.number("|R| up to this is called flat", { min: 0 }).default(0),
  })
  .check(
    rule.oneWay("Ix and Iy", [["Ix", "Iy"], ["image"]]),
    rule.sameShape("Ix", "Iy", "window"),
    rule.across(["image", "kernel"], ({ image, kernel }) =>
      kernel && !image ? { path: ["kernel"], message: "needs an `image` to work on" } : undefined,
    ),
    rule.across(["image"], ({ image }) =>
      image && (image.length < 3 || (image[0]?.length ?? 0) < 3)
        ? {
            path: ["image"],
            code: "shape",
            message: `must be at least 3×3, but it is ${sizes(image)}`,
          }
        : undefined,
    ),
    rule.across(["image", "window"], ({ image, window }) => {
      if (!image || !window) return undefined
      const inner = `${image.length - 2}×${(image[0]?.length ?? 0) - 2}`
      if (sizes(window) === inner) return undefined
      return {
        path: ["window"],
        code: "shape",
        message: `must be ${inner}, the shape of the gradients, but it is ${sizes(window)}`,
      }
    }),
  )

const answers = {
  Ix: answer.grid("horizontal gradient", { optional: true }),
  Iy: answer.grid("vertical gradient", { optional: true }),
  Ixx: answer.grid("products Ix·Ix"),
  Iyy: answer.grid("products Iy·Iy"),
  Ixy: answer.grid("products Ix·Iy"),
  H: answer.grid("structure matrix", { mirrored: true }),
  eigenvalues: answer.vector("eigenvalues of H, descending", { aside: true }),
  det: answer.number("det H"),
  trace: answer.number("trace H"),
  R: answer.number("response"),
  verdict: answer.choice("what the window shows", ["corner", "edge", "flat"]),
}

const slips: Slips<typeof given> = {
  "Ix and Iy are swapped": ({ Ix, Iy }) => (Ix && Iy ? { Ix: Iy, Iy: Ix } : undefined),
}

const question: Question<typeof given> = ({ image, k }) =>
  image
    ? text`Take the gradients of the image and compute the Harris response of the window they make, with k = ${k}. Does it show a corner, an edge or a flat region?`
    : text`Compute the Harris response of the window with these gradients, with k = ${k}. Does it show a corner, an edge or a flat region?`

const solve: Solve<typeof given, typeof answers> = ({ k, window, flat_below, ...from }, work) => {
  const [Ix, Iy] = gradients(from, work)

  const Ixx = work.answer("Ixx", multiplyGrids(Ix, Ix))
  const Iyy = work.answer("Iyy", multiplyGrids(Iy, Iy))
  const Ixy = work.answer("Ixy", multiplyGrids(Ix, Iy))
  const total = (products: Grid) => gridSum(window ? multiplyGrids(window, products) : products)
  const sums = { xx: total(Ixx), yy: total(Iyy), xy: total(Ixy) }
  const weighted = window !== undefined
  work.step("Products of the gradients", () => productGrids({ Ixx, Iyy, Ixy, sums, weighted }))

  const H = work.answer("H", [
    [sums.xx, sums.xy],
    [sums.xy, sums.yy],
  ])
  work.step("Structure matrix", () => [structureFormula(math`H`, H, weighted)])

  const [[a, b], [c, d]] = H
  const middle = (a + d) / 2
  const radius = Math.hypot((a - d) / 2, b)
  const eigenvalues = work.answer("eigenvalues", [middle + radius, middle - radius])
  const det = work.answer("det", a * d - b * c, {
    "the product of the off-diagonal is added": a * d + b * c,
  })
  const trace = work.answer("trace", a + d)
  work.step("Determinant and trace", () => [
    math`\det H = H_{11} H_{22} - H_{12} H_{21} = ${a} \cdot ${d} - ${b} \cdot ${c} = ${a * d} - ${b * c} = ${det}`,
    math`\operatorname{trace} H = H_{11} + H_{22} = ${a} + ${d} = ${trace}`,
    math`\lambda_{1,2} = \frac{H_{11} + H_{22}}{2} \pm \sqrt{\left(\frac{H_{11} - H_{22}}{2}\right)^2 + H_{12}^2} = ${middle} \pm ${radius} = ${eigenvalues}`,
  ])

  const R = work.answer("R", det - k * trace ** 2, {
    "the trace is not squared": det - k * trace,
    "k is left out": det - trace ** 2,
  })
  const verdict = work.answer(
    "verdict",
    R > flat_below ? "corner" : R < -flat_below ? "edge" : "flat",
  )
  work.step("Response", () => [
    math`R = \det H - k\,(\operatorname{trace} H)^2 = ${det} - ${k} \cdot ${trace}^2 = ${det} - ${k * trace ** 2} = ${R}`,
    flat_below > 0
      ? text`R is compared with ±${flat_below}: the window shows ${named[verdict]}`
      : text`R ${R > 0 ? "> 0" : R < 0 ? "< 0" : "= 0"}, so the window shows ${named[verdict]}`,
  ])
}

const named = { corner: "a corner", edge: "an edge", flat: "a flat region" }

type From = Pick<z.output<typeof given>, "Ix" | "Iy" | "image" | "kernel">

/** The given gradients, or those of the image. */
function gradients(
  { image, kernel = "central", ...from }: From,
  work: Parameters<typeof solve>[1],
) {
  if (!image) return [from.Ix ?? [], from.Iy ?? []] as const
  const { x, y } = derivativeKernels[kernel]
  const alongX = correlate(image, centred(x, 3, 3))
  const alongY = correlate(image, centred(y, 3, 3))
  const Ix = work.answer("Ix", alongX, { "Ix and Iy are swapped": alongY })
  const Iy = work.answer("Iy", alongY, { "Ix and Iy are swapped": alongX })
  work.step("Gradients", () => [
    kernel === "central"
      ? math`\mathit{Ix}(x, y) = I(x + 1, y) - I(x - 1, y), \quad \mathit{Iy}(x, y) = I(x, y + 1) - I(x, y - 1)`
      : text`The ${kernel} kernels are laid over each interior cell (correlation), products added up.`,
    ...(kernel === "central" ? [] : [grid("kernel x", x), grid("kernel y", y)]),
    grid(math`\mathit{Ix}`, Ix),
    grid(math`\mathit{Iy}`, Iy),
  ])
  return [Ix, Iy] as const
}

export default defineKind({
  name: "harris",
  topic: "vision",
  title: "Harris corner response",
  given,
  answers,
  slips,
  question,
  solve,
})
