// A problem of several steps that an author writes in YAML alone: each step is a formula over the
// variables and the steps before it. `*` is the matrix product, `.*`, `./` and `.^` go entry by entry,
// x[1] is the first entry, log is natural, var and std divide by n; a vector fits every row of a grid.
import * as z from "zod"
import { type Block, grid, type Inline, math, type Rich, text } from "../../core/blocks.ts"
import { parseExpression } from "../../core/expression.ts"
import { expression as expressionAnswer } from "../../core/expression-answer.ts"
import { expression } from "../../core/expression-field.ts"
import { richOf, symbolOf } from "../../core/expression-rich.ts"
import { type Expression, namesIn, textOf } from "../../core/expression-tree.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Answer } from "../../core/types.ts"
import {
  evaluateFormula,
  flat,
  isCount,
  isGrid,
  type KnownValues,
  type Value,
} from "../../math/formula.ts"
import { complaintsOf, planOf, vocabulary, wrongAnswers } from "../../math/formula-plan.ts"

const step = z.strictObject({
  name: field.label("name of the answer, which later formulas use"),
  title: field.text("heading of the step").optional(),
  label: field.text("what the answer is, in words").optional(),
  formula: field.secret(expression("formula over the variables and earlier steps", vocabulary)),
  as: field
    .oneOf("what is asked: the formula's value, or the formula itself in any equal form", [
      "value",
      "expression",
    ])
    .default("value"),
  domain: field
    .oneOf("where the variables of an asked formula lie: anywhere, above 0, or between 0 and 1", [
      "real",
      "positive",
      "unit",
    ])
    .default("real"),
  unit: field.text("unit of the answer").optional(),
  slips: field
    .secret(
      field.record(
        "usual mistakes: words that complete “this is what comes out if …” → the wrong formula",
        expression("the formula as the mistake makes it", vocabulary),
      ),
    )
    .optional(),
})

const given = z
  .strictObject({
    variables: field.record(
      "the numbers of the problem: name → number, vector or grid",
      z.union([field.number("number"), field.vectorOrGrid("vector or grid")], {
        error: "must be a number, a list of numbers or a list of rows",
      }),
    ),
    steps: z
      .array(step)
      .min(1)
      .max(40, { error: "has more than 40 steps" })
      .describe(
        "the steps in their order: { name, formula, title?, label?, unit?, slips?, as? }; in formulas `*` is the matrix product, `.*`, `./` and `.^` go entry by entry, X' is transposed, x[1] the first entry",
      ),
  })
  .check(rule.across(["variables", "steps"], given => complaintsOf(given)))

type Given = z.output<typeof given>

const answers = (given: Given): Record<string, Answer> => {
  const plan = planOf(given)
  const whole = new Set(
    Object.entries(given.variables).flatMap(([name, value]) =>
      flat(value).every(Number.isInteger) ? [name] : [],
    ),
  )
  const made = plan.map(({ tree, value, names }, i): [string, Answer] => {
    const { name, label, title, unit, as, domain } = given.steps[i] ?? nameless
    const later = plan.slice(i + 1).some(each => namesIn(each.tree, [name]).includes(name))
    const more = { ...(unit !== undefined && { unit }), ...(!later && { aside: true }) }
    const words = label ?? title ?? name
    if (as === "expression") return [name, expressionAnswer(words, { names, domain }, more)]
    const counts = isCount(tree, each => whole.has(each)) && flat(value).every(Number.isSafeInteger)
    if (counts) whole.add(name)
    const isInteger = typeof value === "number" && counts
    return [name, (isInteger ? answer.integer : makers[formOf(value)])(words, more)]
  })
  return Object.fromEntries(made)
}

const nameless: Given["steps"][number] = { name: "", formula: "", as: "value", domain: "real" }

const makers = { number: answer.number, vector: answer.vector, grid: answer.grid }

