import * as field from "./fields.ts"
import { across, misfit } from "./rules.ts"
import type { Grid } from "./types.ts"

/** What gated recurrent nets are given alike, and how it must fit together. */

export const inputs = field.grid("one input vector per step, shape (steps, input)")

export const order = field
  .oneOf("what the weights act on: [h, x] or [x, h]", ["hx", "xh"])
  .default("hx")

export type Order = "hx" | "xh"

export function weights(what: string) {
  return field.grid(`weights of ${what}, shape (hidden, hidden + input)`)
}

export function bias(what: string) {
  return field.vector(`bias of ${what}, shape (hidden)`).optional()
}

export function start(what: string) {
  return field.broadcast(`${what}, shape (hidden), or one number for all`).default(0)
}

/** A matrix has a row for each unit of the state, as the `first` has, and acts on state and input together. */
export function actsOnBoth<G extends { inputs: Grid; order: Order }>(
  name: keyof G & string,
  first: keyof G & string,
) {
  return across<G>([name, first, "inputs", "order"], given => {
    const { inputs, order, [name]: matrix, [first]: other } = given
    if (!isGrid(matrix) || !isGrid(other)) return undefined
    const [hidden, input] = [other.length, inputs[0]?.length ?? 0]
    if (matrix.length !== hidden) {
      return misfit(name, "row", matrix.length, hidden, n => `\`${first}\` has ${n}`)
    }
    const both =
      order === "hx" ? `[h, x] has ${hidden} + ${input}` : `[x, h] has ${input} + ${hidden}`
    const columns = matrix[0]?.length
    return misfit(name, "column", columns, hidden + input, n => `${both} = ${n} numbers`)
  })
}

function isGrid(value: unknown): value is Grid {
  return Array.isArray(value) && Array.isArray(value[0])
}
