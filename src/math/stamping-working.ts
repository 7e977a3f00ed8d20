import { type Block, grid, join, math, text } from "../core/blocks.ts"
import type { Grid } from "../core/types.ts"
import { plural } from "../core/words.ts"
import type { Axis } from "./axes.ts"
import { entry } from "./linear.ts"
import type { Copy, Stamping } from "./stamping.ts"

// How a transposed convolution is written out: its copies, their sum, and what is cut off.

export function sizeLines(own: readonly Axis[], found: readonly (number | string)[]): Block[] {
  return [
    math`\text{out} = (n - 1) \cdot s - 2p + k + e`,
    ...own.map(({ n, s, p, k, extra }, i) => {
      const of = own.length === 1 ? math`` : i === 0 ? math`_{H}` : math`_{W}`
      return math`\text{out}${of} = (${n} - 1) \cdot ${s} - 2 \cdot ${p} + ${k} + ${extra} = ${found[i] ?? ""}`
    }),
  ]
}

/** Of one axis: the copies below each other, as one adds them on paper. */
export function rowsOfCopies(copies: readonly Copy[], full: Grid): Block[] {
  const sums = entry(full, 0)
  const shown = copies.slice(0, 12)
  const line = ({ at: [, from], cells }: Copy) => sums.map((_, x) => cells[0]?.[x - from] ?? null)
  return [
    grid("copies", [...shown.map(line), sums], {
      rows: [...shown.map(({ from: [, j] }) => `x${j + 1}·K`), "Σ"],
    }),
    ...(shown.length < copies.length ? [text`The other copies in the same way.`] : []),
  ]
}

/** Of two: each copy with its place, then all of them added. */
export function gridsOfCopies(copies: readonly Copy[], full: Grid): Block[] {
  const parts = full.map((row, y) =>
    row.map((_, x) => copies.flatMap(({ at, cells }) => cells[y - at[0]]?.[x - at[1]] ?? [])),
  )
  const overlaps = parts.flatMap((row, y) =>
    row.flatMap((each, x) => (each.length > 1 ? [{ y, x, each }] : [])),
  )
  const shown = copies.slice(0, 9)
  const sums = overlaps.slice(0, 6)
  return [
    ...shown.map(({ from: [i, j], value, at: [y, x], cells }) =>
      grid(math`x_{${i + 1},${j + 1}} K = ${value} \cdot K`, cells, {
        foot: text`at (${y + 1}, ${x + 1})`,
      }),
    ),
    ...(shown.length < copies.length
      ? [text`The other ${copies.length - shown.length} copies in the same way.`]
      : []),
    text`Added up, with indices from 1:`,
    grid(math`c`, full, {
      marks: overlaps.map(({ y, x }) => [y, x] as const),
    }),
    ...(overlaps.length > 0
      ? [
          text`The marked cells are covered by more than one copy${sums.length < overlaps.length ? ", for example" : ""}:`,
          ...sums.map(
            ({ y, x, each }) =>
              math`c_{${y + 1},${x + 1}} = ${join(each, " + ")} = ${entry(entry(full, y), x)}`,
          ),
        ]
      : [text`No copies overlap.`]),
  ]
}

export function apart({ stride: [down, right] }: Stamping, isFlat: boolean): string {
  if (isFlat) return plural(right, "cell")
  return down === right
    ? plural(down, "cell")
    : `${plural(down, "row")} and ${plural(right, "column")}`
}

/** What is taken away on each side, or added at the end. */
export function cutWords({ padding, extra }: Stamping, isFlat: boolean): string {
  const side = (count: number, noun: string, where: string) =>
    count === 0
      ? []
      : [
          `${plural(Math.abs(count), noun)} ${count > 0 ? "cut off" : "of zeros added"} at the ${where}`,
        ]
  const along = (axis: 0 | 1, noun: string, before: string, after: string) => [
    ...side(padding[axis], noun, before),
    ...side(padding[axis] - extra[axis], noun, after),
  ]
  const pieces = isFlat
    ? along(1, "cell", "beginning", "end")
    : [...along(0, "row", "top", "bottom"), ...along(1, "column", "left", "right")]
  return pieces.length === 0 ? "Nothing is cut off." : `${pieces.join(", ")}.`
}
