import { type Block, math, text } from "../core/blocks.ts"
import type { Grid, Vector } from "../core/types.ts"
import { entries, type Named, sumOfProducts } from "../core/working.ts"
import { activations } from "./activation.ts"
import type { Desk } from "./attend.ts"
import { projected, type Worked } from "./attention.ts"
import { gelu } from "./gelu.ts"
import { mapGrid } from "./linear.ts"

const functions = { ...activations, gelu }

/** activation(X·W + b), tokens as rows. */
export interface Layer {
  W: Grid
  b: Vector | undefined
  activation: keyof typeof functions
}

export function activated(X: Grid, { W, b, activation }: Layer): Worked {
  const f = functions[activation]
  const sums = projected(X, W, b).value
  const slips = {
    ...(activation !== "linear" && { "the activation is left out": sums }),
    ...(b && { "the bias is left out": mapGrid(projected(X, W).value, f) }),
  }
  return { value: mapGrid(sums, f), slips }
}

/** How the hidden units come about: the first one written out. */
export function hiddenSteps(
  hidden: Named,
  x: Named,
  layer: Layer,
  desk: Pick<Desk<never>, "sheet" | "layout">,
): Block[] {
  const { W, b, activation } = layer
  const { sheet, layout } = desk
  const f = math`\operatorname{${activation}}`
  const sums = projected(x.value, W, b)
  const from = (i: number, j: number) => {
    const products = sumOfProducts(
      x.value[i] ?? [],
      W.map(row => row[j] ?? 0),
    )
    const plus = b ? math` + ${b[j] ?? 0}` : math``
    return math`${f}(${products}${plus}) = ${f}(${sums.value[i]?.[j] ?? 0})`
  }
  const product = layout === "rows" ? math`${x.name} \cdot W_1` : math`W_1 \cdot ${x.name}`
  return [
    ...(activation === "gelu"
      ? [
          math`${f}(x) = x \cdot \Phi(x)`,
          text`Φ is the distribution function of the standard normal; nothing is approximated.`,
        ]
      : []),
    math`${hidden.name} = ${f}(${product}${b ? math` + b_1` : math``})`,
    ...entries(hidden, from, 1),
    sheet.shown(hidden),
  ]
}
