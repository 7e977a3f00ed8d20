// CLIP (Radford et al. 2021): logits = cosines/τ, row i an image and column j a text; the matching pairs stand on
// the diagonal, and the loss is the mean of the cross-entropies along the rows and down the columns. Each
// direction alone is the InfoNCE of van den Oord et al. (2018). The temperature τ divides.
import * as z from "zod"
import { type Block, grid, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural, sizes } from "../../core/words.ts"
import { isReadable, shown, sumOfProducts } from "../../core/working.ts"
import { exponentials, softmax } from "../../math/activation.ts"
import { entry, mapGrid, sum, transpose } from "../../math/linear.ts"
import { norm, similaritiesOf } from "../../math/similarity.ts"
import { logsOf } from "../../math/softmax-loss.ts"

const given = z
  .strictObject({
    images: field.grid("embeddings of the images, shape (n, d)").optional(),
    texts: field.grid("embeddings of their texts in the same order, shape (n, d)").optional(),
    similarities: field
      .grid("in place of embeddings: of each image (row) with each text (column), shape (n, n)")
      .optional(),
    temperature: field.number("divides the similarities", { above: 0 }).default(1),
    normalize: field
      .flag("whether the similarity is the cosine; if not, the dot product")
      .default(true),
  })
  .check(
    rule.oneWay("similarities of the pairs", [["images", "texts"], ["similarities"]]),
    rule.match(["texts", "rows"], ["images", "rows"], n => `there are ${plural(n, "image")}`),
    rule.match(
      ["texts", "columns"],
      ["images", "columns"],
      n => `the images have ${plural(n, "dimension")}`,
    ),
    rule.across(["similarities"], ({ similarities }) => {
      if (!similarities || similarities[0]?.length === similarities.length) return undefined
      const message = `must have a row for each image and a column for its text, as many of both, but it is ${sizes(similarities)}`
      return { path: ["similarities"], code: "shape", message }
    }),
    rule.across(["images", "normalize"], ({ images, normalize }) =>
      images && normalize ? rule.directionless(["images"], images) : [],
    ),
    rule.across(["texts", "normalize"], ({ texts, normalize }) =>
      texts && normalize ? rule.directionless(["texts"], texts) : [],
    ),
  )

type Given = z.output<typeof given>

const answers = ({ similarities, normalize }: Given) => ({
  ...(!similarities && {
    similarities: answer.grid(
      `${normalize ? "cosine" : "dot product"} of each image (row) and text (column)`,
      normalize ? { min: -1, max: 1 } : {},
    ),
  }),
  logits: answer.grid("similarities over the temperature"),
  p_image: answer.grid("softmax of each row: the text of an image", { min: 0, max: 1 }),
  loss_image: answer.number("mean loss of the images", { min: 0, log: true }),
  p_text: answer.grid("softmax of each column: the image of a text", { min: 0, max: 1 }),
  loss_text: answer.number("mean loss of the texts", { min: 0, log: true }),
  loss: answer.number("mean of both", { min: 0, log: true }),
})

const slips: Slips<typeof given> = {
  "the temperature multiplies the similarities": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 / temperature },
  "the temperature is left out": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 },
  "the embeddings are not normalised": ({ images, normalize }) =>
    images && normalize ? { normalize: false } : undefined,
  "the embeddings are normalised": ({ images, texts, normalize }) =>
    !images || !texts || normalize || [...images, ...texts].some(row => norm(row) === 0)
      ? undefined
      : { normalize: true },
}

