// Derivatives by the rules of calculus (sum, product, quotient, power, chain). An answer is graded by
// its value: any equivalent form is right. log is natural; where a function has a kink (abs, relu,
// max), its derivative there is left open; step(x) is 1 above 0 and 0 below, and so is x > 0.
import * as z from "zod"
import { join, math, type Rich, text } from "../../core/blocks.ts"
import { suggest } from "../../core/diagnostic.ts"
import { parseExpression } from "../../core/expression.ts"
import { expression as expressionAnswer } from "../../core/expression-answer.ts"
import {
  complaintOf,
  expression,
  refusalOf,
  usesOnly,
  whereReadable,
} from "../../core/expression-field.ts"
import { byName, richOf, symbolOf } from "../../core/expression-rich.ts"
import { sameValues } from "../../core/expression-same.ts"
import { type Expression, namesIn, placeOf, Refusal, textOf } from "../../core/expression-tree.ts"
import { valueAt } from "../../core/expression-value.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import type { Answer } from "../../core/types.ts"
import { derivative, mistaken, mistakes } from "../../math/derivative.ts"
import { ruleWords, termsOf } from "../../math/rules-of-calculus.ts"

const given = z
  .strictObject({
    expression: expression("the function, such as `(w*x + b - y)^2/2`"),
    wrt: field.labelOrLabels("the variable to differentiate by, or a list of variables"),
    values: field
      .record(
        "value of each variable, where the derivative is evaluated too",
        field.number("value"),
      )
      .optional(),
    domain: field
      .oneOf("where the variables lie: anywhere, above 0, or between 0 and 1", [
        "real",
        "positive",
        "unit",
      ])
      .default("real"),
  })
  .check(
    usesOnly("expression", "values"),
    whereReadable(["expression", "wrt", "values"], given => {
      const { wrt } = given
      const tree = treeOf(given)
      const names = namesIn(tree, Object.keys(given.values ?? {}))
      const all = [wrt].flat()
      const strange = all.findIndex(name => !names.includes(name))
      if (all.length === 0) return { path: ["wrt"], message: "names no variable" }
      if (strange >= 0) {
        const message = `is \`${all[strange]}\`, which does not occur in \`expression\``
        const hint = suggest(all[strange] ?? "", names)
        const path = typeof wrt === "string" ? ["wrt"] : ["wrt", strange]
        return { path, code: "unknown-label", message, hint }
      }
      const run = names.find(
        name => name.length > 1 && [...name].every(each => names.includes(each)),
      )
      if (run !== undefined) {
        const message = `uses \`${run}\`, one name, beside ${[...run].join(" and ")}`
        const hint = `write ${[...run].join("*")} for a product`
        const within = placeOf(tree, run)
        return { path: ["expression"], message, hint, ...(within && { within }) }
      }
      const refusal = refusalOf(() => {
        for (const name of all) {
          const text = textOf(derivative(tree, name))
          if (refusalOf(() => parseExpression(text, { names }))) {
            throw new Refusal(`has a derivative by ${name} that is too long to write down`)
          }
        }
      })
      return refusal && complaintOf(refusal, ["expression"])
    }),
    whereReadable(["expression", "wrt", "values"], given => {
      const { wrt, values } = given
      const tree = treeOf(given)
      const names = namesIn(tree, Object.keys(values ?? {}))
      const all = [wrt].flat()
      if (!values) return undefined
      if (all.some(name => !names.includes(name))) return undefined
      const undefinedAt = [wrt]
        .flat()
        .find(name => !Number.isFinite(valueAt(derivative(tree, name), values)))
      if (undefinedAt === undefined) return undefined
      const message = `leave the derivative with respect to ${undefinedAt} without a finite value`
      return { path: ["values"], code: "undefined", message }
    }),
  )

function treeOf({ expression, values }: { expression: string; values?: object | undefined }) {
  return parseExpression(expression, values ? { names: Object.keys(values) } : {})
}

