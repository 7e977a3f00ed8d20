// Kingma & Welling (2014): z = μ + σ·ε, and loss = reconstruction + β·KL(N(μ, σ²)‖N(0, I)), each dimension adding
// ½ (μ² + σ² − ln σ² − 1). β is 1 unless said (Higgins et al. 2017). Of x, mse is the mean square, sum-squared the
// sum (‖x − x̂‖²), half-squared half of it (−ln of a Gaussian of variance 1, up to a constant), bce the sum of the
// binary cross-entropies in nats, bce-mean their mean. ELBO = −(reconstruction + KL), where it is a sum, no mean.
import * as z from "zod"
import { math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { dimensionOf, misreadSpreads, spreadFields } from "../../core/gaussian.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { listed } from "../../core/working.ts"
import { negative } from "../../math/distribution.ts"
import { variancesOf } from "../../math/gaussian.ts"
import { add, entry, multiply, sum, vectorOf } from "../../math/linear.ts"
import { asGrid, isGrid } from "../../math/nested.ts"
import {
  compare,
  isEntropy,
  isMean,
  lossWords,
  type ReconstructionLoss,
  reconstructionLosses,
} from "../../math/reconstruction.ts"

const { std, variance, log_variance } = spreadFields

const given = z
  .strictObject({
    mean: field.broadcast("μ, means of the latent dimensions, shape (n), or a number").optional(),
    std,
    variance,
    log_variance,
    epsilon: field.broadcast("standard normal noise ε, shape (n), or a number").optional(),
    KL: field.number("instead of a Gaussian: its KL term", { min: 0 }).optional(),
    x: field.vectorOrGrid("what goes in, shape (m) or (rows, cols)").optional(),
    reconstruction: field.vectorOrGrid("x̂, what comes out, of the shape of x").optional(),
    reconstruction_loss: field
      .oneOf(
        "mse is the mean of (x − x̂)², sum-squared their sum, half-squared half the sum, bce the sum of the binary cross-entropies, bce-mean their mean",
        reconstructionLosses,
      )
      .default("mse"),
    beta: field.number("weight β of the KL term", { min: 0 }).default(1),
  })
  .check(
    rule.oneWay("a KL term", [
      { all: ["mean", "std"], perhaps: ["epsilon"] },
      { all: ["mean", "variance"], perhaps: ["epsilon"] },
      { all: ["mean", "log_variance"], perhaps: ["epsilon"] },
      ["KL"],
    ]),
    rule.sameLength("mean", "std", "variance", "log_variance", "epsilon"),
    rule.needs("x", "reconstruction", "x is compared with it"),
    rule.needs("reconstruction", "x", "it is compared with x"),
    rule.sameShape("x", "reconstruction"),
    rule.across(["KL", "x", "mean"], ({ KL, x, mean }) => {
      if (KL === undefined || x || mean !== undefined) return undefined
      const message = "needs `x` and `reconstruction`: without them nothing is left to compute"
      return { path: ["KL"], code: "missing-field", message }
    }),
    rule.across(["x", "reconstruction", "reconstruction_loss"], given => {
      if (!isEntropy(given.reconstruction_loss)) return undefined
      return ["x" as const, "reconstruction" as const].flatMap(name => {
        const range = name === "x" ? "between 0 and 1" : "above 0 and below 1"
        const rows = given[name] ? asGrid(given[name]) : []
        return rows.flatMap((row, i) => {
          const j = row.findIndex(p => p < 0 || p > 1 || (name !== "x" && (p === 0 || p === 1)))
          if (j === -1) return []
          const path = isGrid(given[name] ?? 0) ? [name, i, j] : [name, j]
          const message = `must be ${range} for a cross-entropy, but it is \`${row[j]}\``
          return { path, code: "range", message }
        })
      })
    }),
  )

const answers = (given: Given) => {
  const scalar = sizeOf(given) === undefined
  const numbers = (label: string, range = {}) =>
    scalar ? answer.number(label, range) : answer.vector(label, range)
  const isGaussian = given.mean !== undefined
  const isCompared = given.x !== undefined
  const log = isEntropy(given.reconstruction_loss)
  return {
    ...(given.epsilon !== undefined && {
      ...(given.std === undefined && { sigma: numbers("standard deviations σ", { min: 0 }) }),
      z: numbers("latent sample z = μ + σ·ε", { aside: true }),
    }),
    ...(isGaussian && !scalar && { kl_terms: answer.vector("KL term of each dimension") }),
    ...(isGaussian && { KL: answer.number("KL(N(μ, σ²)‖N(0, I))", { min: 0 }) }),
    ...(isCompared && {
      reconstruction_loss: answer.number("reconstruction loss", { min: 0, log }),
      loss: answer.number("reconstruction loss + β·KL"),
      ...(!isMean(given.reconstruction_loss) && {
        elbo: answer.number("ELBO, −(reconstruction loss + KL)"),
      }),
    }),
  }
}

const slips: Slips<typeof given> = {
  ...misreadSpreads,
  "the squared errors are averaged": lossAs("mse"),
  "the squared errors are added up, not averaged or halved": lossAs("sum-squared"),
  "the squared errors are added up and halved": lossAs("half-squared"),
  "the cross-entropies are averaged": lossAs("bce-mean"),
  "the cross-entropies are added up, not averaged": lossAs("bce"),
  "β is left out": () => ({ beta: 1 }),
}

function lossAs(reconstruction_loss: ReconstructionLoss) {
  return (given: Given) =>
    isEntropy(given.reconstruction_loss) !== isEntropy(reconstruction_loss) ||
    given.reconstruction_loss === reconstruction_loss
      ? undefined
      : { reconstruction_loss }
}

const question: Question<typeof given> = given => {
  const { mean, epsilon, x, beta, reconstruction_loss } = given
  const sample = epsilon === undefined ? "" : "Draw the latent sample z with the noise ε. "
  const asked = [
    ...(mean === undefined ? [] : ["the KL term of the encoder's Gaussian against N(0, I)"]),
    ...(x ? [`the reconstruction loss (${lossWords[reconstruction_loss]})`] : []),
    ...(x ? [`the loss of the variational autoencoder with β = ${beta}`] : []),
    ...(x && !isMean(reconstruction_loss) ? ["the ELBO"] : []),
  ]
  const most = asked.slice(0, -1).join(", ")
  return text`${sample}Compute ${most}${most && " and "}${asked.at(-1) ?? ""}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { mean, x, reconstruction, beta } = given
  const found = mean === undefined ? undefined : fromGaussian({ ...given, mean }, work)
  const KL = found ?? given.KL ?? 0
  if (!x || !reconstruction) return

  const compared = compare(
    given.reconstruction_loss,
    asGrid(x).flat(),
    asGrid(reconstruction).flat(),
  )
  const distance = work.answer("reconstruction_loss", compared.value, compared.mistakes)
  work.step("Reconstruction loss", () => compared.working(distance))

  const loss = work.answer("loss", distance + beta * KL, {
    "β multiplies the reconstruction loss": beta * distance + KL,
    "the KL term is subtracted": distance - beta * KL,
  })
  work.step("Loss", () => [
    math`L = \text{reconstruction} + ${beta === 1 ? math`` : math`\beta \cdot `}\operatorname{KL} = ${distance} + ${beta === 1 ? math`` : math`${beta} \cdot `}${KL} = ${loss}`,
  ])

  if (isMean(given.reconstruction_loss)) return
  const elbo = work.answer("elbo", beta === 1 ? negative(loss) : negative(distance + KL), {
    "the KL term is added": KL - distance,
    ...(beta !== 1 && { "β weighs the KL term": negative(loss) }),
  })
  work.step("ELBO", () => [
    ...(beta === 1 ? [] : [text`The bound itself has no β.`]),
    math`\text{ELBO} = -(\text{reconstruction} + \operatorname{KL}) = -(${distance} + ${KL}) = ${elbo}`,
    ...(isEntropy(given.reconstruction_loss)
      ? []
      : [text`Squared errors are a Gaussian's −ln p(x|z) up to a constant, which is left out.`]),
  ])
}

