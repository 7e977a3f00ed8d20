import type { Complaint } from "./complaints.ts"
import * as field from "./fields.ts"
import { across, asymmetry } from "./rules.ts"
import type { Grid } from "./types.ts"
import { short } from "./words.ts"

/** A Gaussian as exams give it: a mean, and one of several things that say how far it spreads. */

export type Each = number | number[]

export interface Spread {
  std?: Each | undefined
  variance?: Each | undefined
  log_variance?: Each | undefined
  covariance?: number[][] | undefined
}

export interface Gaussian extends Spread {
  mean: Each
}

/** The fields of a spread; one of them is given. */
export const spreadFields = {
  std: field
    .broadcast("standard deviations, shape (n), or one number for all dimensions", {
      above: 0,
      max: 1e100,
    })
    .optional(),
  variance: field
    .broadcast("variances, shape (n), or one number for all dimensions", {
      above: 0,
      max: 1e100,
    })
    .optional(),
  log_variance: field
    .broadcast("natural logarithms of the variances, shape (n), or one number for all dimensions", {
      min: -300,
      max: 300,
    })
    .optional(),
  covariance: field.grid("covariance matrix, shape (n, n)").optional(),
}

export const spreads = ["std", "variance", "log_variance", "covariance"] as const

/** A covariance matrix must be one; `minorsOf` a matrix are its leading determinants. */
export function properCovariance<G extends Spread>(minorsOf: MinorsOf) {
  return across<G>(["covariance"], ({ covariance }) => covariance && improper(covariance, minorsOf))
}

type MinorsOf = (matrix: Grid) => readonly number[]

/** Relative to the product of the variances, a determinant below this is 0. */
const singular = 1e-12

/** What keeps a grid from being a covariance: a side, an asymmetry, a direction without spread. */
function improper(covariance: Grid, minorsOf: MinorsOf): Complaint | undefined {
  const path = ["covariance"]
  const n = covariance.length
  const skew = asymmetry("covariance", covariance, "a covariance is symmetric")
  if (skew) return skew
  let product = 1
  for (const [i, minor] of minorsOf(covariance).entries()) {
    const variance = covariance[i]?.[i] ?? 0
    if (variance <= 0) {
      const message = `is a variance and must be above 0, but it is \`${short(variance)}\``
      return { path: [...path, i, i], code: "range", message }
    }
    product *= variance
    if (minor > singular * product) continue
    const isZero = Math.abs(minor) <= singular * product
    const of =
      i + 1 === n ? "its determinant" : `the determinant of its first ${i + 1} rows and columns`
    const message = isZero
      ? `is singular, ${of} is 0: it has no inverse`
      : `must be positive definite, but ${of} is ${short(minor)}`
    return { path, code: "indefinite", message }
  }
  return undefined
}

/** How many dimensions the lists have; nothing if all are single numbers. */
export function dimensionOf(...gaussians: readonly Gaussian[]): number | undefined {
  const values = gaussians.flatMap(each => [each.mean, ...spreads.map(name => each[name])])
  return values.find(value => Array.isArray(value))?.length
}

export function each(value: Each, f: (x: number) => number): Each {
  return typeof value === "number" ? f(value) : value.map(f)
}

/** Misread spreads, as changed givens. */
export const misreadSpreads: Readonly<Record<string, (spread: Spread) => Spread | undefined>> = {
  "the standard deviation is taken for the variance": ({ std }) =>
    std === undefined ? undefined : { std: undefined, variance: std },
  "the variance is taken for the standard deviation": ({ variance }) =>
    variance === undefined ? undefined : { variance: undefined, std: variance },
  "the log-variance is taken for the variance": ({ log_variance }) =>
    log_variance === undefined || [log_variance].flat().some(x => x <= 0)
      ? undefined
      : { log_variance: undefined, variance: log_variance },
  "the log-variance is taken for the logarithm of the standard deviation": ({ log_variance }) =>
    log_variance === undefined ? undefined : { log_variance: each(log_variance, x => 2 * x) },
}
