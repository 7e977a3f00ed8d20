import { math, type Rich } from "../core/blocks.ts"
import type { Order } from "../core/gated.ts"
import type { Grid, Vector } from "../core/types.ts"
import { sumOfProducts } from "../core/working.ts"
import { activations } from "./activation.ts"
import { add, dot, entry, matvec, sum } from "./linear.ts"

// A gate of a recurrent net acts on the state and the input together: activation(W·[h, x] + b).

/** A gate: f_t has the letter f and the weights W_f and b_f. */
export interface Gate {
  letter: Rich
  of: Rich
  W: Grid
  b: Vector | undefined
  activation: "sigmoid" | "tanh"
}

/** [h, x], or [x, h] */
export function concatenated(order: Order, h: Vector, x: Vector): Vector {
  return order === "hx" ? [...h, ...x] : [...x, ...h]
}

/** The same in symbols. */
export function bothSymbols(order: Order, h: Rich, x: Rich): Rich {
  return order === "hx" ? math`[${h}, ${x}]` : math`[${x}, ${h}]`
}

/** What acts on the input, and what on the state: of shapes (hidden, input) and (hidden, hidden). */
export function splitWeights(order: Order, W: Grid): { ofInput: Grid; ofState: Grid } {
  const at = order === "hx" ? W.length : (W[0]?.length ?? 0) - W.length
  const [first, second] = [W.map(row => row.slice(0, at)), W.map(row => row.slice(at))]
  return order === "hx" ? { ofState: first, ofInput: second } : { ofState: second, ofInput: first }
}

/** A gate's values on [h, x], and what comes out of usual mistakes. */
export function gated({ W, b, activation }: Gate, order: Order, h: Vector, x: Vector) {
  const activate = activations[activation]
  const linear = matvec(W, concatenated(order, h, x))
  const bare = matvec(
    W,
    concatenated(
      order,
      h.map(() => 0),
      x,
    ),
  )
  const biased = (values: Vector) => (b ? add(values, b) : values)
  const pre = biased(linear)
  return {
    value: pre.map(activate),
    slips: {
      "the previous state is left out": biased(bare).map(activate),
      ...(b && { "the bias is left out": linear.map(activate) }),
      ...otherActivation(activation, pre),
    },
  }
}

/** What comes out of another activation, or of none. */
export function otherActivation(
  activation: Gate["activation"],
  pre: Vector,
): Readonly<Record<string, Vector>> {
  return activation === "sigmoid"
    ? { "the sigmoid is left out": pre, "a gate goes through the tanh": pre.map(Math.tanh) }
    : {
        "the tanh of the candidate is left out": pre,
        "the candidate goes through the sigmoid": pre.map(activations.sigmoid),
      }
}

/** The units that are written out one by one: all of a few, or the first. */
export function readableUnits(hidden: number): number[] {
  return hidden > 4 ? [0] : Array.from({ length: hidden }, (_, unit) => unit)
}

/** How a gate's value comes about in step t: unit by unit, or of many the first one. */
export function gateWorking(
  { letter, of, W, b, activation }: Gate,
  t: number,
  [symbols, both]: readonly [Rich, Vector],
  value: Vector,
): Rich[] {
  const name = named(activation)
  const units = readableUnits(W.length).map(unit => {
    const row = entry(W, unit)
    const bias = b ? [entry(b, unit)] : []
    const pre = sum([dot(row, both), ...bias])
    const plus = b ? math` + ${entry(b, unit)}` : math``
    return math`${letter}_{${t},${unit + 1}} = ${name}(${sumOfProducts(row, both)}${plus}) = ${name}(${pre}) = ${entry(value, unit)}`
  })
  if (units.length === W.length) return units
  return [
    ...units,
    math`${letter}_{${t}} = ${name}(W_{${of}}\,${symbols}${b ? math` + b_{${of}}` : math``}) = ${value}`,
  ]
}

/** f_t = σ(W_f·[h, x] + b_f) */
export function gateFormula({ letter, of, b, activation }: Gate, both: Rich): Rich {
  return math`${letter}_t = ${named(activation)}(W_{${of}}\,${both}${b ? math` + b_{${of}}` : math``})`
}

export function named(activation: Gate["activation"]): Rich {
  return activation === "sigmoid" ? math`\sigma` : math`\tanh`
}