const answers = ({ expression, wrt, values, domain }: z.output<typeof given>) => {
  const names = namesIn(treeOf({ expression, values }), Object.keys(values ?? {}))
  const made = [wrt].flat().flatMap((by): [string, Answer][] => {
    const { slope, value } = namesOf(wrt, by)
    return [
      [slope, expressionAnswer(`derivative by ${by}`, { names, domain })],
      ...(values
        ? [
            [value, answer.number(`value of the derivative by ${by}`, { aside: true })] satisfies [
              string,
              Answer,
            ],
          ]
        : []),
    ]
  })
  return Object.fromEntries(made)
}

/** One derivative is `derivative`, several are `derivative_w`, `derivative_b`. */
function namesOf(wrt: string | readonly string[], by: string) {
  const end = typeof wrt === "string" ? "" : `_${by}`
  return { slope: `derivative${end}`, value: `value${end}` }
}

const question: Question<typeof given> = ({ expression, wrt, values }) => {
  const by = join([wrt].flat().map(symbolOf), ", ")
  return text`Differentiate ${richOf(treeOf({ expression, values }))} with respect to ${by}${values ? ", and evaluate the result at the given values" : ""}.`
}

const solve: Solve<typeof given, typeof answers> = ({ expression, wrt, values }, work) => {
  const tree = treeOf({ expression, values })
  const names = namesIn(tree, Object.keys(values ?? {}))
  for (const by of [wrt].flat()) {
    const { slope, value } = namesOf(wrt, by)
    const { right, slips } = workedOut(tree, by, names)
    const written = work.answer(slope, textOf(right), slips)
    const sign = math`\frac{${names.length > 1 ? math`\partial` : math`d`}}{${names.length > 1 ? math`\partial ` : math`d`}${symbolOf(by)}}`
    const applied = (part: Expression): Rich => math`${sign}\,(${richOf(part)})`
    work.step(`Derivative by ${by}`, () => {
      const terms = termsOf(tree)
      return [
        math`f = ${richOf(tree)}`,
        ...terms.flatMap(term => [
          text`${ruleWords(term, by)}:`,
          math`${applied(term)} = ${richOf(derivative(term, by))}`,
        ]),
        ...(terms.length > 1 ? [text`Together, simplified:`] : []),
        math`${sign}\,f = ${richOf(right)}`,
      ]
    })
    if (!values) continue
    const read = parseExpression(written, { names })
    const result = work.answer(value, valueAt(read, values))
    work.step(`Value of the derivative by ${by}`, () => [
      math`${sign}\,f = ${richOf(
        read,
        byName(name => values[name]),
      )} = ${result}`,
    ])
  }
}

/** The derivative and what usual mistakes make of it, where that is something else. */
function workedOut(tree: Expression, by: string, names: readonly string[]) {
  const key = `${by}\u0000${names.join()}\u0000${textOf(tree)}`
  const before = known.get(key)
  if (before) return before
  const right = derivative(tree, by)
  const wrong = Object.entries(mistakes).flatMap(([slip, mistake]) => {
    const other = mistaken(tree, by, mistake)
    const text = textOf(other)
    const isRight = sameValues(right, other, { names })
    return isRight || refusalOf(() => parseExpression(text, { names })) ? [] : [[slip, text]]
  })
  const isZero = textOf(right) === "0"
  const sign = isZero ? [] : [["everything has the other sign", `-(${textOf(right)})`]]
  const found = { right, slips: Object.fromEntries([...sign, ...wrong]) }
  if (known.size > 64) known.clear()
  known.set(key, found)
  return found
}

/** A class is graded with the same few derivatives. */
const known = new Map<string, { right: Expression; slips: Record<string, string> }>()

export default defineKind({
  name: "symbolic-gradient",
  topic: "training",
  title: "Derivative of an expression",
  given,
  answers,
  question,
  solve,
})
