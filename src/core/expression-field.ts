import * as z from "zod"
import { type Complaint, complain } from "./complaints.ts"
import { parseExpression, type Vocabulary } from "./expression.ts"
import { type Expression, namesIn, Refusal } from "./expression-tree.ts"
import { across } from "./rules.ts"
import type { Path } from "./source.ts"
import { describe, mustBe, quoted } from "./words.ts"

/**
 * An expression such as `(x + y)*max(z, w)`, kept as it was typed; `parseExpression` makes its tree.
 * Which names it may use is a check across fields: `usesOnly`.
 */
export function expression(description: string, vocabulary: Vocabulary = {}) {
  return z
    .union([z.string(), z.number()], {
      error: ({ input }) => {
        const quotes = describe(input) === "empty" ? "" : "; put it in quotes"
        return `${mustBe("an expression", input)}${quotes}`
      },
    })
    .transform(String)
    .superRefine((text, context) => {
      const refusal = refusalOf(() => parseExpression(text, vocabulary))
      if (refusal) complain(context, { hint: description, ...complaintOf(refusal, []) })
    })
    .meta({ title: "expression", description })
}

/** The variables of an expression must be those that have a value, and each value must be used. */
export function usesOnly<G extends object>(
  name: keyof G & string,
  values: keyof G & string,
  isNeeded = true,
) {
  return across<G>([name, values], given => {
    const [text, known] = [given[name], given[values]]
    if (typeof text !== "string" || typeof known !== "object" || known === null) return undefined
    const names = Object.keys(known)
    let tree: Expression | undefined
    const refusal = refusalOf(() => {
      tree = parseExpression(text, { names })
    })
    if (refusal) return complaintOf(refusal, [name])
    const used = tree ? namesIn(tree, names) : []
    return names
      .filter(each => isNeeded && !used.includes(each))
      .map(each => ({
        path: [values, each],
        code: "unused",
        message: `does not occur in \`${name}\``,
        hint: `it uses ${quoted(used, "and")}`,
      }))
  })
}

/** A check that has nothing to say where an expression cannot be read: another one says so. */
export function whereReadable<G extends object>(
  names: readonly (keyof G & string)[],
  test: (given: G) => Complaint | readonly Complaint[] | undefined,
) {
  return across<G>(names, given => {
    let found: Complaint | readonly Complaint[] | undefined
    refusalOf(() => {
      found = test(given)
    })
    return found
  })
}

/** Names of variables must be such that an expression can hold them. */
export function isVariable(name: string): boolean {
  const refusal = refusalOf(() => {
    const tree = parseExpression(name)
    if (tree.type !== "name" || tree.name !== name) throw new Refusal("is no name")
  })
  return refusal === undefined
}

/** What a refusal says of a field. */
export function complaintOf({ message, at, hint }: Refusal, path: Path): Complaint {
  return {
    path,
    code: "expression",
    message,
    ...(hint !== undefined && { hint }),
    ...(at && { within: at }),
  }
}

/** The refusal that an action meets; other errors go on their way. */
export function refusalOf(act: () => unknown): Refusal | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
