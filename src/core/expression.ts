import {
  create,
  isAccessorNode,
  isArrayNode,
  isAssignmentNode,
  isConditionalNode,
  isConstantNode,
  isFunctionAssignmentNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isRangeNode,
  isRelationalNode,
  isSymbolNode,
  type MathNode,
  parseDependencies,
} from "mathjs/number"
import { nearest, suggest } from "./diagnostic.ts"
import { aliases, functions, gathering, power } from "./expression-functions.ts"
import { constants, type Expression, type Node, operators, Refusal } from "./expression-tree.ts"
import type { Unreadable } from "./number.ts"
import type { Span } from "./source.ts"
import { plural } from "./words.ts"

// mathjs only parses what people type; its tree is turned into ours against a short list of what an
// expression may be made of, and nothing is run as code.

const { parse } = create({ ...parseDependencies })

const limits = { characters: 256, depth: 32, exponent: 1024 }

/** What an expression may be made of besides numbers, pi, e and the functions of one number. */
export interface Vocabulary {
  /** The variables; absent: every name that is no function. */
  names?: readonly string[]
  /** More functions, with the least and the largest number of their arguments. */
  functions?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** Whether there are vectors and grids: lists, indices, transposition, operators entry by entry. */
  arrays?: boolean
}

/** The tree of a typed expression; throws a `Refusal` that says what is wrong with it, and where. */
export function parseExpression(text: string, vocabulary: Vocabulary = {}): Expression {
  if (text.length > limits.characters) {
    throw new Refusal(`is longer than ${limits.characters} characters`)
  }
  const source = prepared(text)
  refuseSigns(source, vocabulary.arrays ?? false)
  if (nesting(source.text) > limits.depth) {
    throw new Refusal(`is nested deeper than ${limits.depth} levels`)
  }
  let tree: MathNode
  try {
    tree = parse(source.text)
  } catch (error) {
    throw syntaxRefusal(error, source)
  }
  return new Reader(source, vocabulary).read(tree, 0)
}

/** The value of a typed number such as `sqrt(2)/2` or `2^10`. */
export function evaluate(text: string): number | Unreadable {
  try {
    if (/\blog\s*\(/.test(text)) {
      throw new Refusal("`log` has several bases", { hint: "write ln, log2 or log10" })
    }
    const value = constantValue(parseExpression(text, { names: [] }))
    return Number.isFinite(value) ? value : { reason: "it has no finite value" }
  } catch (refusal) {
    return reasonOf(refusal)
  }
}

/** A refusal as the reason why something written is unreadable; other errors go on their way. */
export function reasonOf(refusal: unknown): Unreadable {
  if (!(refusal instanceof Refusal)) throw refusal
  const reason = refusal.message
    .replace(/^(?:uses|holds) (`[^`]*`), which /, "$1 ")
    .replace(/^(?:is|has) /, "")
  return { reason, ...(refusal.hint && { hint: refusal.hint }) }
}

/** What was typed in the signs that mathjs reads; `from` says where each sign stood. */
interface Prepared {
  text: string
  from: readonly number[]
  original: string
}

/** Signs of books and keyboards in mathjs's spelling; `√2` takes the number or name that follows. */
const spellings: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/√\s*(\d+(?:\.\d+)?|\p{L}[\p{L}\p{N}_]*(?!\s*\())/uy, ([, root = ""]) => `sqrt(${root})`],
  [/√/y, () => "sqrt"],
  [/\*\*/y, () => "^"],
  [/[·×∙⋅∗]/y, () => "*"],
  [/÷/y, () => "/"],
  [/[−–]/y, () => "-"],
  [/≤/y, () => "<="],
  [/≥/y, () => ">="],
  [/≠/y, () => "!="],
  [/ᵀ|⊤/y, () => "'"],
  [/\s/y, () => " "],
  [/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/uy, ([raised = ""]) => `^(${plainDigits(raised, "⁰¹²³⁴⁵⁶⁷⁸⁹")})`],
  [/[₀₁₂₃₄₅₆₇₈₉]+/uy, ([lowered = ""]) => `_${plainDigits(lowered, "₀₁₂₃₄₅₆₇₈₉")}`],
]

function prepared(original: string): Prepared {
  const from: number[] = []
  let text = ""
  const put = (piece: string, at: number) => {
    text += piece
    for (let i = 0; i < piece.length; i++) from.push(at)
  }
  let bars = 0
  for (let at = 0; at < original.length; ) {
    if (original[at] === "|") {
      put(bars++ % 2 === 0 ? "(abs(" : "))", at)
      at += 1
      continue
    }
    const match = spellings
      .map(([pattern, spell]) => {
        pattern.lastIndex = at
        const found = pattern.exec(original)
        return found && { length: found[0].length, spelt: spell(found) }
      })
      .find(found => found !== null)
    put(match?.spelt ?? original.charAt(at), at)
    at += match?.length ?? 1
  }
  from.push(original.length)
  return { text, from, original }
}

function plainDigits(signs: string, digits: string): string {
  return [...signs].map(sign => (sign === "⁻" ? "-" : String(digits.indexOf(sign)))).join("")
}

/** Signs that mean nothing here, though they would to mathjs: comments, texts, assignments. */
function refuseSigns({ text, from }: Prepared, arrays: boolean): void {
  const strange = /[^\p{L}\p{N}_.,+\-*/^()<>=!?: ]/u
  const found = (arrays ? /[^\p{L}\p{N}_.,+\-*/^()<>=!?: [\];']/u : strange).exec(text)
  const at = (index: number) => ({ start: from[index] ?? 0, end: (from[index] ?? 0) + 1 })
  if (found) {
    const lists = !arrays && "[]';".includes(found[0])
    throw new Refusal(`holds \`${found[0]}\`, which has no meaning here`, {
      at: at(found.index),
      ...(lists && { hint: "only numbers and names stand in this expression" }),
    })
  }
  const assigned = /(?<![<>=!])=(?!=)/.exec(text)
  if (assigned) {
    throw new Refusal("holds a `=`", {
      at: at(assigned.index),
      hint: "write only what stands right of it",
    })
  }
  if (text.trim() === "") throw new Refusal("is empty")
}

