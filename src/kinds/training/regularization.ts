// L = data loss + λ·R(W). R is Σw² (L2), Σ|w| (L1) or Σ(α·w² + |w|) (elastic net; Zou & Hastie 2005); with
// `half`, squares count ½. Its gradient is that of λ·R; |w| has slope 0 where w = 0 (a subgradient).
import * as z from "zod"
import { grid, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { gridSum, mapGrid } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid, type Nested } from "../../math/nested.ts"

const given = z
  .strictObject({
    weights: field.vectorOrGrid("weights W, shape (n) or (rows, cols)"),
    lambda: field.number("strength λ of the penalty", { min: 0 }),
    penalty: field
      .oneOf("l2 is Σw², l1 is Σ|w|, elastic is Σ(α·w² + |w|)", ["l2", "l1", "elastic"])
      .default("l2"),
    alpha: field.number("elastic: α, the share of the squares", { min: 0 }).optional(),
    half: field.flag("whether squares count half, ½w²").default(false),
    data_loss: field.number("loss on the data, without the penalty").default(0),
  })
  .check(
    rule.across(["penalty", "alpha"], ({ penalty, alpha }) => {
      if (penalty === "elastic" && alpha === undefined) {
        const message = "is missing: an elastic penalty weighs its squares by it"
        return { path: ["alpha"], code: "missing-field", message }
      }
      if (penalty === "elastic" || alpha === undefined) return undefined
      const message = `has no place in an ${penalty} penalty; it is for \`elastic\``
      return { path: ["alpha"], code: "conflict", message }
    }),
    rule.across(["penalty", "half"], ({ penalty, half }) =>
      half && penalty === "l1"
        ? {
            path: ["half"],
            code: "conflict",
            message: "has no place in an l1 penalty: it has no squares",
          }
        : undefined,
    ),
  )

const answers = ({ weights }: z.output<typeof given>) => ({
  R: answer.number("R(W), not yet multiplied by λ", { min: 0 }),
  penalty: answer.number("penalty λ·R(W)", { min: 0 }),
  total: answer.number("loss with the penalty", { aside: true }),
  gradient: (isGrid(weights) ? answer.grid : answer.vector)("gradient of the penalty"),
})

const slips: Slips<typeof given> = {
  "the squares are halved": ({ penalty, half }) =>
    penalty === "l1" || half ? undefined : { half: true },
  "the squares are not halved": ({ half }) => (half ? { half: false } : undefined),
  "the penalty is L2, the sum of the squares": ({ penalty }) =>
    penalty === "l2" ? undefined : { penalty: "l2" },
  "the penalty is L1, the sum of the absolute values": ({ penalty }) =>
    penalty === "l1" ? undefined : { penalty: "l1" },
  "α is left out": ({ penalty }) => (penalty === "elastic" ? { alpha: 1 } : undefined),
}

const question: Question<typeof given> = ({ penalty, lambda, data_loss, ...given }) =>
  text`Compute R(W) = ${formula({ penalty, ...given })}, the ${named[penalty]} penalty with λ = ${lambda}, the loss with it where that on the data is ${data_loss}, and the gradient of the penalty.`