const question: Question<typeof given> = ({ images, similarities, temperature, normalize }) => {
  const n = (images ?? similarities ?? []).length
  const by = similarities ? "these similarities" : normalize ? "cosines" : "dot products"
  return text`Compute the contrastive loss of ${plural(n, "image")} and ${n === 1 ? "its text" : "their texts"} from ${by} at temperature ${temperature}: the loss of the images, that of the texts, and their mean.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { temperature } = given
  const s = given.similarities ?? compared(given, work)
  const n = s.length
  const names = { rows: s.map((_, i) => `x${i + 1}`), columns: s.map((_, i) => `t${i + 1}`) }
  const marks = s.map((_, i): [number, number] => [i, i])

  const logits = work.answer(
    "logits",
    mapGrid(s, each => each / temperature),
  )
  work.step("Logits", () => [
    math`l_{ij} = \frac{s_{ij}}{\tau}, \quad \tau = ${temperature}`,
    math`l_{11} = \frac{${entry(entry(s, 0), 0)}}{${temperature}} = ${entry(entry(logits, 0), 0)}`,
    ...(given.similarities ? [shown({ name: math`s`, value: s, ...names })] : []),
    shown({ name: math`l`, value: logits, ...names, marks, heat: true }),
  ])

  const along = logits.map(softmax)
  const down = transpose(transpose(logits).map(softmax))
  const unshared = {
    "the exponentials are not divided by their sum": mapGrid(logits, Math.exp),
  }
  const direction = (name: "loss_image" | "loss_text", p: Grid, own: Grid, scores: Grid) => {
    const logs = p.map((row, i) => logsOf(row, entry(own, i), entry(scores, i)))
    const losses = logs.map((row, i) => 0 - entry(row, i))
    const matches = p.map((row, i) => entry(row, i))
    const without = matches.map(p => Math.log((1 - p) / p))
    const loss = work.answer(name, sum(losses) / n, {
      "the losses are added up, not averaged": sum(losses),
      "1 − p stands in for −ln p": sum(matches.map(p => 1 - p)) / n,
      "all pairs count as if they matched": -sum(logs.map(sum)) / n ** 2,
      ...(without.every(Number.isFinite) && {
        "the matching pair is left out of the sum below the line": sum(without) / n,
      }),
    })
    return { losses, matches, loss }
  }
  const p_image = work.answer("p_image", along, {
    "the softmax runs down the columns": down,
    ...unshared,
  })
  const images = direction("loss_image", p_image, along, logits)
  work.step("From images to texts", () => [
    ...softmaxLines(math`p`, "row", { scores: logits, p: p_image, ...names, marks }),
    ...lossLines(math`L_{\mathit{image}}`, math`p`, images),
  ])

  const p_text = work.answer("p_text", down, {
    "the softmax runs along the rows": along,
    ...unshared,
  })
  const texts = direction("loss_text", transpose(p_text), transpose(down), transpose(logits))
  work.step("From texts to images", () => [
    ...softmaxLines(math`q`, "column", { scores: logits, p: p_text, ...names, marks }),
    ...lossLines(math`L_{\mathit{text}}`, math`q`, texts),
  ])

  const loss = work.answer("loss", (images.loss + texts.loss) / 2, {
    "the two directions are added, not averaged": images.loss + texts.loss,
    "only the images look for their texts": images.loss,
    "only the texts look for their images": texts.loss,
  })
  work.step("Loss", () => [
    math`L = \frac{L_{\mathit{image}} + L_{\mathit{text}}}{2} = \frac{${images.loss} + ${texts.loss}}{2} = ${loss}`,
  ])
}

/** The similarity of every image with every text. */
function compared(given: Given, work: Parameters<typeof solve>[1]): Grid {
  const { images = [], texts = [], normalize } = given
  const found = work.answer("similarities", similaritiesOf(images, texts, normalize))
  const [x, t] = [entry(images, 0), entry(texts, 0)]
  const product = sumOfProducts(x, t)
  const first = entry(entry(found, 0), 0)
  const norms = (rows: Grid) => join(rows.slice(0, readable).map(norm), ", \\; ")
  const more = images.length > readable ? math`, \; \ldots` : math``
  work.step("Similarities", () => [
    ...(normalize
      ? [
          math`s_{ij} = \cos(x_i, t_j) = \frac{x_i \cdot t_j}{\lVert x_i \rVert\,\lVert t_j \rVert}`,
          math`\lVert x_i \rVert = ${norms(images)}${more}`,
          math`\lVert t_j \rVert = ${norms(texts)}${more}`,
          math`s_{11} = \frac{${product}}{${norm(x)} \cdot ${norm(t)}} = ${first}`,
        ]
      : [math`s_{ij} = x_i \cdot t_j`, math`s_{11} = ${product} = ${first}`]),
    text`Row i is image ${math`x_i`}, column j is text ${math`t_j`}; the matching pairs stand on the diagonal.`,
    shown({
      name: math`s`,
      value: found,
      rows: images.map((_, i) => `x${i + 1}`),
      columns: texts.map((_, i) => `t${i + 1}`),
    }),
  ])
  return found
}

interface Softmaxed {
  scores: Grid
  p: Grid
  rows: readonly string[]
  columns: readonly string[]
  marks: readonly [number, number][]
}

/** A softmax along each row or down each column, with the sums at its end. */
function softmaxLines(
  name: Rich,
  side: "row" | "column",
  { scores, p, rows, columns, marks }: Softmaxed,
): Block[] {
  const turned = (grid: Grid) => (side === "row" ? grid : transpose(grid))
  const { values, shifted } = exponentials(turned(scores))
  const sums = values.map(sum)
  const e = shifted ? math`e^{l_{ij} - \max}` : math`e^{l_{ij}}`
  const powers = turned(values.map((row, i) => [...row, entry(sums, i)]))
  const heads =
    side === "row" ? { rows, columns: [...columns, "Σ"] } : { rows: [...rows, "Σ"], columns }
  const first = math`${name}_{11} = \frac{${entry(entry(values, 0), 0)}}{${entry(sums, 0)}}`
  return [
    math`${name}_{ij} = \frac{${e}}{\sum_${side === "row" ? math`j` : math`i`} ${e}}`,
    ...(shifted
      ? [text`The largest logit of each ${side} is subtracted first, which changes no share.`]
      : []),
    math`${first} = ${entry(entry(p, 0), 0)}`,
    ...(isReadable({ name, value: powers }) ? [grid(e, powers, heads)] : []),
    shown({ name, value: p, rows, columns, marks, heat: true }),
  ]
}

/** The mean of −ln of the shares of the matching pairs. */
function lossLines(
  symbol: Rich,
  name: Rich,
  { losses, matches, loss }: { losses: Vector; matches: Vector; loss: number },
): Rich[] {
  const n = losses.length
  const first = math`-\ln ${name}_{11} = -\ln ${entry(matches, 0)} = ${entry(losses, 0)}`
  const line = math`${symbol} = -\frac{1}{n} \sum_i \ln ${name}_{ii}`
  return n <= readable
    ? [first, math`${line} = \frac{${join(losses, " + ")}}{${n}} = ${loss}`]
    : [first, math`${line} = ${loss}`]
}

/** Pairs that are written out. */
const readable = 6

export default defineKind({
  name: "info-nce",
  topic: "representation",
  title: "Contrastive loss of images and texts",
  given,
  answers,
  slips,
  question,
  solve,
})
