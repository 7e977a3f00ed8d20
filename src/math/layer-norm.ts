import { type Block, math, table, text } from "../core/blocks.ts"
import type { LayerNorm } from "../core/transformer.ts"
import type { Grid } from "../core/types.ts"
import { entries, type Named, type Sheet } from "../core/working.ts"
import type { Worked } from "./attention.ts"
import { entry, mapGrid, sum, transpose, vectorOf } from "./linear.ts"

/** Each row x: gamma·(x − mean)/√(variance + eps) + beta, the variance with 1/d. Where all x are one, 0/0 is 0. */
export function layerNorm(X: Grid, { gamma, beta, eps }: LayerNorm): Worked {
  const d = entry(X, 0).length
  const [g, b] = [vectorOf(gamma, d), vectorOf(beta, d)]
  const scaled = (rows: Grid) => mapGrid(rows, (x, _, j) => x * entry(g, j) + entry(b, j))
  const by = (divisor: (variance: number) => number, centre = 1) => {
    const moments = momentsOf(X)
    return mapGrid(X, (x, i) => {
      const { mean, variance } = entry(moments, i)
      const divided = (x - centre * mean) / divisor(variance)
      return Number.isNaN(divided) ? 0 : divided
    })
  }
  const plain = by(variance => Math.sqrt(variance + eps))
  const columns = momentsOf(transpose(X))
  const batch = mapGrid(X, (x, _, j) => {
    const { mean, variance } = entry(columns, j)
    return x === mean ? 0 : (x - mean) / Math.sqrt(variance + eps)
  })
  const trivial = [...g.map(each => each - 1), ...b].every(each => each === 0)
  return {
    value: scaled(plain),
    slips: {
      "the variance is divided by d − 1": scaled(
        by(variance => Math.sqrt((variance * d) / (d - 1) + eps)),
      ),
      "the deviations are divided by the variance instead of its root": scaled(
        by(variance => variance + eps),
      ),
      "the mean is not subtracted": scaled(by(variance => Math.sqrt(variance + eps), 0)),
      "the norm runs over the tokens instead of their dimensions": scaled(batch),
      ...(!trivial && { "gamma and beta are left out": plain }),
    },
  }
}

/** How it is written down: `result` from `x`, both with tokens as rows. */
export function layerNormSteps(
  result: Named,
  x: Named,
  { gamma, beta, eps }: LayerNorm,
  sheet: Sheet,
): Block[] {
  const d = x.value[0]?.length ?? 0
  const [g, b] = [vectorOf(gamma, d), vectorOf(beta, d)]
  const moments = momentsOf(x.value).slice(0, most)
  const [first] = moments
  const name = (i: number) => x.rows?.[i] ?? String(i + 1)
  const from = () =>
    math`${g[0] ?? 0} \cdot \frac{${x.value[0]?.[0] ?? 0} - ${first?.mean ?? 0}}{\sqrt{${first?.variance ?? 0} + ${eps}}} + ${b[0] ?? 0}`
  return [
    math`${result.name} = \gamma \cdot \frac{${x.name} - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta, \quad \varepsilon = ${eps}`,
    text`Mean and variance are those of each token's ${d} numbers, the variance with 1/${d}.`,
    table(
      ["token", math`\mu`, math`\sigma^2`],
      moments.map(({ mean, variance }, i) => [name(i), mean, variance]),
    ),
    ...entries(result, from, 1),
    sheet.shown(result),
  ]
}

/** Tokens whose mean and variance are listed. */
const most = 16

function momentsOf(X: Grid): { mean: number; variance: number }[] {
  return X.map(row => {
    const mean = sum(row) / row.length
    return { mean, variance: sum(row.map(x => (x - mean) ** 2)) / row.length }
  })
}
