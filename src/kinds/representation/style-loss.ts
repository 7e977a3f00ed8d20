// Gatys, Ecker & Bethge (2015), one layer: with a feature map per row of F, (C, N), and Gram matrices G = F·Fᵀ,
// content = ½ Σ (F − P)², style = Σ (G − A)²/(4C²N²) and total = α·content + β·style. `normalize: none` leaves
// out the division, as where ‖G − A‖² alone is asked.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { listed, matrixProduct, shown } from "../../core/working.ts"
import { mapsAsRows } from "../../math/feature-maps.ts"
import { gridSum, mapGrid, matmul, transpose, zipGrids } from "../../math/linear.ts"

const features = (of: string) =>
  field.gridOrStack(`features of ${of}, shape (C, H, W), or a map in each row, shape (C, N)`)

const given = z
  .strictObject({
    content: features("the content image").optional(),
    style: features("the style image"),
    generated: features("the generated image"),
    alpha: field.number("weight α of the content loss", { min: 0 }).default(1),
    beta: field.number("weight β of the style loss", { min: 0 }).default(1),
    normalize: field
      .oneOf("what the style loss is divided by: 4C²N², or nothing", ["gatys", "none"])
      .default("gatys"),
  })
  .check(
    rule.sameShape("generated", "content"),
    rule.sameShape("generated", "style"),
    ...(["alpha", "beta"] as const).map(name =>
      rule.across<Weighted>([name, "content"], given =>
        given.content || given[name] === 1
          ? undefined
          : {
              path: [name],
              code: "missing-field",
              message: "needs `content`: without it there is only one loss",
            },
      ),
    ),
  )

interface Weighted {
  content?: unknown
  alpha: number
  beta: number
}

const answers = ({ content }: z.output<typeof given>) => ({
  G_style: answer.grid("Gram matrix of the style", { mirrored: true }),
  G_generated: answer.grid("Gram matrix of the generated image", { mirrored: true }),
  ...(content && { content_loss: answer.number("content loss", { min: 0 }) }),
  style_loss: answer.number("style loss", { min: 0 }),
  ...(content && { total: answer.number("weighted loss", { min: 0 }) }),
})

const slips: Slips<typeof given> = {
  "the style loss is not divided": ({ normalize }) =>
    normalize === "none" ? undefined : { normalize: "none" },
  "the style loss is divided by 4C²N²": ({ normalize }) =>
    normalize === "gatys" ? undefined : { normalize: "gatys" },
}

const question: Question<typeof given> = ({ content, style, alpha, beta, normalize }) => {
  const divided = normalize === "gatys" ? "divided by 4C²N²" : "not divided"
  const maps = plural(style.length, "feature map")
  if (!content) {
    return text`Compute the Gram matrices of these ${maps} of the style and of the generated image, and the style loss (${divided}).`
  }
  return text`From these ${maps} compute the Gram matrices, the content loss, the style loss (${divided}), and their sum with weights α = ${alpha} and β = ${beta}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const [S, F] = [mapsAsRows(given.style), mapsAsRows(given.generated)]
  const [C, N] = [F.length, F[0]?.length ?? 0]
  const plain = given.normalize === "none"

  const gram = (name: "G_style" | "G_generated", symbol: Rich, of: Rich, rows: Grid) => {
    const right = matmul(rows, transpose(rows))
    const G = work.answer(name, right, {
      "it is divided by the N positions": mapGrid(right, value => value / N),
      "it is divided by C·N": mapGrid(right, value => value / (C * N)),
      "Fᵀ·F is taken instead of F·Fᵀ": matmul(transpose(rows), rows),
    })
    work.step(
      name === "G_style" ? "Gram matrix of the style" : "Gram matrix of the generated image",
      () => [
        ...(name === "G_style"
          ? [text`A feature map in each row: C = ${C} maps of N = ${N} positions.`]
          : []),
        shown({ name: of, value: rows }),
        ...matrixProduct(
          { name: symbol, value: G },
          { name: of, value: rows },
          { name: math`${of}^T`, value: transpose(rows) },
        ),
      ],
    )
    return G
  }
  const A = gram("G_style", math`A`, math`S`, S)
  const G = gram("G_generated", math`G`, math`F`, F)

  const content = given.content && contentLoss(mapsAsRows(given.content), F, work)

  const differences = zipGrids(G, A, minus)
  const squares = mapGrid(differences, square)
  const total = gridSum(squares)
  const divisor = plain ? 1 : 4 * C ** 2 * N ** 2
  const upper = gridSum(mapGrid(squares, (each, i, j) => (j >= i ? each : 0)))
  const style = work.answer("style_loss", total / divisor, {
    ...(!plain && {
      "it is divided by 4CN, not squared": total / (4 * C * N),
      "it is divided by C²N², without the 4": total / (C ** 2 * N ** 2),
    }),
    "the root of the sum is taken": Math.sqrt(total) / divisor,
    "the absolute differences are added up": gridSum(mapGrid(differences, Math.abs)) / divisor,
    "entries across the diagonal are counted once": upper / divisor,
    "the features are compared instead of their Gram matrices":
      gridSum(mapGrid(zipGrids(F, S, minus), square)) / divisor,
  })
  const symbol = math`L_{\mathit{style}}`
  const sum = math`\sum_{i,j} (G_{ij} - A_{ij})^2`
  work.step("Style loss", () => [
    plain ? math`${symbol} = ${sum}` : math`${symbol} = \frac{1}{4 C^2 N^2} ${sum}`,
    shown({ name: math`G - A`, value: differences }),
    math`${sum}${listed(squares.flat())} = ${total}`,
    plain
      ? math`${symbol} = ${style}`
      : math`${symbol} = \frac{${total}}{4 \cdot ${C}^2 \cdot ${N}^2} = \frac{${total}}{${divisor}} = ${style}`,
  ])

  if (content === undefined) return
  const { alpha, beta } = given
  const whole = work.answer("total", alpha * content + beta * style, {
    "α and β are swapped": beta * content + alpha * style,
    "the losses are not weighted": content + style,
  })
  work.step("Total", () => [
    math`L = \alpha L_{\mathit{content}} + \beta L_{\mathit{style}} = ${alpha} \cdot ${content} + ${beta} \cdot ${style} = ${whole}`,
  ])
}

/** ½ Σ (F − P)², P the features of the content. */
function contentLoss(P: Grid, F: Grid, work: Parameters<typeof solve>[1]): number {
  const differences = zipGrids(F, P, minus)
  const squares = mapGrid(differences, square)
  const total = gridSum(squares)
  const loss = work.answer("content_loss", total / 2, {
    "the ½ is left out": total,
    "the squares are averaged": total / squares.flat().length,
    "half the mean of the squares is taken": total / squares.flat().length / 2,
    "the absolute differences are added up": gridSum(mapGrid(differences, Math.abs)) / 2,
  })
  const sum = math`\sum_{i,j} (F_{ij} - P_{ij})^2`
  work.step("Content loss", () => [
    math`L_{\mathit{content}} = \frac{1}{2} ${sum}`,
    text`P holds the features of the content, F those of the generated image.`,
    shown({ name: math`F - P`, value: differences }),
    math`${sum}${listed(squares.flat())} = ${total}`,
    math`L_{\mathit{content}} = \frac{1}{2} \cdot ${total} = ${loss}`,
  ])
  return loss
}

const minus = (a: number, b: number) => a - b
const square = (x: number) => x * x

export default defineKind({
  name: "style-loss",
  topic: "representation",
  title: "Style and content loss",
  given,
  answers,
  slips,
  question,
  solve,
})
