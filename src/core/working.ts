import {
  type Block,
  type GridBlock,
  grid,
  join,
  math,
  products,
  type Rich,
  text,
} from "./blocks.ts"
import type { Grid, Vector } from "./types.ts"
import { plural } from "./words.ts"

/** How common workings are written out: in symbols first, then in numbers. */

/** A grid with its symbol and, where they are known, the names of its rows and columns. */
export interface Named {
  name: Rich
  value: Grid
  rows?: readonly string[] | undefined
  columns?: readonly string[] | undefined
  /** Cells to point out, as [row, column]. */
  marks?: GridBlock["marks"] | undefined
  /** Cells that take no part, as [row, column]. */
  hidden?: GridBlock["hidden"] | undefined
  /** Whether cells are shaded by their value. */
  heat?: boolean | undefined
}

/** What can still be read: entries written out one by one, terms of a sum or a window, sides. */
const readable = { entries: 9, terms: 4, window: 9, side: 16 }

/** A grid under its symbol; in the place of one that is too large, a sentence. */
export function shown(named: Named): Block {
  const { name, value, rows, columns, marks, hidden, heat } = named
  if (!isReadable(named)) {
    const [rows, columns] = [plural(value.length, "row"), plural(value[0]?.length ?? 0, "column")]
    return text`${name} has ${rows} and ${columns}, too many to show here.`
  }
  const heads = { ...(rows && { rows }), ...(columns && { columns }) }
  const looks = { ...(marks && { marks }), ...(hidden && { hidden }), ...(heat && { heat }) }
  return grid(name, value, { ...heads, ...looks })
}

/** The entries of a result, each with how it comes about; of many, the first `upTo`. */
export function entries(
  { name, value }: Named,
  from: (row: number, column: number) => Rich,
  upTo = Number.POSITIVE_INFINITY,
): Rich[] {
  const all = value.flatMap((row, i) => row.map((each, j) => ({ i, j, each })))
  return all
    .slice(0, upTo)
    .map(({ i, j, each }) => math`${name}_{${i + 1},${j + 1}} = ${from(i, j)} = ${each}`)
}

/** result = left·right (+ plus, of the result's shape): rows times columns. */
export function matrixProduct(result: Named, left: Named, right: Named, plus?: Named): Block[] {
  const count = sizeOf(result)
  const few = count <= readable.entries && right.value.length <= readable.terms
  const from = (i: number, j: number) => {
    const column = right.value.map(row => row[j] ?? Number.NaN)
    const sum = sumOfProducts(left.value[i] ?? [], column)
    return plus ? math`${sum} + ${plus.value[i]?.[j] ?? Number.NaN}` : sum
  }
  return [
    math`${result.name} = ${left.name} \cdot ${right.name}${plus ? math` + ${plus.name}` : math``}`,
    ...entries(result, from, few ? count : 1),
    ...(few
      ? []
      : [
          text`The other entries in the same way: a row of ${left.name} times a column of ${right.name}.`,
        ]),
    shown(result),
  ]
}

/** How a determinant comes about: by its diagonal, two products or the first row; of more, nothing. */
export function determinantWorking(matrix: Grid): Rich[] {
  const at = (i: number, j: number) => matrix[i]?.[j] ?? Number.NaN
  const isDiagonal = matrix.every((row, i) => row.every((value, j) => i === j || value === 0))
  const diagonal = matrix.map((_, i) => at(i, i))
  if (isDiagonal) return [join(diagonal, " \\cdot ")]
  const minor = (i: number, j: number, [left, right]: readonly [number, number]) =>
    math`${at(i, left)} \cdot ${at(j, right)} - ${at(i, right)} \cdot ${at(j, left)}`
  if (matrix.length === 2) return [minor(0, 1, [0, 1])]
  if (matrix.length !== 3) return []
  const others = [
    [1, 2],
    [0, 2],
    [0, 1],
  ] as const
  const terms = others.flatMap((columns, j) =>
    at(0, j) === 0 ? [] : math`${j === 1 ? -at(0, j) : at(0, j)} \cdot (${minor(1, 2, columns)})`,
  )
  return [join(terms, " + ")]
}

/** The inverse of a 2×2 matrix by its determinant. */
export function inverseFormula(name: Rich): Rich {
  return math`${name}^{-1} = \frac{1}{|${name}|} \begin{bmatrix} \Sigma_{22} & -\Sigma_{12} \\ -\Sigma_{21} & \Sigma_{11} \end{bmatrix}`
}

