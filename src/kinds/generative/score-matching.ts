// Denoising score matching (Vincent 2011): with x̃ = x + σ·noise the score of q(x̃ | x) is −(x̃ − x)/σ², and a network
// s is trained by ‖s − target‖². Vincent takes half of it, Song & Ermon (2019) σ² times it. Rows are samples, and
// the loss is the mean over them.
import * as z from "zod"
import { type Block, grid, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { defineKind, number, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { answerLike, nested } from "../../core/nested.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { sumOfProducts } from "../../core/working.ts"
import { dot, entry, gridSum, mapGrid, zipGrids } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid, type Nested } from "../../math/nested.ts"

const given = z
  .strictObject({
    x: nested("clean x: a number, shape (n), or a sample per row, shape (samples, n)"),
    x_noisy: nested("x̃, x with noise, of the same shape"),
    sigma: field.number("standard deviation σ of the noise", { above: 0 }),
    score: nested("the network's score s at x̃, of the same shape"),
    weight: field
      .oneOf("what the squared error is multiplied by: nothing, ½ or σ²", [
        "none",
        "half",
        "variance",
      ])
      .default("none"),
  })
  .check(rule.sameShape("x", "x_noisy", "score"))

const answers = ({ x }: z.output<typeof given>) => ({
  target: answerLike(x)("score of the noisy x given the clean one"),
  error: answerLike(x)("score minus target"),
  loss: number("loss", { min: 0 }),
})

const slips: Slips<typeof given> = {
  "the squared error has no factor": ({ weight }) =>
    weight === "none" ? undefined : { weight: "none" },
  "the squared error is halved": ({ weight }) =>
    weight === "half" ? undefined : { weight: "half" },
  "the squared error is multiplied by σ²": ({ weight }) =>
    weight === "variance" ? undefined : { weight: "variance" },
}

const question: Question<typeof given> = ({ x, sigma, weight }) => {
  const samples = isGrid(x) && x.length > 1 ? ", averaged over the samples" : ""
  return text`A network gives the score at x̃, which is x with noise of standard deviation σ = ${sigma}. Compute the target of denoising score matching, the error of the score (score minus target) and the loss, ${weights[weight].words}${samples}.`
}

const weights = {
  none: { words: "the squared norm of the error", symbol: math``, of: () => 1 },
  half: { words: "half the squared norm of the error", symbol: math`\frac{1}{2} `, of: () => 0.5 },
  variance: {
    words: "σ² times the squared norm of the error",
    symbol: math`\sigma^2 \cdot `,
    of: (sigma: number) => sigma ** 2,
  },
} as const

const solve: Solve<typeof given, typeof answers> = ({ x, x_noisy, sigma, score, weight }, work) => {
  const shifts = zipGrids(asGrid(x), asGrid(x_noisy), (clean, noisy) => clean - noisy)
  const shaped = (cells: Grid) => inFormOf(x, cells)
  const over = (divisor: number) => shaped(mapGrid(shifts, shift => shift / divisor))
  const target = work.answer("target", over(sigma ** 2), {
    "the target has the other sign": over(-(sigma ** 2)),
    "it is divided by σ, not its square": over(sigma),
    "it is not divided by σ²": over(1),
  })
  work.step("Target", () => [
    math`t = \nabla \ln q(\tilde{x} \mid x) = -\frac{\tilde{x} - x}{\sigma^2} = \frac{x - \tilde{x}}{\sigma^2}`,
    ...shown(math`x - \tilde{x}`, shaped(shifts)),
    ...(isGrid(target)
      ? [math`t_{1,1} = \frac{${at(shifts)}}{${sigma}^2} = ${at(target)}`, grid(math`t`, target)]
      : [math`t = \frac{${shaped(shifts)}}{${sigma}^2} = ${target}`]),
  ])

  const errors = (sign: number) =>
    shaped(zipGrids(asGrid(score), asGrid(target), (s, t) => s + sign * t))
  const error = work.answer("error", errors(-1), { "the target is added": errors(1) })
  work.step("Error of the score", () =>
    isGrid(error) ? [grid(math`s - t`, error)] : [math`s - t = ${score} - ${target} = ${error}`],
  )

  const cells = asGrid(error)
  const [samples, entries] = [cells.length, gridSum(mapGrid(cells, () => 1))]
  const squares = gridSum(mapGrid(cells, value => value ** 2))
  const factor = weights[weight].of(sigma)
  const loss = work.answer("loss", (factor * squares) / samples, {
    "the root of the sum is taken": factor * Math.sqrt(squares / samples),
    ...(entries > samples && { "it is averaged over all entries": (factor * squares) / entries }),
    ...(samples > 1 && { "it is added up over the samples": factor * squares }),
  })
  work.step("Loss", () => {
    const mean = samples > 1 ? math`\frac{1}{${samples}} \sum\,` : math``
    const written = factor === 1 ? math`` : math`${factor} \cdot `
    const sum =
      samples > 1
        ? math`\frac{${join(
            cells.map(row => dot(row, row)),
            " + ",
          )}}{${samples}}`
        : sumOfProducts(entry(cells, 0), entry(cells, 0))
    const isLong = factor !== 1 && samples === 1 && entries > 1
    return [
      ...(samples > 1 ? [text`The squared norms of the rows are averaged.`] : []),
      math`L = ${weights[weight].symbol}${mean}\lVert s - t \rVert^2`,
      math`L = ${written}${isLong ? math`(${sum})` : sum} = ${loss}`,
    ]
  })
}

/** A line with numbers, or a grid of them. */
function shown(name: Rich, values: Nested): Block[] {
  return isGrid(values) ? [grid(name, values)] : [math`${name} = ${values}`]
}

/** The first entry. */
function at(values: Nested): number {
  return entry(entry(asGrid(values), 0), 0)
}

export default defineKind({
  name: "score-matching",
  topic: "generative",
  title: "Denoising score matching",
  given,
  answers,
  slips,
  question,
  solve,
})
