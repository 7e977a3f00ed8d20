import { math, type Rich, text } from "../core/blocks.ts"
import type { Grid, Vector } from "../core/types.ts"
import { sumOfProducts } from "../core/working.ts"
import { add, entry, matvec } from "./linear.ts"

/** W·x + b: W has a row for each number that comes out. */
export interface Dense {
  W: Grid
  b?: Vector | undefined
}

export function dense({ W, b }: Dense, x: Vector): number[] {
  return b ? add(matvec(W, x), b) : matvec(W, x)
}

/** How W·x + b comes about, a line for each number of it; of many, the first. */
export function denseLines(name: Rich, { W, b }: Dense, x: Vector, value: Vector): Rich[] {
  const lines = W.slice(0, most).map((row, i) => {
    const plus = b ? math` + ${entry(b, i)}` : math``
    return math`${name}_{${i + 1}} = ${sumOfProducts(row, x)}${plus} = ${entry(value, i)}`
  })
  return W.length > most ? [...lines, text`The others in the same way.`] : lines
}

const most = 8
