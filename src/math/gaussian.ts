import { each, type Gaussian, type Spread } from "../core/gaussian.ts"
import type { Grid, Vector } from "../core/types.ts"
import { vectorOf } from "./linear.ts"

/** The variances of n dimensions, if no covariance matrix is given. */
export function variancesOf({ std, variance, log_variance }: Spread, n: number): Vector {
  if (std !== undefined)
    return vectorOf(
      each(std, x => x * x),
      n,
    )
  if (log_variance !== undefined) return vectorOf(each(log_variance, Math.exp), n)
  return vectorOf(variance ?? 1, n)
}

/** (n, n), as given or with the variances on the diagonal */
export function covarianceOf(gaussian: Gaussian, n: number): Grid {
  const variances = variancesOf(gaussian, n)
  return (
    gaussian.covariance ??
    variances.map((variance, i) => variances.map((_, j) => (i === j ? variance : 0)))
  )
}