const named = { l2: "L2", l1: "L1", elastic: "elastic-net" }

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { weights, lambda, penalty: type, half, alpha = 1, data_loss } = given
  const cells = asGrid(weights)
  const over = (f: (w: number) => number) => gridSum(mapGrid(cells, f))
  const each = (f: (w: number) => number) => inFormOf(weights, mapGrid(cells, f))
  const ofSquares = (type === "l1" ? 0 : type === "l2" ? 1 : alpha) * (half ? 0.5 : 1)
  const ofSizes = type === "l2" ? 0 : 1
  const [squares, sizes] = [over(w => w ** 2), over(Math.abs)]

  const right = ofSquares * squares + ofSizes * sizes
  const R = work.answer("R", right, {
    "the root is taken": Math.sqrt(right),
    "the mean is taken": right / over(() => 1),
    ...(type !== "l2" && {
      "the weights keep their signs": ofSquares * squares + over(w => w),
    }),
    ...(type === "elastic" && {
      "α multiplies the absolute values": (half ? 0.5 : 1) * squares + alpha * sizes,
    }),
  })
  work.step("Regularizer", () => [
    math`R(W) = ${formula(given)}`,
    ...(type === "l1" ? [] : [math`\sum w^2 = ${terms(cells, w => math`${w}^2`)} = ${squares}`]),
    ...(type === "l2"
      ? []
      : [math`\sum \lvert w \rvert = ${terms(cells, w => math`${Math.abs(w)}`)} = ${sizes}`]),
    ...(type === "elastic" || half
      ? [
          math`R(W) = ${half ? math`\frac{1}{2} \cdot ` : math``}${type === "elastic" ? math`${alpha} \cdot ` : math``}${squares}${type === "elastic" ? math` + ${sizes}` : math``} = ${R}`,
        ]
      : []),
  ])

  const penalty = work.answer("penalty", lambda * R, { "λ is left out": R })
  const total = work.answer("total", data_loss + penalty, {
    "the penalty is subtracted": data_loss - penalty,
    ...(data_loss !== 0 && { "the loss on the data is left out": penalty }),
  })
  work.step("Loss with the penalty", () => [
    math`\lambda \cdot R(W) = ${lambda} \cdot ${R} = ${penalty}`,
    math`L = L_{\text{data}} + \lambda \cdot R(W) = ${data_loss} + ${penalty} = ${total}`,
  ])

  const slope = (w: number) => 2 * ofSquares * w + ofSizes * Math.sign(w)
  const gradient = work.answer(
    "gradient",
    each(w => lambda * slope(w)),
    {
      "λ is left out": each(slope),
      ...(type !== "l2" && {
        "the sign of the weights is left out": each(w => lambda * (2 * ofSquares * w + ofSizes)),
      }),
    },
  )
  const signs = each(Math.sign)
  work.step("Gradient of the penalty", () => [
    math`\frac{\partial}{\partial w}\,\lambda\,R(W) = ${derivative(given)}`,
    ...(type === "l2" ? [] : [text`sign w is 1 or −1, and 0 where w = 0.`]),
    ...(isGrid(weights) && isGrid(gradient) && isGrid(signs)
      ? [
          grid(math`W`, weights),
          ...(type === "l2" ? [] : [grid(math`\operatorname{sign} W`, signs)]),
          grid("gradient", gradient),
        ]
      : [math`\nabla = ${numbers(given, signs)} = ${gradient}`]),
  ])
}

type Given = z.output<typeof given>
type Form = Pick<Given, "penalty" | "half">

function formula({ penalty, half }: Form): Rich {
  if (penalty === "l1") return math`\sum \lvert w \rvert`
  if (penalty === "l2") return half ? math`\frac{1}{2} \sum w^2` : math`\sum w^2`
  return math`\sum (${half ? math`\frac{\alpha}{2}` : math`\alpha`}\,w^2 + \lvert w \rvert)`
}

function derivative({ penalty, half }: Form): Rich {
  if (penalty === "l1") return math`\lambda\,\operatorname{sign} w`
  if (penalty === "l2") return half ? math`\lambda\,w` : math`2 \lambda\,w`
  return math`\lambda\,(${half ? math`` : math`2 `}\alpha\,w + \operatorname{sign} w)`
}

/** The derivative with a vector of weights and their signs. */
function numbers({ penalty, half, lambda, alpha = 1, weights }: Given, signs: Nested): Rich {
  const two = half ? math`` : math`2 \cdot `
  if (penalty === "l1") return math`${lambda} \cdot ${signs}`
  if (penalty === "l2") return math`${two}${lambda} \cdot ${weights}`
  return math`${lambda} \cdot (${two}${alpha} \cdot ${weights} + ${signs})`
}

/** What each weight adds; of many, the first ones and the last. */
function terms(cells: Grid, term: (w: number) => Rich): Rich {
  const all = cells.flat()
  if (all.length <= 8) return join(all.map(term), " + ")
  return join([...all.slice(0, 3).map(term), math`\ldots`, ...all.slice(-1).map(term)], " + ")
}

export default defineKind({
  name: "regularization",
  topic: "training",
  title: "Penalty on the weights: L1, L2, elastic net",
  given,
  answers,
  slips,
  question,
  solve,
})
