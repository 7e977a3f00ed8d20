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

/** The named matrices have a row for each unit of the state and act on state and input together. */
export function actOnBoth<G extends { inputs: Grid; order: Order }>(
  ...names: readonly (keyof G & string)[]
) {
  return names.map((name, i) =>
    across<G>(["inputs", name, ...names.slice(0, 1)], given => {
      const [matrix, first] = [given[name], given[names[0] ?? name]]
      if (!isGrid(matrix) || !isGrid(first)) return undefined
      const [hidden, input] = [first.length, given.inputs[0]?.length ?? 0]
      const both = given.order === "hx" ? `[h, x] has ${hidden} + ${input}` : `[x, h] has ${input} + ${hidden}`
      return [
        misfit(name, "row", matrix.length, hidden, n => `\`${names[0]}\` has ${n}`) ?? [],
        i > 0 && matrix.length !== hidden
          ? []
          : (misfit(name, "column", matrix[0]?.length, hidden + input, n => `${both} = ${n} numbers`) ?? []),
      ].flat()
    }),
  )
}

function isGrid(value: unknown): value is Grid {
  return Array.isArray(value) && Array.isArray(value[0])
}
