import { functions, gathering } from "../core/expression-functions.ts"
import { type Expression, Refusal, textOf } from "../core/expression-tree.ts"
import { called, operated, valueOfName } from "../core/expression-value.ts"
import type { Grid, Vector } from "../core/types.ts"
import { plural, short, sizes } from "../core/words.ts"
import { softmax } from "./activation.ts"
import { dot, entry, mapGrid, matmul, matvec, sum, transpose } from "./linear.ts"
import { determinant, inverse, trace } from "./matrix.ts"

// Formulas over numbers, vectors and grids. `*` is the matrix product, `.*`, `./` and `.^` go entry by
// entry, and a number or a row fits a grid. Places count from 1. What has no finite value is refused
// with the place in the text, and so is what would take too long.

export type Value = number | Vector | Grid
export type KnownValues = Readonly<Record<string, Value>>

/** How many multiplications a formula may ask for, and how large a result may be. */
const limits = { work: 300_000, size: 10_000, side: 32 }

/** Functions of vectors and grids, with the least and the largest number of their arguments. */
export const arrayFunctions: Readonly<Record<string, readonly [number, number]>> = {
  max: [1, Number.POSITIVE_INFINITY],
  min: [1, Number.POSITIVE_INFINITY],
  sum: [1, 1],
  mean: [1, 1],
  prod: [1, 1],
  norm: [1, 1],
  var: [1, 1],
  std: [1, 1],
  dot: [2, 2],
  outer: [2, 2],
  transpose: [1, 1],
  det: [1, 1],
  inv: [1, 1],
  trace: [1, 1],
  diag: [1, 1],
  identity: [1, 1],
  softmax: [1, 1],
  length: [1, 1],
  rows: [1, 1],
  columns: [1, 1],
  rowsums: [1, 1],
  rowmeans: [1, 1],
  columnsums: [1, 1],
  columnmeans: [1, 1],
}

export function evaluateFormula(tree: Expression, values: KnownValues): Value {
  return new Evaluator(values).value(tree)
}

class Evaluator {
  readonly #values: KnownValues
  #left = limits.work

  constructor(values: KnownValues) {
    this.#values = values
  }

  value(node: Expression): Value {
    const found = this.#value(node)
    const size = numbersIn(found)
    if (size > limits.size) throw this.#tooMuch(node)
    this.#spend(size, node)
    const bad = flat(found).find(x => !Number.isFinite(x))
    if (bad === undefined) return found
    const message = Number.isNaN(bad)
      ? `is undefined: \`${short40(node)}\` has no real value here`
      : `becomes too large for a number at \`${short40(node)}\``
    throw new Refusal(message, { at: node.at })
  }

