import { functions, gathering, power } from "./expression-functions.ts"
import { constants, type Expression, type Operator } from "./expression-tree.ts"

/** Values of the variables by name. */
export type Values = Readonly<Record<string, number>>

/** The value of an expression; NaN where it is undefined, and where a name has no value. */
export function valueAt(node: Expression, values: Values): number {
  const within = (child: Expression) => valueAt(child, values)
  switch (node.type) {
    case "number":
      return node.value
    case "name":
      return valueOfName(node.name, values)
    case "minus":
      return 0 - within(node.of)
    case "call":
      return called(node.name, node.args.map(within))
    case "operator":
      return operated(node.op, within(node.left), within(node.right))
    case "if":
      return within(node.condition) === 0 ? within(node.no) : within(node.yes)
    default:
      return Number.NaN
  }
}

export function valueOfName(name: string, values: Values): number {
  if (Object.hasOwn(values, name)) return values[name] ?? Number.NaN
  return Object.hasOwn(constants, name) ? (constants[name] ?? Number.NaN) : Number.NaN
}

export function called(name: string, args: readonly number[]): number {
  if (args.some(Number.isNaN)) return Number.NaN
  if (Object.hasOwn(gathering, name)) return gathering[name]?.(...args) ?? Number.NaN
  return Object.hasOwn(functions, name)
    ? (functions[name]?.(args[0] ?? Number.NaN) ?? 0)
    : Number.NaN
}

/** Comparisons give 1 where they hold and 0 where not. */
export function operated(op: Operator, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  switch (op) {
    case "+":
      return a + b
    case "-":
      return a - b
    case "*":
    case ".*":
      return a * b
    case "/":
    case "./":
      return b === 0 ? Number.NaN : a / b
    case "^":
    case ".^":
      return a === 0 && b < 0 ? Number.NaN : power(a, b)
    case "<":
      return a < b ? 1 : 0
    case "<=":
      return a <= b ? 1 : 0
    case ">":
      return a > b ? 1 : 0
    case ">=":
      return a >= b ? 1 : 0
    case "==":
      return a === b ? 1 : 0
    case "!=":
      return a === b ? 0 : 1
  }
}