function syntaxRefusal(error: unknown, { text, from, original }: Prepared): Refusal {
  const message = error instanceof Error ? error.message : ""
  const char =
    typeof error === "object" && error !== null && "char" in error ? Number(error.char) : 1
  const start = Math.min(from[char - 1] ?? original.length, original.length)
  const at = { start, end: start + 1 }
  const open = text.split(/[([]/).length - text.split(/[)\]]/).length
  if (open > 0) {
    const hint = "between braces { … } an expression with a comma needs quotes"
    const isCut = !original.includes(",")
    return new Refusal("has a bracket that is not closed", { at, ...(isCut && { hint }) })
  }
  if (open < 0) return new Refusal("closes a bracket that was not opened", { at })
  const before = original.slice(0, start).trimEnd()
  if (/end of expression|Value expected/.test(message)) {
    const after = before === "" ? "" : ` after \`${before.slice(-1)}\``
    return new Refusal(`lacks a number or a name${after}`, { at })
  }
  return new Refusal("cannot be read from here on", { at })
}

/** Turns mathjs's tree into ours; names and numbers come in the order of the text, and so does their place. */
class Reader {
  readonly #source: Prepared
  readonly #vocabulary: Vocabulary
  readonly #tokens: readonly RegExpExecArray[]
  #next = 0

  constructor(source: Prepared, vocabulary: Vocabulary) {
    this.#source = source
    this.#vocabulary = vocabulary
    this.#tokens = [...source.text.matchAll(tokens)]
  }

  read(node: MathNode, depth: number): Expression {
    if (depth > limits.depth) throw new Refusal(`is nested deeper than ${limits.depth} levels`)
    const below = (child: MathNode) => this.read(child, depth + 1)
    if (isParenthesisNode(node)) return this.#bracketed(below(node.content))
    if (isConstantNode(node)) return this.#number(node.value)
    if (isSymbolNode(node)) return this.#name()
    if (isFunctionNode(node) && isSymbolNode(node.fn)) {
      const token = this.#take()
      return this.#call(token, node.args.map(below))
    }
    if (isOperatorNode(node)) {
      const [first, second] = node.args
      // A long sum is deep on its left side only.
      const left = first && this.read(first, second ? depth : depth + 1)
      return this.#operator(node.op, left, second && below(second))
    }
    if (isConditionalNode(node)) {
      const condition = below(node.condition)
      const yes = below(node.trueExpr)
      const no = below(node.falseExpr)
      return { type: "if", condition, yes, no, at: hull(condition.at, no.at) }
    }
    if (isRelationalNode(node)) {
      throw new Refusal("compares more than two things at a time", {
        at: this.#whole(),
      })
    }
    if (this.#vocabulary.arrays) {
      if (isArrayNode(node)) return this.#list(node.items.map(below))
      if (isAccessorNode(node)) {
        const of = below(node.object)
        const places = node.index.dimensions.map(below)
        return this.#bracketed({ type: "index", of, places, at: hull(of.at, lastAt(places, of)) })
      }
    }
    throw new Refusal(strangeWords(node), { at: this.#rest() })
  }

  #number(value: unknown): Expression {
    const token = this.#take()
    if (typeof value !== "number" || Number(token.text) !== value) {
      throw new Refusal(`holds \`${token.text}\`, which is not a number here`, { at: token.at })
    }
    if (!Number.isFinite(value)) {
      throw new Refusal(`holds \`${token.text}\`, too large for a number`, { at: token.at })
    }
    return { type: "number", value, text: token.text, at: token.at }
  }

  #name(): Expression {
    const { text, at } = this.#take()
    const { names } = this.#vocabulary
    const known = names?.find(each => each === text)
    const alike = known ?? names?.find(each => bare(each) === bare(text))
    if (alike !== undefined) return { type: "name", name: alike, at }
    if (this.#isFunction(text)) {
      throw new Refusal(`has \`${text}\` without its argument`, {
        at,
        hint: `put the argument in brackets: ${text}(…)`,
      })
    }
    if (Object.hasOwn(constants, text)) return { type: "name", name: text, at }
    if (words.has(text)) throw new Refusal(`holds \`${text}\`, which has no meaning here`, { at })
    if (names === undefined) return { type: "name", name: text, at }
    throw new Refusal(`uses \`${text}\`, which is not a name known here`, {
      at,
      hint: this.#hint(text, names),
    })
  }