  #value(node: Expression): Value {
    switch (node.type) {
      case "number":
        return node.value
      case "name":
        return Object.hasOwn(this.#values, node.name)
          ? (this.#values[node.name] ?? Number.NaN)
          : valueOfName(node.name, {})
      case "minus":
        return mapped(this.value(node.of), x => 0 - x)
      case "transpose":
        return transpose(this.#grid(node.of, "is turned over"))
      case "list":
        return this.#list(node)
      case "index":
        return this.#at(node)
      case "if":
        return this.value(this.#number(node.condition, "is a condition") === 0 ? node.no : node.yes)
      case "operator":
        return this.#operated(node)
      case "call":
        return this.#called(node)
    }
  }

  #operated(node: Extract<Expression, { type: "operator" }>): Value {
    const { op, left, right } = node
    const [a, b] = [this.value(left), this.value(right)]
    const plain = typeof a === "number" && typeof b === "number"
    if (op === "*" && typeof a !== "number" && typeof b !== "number")
      return this.#product(node, a, b)
    if (op === "/" || op === "./") this.#refuseZero(right, b)
    if ((op === "/" && typeof b !== "number") || (op === "^" && !plain)) {
      const by = op === "/" ? "divides by" : "takes a power with"
      throw new Refusal(
        `${by} ${this.#shape(op === "^" && typeof b === "number" ? left : right)}`,
        {
          at: node.at,
          hint: `\`.${op}\` works entry by entry`,
        },
      )
    }
    const slow = op === "+" || op === "-" ? op : op.replace(".", "")
    const known = slow === "*" || slow === "/" || slow === "^" ? slow : op
    return this.#broadcast(node, a, b, (x, y) => operated(known, x, y))
  }

  #product(
    node: Extract<Expression, { type: "operator" }>,
    a: Vector | Grid,
    b: Vector | Grid,
  ): Value {
    const { left, right } = node
    if (!isGrid(a) && !isGrid(b)) {
      const [x, y] = [short40(left), short40(right)]
      throw new Refusal(`multiplies two vectors, \`${x}\` and \`${y}\``, {
        at: node.at,
        hint: `write dot(${x}, ${y}) for the sum of products, ${x} .* ${y} entry by entry`,
      })
    }
    const inner = isGrid(a) ? entry(a, 0).length : a.length
    if (inner !== b.length) throw this.#misfit(node)
    const [rows, columns] = [isGrid(a) ? a.length : 1, isGrid(b) ? entry(b, 0).length : 1]
    if (rows * columns > limits.size) throw this.#tooMuch(node)
    this.#spend(rows * columns * inner, node)
    if (isGrid(a)) return isGrid(b) ? matmul(a, b) : matvec(a, b)
    return isGrid(b) ? entry(matmul([a], b), 0) : Number.NaN
  }

  /** Of equal shapes entry by entry; a number fits everything, a vector every row of its length. */
  #broadcast(node: Expression, a: Value, b: Value, f: (x: number, y: number) => number): Value {
    if (typeof a === "number") return mapped(b, y => f(a, y))
    if (typeof b === "number") return mapped(a, x => f(x, b))
    if (!isGrid(a) && !isGrid(b)) {
      if (a.length !== b.length) throw this.#misfit(node)
      return a.map((x, i) => f(x, entry(b, i)))
    }
    const rowsOf = (value: Vector | Grid, other: Vector | Grid) =>
      isGrid(value) ? value : other.map(() => value)
    const [first, second] = [rowsOf(a, b), rowsOf(b, a)]
    const fits = first.length === second.length && first[0]?.length === second[0]?.length
    if (!fits) throw this.#misfit(node)
    return mapGrid(first, (x, i, j) => f(x, entry(entry(second, i), j)))
  }

