import { parseExpression, reasonOf } from "./expression.ts"
import { sameValues, type Variables } from "./expression-same.ts"
import type { Expression } from "./expression-tree.ts"
import type { Answer, Declared } from "./types.ts"

/**
 * An expression in these variables; any equivalent form is right. Its value is a text that
 * `parseExpression` reads, and so is what comes back for it.
 */
export function expression(
  label: string,
  variables: Variables,
  more: Omit<Declared, "label"> = {},
): Answer<string> {
  const read = (text: string): Expression => parseExpression(text, { names: variables.names })
  return {
    ...more,
    type: "expression",
    label,
    comparison: {
      refuses(written) {
        try {
          read(written)
          return undefined
        } catch (refusal) {
          return reasonOf(refusal)
        }
      },
      same(written, key, allowed) {
        try {
          return written === key || sameValues(read(key), read(written), variables, allowed)
        } catch (refusal) {
          reasonOf(refusal)
          return false
        }
      },
    },
  }
}
