import { type Inline, math, type Rich } from "../core/blocks.ts"
import { byName, richOf, symbolOf } from "../core/expression-rich.ts"
import { childrenOf, constants, type Expression } from "../core/expression-tree.ts"
import { outputOf, ruleOf, type Ties } from "./gates.ts"
import { entry, sum } from "./linear.ts"

// A computation graph: each operation of an expression is a gate.

/** An input of a gate: a variable or an earlier gate by name, or a number. */
export type Input = { from: string } | { constant: number; symbol: string | number }

export interface Gate {
  name: string
  /** `+`, `*`, `max`, `exp`, …; `minus` is the sign in front. */
  sort: string
  inputs: readonly Input[]
  node: Expression
}

/** The gates of an expression in the order of evaluation; what holds no variable is a constant. */
export function gatesOf(
  tree: Expression,
  variables: readonly string[],
  nameOf: (place: number) => string,
): Gate[] {
  const gates: Gate[] = []
  const visit = (node: Expression): Input => {
    if (node.type === "number") return { constant: node.value, symbol: node.value }
    if (node.type === "name") {
      if (variables.includes(node.name)) return { from: node.name }
      return { constant: constants[node.name] ?? Number.NaN, symbol: node.name }
    }
    const inputs = partsOf(node).map(visit)
    const sort = sortOf(node)
    const numbers = inputs.flatMap(input => ("constant" in input ? [input.constant] : []))
    if (numbers.length === inputs.length) {
      const constant = outputOf(sort, numbers)
      return { constant, symbol: constant }
    }
    const name = nameOf(gates.length)
    gates.push({ name, sort, inputs, node })
    return { from: name }
  }
  visit(tree)
  return gates
}

/** What a gate hands to one of its inputs. */
export interface Part {
  to: string
  value: number
  local: number
  symbol: Rich | undefined
  /** The same under mistakes. */
  slips: Readonly<Record<string, number>>
}

export function passedBy(
  gate: Gate,
  above: number,
  known: Readonly<Record<string, number>>,
  ties: Ties,
): Part[] {
  const inputs = inputsOf(gate, known)
  const out = known[gate.name] ?? Number.NaN
  const rules = ruleOf(gate.sort)
  const locals = rules?.partials(inputs, out, ties) ?? []
  const symbols = rules?.symbols(gate.inputs.map(inputSymbol), symbolOf(gate.name)) ?? []
  const mistakes = Object.entries(rules?.mistakes(inputs, out, ties) ?? {})
  return gate.inputs.flatMap((input, i) => {
    if (!("from" in input)) return []
    const local = entry(locals, i)
    const slips = Object.fromEntries(
      mistakes.map(([slip, wrong]) => [slip, above * entry(wrong, i)]),
    )
    const alone = { ...slips, "the gradient from above is not multiplied in": local }
    return [{ to: input.from, value: above * local, local, symbol: symbols[i], slips: alone }]
  })
}

/** The sum of what arrives, under each mistake that one of the gates may make. */
export function mistakesOf(parts: readonly Part[]): Record<string, number> {
  const names = [...new Set(parts.flatMap(({ slips }) => Object.keys(slips)))]
  const last = parts.at(-1)
  const slips = names.map(slip => [slip, sum(parts.map(part => part.slips[slip] ?? part.value))])
  return {
    ...Object.fromEntries(slips),
    ...(parts.length > 1 && last && { "only one use of a variable is counted": last.value }),
  }
}

export function inputsOf({ inputs }: Gate, known: Readonly<Record<string, number>>): number[] {
  return inputs.map(input => ("from" in input ? (known[input.from] ?? Number.NaN) : input.constant))
}

/** A gate's own operation, its inputs by symbol or by value. */
export function formulaOf({ node, inputs }: Gate, of: (name: string) => Inline): Rich {
  const name = (i: number) => {
    const input = entry(inputs, i)
    return { type: "name", name: "from" in input ? input.from : `#${i}`, at: node.at } as const
  }
  const flat =
    node.type === "operator"
      ? { ...node, left: name(0), right: name(1) }
      : node.type === "call"
        ? { ...node, args: node.args.map((_, i) => name(i)) }
        : { type: "minus" as const, of: name(0), at: node.at }
  const named = (each: string) => {
    const constant = inputs[each.startsWith("#") ? Number(each.slice(1)) : -1]
    return constant ? inputSymbol(constant) : of(each)
  }
  return richOf(flat, byName(named))
}

function inputSymbol(input: Input): Rich {
  if ("from" in input) return symbolOf(input.from)
  return typeof input.symbol === "string" ? symbolOf(input.symbol) : math`${input.symbol}`
}

export function isRepeated(gates: readonly Gate[], name: string): boolean {
  const uses = gates.flatMap(({ inputs }) => inputs)
  return uses.filter(input => "from" in input && input.from === name).length > 1
}

/** Variables on the left, each gate one column right of its last input. */
export function drawn(gates: readonly Gate[], variables: readonly string[]) {
  const columns = new Map(variables.map(name => [name, 0]))
  const edges = gates.flatMap(({ name, inputs }) => {
    const sources = inputs.flatMap(input => ("from" in input ? [input.from] : []))
    columns.set(name, 1 + Math.max(...sources.map(source => columns.get(source) ?? 0)))
    return [...new Set(sources)].map(from => ({ from, to: name }))
  })
  const last = Math.max(...columns.values())
  const layers = Array.from({ length: last + 1 }, (_, column) =>
    [...columns].flatMap(([name, own]) => (own === column ? [name] : [])),
  )
  return [layers, edges] as const
}

function partsOf(node: Expression): readonly Expression[] {
  if (node.type === "operator") return [node.left, node.right]
  if (node.type === "call") return node.args
  return node.type === "minus" || node.type === "if" ? childrenOf(node) : []
}

function sortOf(node: Expression): string {
  if (node.type === "operator") return node.op
  return node.type === "call" ? node.name : node.type
}