  #called(node: Extract<Expression, { type: "call" }>): Value {
    const { name, args } = node
    const first = entry(args, 0)
    if (Object.hasOwn(gathering, name)) {
      const values = args.map(arg => this.value(arg))
      const [only = Number.NaN] = values
      if (values.length === 1) return called(name, flat(only))
      return values.reduce((a, b) => this.#broadcast(node, a, b, (x, y) => called(name, [x, y])))
    }
    if (Object.hasOwn(functions, name) && !Object.hasOwn(arrayFunctions, name)) {
      return mapped(this.value(first), x => called(name, [x]))
    }
    if (name === "dot" || name === "outer") {
      const [a, b] = args.map(arg => this.#vector(arg, name))
      if (!a || !b) return Number.NaN
      if (name === "outer") {
        if (a.length * b.length > limits.size) throw this.#tooMuch(node)
        return a.map(x => b.map(y => x * y))
      }
      if (a.length !== b.length) throw this.#misfit(node)
      return dot(a, b)
    }
    if (name === "identity") {
      const n = this.#number(first, "is a size")
      if (!Number.isInteger(n) || n < 1 || n > limits.side) {
        const message = `asks for identity(${short(n)}); its size is a whole number up to ${limits.side}`
        throw new Refusal(message, { at: node.at })
      }
      return diagonal(Array(n).fill(1))
    }
    return this.#ofArray(node, name, first)
  }

  #ofArray(node: Expression, name: string, arg: Expression): Value {
    const value = this.value(arg)
    const all = flat(value)
    switch (name) {
      case "sum":
        return sum(all)
      case "mean":
        return sum(all) / all.length
      case "prod":
        return all.reduce((product, x) => product * x, 1)
      case "norm":
        return Math.hypot(...all)
      case "var":
        return variance(all)
      case "std":
        return Math.sqrt(variance(all))
      case "length":
        return typeof value === "number" ? 1 : value.length
      case "softmax":
        return isGrid(value) ? value.map(softmax) : softmax(all)
      case "diag":
        return typeof value === "number" || isGrid(value) ? Number.NaN : this.#diagonal(node, value)
      case "transpose":
        return transpose(this.#grid(arg, "is turned over"))
      case "rows":
        return this.#grid(arg, "has rows").length
      case "columns":
        return entry(this.#grid(arg, "has columns"), 0).length
      case "rowsums":
        return this.#grid(arg, "has rows").map(sum)
      case "rowmeans":
        return this.#grid(arg, "has rows").map(row => sum(row) / row.length)
      case "columnsums":
        return transpose(this.#grid(arg, "has columns")).map(sum)
      case "columnmeans":
        return transpose(this.#grid(arg, "has columns")).map(column => sum(column) / column.length)
      case "trace":
        return trace(this.#square(arg, name))
      case "det":
        return determinant(this.#square(arg, name))
      case "inv":
        return this.#inverse(node, arg)
      default:
        return Number.NaN
    }
  }

  #diagonal(node: Expression, values: Vector): Grid {
    if (values.length > limits.side) throw this.#tooMuch(node)
    return diagonal(values)
  }

  #inverse(node: Expression, arg: Expression): Grid {
    const square = this.#square(arg, "inv")
    try {
      const found = inverse(square)
      if (Math.abs(determinant(square)) > 0 && found.flat().every(Number.isFinite)) return found
    } catch {
      // mathjs throws where the determinant is 0.
    }
    throw new Refusal(`inverts \`${short40(arg)}\`, whose determinant is 0`, { at: node.at })
  }

  /** Numbers make a vector, vectors the rows of a grid; `[A; B]` puts B below A. */
  #list({ items }: Extract<Expression, { type: "list" }>): Value {
    const values = items.map(item => this.value(item))
    const numbers = values.filter(value => typeof value === "number")
    if (numbers.length === values.length) return numbers
    const rows: Vector[] = []
    for (const [i, value] of values.entries()) {
      const added = typeof value === "number" ? [[value]] : isGrid(value) ? value : [value]
      if (typeof value === "number" || added[0]?.length !== (rows[0] ?? added[0])?.length) {
        throw new Refusal("lists rows of different lengths", {
          at: entry(items, i).at,
          hint: "every row of a list is as long as the first",
        })
      }
      rows.push(...added)
    }
    return rows
  }

  #at(node: Extract<Expression, { type: "index" }>): Value {
    let found = this.value(node.of)
    for (const place of node.places) {
      const i = this.#number(place, "is a place")
      if (typeof found === "number") {
        throw new Refusal(`takes a place of ${this.#shape(node.of)}`, { at: node.at })
      }
      const inside: Value | undefined = Number.isInteger(i) ? found[i - 1] : undefined
      if (inside === undefined) {
        const count = plural(found.length, isGrid(found) ? "row" : "number")
        throw new Refusal(`asks for place ${short(i)} of ${count}`, {
          at: node.at,
          hint: "places count from 1",
        })
      }
      found = inside
    }
    return found
  }

  #number(node: Expression, use: string): number {
    const value = this.value(node)
    if (typeof value === "number") return value
    throw new Refusal(`needs one number where ${this.#shape(node)} ${use}`, { at: node.at })
  }

  #vector(node: Expression, use: string): Vector {
    const value = this.value(node)
    if (typeof value !== "number" && !isGrid(value)) return value
    throw new Refusal(`gives ${this.#shape(node)} to ${use}, which takes vectors`, { at: node.at })
  }