type Given = z.output<typeof given>
type Hand = Parameters<typeof solve>[1]

/** A sample, the KL term of each dimension, and their sum. */
function fromGaussian(given: Given & { mean: number | number[] }, work: Hand): number {
  const { epsilon, std, log_variance } = given
  const size = sizeOf(given)
  const n = size ?? 1
  const plain = (values: Vector) => (size === undefined ? entry(values, 0) : values)
  const mean = vectorOf(given.mean, n)
  const variances = variancesOf(given, n)
  const deviations = std === undefined ? variances.map(Math.sqrt) : vectorOf(std, n)
  if (epsilon !== undefined) {
    const noise = vectorOf(epsilon, n)
    const sigma = vectorOf(
      std === undefined ? work.answer("sigma", plain(deviations)) : plain(deviations),
      n,
    )
    const scaled = multiply(sigma, noise)
    const times = size === undefined ? math`\cdot` : math`\odot`
    const z = work.answer("z", plain(add(mean, scaled)), {
      "ε is subtracted": plain(add(mean, scaled.map(negative))),
      "μ and σ change places": plain(add(sigma, multiply(mean, noise))),
      // With other spreads given, this is the slip of taking the variance for σ.
      ...(std !== undefined && {
        "ε is multiplied by the variance": plain(add(mean, multiply(sigma, scaled))),
      }),
    })
    work.step("Sample", () => [
      ...(std === undefined
        ? [
            log_variance === undefined
              ? math`\sigma = \sqrt{\sigma^2} = ${plain(sigma)}`
              : math`\sigma = e^{\ln \sigma^2 / 2} = ${plain(sigma)}`,
          ]
        : []),
      math`z = \mu + \sigma ${times} \varepsilon`,
      math`z = ${plain(mean)} + ${plain(sigma)} ${times} ${plain(noise)} = ${z}`,
    ])
  }

  const rows = mean.map((mu, i) => {
    const v = entry(variances, i)
    return { mu, v, log: Math.log(v) }
  })
  const termsOf = (f: (row: (typeof rows)[number]) => number) => rows.map(f)
  const right = termsOf(({ mu, v, log }) => (mu ** 2 + v - log - 1) / 2)
  const mistakes = {
    "the factor ½ is left out": right.map(term => 2 * term),
    "the sign is turned round, as in ½ (1 + ln σ² − μ² − σ²)": right.map(negative),
    "the 1 is not subtracted": right.map(term => term + 1 / 2),
    "the logarithm is added": termsOf(({ mu, v, log }) => (mu ** 2 + v + log - 1) / 2),
    "the logarithm of the standard deviation is taken": termsOf(
      ({ mu, v, log }) => (mu ** 2 + v - log / 2 - 1) / 2,
    ),
    "the logarithm is taken to base 10": termsOf(
      ({ mu, v, log }) => (mu ** 2 + v - log / Math.LN10 - 1) / 2,
    ),
    "the mean is not squared": termsOf(({ mu, v, log }) => (mu + v - log - 1) / 2),
  }
  const terms = size === undefined ? right : work.answer("kl_terms", right, mistakes)
  const KL = work.answer(
    "KL",
    sum(terms),
    size === undefined
      ? Object.fromEntries(Object.entries(mistakes).map(([name, [term]]) => [name, term ?? 0]))
      : { "the dimensions are averaged": sum(terms) / n },
  )
  const formula = math`\frac{1}{2} \left( \mu^2 + \sigma^2 - \ln \sigma^2 - 1 \right)`
  work.step("KL term", () => [
    ...(size === undefined
      ? rows.flatMap(({ mu, v, log }) => [
          math`\operatorname{KL} = ${formula}`,
          math`\operatorname{KL} = \frac{1}{2} (${mu}^2 + ${v} - ${log} - 1) = ${KL}`,
        ])
      : [
          math`\operatorname{KL} = \sum_j ${indexed}`,
          table(
            ["dimension", math`\mu`, math`\sigma^2`, math`\ln \sigma^2`, "term"],
            rows.slice(0, 16).map(({ mu, v, log }, i) => [i + 1, mu, v, log, entry(terms, i)]),
          ),
          ...(n > 16 ? [text`The other ${n - 16} dimensions in the same way.`] : []),
          math`\operatorname{KL}${listed(terms)} = ${KL}`,
        ]),
  ])
  return KL
}

const indexed = math`\frac{1}{2} \left( \mu_j^2 + \sigma_j^2 - \ln \sigma_j^2 - 1 \right)`

function sizeOf({ mean = 0, std, variance, log_variance, epsilon = 0 }: Given): number | undefined {
  return dimensionOf({ mean, std, variance, log_variance }, { mean: epsilon })
}

export default defineKind({
  name: "vae",
  topic: "generative",
  title: "Loss of a variational autoencoder",
  given,
  answers,
  slips,
  question,
  solve,
})
