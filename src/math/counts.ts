import { math, type Rich } from "../core/blocks.ts"
import { parseExpression } from "../core/expression.ts"
import { richOf } from "../core/expression-rich.ts"
import { childrenOf, type Expression, textOf, withChildren } from "../core/expression-tree.ts"
import { valueAt } from "../core/expression-value.ts"
import type { Size } from "../core/sizes.ts"
import { tidied } from "./tidy.ts"

// Counts by formulas such as `3*d^2`, for sizes that are numbers, symbols or counts themselves.

type Sizes = Readonly<Record<string, Size>>

/** A number where all sizes are numbers, else an expression in their symbols. */
export function counted(formula: string, sizes: Sizes): Size {
  const tree = filled(parsed(formula), sizes)
  const isNumber = Object.values(sizes).every(each => typeof each === "number")
  return isNumber ? valueAt(tree, {}) : textOf(tidied(tree))
}

/** name = the formula in symbols = with the sizes put in = the result. */
export function countLine(name: Rich, formula: string, sizes: Sizes, result: Size): Rich {
  const tree = parsed(formula)
  const put = filled(tree, sizes)
  const texts = [textOf(tree), textOf(put), String(result)]
  const forms = [richOf(tree), richOf(put), sizeRich(result)]
  const distinct = forms.filter((_, i) => i === 0 || texts[i] !== texts[i - 1])
  return distinct.reduce((line, form) => math`${line} = ${form}`, name)
}

/** A size as formulas write it. */
export function sizeRich(size: Size): Rich {
  return typeof size === "number" ? math`${size}` : richOf(parsed(size))
}

/** A formula with its names replaced by sizes. */
function filled(node: Expression, sizes: Sizes): Expression {
  if (node.type !== "name") {
    return withChildren(
      node,
      childrenOf(node).map(child => filled(child, sizes)),
    )
  }
  const size = sizes[node.name]
  return size === undefined ? node : parsed(String(size))
}

function parsed(text: string): Expression {
  const before = known.get(text)
  if (before) return before
  const tree = parseExpression(text)
  if (known.size > 256) known.clear()
  known.set(text, tree)
  return tree
}

const known = new Map<string, Expression>()
