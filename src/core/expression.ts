import {
  create,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
  parseDependencies,
} from "mathjs/number"
import type { Unreadable } from "./number.ts"

const { parse } = create({ ...parseDependencies })

const limits = { characters: 256, depth: 32, exponent: 1024 }

const constants: Record<string, number> = { pi: Math.PI, π: Math.PI, e: Math.E }

const functions: Record<string, (x: number) => number> = {
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  abs: Math.abs,
}

class Refusal extends Error {
  readonly hint: string | undefined
  constructor(reason: string, hint?: string) {
    super(reason)
    this.hint = hint
  }
}

/**
 * The value of a typed expression such as `sqrt(2)/2` or `2^10`. mathjs only parses; the tree is
 * walked here against a short list of what a number may be made of, and nothing is run as code.
 */
export function evaluate(text: string): number | Unreadable {
  if (text.length > limits.characters) {
    return { reason: `longer than ${limits.characters} characters` }
  }
  if (nesting(text) > limits.depth) return { reason: `nested deeper than ${limits.depth} levels` }
  const source = text
    .replace(/√\s*(\d+(?:\.\d+)?)/g, "sqrt($1)")
    .replace(/√/g, "sqrt")
    .replace(/·/g, "*")
  let tree: MathNode
  try {
    tree = parse(source)
  } catch {
    return { reason: "not a number", hint: "write it like 0.5, 1/2 or sqrt(2)/2" }
  }
  try {
    const value = walk(tree, 0)
    return Number.isFinite(value) ? value : { reason: "it has no finite value" }
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    return { reason: refusal.message, ...(refusal.hint && { hint: refusal.hint }) }
  }
}

function walk(node: MathNode, depth: number): number {
  if (depth > limits.depth) throw new Refusal(`nested deeper than ${limits.depth} levels`)
  const below = (child: MathNode) => walk(child, depth + 1)
  if (isConstantNode(node) && typeof node.value === "number") return node.value
  if (isParenthesisNode(node)) return below(node.content)
  if (isSymbolNode(node)) return constant(node.name)
  if (isFunctionNode(node) && isSymbolNode(node.fn)) return call(node.fn.name, node.args.map(below))
  if (isOperatorNode(node)) return operate(node.op, node.args.map(below))
  throw new Refusal("not a number", "write it like 0.5, 1/2 or sqrt(2)/2")
}

function constant(name: string): number {
  const value = Object.hasOwn(constants, name) ? constants[name] : undefined
  if (value === undefined) throw new Refusal(`\`${name}\` is not a number`, "known: pi, e")
  return value
}

function call(name: string, args: number[]): number {
  if (name === "log") throw new Refusal("`log` has several bases", "write ln, log2 or log10")
  const apply = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (!apply) {
    throw new Refusal(
      `\`${name}\` is not a function known here`,
      `known: ${Object.keys(functions).join(", ")}`,
    )
  }
  const [only, ...others] = args
  if (only === undefined || others.length > 0) throw new Refusal(`\`${name}\` takes one number`)
  return apply(only)
}

function operate(op: string, [a = Number.NaN, b]: number[]): number {
  if (b === undefined) {
    if (op === "-") return -a
    if (op === "+") return a
    throw new Refusal(`\`${op}\` has no meaning here`)
  }
  switch (op) {
    case "+":
      return a + b
    case "-":
      return a - b
    case "*":
      return a * b
    case "/":
      if (b === 0) throw new Refusal("it divides by zero")
      return a / b
    case "^":
      if (Math.abs(b) > limits.exponent) throw new Refusal(`an exponent beyond ${limits.exponent}`)
      return a ** b
    default:
      throw new Refusal(`\`${op}\` has no meaning here`)
  }
}

function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === "(") deepest = Math.max(deepest, ++depth)
    else if (character === ")") depth -= 1
  }
  return deepest
}