function formOf(value: Value): "number" | "vector" | "grid" {
  if (typeof value === "number") return "number"
  return isGrid(value) ? "grid" : "vector"
}

const question: Question<typeof given> = ({ steps }) => {
  const listed = (wanted: "value" | "expression") =>
    steps
      .filter(({ as }) => as === wanted)
      .map(({ name, label, unit }) => {
        const words = label === undefined ? "" : ` (${label})`
        return `${name}${words}${unit === undefined ? "" : ` in ${unit}`}`
      })
      .join(", ")
  const [formulas, values] = [listed("expression"), listed("value")]
  const give = formulas === "" ? "" : `Give a formula for ${formulas}.`
  const compute = values === "" ? "" : `Compute ${values} from the given values.`
  return text`${[give, compute].filter(sentence => sentence !== "").join(" ")}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const known: Record<string, Value> = { ...given.variables }
  const formulas: Record<string, Expression> = {}
  for (const [i, planned] of planOf(given).entries()) {
    const { name, title, label, unit, as } = given.steps[i] ?? nameless
    const { tree, names } = planned
    const values = { ...known }
    const asked = as === "expression" ? textOf(tree) : evaluateFormula(tree, values)
    const result = work.answer(name, asked, wrongAnswers(planned, as, values))
    if (typeof result === "string") {
      const formula = parseExpression(result, { names })
      formulas[name] = formula
      known[name] = evaluateFormula(formula, values)
    } else known[name] = result
    work.step(title ?? headingOf(label) ?? name, () =>
      typeof result === "string"
        ? [math`${symbolOf(name)} = ${richOf(tree)}`]
        : written({ name, unit, tree, values, formulas: { ...formulas }, result }),
    )
  }
}

function headingOf(label: string | undefined): string | undefined {
  return label === undefined || label.length > readable.heading
    ? undefined
    : label.charAt(0).toUpperCase() + label.slice(1)
}

/** A step as it is written down. */
interface Written {
  name: string
  unit: string | undefined
  tree: Expression
  /** Of the variables and the steps before. */
  values: KnownValues
  /** Earlier steps that are formulas themselves. */
  formulas: Readonly<Record<string, Expression>>
  result: Value
}

/** The formula in symbols, in numbers where they fit on a line, and what comes out. */
function written({ name, unit, tree, values, formulas, result }: Written): Block[] {
  const used = namesIn(tree, Object.keys(values))
  const count = used.reduce((sum, each) => sum + flat(values[each] ?? 0).length, 0)
  const symbols = math`${symbolOf(name)} = ${richOf(tree)}`
  const instead = (node: Expression): Inline | undefined => {
    if (node.type === "name") {
      const formula = Object.hasOwn(formulas, node.name) ? formulas[node.name] : undefined
      return formula ? bracketed(formula, node === tree) : values[node.name]
    }
    if (node.type === "index") return evaluateFormula(node, values)
    if (node.type !== "if") return undefined
    return richOf(evaluateFormula(node.condition, values) === 0 ? node.no : node.yes, instead)
  }
  const bracketed = (formula: Expression, alone: boolean): Rich => {
    const inner = richOf(formula, instead)
    return alone ? inner : math`(${inner})`
  }
  const isValue = tree.type === "name" && !Object.hasOwn(formulas, tree.name)
  const isShort = used.length > 0 && count <= readable.numbers && !isValue
  const line = isShort ? math`${symbols} = ${richOf(tree, instead)}` : symbols
  if (flat(result).length > readable.result)
    return [line, grid(symbolOf(name), isGrid(result) ? result : [[result].flat()])]
  const shown: Rich = unit === undefined ? math`${result}` : math`${result}\,${unit}`
  return [math`${line} = ${shown}`]
}

/** How many numbers can be read in one line, and letters in a heading. */
const readable = { numbers: 12, result: 16, heading: 48 }

export default defineKind({
  name: "formula",
  topic: "formula",
  title: "Formulas, step by step",
  given,
  answers,
  question,
  solve,
})