  #hint(text: string, names: readonly string[]): string {
    const isProduct =
      text.length > 1 && [...text].every(each => names.includes(each) || each === "e")
    if (isProduct) return `write ${[...text].join("*")} for a product`
    const [, digits, rest] = /^(\d+)(.+)$/.exec(text) ?? []
    if (digits !== undefined && rest !== undefined) return `write ${digits}*${rest} for a product`
    const isNear = nearest(text, names) !== undefined
    return suggest(text, isNear ? names : [...names, ...Object.keys(constants)])
  }

  #call({ text, at }: Token, args: readonly Expression[]): Expression {
    const whole = this.#bracketed({
      type: "call",
      name: text,
      args,
      at: hull(at, lastAt(args, { at })),
    })
    const name = canonical(text)
    const [only] = args
    if (!this.#isFunction(name)) {
      if (this.#vocabulary.names?.includes(text) && only && args.length === 1) {
        const left: Expression = { type: "name", name: text, at }
        return { type: "operator", op: "*", left, right: only, at: whole.at }
      }
      const all = [...Object.keys(functions), ...Object.keys(gathering), ...this.#more()]
      const single = this.#vocabulary.names === undefined && text.length < 3
      throw new Refusal(`uses \`${text}\`, which is not a function known here`, {
        at,
        hint: single ? `for a product write ${text}*(…)` : suggest(text, all),
      })
    }
    const [least, most] = this.#arity(name)
    if (args.length < least || args.length > most) {
      const asked = least === most ? plural(least, "value") : `${plural(least, "value")} or more`
      throw new Refusal(
        `gives ${plural(args.length, "value")} to \`${text}\`, which takes ${asked}`,
        {
          at: whole.at,
        },
      )
    }
    return { type: "call", name, args, at: whole.at }
  }

  #operator(op: string, left: Expression | undefined, right: Expression | undefined): Expression {
    if (!left) throw new Refusal(`holds \`${op}\`, which has no meaning here`)
    if (!right) {
      const at = { start: Math.max(0, left.at.start - 1), end: left.at.end }
      if (op === "+") return left
      if (op === "-") return { type: "minus", of: left, at }
      if (op === "'" && this.#vocabulary.arrays)
        return { type: "transpose", of: left, at: { ...left.at, end: left.at.end + 1 } }
      throw new Refusal(`holds \`${op}\`, which has no meaning here`, { at })
    }
    const at = hull(left.at, right.at)
    const known = operators.find(each => each === op)
    if (!known || (!this.#vocabulary.arrays && known.startsWith("."))) {
      throw new Refusal(`holds \`${op}\`, which has no meaning here`, { at })
    }
    const exponent = known.endsWith("^") ? literal(right) : undefined
    if (exponent !== undefined && Math.abs(exponent) > limits.exponent) {
      throw new Refusal(`has an exponent beyond ${limits.exponent}`, { at: right.at })
    }
    return { type: "operator", op: known, left, right, at }
  }

  #list(items: readonly Expression[]): Expression {
    const [first] = items
    if (!first) throw new Refusal("holds an empty list", { at: this.#rest() })
    return this.#bracketed({ type: "list", items, at: hull(first.at, lastAt(items, first)) })
  }

  #isFunction(name: string): boolean {
    const known = canonical(name)
    return (
      Object.hasOwn(functions, known) ||
      Object.hasOwn(gathering, known) ||
      this.#more().includes(known)
    )
  }

  #more(): string[] {
    return Object.keys(this.#vocabulary.functions ?? {})
  }

  #arity(name: string): readonly [number, number] {
    const more = this.#vocabulary.functions
    const own = more && Object.hasOwn(more, name) ? more[name] : undefined
    if (own) return own
    return Object.hasOwn(gathering, name) ? [2, Number.POSITIVE_INFINITY] : [1, 1]
  }

  /** The next name or number of the text. */
  #take(): Token {
    const token = this.#tokens[this.#next++]
    if (!token) return { text: "", at: this.#whole() }
    const start = token.index
    return { text: token[0], at: this.#mapped(start, start + token[0].length) }
  }

  /** A node with the brackets around it, and with `)` or `]` behind its last part. */
  #bracketed<N extends Expression>(node: N): N {
    const { original } = this.#source
    const before = original.slice(0, node.at.start).match(/[([|]\s*$/)
    const after = original.slice(node.at.end).match(/^\s*[)\]|]/)
    const opens = before && node.type !== "call" && node.type !== "index"
    return {
      ...node,
      at: {
        start: opens ? node.at.start - before[0].length : node.at.start,
        end: after ? node.at.end + after[0].length : node.at.end,
      },
    }
  }

  #mapped(start: number, end: number): Span {
    const { from, original } = this.#source
    return { start: from[start] ?? 0, end: Math.max(from[end] ?? original.length, start + 1) }
  }

  #whole(): Span {
    return { start: 0, end: this.#source.original.length }
  }

  #rest(): Span {
    const last = this.#tokens[Math.max(0, this.#next - 1)]
    return { start: this.#source.from[last?.index ?? 0] ?? 0, end: this.#source.original.length }
  }
}

