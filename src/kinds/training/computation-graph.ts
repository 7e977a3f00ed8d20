// Backpropagation gate by gate (Karpathy, CS231n): downstream = upstream · local. Every operation is a
// gate, in the order of evaluation; a number is no node. A variable that is used more than once adds
// its gradients. Of equal inputs a max takes the first, or splits; relu has slope 0 at 0.
import * as z from "zod"
import { type Inline, join, math, network, type Rich, text } from "../../core/blocks.ts"
import { parseExpression } from "../../core/expression.ts"
import { expression, usesOnly, whereReadable } from "../../core/expression-field.ts"
import { richOf, symbolOf } from "../../core/expression-rich.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { plural } from "../../core/words.ts"
import { isKink, outputOf, ruleOf, type Ties } from "../../math/gates.ts"
import {
  drawn,
  formulaOf,
  gatesOf,
  inputsOf,
  isRepeated,
  mistakesOf,
  type Part,
  passedBy,
} from "../../math/graph.ts"
import { entry, sum } from "../../math/linear.ts"

const given = z
  .strictObject({
    expression: expression("what the graph computes, such as `(x + y)*max(z, w)`"),
    values: field.record("value of each variable", field.number("value")),
    upstream: field.number("gradient that arrives at the output").default(1),
    names: field
      .labels("names of the gates in the order of evaluation; q1, q2, … if left out")
      .optional(),
    ties: field
      .oneOf("of equal inputs a max or min gate takes the first, or splits the gradient", [
        "first",
        "split",
      ])
      .default("first"),
  })
  .check(
    usesOnly("expression", "values"),
    whereReadable(["expression", "values"], ({ expression, values }) => {
      const names = Object.keys(values)
      const reserved = names.find(name => /^q\d+$/.test(name))
      const gates = graph({ expression, values })
      const strange = gates.find(({ sort }) => !ruleOf(sort))
      if (reserved !== undefined) {
        return { path: ["values", reserved], message: "has the name of a gate: q1, q2, …" }
      }
      if (strange) {
        const { sort, node } = strange
        const what = sort === "if" ? "a condition" : `\`${sort}\``
        const message = `holds ${what}, for which there is no gate`
        return { path: ["expression"], message, within: node.at }
      }
      if (gates.length === 0) return { path: ["expression"], message: "holds no operation" }
      const known: Record<string, number> = { ...values }
      for (const gate of gates) {
        const inputs = inputsOf(gate, known)
        known[gate.name] = outputOf(gate.sort, inputs)
        const slopes = ruleOf(gate.sort)?.partials(inputs, known[gate.name] ?? 0, "first") ?? []
        const used = slopes.filter((_, i) => "from" in entry(gate.inputs, i))
        if ([known[gate.name], ...used].every(Number.isFinite)) continue
        const message = "has no finite value or slope here"
        const hint = "choose other values, or another expression"
        return { path: ["expression"], code: "undefined", message, within: gate.node.at, hint }
      }
      return undefined
    }),
    whereReadable(["expression", "values", "names"], ({ expression, values, names }) => {
      if (!names) return undefined
      const taken = names.findIndex(name => Object.hasOwn(values, name))
      if (taken >= 0) {
        const message = `is \`${names[taken]}\`, which is a variable: a gate needs a name of its own`
        return { path: ["names", taken], code: "duplicate", message }
      }
      const count = graph({ expression, values }).length
      if (names.length === count) return undefined
      const found = plural(names.length, "name")
      return {
        path: ["names"],
        message: `has ${found}, but the graph has ${plural(count, "gate")}`,
      }
    }),
  )

const answers = {
  forward: answer.record("output of each gate"),
  gradients: answer.record("gradient of each gate and variable"),
}

const slips: Slips<typeof given> = {
  "the gradient that arrives at the output is taken as 1": ({ upstream }) =>
    upstream === 1 ? undefined : { upstream: 1 },
  "equal inputs of a max or min split the gradient": ({ ties }) =>
    ties === "split" ? undefined : { ties: "split" },
  "of equal inputs of a max or min the first takes it all": ({ ties }) =>
    ties === "first" ? undefined : { ties: "first" },
}

const question: Question<typeof given> = ({ upstream, ties, ...given }) => {
  const kinks = kinksOf(given).map(sort => ` ${conventionOf(sort, ties)}`)
  return text`Draw the computation graph of ${richOf(treeOf(given))}. Compute the output of each gate, then the gradient at each gate and variable; the gradient ${upstream} arrives at the output.${kinks.join("")}`
}

