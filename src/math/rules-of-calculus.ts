import { type Rich, text } from "../core/blocks.ts"
import { richOf } from "../core/expression-rich.ts"
import { build, type Expression, namesIn } from "../core/expression-tree.ts"
import { derivative } from "./derivative.ts"

/** The terms of a sum, each with its sign. */
export function termsOf(node: Expression): Expression[] {
  if (node.type === "minus") return termsOf(node.of).map(opposite)
  if (node.type !== "operator" || (node.op !== "+" && node.op !== "-")) return [node]
  const right = termsOf(node.right)
  return [...termsOf(node.left), ...(node.op === "-" ? right.map(opposite) : right)]
}

function opposite(node: Expression): Expression {
  return node.type === "minus" ? node.of : build.minus(node)
}

/** The rule that a term asks for, with what goes into it. */
export function ruleWords(node: Expression, by: string): Rich {
  const has = (part: Expression) => namesIn(part, [by]).includes(by)
  const slope = (part: Expression) => richOf(derivative(part, by))
  if (!has(node)) return text`A term without ${by} is a constant`
  if (node.type === "minus") return ruleWords(node.of, by)
  if (node.type === "call") {
    const [inner] = node.args
    return !inner || inner.type === "name" || node.args.length > 1
      ? text`The derivative of ${node.name}`
      : text`Chain rule: ${node.name} of ${richOf(inner)}, whose own derivative is ${slope(inner)}`
  }
  if (node.type !== "operator") return text`The variable itself`
  const { op, left, right } = node
  if (op === "*" && has(left) && has(right))
    return text`Product rule: the factors ${richOf(left)} and ${richOf(right)} have the derivatives ${slope(left)} and ${slope(right)}`
  if (op === "*") {
    const [factor, rest] = has(left) ? [right, left] : [left, right]
    return text`The factor ${richOf(factor)} stays. ${ruleWords(rest, by)}`
  }
  if (op === "/" && has(right))
    return text`Quotient rule: ${richOf(left)} and ${richOf(right)} have the derivatives ${slope(left)} and ${slope(right)}`
  if (op === "/") return text`The divisor ${richOf(right)} stays. ${ruleWords(left, by)}`
  if (op === "^" && !has(right)) {
    return left.type === "name"
      ? text`Power rule`
      : text`Power rule, then chain rule: the base ${richOf(left)} has the derivative ${slope(left)}`
  }
  return text`Exponential rule: the exponent ${richOf(right)} has the derivative ${slope(right)}`
}