interface Token {
  text: string
  at: Span
}

const tokens = /(?:\d+(?:\.\d+|\.(?![*/^]))?|\.\d+)(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_]*/gu

/** Words that mathjs takes for operators or values. */
const words = new Set(
  "mod to in and xor or not end true false null undefined NaN Infinity".split(" "),
)

function strangeWords(node: MathNode): string {
  if (isRangeNode(node)) return "holds a range, which has no meaning here"
  if (isAssignmentNode(node) || isFunctionAssignmentNode(node)) return "assigns a value"
  return "holds something that has no meaning here"
}

function canonical(name: string): string {
  const plain = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name
  return plain === "log" ? "ln" : plain
}

/** `x1` and `x_1` are one name. */
function bare(name: string): string {
  return name.replaceAll("_", "")
}

function literal(node: Expression): number | undefined {
  if (node.type === "number") return node.value
  return node.type === "minus" && node.of.type === "number" ? -node.of.value : undefined
}

function hull(first: Span, last: Span): Span {
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) }
}

function lastAt(nodes: readonly Expression[], otherwise: { at: Span }): Span {
  return (nodes.at(-1) ?? otherwise).at
}

function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === "(" || character === "[") deepest = Math.max(deepest, ++depth)
    else if (character === ")" || character === "]") depth -= 1
  }
  return deepest
}

/** A typed number must say what it is: nothing infinite may vanish on the way. */
function constantValue(node: Node): number {
  switch (node.type) {
    case "number":
      return node.value
    case "name":
      return constants[node.name] ?? Number.NaN
    case "minus":
      return -constantValue(node.of)
    case "call": {
      const args = node.args.map(constantValue)
      const [x = Number.NaN] = args
      return Object.hasOwn(gathering, node.name)
        ? (gathering[node.name]?.(...args) ?? Number.NaN)
        : (functions[node.name]?.(x) ?? Number.NaN)
    }
    case "operator": {
      const [a, b] = [constantValue(node.left), constantValue(node.right)]
      if (node.op === "+") return a + b
      if (node.op === "-") return a - b
      if (node.op === "*") return a * b
      if (node.op === "/") {
        if (b === 0) throw new Refusal("it divides by zero")
        return a / b
      }
      if (node.op === "^") {
        if (Math.abs(b) > limits.exponent)
          throw new Refusal(`has an exponent beyond ${limits.exponent}`)
        return power(a, b)
      }
      throw new Refusal(`holds \`${node.op}\`, which has no meaning here`)
    }
    default:
      throw new Refusal("not a number", { hint: "write it like 0.5, 1/2 or sqrt(2)/2" })
  }
}