function conventionOf(sort: string, ties: Ties): string {
  if (sort !== "max" && sort !== "min") return `The slope of ${sort} at 0 counts as 0.`
  return ties === "split"
    ? `Equal inputs of a ${sort} share the gradient.`
    : `Of equal inputs of a ${sort} the first gets the gradient.`
}

const solve: Solve<typeof given, typeof answers> = ({ upstream, ties, ...given }, work) => {
  const variables = Object.keys(given.values)
  const gates = graph(given)
  const known: Record<string, number> = { ...given.values }
  for (const gate of gates) {
    known[gate.name] = work.part("forward", gate.name, outputOf(gate.sort, inputsOf(gate, known)))
  }
  const value = (name: string) => known[name] ?? Number.NaN
  const picture = () => network("The graph", ...drawn(gates, variables))
  work.step("Forward", () => [
    math`\text{output} = ${richOf(treeOf(given))}`,
    ...gates.map(gate => {
      const shown = (of: (name: string) => Inline) => formulaOf(gate, of)
      const symbols = math`${symbolOf(gate.name)} = ${shown(symbolOf)}`
      // −q is its value, unless a second sign stands in it.
      const isValue = gate.sort === "minus" && entry(inputsOf(gate, known), 0) > 0
      return math`${isValue ? symbols : math`${symbols} = ${shown(value)}`} = ${value(gate.name)}`
    }),
    picture(),
  ])

  const parts = new Map<string, Part[]>()
  const gradients: Record<string, number> = {}
  const handOver = (name: string) => {
    const own = parts.get(name)
    const gradient = own ? sum(own.map(({ value }) => value)) : upstream
    gradients[name] = work.part("gradients", name, gradient, own && mistakesOf(own))
    return gradients[name] ?? Number.NaN
  }
  work.step("Backward", () => [
    text`Each gate hands an input the gradient from above times its own partial derivative. At the output:`,
    math`${slope(gates.at(-1)?.name ?? "")} = ${upstream}`,
  ])
  for (const gate of gates.toReversed()) {
    const above = handOver(gate.name)
    const passed = passedBy(gate, above, known, ties)
    for (const part of passed) parts.set(part.to, [...(parts.get(part.to) ?? []), part])
    const words = ruleOf(gate.sort)?.words(inputsOf(gate, known), ties) ?? ""
    work.step(`Gate ${gate.name}`, () => [
      text`${gate.name} ${words}.`,
      ...passed.map(part => {
        const several = variables.includes(part.to) && isRepeated(gates, part.to)
        const target = several
          ? math`${slope(part.to)} \text{ via } ${symbolOf(gate.name)}`
          : slope(part.to)
        const local = part.symbol ? math` \cdot ${part.symbol}` : math``
        const symbols =
          part.local === 0 && !part.symbol ? math`` : math`${slope(gate.name)}${local} = `
        return math`${target} = ${symbols}${above} \cdot ${part.local} = ${part.value}`
      }),
    ])
  }
  for (const name of variables) handOver(name)
  const several = variables.filter(name => (parts.get(name)?.length ?? 0) > 1)
  if (several.length === 0) return
  work.step("Variables used more than once", () => [
    text`A copy adds: the gradients of all its uses are added.`,
    ...several.map(name => {
      const terms = (parts.get(name) ?? []).map(part => math`${part.value}`)
      return math`${slope(name)} = ${join(terms, " + ")} = ${gradients[name] ?? Number.NaN}`
    }),
  ])
}

function treeOf({ expression, values }: { expression: string; values: object }) {
  return parseExpression(expression, { names: Object.keys(values) })
}

/** The sorts of gates that have no derivative at these values. */
function kinksOf(given: Parameters<typeof graph>[0] & { values: Record<string, number> }) {
  const known = { ...given.values }
  const kinks = graph(given).filter(gate => {
    const inputs = inputsOf(gate, known)
    known[gate.name] = outputOf(gate.sort, inputs)
    return isKink(gate.sort, inputs)
  })
  return [...new Set(kinks.map(({ sort }) => sort))]
}

function graph(given: {
  expression: string
  values: object
  names?: readonly string[] | undefined
}) {
  const nameOf = (place: number) => given.names?.[place] ?? `q${place + 1}`
  return gatesOf(treeOf(given), Object.keys(given.values), nameOf)
}

function slope(name: string): Rich {
  return math`\frac{\partial L}{\partial ${symbolOf(name)}}`
}

export default defineKind({
  name: "computation-graph",
  topic: "training",
  title: "Backpropagation through a computation graph",
  given,
  answers,
  slips,
  question,
  solve,
})