/** = 1 + 2 + 3, for the middle of a formula; of many terms, or one, nothing. */
export function listed(terms: Vector): Rich {
  return terms.length > 1 && terms.length <= 8 ? math` = ${join(terms, " + ")}` : math``
}

/** 1·2 + 3·4; of many products, the first ones and the last. */
export function sumOfProducts(left: Vector, right: Vector): Rich {
  const head = readable.terms - 1
  if (left.length <= 2 * readable.terms) return products(left, right)
  const first = products(left.slice(0, head), right.slice(0, head))
  return join([first, math`\ldots`, products(left.slice(-1), right.slice(-1))], " + ")
}

/** The products of a kernel and the cells under it, without those of weights that are 0. */
export function windowSum(kernel: Grid, cells: Grid): Rich {
  const terms = kernel.flatMap((row, i) =>
    row.map((weight, j) => ({ weight, cell: cells[i]?.[j] ?? Number.NaN })),
  )
  const left = terms.filter(({ weight }) => weight !== 0)
  const [weights, values] = [left.map(({ weight }) => weight), left.map(({ cell }) => cell)]
  if (left.length === 0) return math`0`
  return left.length <= readable.window ? products(weights, values) : sumOfProducts(weights, values)
}

/** How each row of scores becomes weights: exponentials with their sum, and the share of each. */
export function softmaxOfRows(
  weights: Named,
  scores: Named,
  { values, shifted }: { values: Grid; shifted: boolean },
  show: typeof shown = shown,
): Block[] {
  const name = math`\exp(${scores.name}${shifted ? math` - \max` : math``})`
  const sums = values.map(row => row.reduce((total, value) => total + value, 0))
  const withSums = {
    ...weights,
    name,
    value: values.map((row, i) => [...row, sums[i] ?? Number.NaN]),
    columns: [...(weights.columns ?? Array(values[0]?.length).fill("")), "Σ"],
  }
  const share = () => math`\frac{${values[0]?.[0] ?? Number.NaN}}{${sums[0] ?? Number.NaN}}`
  return [
    math`${weights.name} = \frac{${name}}{\Sigma}, \quad \Sigma = \text{the sum over the keys, for each query}`,
    ...(shifted
      ? [
          text`These exponentials are too large or too small to write down, so the largest score of each sum is subtracted first; the weights stay as they are.`,
        ]
      : []),
    ...(isReadable(withSums) ? [show(withSums)] : []),
    ...entries(weights, share, 1),
    show({ ...weights, heat: true }),
  ]
}

/** result = left + right, entry by entry. */
export function gridSum(result: Named, left: Named, right: Named): Block[] {
  const from = (i: number, j: number) =>
    math`${left.value[i]?.[j] ?? Number.NaN} + ${right.value[i]?.[j] ?? Number.NaN}`
  return [
    math`${result.name} = ${left.name} + ${right.name}`,
    ...entries(result, from, sizeOf(result) > readable.entries ? 1 : readable.entries),
    shown(result),
  ]
}

/** How a sheet shows what was worked out with tokens as rows. */
export interface Sheet {
  shown: typeof shown
  product: typeof matrixProduct
  sum: typeof gridSum
}

/** A sheet whose tokens are rows, or, by a transposition, columns: (A·B)ᵀ = Bᵀ·Aᵀ. */
export function sheetOf(layout: "rows" | "columns", transpose: (grid: Grid) => Grid): Sheet {
  if (layout === "rows") return { shown, product: matrixProduct, sum: gridSum }
  const turned = ({ value, rows, columns, marks, hidden, ...named }: Named): Named => ({
    ...named,
    value: transpose(value),
    rows: columns,
    columns: rows,
    marks: marks?.map(([i, j]) => [j, i]),
    hidden: hidden?.map(([i, j]) => [j, i]),
  })
  return {
    shown: named => shown(turned(named)),
    product: (result, left, right, plus) =>
      matrixProduct(turned(result), turned(right), turned(left), plus && turned(plus)),
    sum: (result, left, right) => gridSum(turned(result), turned(left), turned(right)),
  }
}

function sizeOf({ value }: Named): number {
  return value.length * (value[0]?.length ?? 0)
}

/** Whether a grid is small enough to be shown. */
export function isReadable({ value }: Named): boolean {
  return Math.max(value.length, value[0]?.length ?? 0) <= readable.side
}