  #grid(node: Expression, use: string): Grid {
    const value = this.value(node)
    if (isGrid(value)) return value
    throw new Refusal(`needs a matrix, but ${this.#shape(node)} ${use}`, { at: node.at })
  }

  #square(node: Expression, use: string): Grid {
    const grid = this.#grid(node, `stands in ${use}`)
    const side = grid.length
    if (side !== entry(grid, 0).length) {
      throw new Refusal(`gives ${this.#shape(node)} to ${use}, which takes a square matrix`, {
        at: node.at,
      })
    }
    if (side > limits.side) throw this.#tooMuch(node)
    this.#spend(side ** 3, node)
    return grid
  }

  #refuseZero(node: Expression, value: Value): void {
    if (!flat(value).includes(0)) return
    const what = typeof value === "number" ? "which is 0 here" : "which holds a 0"
    const shown =
      node.type === "number" ? "divides by 0" : `divides by \`${short40(node)}\`, ${what}`
    throw new Refusal(shown, { at: node.at })
  }

  #misfit(node: Expression): Refusal {
    const [left, right] =
      node.type === "operator" ? [node.left, node.right] : node.type === "call" ? node.args : []
    const shapes = left && right ? `: ${this.#shape(left)}, but ${this.#shape(right)}` : ""
    const isProduct = node.type === "operator" && node.op === "*"
    const hint = isProduct
      ? "the columns of the first must be as many as the rows of the second; `.*` goes entry by entry"
      : "shapes must be equal; a number fits everything, a vector every row of its length"
    return new Refusal(`puts together shapes that do not fit${shapes}`, { at: node.at, hint })
  }

  /** `` `W` is 2×3 ``, `` `x` has 2 numbers `` */
  #shape(node: Expression): string {
    const value = this.value(node)
    const name = `\`${short40(node)}\``
    if (typeof value === "number") return `${name} (one number)`
    return isGrid(value)
      ? `${name} (${sizes(value)})`
      : `${name} (${plural(value.length, "number")})`
  }

  #spend(work: number, node: Expression): void {
    this.#left -= work
    if (this.#left < 0) throw this.#tooMuch(node)
  }

  #tooMuch(node: Expression): Refusal {
    return new Refusal(`is too much to compute at \`${short40(node)}\``, { at: node.at })
  }
}

/** Whether a formula of whole numbers is one: it only adds, multiplies, counts and rounds. */
export function isCount(node: Expression, isWhole: (name: string) => boolean): boolean {
  const all = (...parts: readonly Expression[]) => parts.every(part => isCount(part, isWhole))
  switch (node.type) {
    case "number":
      return Number.isInteger(node.value)
    case "name":
      return isWhole(node.name)
    case "minus":
      return all(node.of)
    case "if":
      return all(node.yes, node.no)
    case "operator":
      if (node.op === "^")
        return all(node.left) && node.right.type === "number" && Number.isInteger(node.right.value)
      return "+-*".includes(node.op) && all(node.left, node.right)
    case "call":
      if (["floor", "ceil", "round", "length", "rows", "columns"].includes(node.name)) return true
      return ["max", "min", "abs", "sum", "prod", "dot"].includes(node.name) && all(...node.args)
    case "index":
      return all(node.of)
    case "list":
      return all(...node.items)
    case "transpose":
      return all(node.of)
  }
}

export function isGrid(value: Value): value is Grid {
  return typeof value !== "number" && typeof value[0] !== "number"
}

/** All the numbers of a value, row by row. */
export function flat(value: Value): number[] {
  return [value].flat(2).filter(x => typeof x === "number")
}

function numbersIn(value: Value): number {
  if (typeof value === "number") return 1
  return isGrid(value) ? value.length * (value[0]?.length ?? 0) : value.length
}

function mapped(value: Value, f: (x: number) => number): Value {
  if (typeof value === "number") return f(value)
  return isGrid(value) ? mapGrid(value, f) : value.map(f)
}

/** 1/n Σ (x − mean)² */
function variance(values: Vector): number {
  const mean = sum(values) / values.length
  return sum(values.map(x => (x - mean) ** 2)) / values.length
}

function short40(node: Expression): string {
  const text = textOf(node)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

/** (n, n), with the vector on its diagonal */
function diagonal(values: Vector): Grid {
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))
}
