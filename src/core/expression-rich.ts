import { type Inline, join, math, type Rich } from "./blocks.ts"
import { type Expression, operatorTightness, tightness } from "./expression-tree.ts"

/** What stands for a part of an expression instead of its symbols, such as a value. */
type Instead = (node: Expression) => Inline | undefined

/** Values in the places of names. */
export function byName(value: (name: string) => Inline | undefined): Instead {
  return node => (node.type === "name" ? value(node.name) : undefined)
}

/** An expression as a formula: in symbols, or with values in the places of some parts. */
export function richOf(node: Expression, instead: Instead = () => undefined): Rich {
  const value = instead(node)
  if (value !== undefined) return math`${value}`
  const of = (child: Expression) => richOf(child, instead)
  const inside = (child: Expression, least: number) =>
    tightness(child) < least ? bracketed(of(child)) : of(child)
  switch (node.type) {
    case "number":
      return math`${node.value}`
    case "name":
      return symbolOf(node.name)
    case "minus": {
      const inner = instead(node.of)
      const isNegative = typeof inner === "number" && inner < 0
      return isNegative ? math`-(${inner})` : math`-${inside(node.of, 2.6)}`
    }
    case "transpose":
      return math`${inside(node.of, 9)}^{T}`
    case "index":
      return math`${inside(node.of, 9)}_{${join(node.places.map(of), ",")}}`
    case "list":
      return listed(node.items, of)
    case "if":
      return math`\begin{cases} ${of(node.yes)} & \text{if } ${of(node.condition)} \\ ${of(node.no)} & \text{otherwise} \end{cases}`
    case "call":
      return calledOn(node.name, node.args, of, inside)
    case "operator":
      return operated(node, of, inside)
  }
}

/** A name as formulas write it: `W_xh` and `x1` with an index, `alpha` in Greek, words as they are. */
export function symbolOf(name: string): Rich {
  const [, base = "", index] = /^([A-Za-z]+?)(?:_([A-Za-z0-9]+)|(\d+))?$/.exec(name) ?? []
  const digits = /^[A-Za-z]+?(\d+)$/.exec(name)?.[1]
  const letter = greek.has(base) ? `\\${base}` : base.length === 1 ? base : undefined
  if (letter === undefined) return math`${name}`
  const below = index ?? digits
  return latex(below === undefined ? letter : `${letter}_{${below}}`)
}

function operated(
  { op, left, right }: Extract<Expression, { type: "operator" }>,
  of: (child: Expression) => Rich,
  inside: (child: Expression, least: number) => Rich,
): Rich {
  const level = operatorTightness[op]
  const [a, b] = [
    inside(left, level === 3 ? 2.5 : level === 1 ? 1.5 : level),
    inside(right, level + 0.6),
  ]
  switch (op) {
    case "+":
    case "-":
      return join(
        [a, right.type === "minus" ? bracketed(of(right)) : inside(right, op === "+" ? 2 : 2.4)],
        ` ${op} `,
      )
    case "*":
      return math`${a} \cdot ${b}`
    case "/":
      return math`\frac{${of(left)}}{${of(right)}}`
    case "^":
      return math`${inside(left, 9)}^{${of(right)}}`
    case ".*":
      return math`${a} \odot ${b}`
    case "./":
      return math`${a} / ${b}`
    case ".^":
      return math`${inside(left, 9)}^{\circ ${of(right)}}`
    default:
      return join([a, inside(right, level + 0.6)], ` ${relations[op]} `)
  }
}

const relations: Readonly<Record<string, string>> = {
  "<": "<",
  "<=": "\\le",
  ">": ">",
  ">=": "\\ge",
  "==": "=",
  "!=": "\\ne",
}

function calledOn(
  name: string,
  args: readonly Expression[],
  of: (child: Expression) => Rich,
  inside: (child: Expression, least: number) => Rich,
): Rich {
  const [first] = args
  if (!first) return latex(nameOf(name))
  const all = join(args.map(of), ", ")
  switch (name) {
    case "sqrt":
      return math`\sqrt{${all}}`
    case "abs":
      return math`\lvert ${all} \rvert`
    case "floor":
      return math`\lfloor ${all} \rfloor`
    case "ceil":
      return math`\lceil ${all} \rceil`
    case "norm":
      return math`\lVert ${of(first)} \rVert`
    case "inv":
      return math`${inside(first, 9)}^{-1}`
    case "transpose":
      return math`${inside(first, 9)}^{T}`
    default:
      return math`${latex(nameOf(name))}(${all})`
  }
}

function nameOf(name: string): string {
  if (name === "sigmoid") return "\\sigma"
  if (name === "log2" || name === "log10") return `\\log_{${name.slice(3)}}`
  return commands.has(name) ? `\\${name}` : `\\operatorname{${name}}`
}

const commands: ReadonlySet<string> = new Set(
  "ln exp max min sin cos tan tanh sinh cosh det".split(" "),
)

const greek: ReadonlySet<string> = new Set(
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega".split(
    " ",
  ),
)

function listed(items: readonly Expression[], of: (child: Expression) => Rich): Rich {
  const rows = items.map(item => (item.type === "list" ? item.items : [item]))
  const isGrid = items.some(({ type }) => type === "list")
  if (!isGrid) return math`[${join(items.map(of), ", ")}]`
  const lines = rows.map(row => join(row.map(of), " & "))
  return math`\begin{bmatrix} ${join(lines, " \\\\ ")} \end{bmatrix}`
}

function bracketed(inner: Rich): Rich {
  return math`(${inner})`
}

function latex(source: string): Rich {
  return { mode: "math", strings: [source], values: [] }
}
