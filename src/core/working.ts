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

/** How common workings are written out: in symbols first, then in numbers. */

/** A grid with its symbol and, where they are known, the names of its rows and columns. */
export interface Named {
  name: Rich
  value: Grid
  rows?: readonly string[] | undefined
  columns?: readonly string[] | undefined
  /** Cells to point out, as [row, column]. */
  marks?: GridBlock["marks"] | undefined
}

/** What can still be read: entries written out one by one, terms of a sum, the sides of a grid. */
const readable = { entries: 9, terms: 4, side: 16 }

/** A grid under its symbol; of one that is too large, a sentence in its place. */
export function shown({ name, value, rows, columns, marks }: Named): Block {
  const width = value[0]?.length ?? 0
  if (Math.max(value.length, width) > readable.side) {
    return text`${name} has ${value.length} rows and ${width} columns, too many to show here.`
  }
  return grid(name, value, {
    ...(rows && { rows }),
    ...(columns && { columns }),
    ...(marks && { marks }),
  })
}

/** The entries of a result, each with how it comes about; of many, the first `upTo`. */
export function entries(
  { name, value }: Named,
  from: (row: number, column: number) => Rich,
  upTo = Number.POSITIVE_INFINITY,
): Rich[] {
  const lines = value.flatMap((row, i) => row.map((each, j) => ({ i, j, each })))
  return lines
    .slice(0, upTo)
    .map(({ i, j, each }) => math`${name}_{${i + 1},${j + 1}} = ${from(i, j)} = ${each}`)
}

/** result = left · right (+ plus, of the result's shape), rows times columns. */
export function matrixProduct(result: Named, left: Named, right: Named, plus?: Named): Block[] {
  const terms = right.value.length
  const count = result.value.length * (result.value[0]?.length ?? 0)
  const few = count <= readable.entries && terms <= readable.terms
  const from = (i: number, j: number) => {
    const sum = sumOfProducts(left.value[i] ?? [], columnOf(right.value, j))
    return plus ? math`${sum} + ${plus.value[i]?.[j] ?? Number.NaN}` : sum
  }
  return [
    plus
      ? math`${result.name} = ${left.name} \cdot ${right.name} + ${plus.name}`
      : math`${result.name} = ${left.name} \cdot ${right.name}`,
    ...entries(result, from, few ? count : 1),
    ...(few
      ? []
      : [
          text`The other ${count - 1} entries are made in the same way: a row of ${left.name} times a column of ${right.name}.`,
        ]),
    shown(result),
  ]
}

/** 1·2 + 3·4; of many products, the first ones and the last. */
export function sumOfProducts(left: Vector, right: Vector): Rich {
  const { terms } = readable
  if (left.length <= 2 * terms) return products(left, right)
  const first = products(left.slice(0, terms - 1), right.slice(0, terms - 1))
  const last = products(left.slice(-1), right.slice(-1))
  return join([first, math`\ldots`, last], " + ")
}

function columnOf(grid: Grid, j: number): Vector {
  return grid.map(row => row[j] ?? Number.NaN)
}
