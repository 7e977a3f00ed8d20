import {
  create,
  derivativeDependencies,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
  parseDependencies,
} from "mathjs/number"
import { sameValues } from "../core/expression-same.ts"
import {
  build,
  childrenOf,
  type Expression,
  namesIn,
  operators,
  Refusal,
  textOf,
  withChildren,
} from "../core/expression-tree.ts"
import { entry } from "./linear.ts"
import { tidied } from "./tidy.ts"

// mathjs differentiates what it knows; the activations that it does not know are differentiated as
// variables of their own, whose derivative is multiplied in (the chain rule).

const { parse, derivative: differentiate } = create({
  ...parseDependencies,
  ...derivativeDependencies,
})

/** ∂ expression/∂ wrt, tidied up. */
export function derivative(node: Expression, wrt: string): Expression {
  refuseConditions(node)
  const raw = derived(node, wrt)
  const tidy = tidied(raw)
  return sameValues(raw, tidy, { names: namesIn(node, [wrt]) }) ? tidy : raw
}

function refuseConditions(node: Expression): void {
  const isSmooth = node.type !== "operator" || "+-*/^".includes(node.op)
  if (node.type === "if" || !isSmooth) {
    throw new Refusal("holds a condition, which has no derivative", { at: node.at })
  }
  for (const child of childrenOf(node)) refuseConditions(child)
}

function derived(node: Expression, wrt: string): Expression {
  const { plain, calls } = withoutOwn(node, wrt)
  const direct = byMathjs(plain, wrt)
  const whole = calls.reduce((sum, { stand, call }) => {
    const inner = call.args.map((arg, i) => {
      const slope = build.operator("*", entry(slopes(call), i), derived(arg, wrt))
      return build.operator("*", byMathjs(plain, stand), slope)
    })
    return inner.reduce((total, each) => build.operator("+", total, each), sum)
  }, direct)
  return restored(whole, calls)
}

type Call = Extract<Expression, { type: "call" }>

interface Stand {
  stand: string
  call: Call
}

/** The expression with a name in the place of each call that only we can differentiate. */
function withoutOwn(node: Expression, wrt: string): { plain: Expression; calls: Stand[] } {
  const calls: Stand[] = []
  const replace = (each: Expression): Expression => {
    if (each.type === "call" && isOwn(each.name) && namesIn(each, [wrt]).includes(wrt)) {
      const stand = `own_${calls.length}_call`
      calls.push({ stand, call: each })
      return build.name(stand)
    }
    return withChildren(each, childrenOf(each).map(replace))
  }
  return { plain: replace(node), calls }
}

function restored(node: Expression, calls: readonly Stand[]): Expression {
  const found = node.type === "name" && calls.find(({ stand }) => stand === node.name)
  if (found) return found.call
  return withChildren(
    node,
    childrenOf(node).map(child => restored(child, calls)),
  )
}

const own: Readonly<Record<string, (call: Call, args: readonly Expression[]) => Expression[]>> = {
  log2: (_, args) => [
    build.operator(
      "/",
      build.number(1),
      build.operator("*", entry(args, 0), build.call("ln", build.number(2))),
    ),
  ],
  sigmoid: call => [build.operator("*", call, build.operator("-", build.number(1), call))],
  softplus: (_, args) => [build.call("sigmoid", ...args)],
  relu: (_, args) => [build.call("step", ...args)],
  tanh: call => [build.operator("-", build.number(1), build.operator("^", call, build.number(2)))],
  abs: (_, args) => [build.call("sign", ...args)],
  step: () => [build.number(0)],
  sign: () => [build.number(0)],
  floor: () => [build.number(0)],
  ceil: () => [build.number(0)],
  round: () => [build.number(0)],
  max: (_, args) => args.map((arg, i) => chosen(arg, args, i, ">")),
  min: (_, args) => args.map((arg, i) => chosen(arg, args, i, "<")),
}

function isOwn(name: string): boolean {
  return Object.hasOwn(own, name)
}

function slopes(call: Call): Expression[] {
  return own[call.name]?.(call, call.args) ?? []
}

/** 1 where an argument is the largest (smallest) of all, else 0. */
function chosen(
  arg: Expression,
  args: readonly Expression[],
  at: number,
  op: ">" | "<",
): Expression {
  const others = args.filter((_, i) => i !== at)
  const comparisons = others.map(other => build.operator(op, arg, other))
  return comparisons.reduce((product, each) => build.operator("*", product, each))
}

