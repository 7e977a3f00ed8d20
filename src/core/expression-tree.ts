import type { Span } from "./source.ts"

/** A typed expression as a tree; `at` is where a node stands in its text. */
export type Expression = Node & { readonly at: Span }

export type Node =
  | { readonly type: "number"; readonly value: number; readonly text: string }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: "minus"; readonly of: Expression }
  | {
      readonly type: "operator"
      readonly op: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly type: "if"
      readonly condition: Expression
      readonly yes: Expression
      readonly no: Expression
    }
  | { readonly type: "transpose"; readonly of: Expression }
  | { readonly type: "index"; readonly of: Expression; readonly places: readonly Expression[] }
  | { readonly type: "list"; readonly items: readonly Expression[] }

export const operators = [
  "+",
  "-",
  "*",
  "/",
  "^",
  ".*",
  "./",
  ".^",
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
] as const
export type Operator = (typeof operators)[number]

/** What cannot be read, or has no value: completes "`given.formula` …", with the place in the text. */
export class Refusal extends Error {
  readonly at: Span | undefined
  readonly hint: string | undefined

  constructor(message: string, { at, hint }: { at?: Span; hint?: string } = {}) {
    super(message)
    this.at = at
    this.hint = hint
  }
}

const nowhere: Span = { start: 0, end: 0 }

/** A tree that nobody typed. */
export const build = {
  number: (value: number): Expression => ({
    type: "number",
    value,
    text: String(value),
    at: nowhere,
  }),
  name: (name: string): Expression => ({ type: "name", name, at: nowhere }),
  call: (name: string, ...args: Expression[]): Expression => ({
    type: "call",
    name,
    args,
    at: nowhere,
  }),
  minus: (of: Expression): Expression => ({ type: "minus", of, at: nowhere }),
  operator: (op: Operator, left: Expression, right: Expression): Expression => ({
    type: "operator",
    op,
    left,
    right,
    at: nowhere,
  }),
}

export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.type) {
    case "number":
    case "name":
      return []
    case "call":
      return node.args
    case "minus":
    case "transpose":
      return [node.of]
    case "operator":
      return [node.left, node.right]
    case "if":
      return [node.condition, node.yes, node.no]
    case "index":
      return [node.of, ...node.places]
    case "list":
      return node.items
  }
}

/** The same node with other children, one for each. */
export function withChildren(node: Expression, children: readonly Expression[]): Expression {
  const [a = node, b = node, c = node] = children
  switch (node.type) {
    case "number":
    case "name":
      return node
    case "call":
      return { ...node, args: children }
    case "minus":
    case "transpose":
      return { ...node, of: a }
    case "operator":
      return { ...node, left: a, right: b }
    case "if":
      return { ...node, condition: a, yes: b, no: c }
    case "index":
      return { ...node, of: a, places: children.slice(1) }
    case "list":
      return { ...node, items: children }
  }
}

export const constants: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E }

/** The variables of an expression in the order of their first use; `known` are not constants. */
export function namesIn(node: Expression, known: readonly string[] = []): string[] {
  const found = new Set<string>()
  const visit = (each: Expression) => {
    if (each.type === "name" && (known.includes(each.name) || !Object.hasOwn(constants, each.name)))
      found.add(each.name)
    for (const child of childrenOf(each)) visit(child)
  }
  visit(node)
  return [...found]
}

/** The functions and operators of an expression. */
export function signsIn(node: Expression): Set<string> {
  const own = node.type === "call" ? [node.name] : node.type === "operator" ? [node.op] : []
  return new Set([...own, ...childrenOf(node).flatMap(child => [...signsIn(child)])])
}

/** Where a name is first used. */
export function placeOf(node: Expression, name: string): Span | undefined {
  if (node.type === "name" && node.name === name) return node.at
  for (const child of childrenOf(node)) {
    const found = placeOf(child, name)
    if (found) return found
  }
  return undefined
}

/** How tightly a node holds together; what is looser than its place gets brackets. */
export function tightness(node: Expression): number {
  switch (node.type) {
    case "if":
      return 0
    case "operator": {
      // −a·b begins with a sign, as −a does.
      const level = operatorTightness[node.op]
      return level === 3 && tightness(node.left) === 2.5 ? 2.5 : level
    }
    case "minus":
      return 2.5
    case "number":
      return node.value < 0 ? 2.5 : 9
    default:
      return 9
  }
}

export const operatorTightness: Readonly<Record<Operator, number>> = {
  "<": 1,
  "<=": 1,
  ">": 1,
  ">=": 1,
  "==": 1,
  "!=": 1,
  "+": 2,
  "-": 2,
  "*": 3,
  "/": 3,
  ".*": 3,
  "./": 3,
  "^": 4,
  ".^": 4,
}

/** The text of a tree, as anyone would type it. */
export function textOf(node: Expression): string {
  const inside = (child: Expression, least: number) =>
    tightness(child) < least ? `(${textOf(child)})` : textOf(child)
  switch (node.type) {
    case "number":
      return node.text
    case "name":
      return node.name
    case "call":
      return `${node.name}(${node.args.map(textOf).join(", ")})`
    case "minus":
      return `-${inside(node.of, 3)}`
    case "transpose":
      return `${inside(node.of, 9)}'`
    case "index":
      return `${inside(node.of, 9)}[${node.places.map(textOf).join(", ")}]`
    case "list":
      return `[${node.items.map(textOf).join(", ")}]`
    case "if":
      return `${inside(node.condition, 1)} ? ${inside(node.yes, 1)} : ${inside(node.no, 0)}`
    case "operator": {
      const level = operatorTightness[node.op]
      const isPower = level === 4
      const left = inside(node.left, isPower ? 9 : level === 3 ? 2.5 : level === 1 ? 1.5 : level)
      const right = inside(node.right, isPower ? 4 : level === 2 && node.op === "+" ? 2 : level + 1)
      return isPower || level === 3 ? `${left}${node.op}${right}` : `${left} ${node.op} ${right}`
    }
  }
}
