import { type Block, join, math, type Rich, table, text } from "../core/blocks.ts"
import type { Vector } from "../core/types.ts"
import { listed } from "../core/working.ts"
import { weighted } from "./distribution.ts"
import { add, entry, sum } from "./linear.ts"

/** How far what an autoencoder gives back, x̂, is from what went in, x. */

export const reconstructionLosses = [
  "mse",
  "sum-squared",
  "half-squared",
  "bce",
  "bce-mean",
] as const
export type ReconstructionLoss = (typeof reconstructionLosses)[number]

export const lossWords = {
  mse: "the mean squared error",
  "sum-squared": "the sum of the squared errors",
  "half-squared": "half the sum of the squared errors",
  bce: "the sum of the binary cross-entropies",
  "bce-mean": "the mean of the binary cross-entropies",
}

/** Whether x̂ are probabilities, compared by cross-entropy; the others are squared errors. */
export function isEntropy(loss: ReconstructionLoss): loss is "bce" | "bce-mean" {
  return loss === "bce" || loss === "bce-mean"
}

/** A mean is no log-likelihood of the whole, so no part of an ELBO. */
export function isMean(loss: ReconstructionLoss): boolean {
  return loss === "mse" || loss === "bce-mean"
}

interface Comparison {
  value: number
  /** What usual mistakes take for it. */
  mistakes: Readonly<Record<string, number>>
  /** How it comes about; `loss` is what a student goes on with. */
  working: (loss: number) => Block[]
}

/** x and x̂ of shape (m). */
export function compare(loss: ReconstructionLoss, x: Vector, out: Vector): Comparison {
  return isEntropy(loss) ? entropies(loss, x, out) : squares(loss, x, out)
}

/** More terms than this are not listed. */
const most = 16

function entropies(loss: "bce" | "bce-mean", x: Vector, out: Vector): Comparison {
  const log = (values: Vector) => values.map(value => -Math.log(value))
  const rest = (values: Vector) => values.map(value => 1 - value)
  const ones = weighted(x, log(out))
  const terms = add(ones, weighted(rest(x), log(rest(out))))
  const crossed = add(weighted(x, log(rest(out))), weighted(rest(x), log(out)))
  const m = terms.length
  const isSum = loss === "bce"
  const share = isSum ? 1 : 1 / m
  return {
    value: sum(terms) * share,
    mistakes: {
      "the terms of 1 − x are left out": sum(ones) * share,
      "x̂ and 1 − x̂ change places": sum(crossed) * share,
    },
    working: loss => [
      math`-${isSum ? math`` : math`\frac{1}{m} `}\sum_i \left( x_i \ln \hat{x}_i + (1 - x_i) \ln(1 - \hat{x}_i) \right)`,
      table(
        [math`x_i`, math`\hat{x}_i`, "term"],
        terms.slice(0, most).map((term, i) => [entry(x, i), entry(out, i), term]),
      ),
      ...(m > most ? [text`The other ${m - most} terms in the same way.`] : []),
      math`\text{reconstruction}${isSum ? listed(terms) : math` = \frac{${sum(terms)}}{${m}}`} = ${loss}`,
    ],
  }
}

type Squared = Exclude<ReconstructionLoss, "bce" | "bce-mean">

function squares(loss: Squared, x: Vector, out: Vector): Comparison {
  const errors = out.map((value, i) => value - entry(x, i))
  const squared = errors.map(error => error ** 2)
  const m = x.length
  const share = { mse: 1 / m, "sum-squared": 1, "half-squared": 1 / 2 }[loss]
  const value = sum(squared) * share
  const factor = {
    mse: math`\frac{1}{m}`,
    "sum-squared": math``,
    "half-squared": math`\frac{1}{2}`,
  }
  return {
    value,
    mistakes: {
      "the errors are not squared": sum(errors.map(Math.abs)) * share,
      ...(loss !== "half-squared" && { "the root is taken": Math.sqrt(value) }),
    },
    working: distance => [
      math`${factor[loss]} \sum_i (\hat{x}_i - x_i)^2 = ${worked(loss, squared)} = ${distance}`,
    ],
  }
}

function worked(loss: Squared, squared: Vector): Rich {
  const total = squared.length <= 8 ? join(squared, " + ") : math`${sum(squared)}`
  if (loss === "sum-squared") return total
  return math`\frac{${total}}{${loss === "mse" ? squared.length : 2}}`
}