/** In mathjs's words and back: it says log where we say ln. */
function byMathjs(node: Expression, wrt: string): Expression {
  const text = textOf(renamed(node, "ln", "log"))
  return read(differentiate(parse(text), wrt, { simplify: false }))
}

function renamed(node: Expression, from: string, to: string): Expression {
  const children = childrenOf(node).map(child => renamed(child, from, to))
  const same = withChildren(node, children)
  return same.type === "call" && same.name === from ? { ...same, name: to } : same
}

function read(node: MathNode): Expression {
  if (isParenthesisNode(node)) return read(node.content)
  if (isConstantNode(node)) return build.number(Number(node.value))
  if (isSymbolNode(node)) return build.name(node.name)
  if (isOperatorNode(node)) {
    const [left, right] = node.args.map(read)
    const op = operators.find(each => each === node.op)
    if (left && !right) return node.op === "-" ? build.minus(left) : left
    if (left && right && op) return build.operator(op, left, right)
  }
  if (isFunctionNode(node) && isSymbolNode(node.fn)) {
    const [first, second] = node.args.map(read)
    if (first) return functionOf(node.fn.name, first, second)
  }
  throw new RangeError(`mathjs wrote ${node.type}`)
}

/** Functions that mathjs uses in derivatives and we have not. */
function functionOf(name: string, x: Expression, base: Expression | undefined): Expression {
  const one = build.number(1)
  const over = (below: string) => build.operator("/", one, build.call(below, x))
  if (name === "log" && base) {
    return build.operator("/", build.call("ln", x), build.call("ln", base))
  }
  if (name === "log" && x.type === "name" && x.name === "e") return one
  switch (name) {
    case "log":
      return build.call("ln", x)
    case "sec":
      return over("cos")
    case "csc":
      return over("sin")
    case "sech":
      return over("cosh")
    default:
      return build.call(name, x)
  }
}

/** Mistakes that are made with the rules. */
export const mistakes = {
  "the chain rule is left out: the inner derivative is not multiplied in": "chain",
  "the derivatives of the factors are multiplied instead of the product rule": "product",
  "the derivatives of dividend and divisor are divided instead of the quotient rule": "quotient",
  "the power is not lowered": "power",
} as const
type Mistake = (typeof mistakes)[keyof typeof mistakes]

/** The derivative as a mistake makes it. */
export function mistaken(node: Expression, wrt: string, mistake: Mistake): Expression {
  refuseConditions(node)
  return tidied(wrongly(node, wrt, mistake))
}

function wrongly(node: Expression, wrt: string, mistake: Mistake): Expression {
  const has = (part: Expression) => namesIn(part, [wrt]).includes(wrt)
  const inner = (part: Expression) => wrongly(part, wrt, mistake)
  if (node.type === "minus") return build.minus(inner(node.of))
  if (node.type === "call") {
    const [of] = node.args
    if (!of || node.args.length > 1 || !has(of) || of.type === "name") return derived(node, wrt)
    const outer = replaced(derived(build.call(node.name, build.name(place)), place), of)
    return mistake === "chain" ? outer : build.operator("*", outer, inner(of))
  }
  if (node.type !== "operator") return derived(node, wrt)
  const { op, left, right } = node
  if (op === "+" || op === "-") return build.operator(op, inner(left), inner(right))
  if (op === "*") {
    if (has(left) && has(right) && mistake === "product")
      return build.operator("*", inner(left), inner(right))
    return build.operator(
      "+",
      build.operator("*", inner(left), right),
      build.operator("*", left, inner(right)),
    )
  }
  if (op === "/" && has(right)) {
    if (has(left) && mistake === "quotient") return build.operator("/", inner(left), inner(right))
    const above = build.operator(
      "-",
      build.operator("*", inner(left), right),
      build.operator("*", left, inner(right)),
    )
    return build.operator("/", above, build.operator("^", right, build.number(2)))
  }
  if (op === "/") return build.operator("/", inner(left), right)
  if (op === "^" && !has(right)) {
    const lowered = mistake === "power" ? right : build.operator("-", right, build.number(1))
    const outer = build.operator("*", right, build.operator("^", left, lowered))
    const isInner = left.type !== "name"
    return mistake === "chain" && isInner ? outer : build.operator("*", outer, inner(left))
  }
  return derived(node, wrt)
}

const place = "inner_of_call"

function replaced(node: Expression, by: Expression): Expression {
  if (node.type === "name" && node.name === place) return by
  return withChildren(
    node,
    childrenOf(node).map(child => replaced(child, by)),
  )
}
