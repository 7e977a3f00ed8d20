// Every window gives its largest or its mean cell; windows lie as those of a convolution do, and what does
// not fill a window at the end is left over. Padding is never the largest (it counts as −∞); whether the
// zeros of padding take part in a mean is `count_padding`. Rows and columns count from 0, in the input
// without its padding; of equal cells the first in reading order is remembered.
import * as z from "zod"
import { type Block, grid, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { plural, sizes } from "../../core/words.ts"
import { entries, shown } from "../../core/working.ts"
import { type Axis, windowCount } from "../../math/axes.ts"
import { entry, sum } from "../../math/linear.ts"
import {
  type Cell,
  isLargest,
  largest,
  type Pooling,
  placeOf,
  poolingAxes,
  range,
  type Window,
  windowAt,
} from "../../math/pool.ts"

const given = z
  .strictObject({
    input: field.grid("shape (rows, cols)"),
    window: field.perAxis("size of the window, k or [height, width]", { min: 1 }),
    stride: field
      .perAxis("from window to window, s or [down, right]; the window's size if left out", {
        min: 1,
      })
      .optional(),
    padding: field
      .perAxis("cells on each side, p or [top and bottom, left and right]", { min: 0 })
      .default(0),
    type: field.oneOf("what becomes of a window", ["max", "average"]).default("max"),
    count_padding: field.flag("whether the zeros of padding count in an average").default(true),
  })
  .check(
    rule.across<Pooling>(["input", "window", "stride", "padding"], given =>
      poolingAxes(given).flatMap(({ n, k, p }, i) => {
        const along = i === 0 ? "row" : "column"
        const at = (name: "window" | "padding") =>
          typeof given[name] === "number" ? [name] : [name, i]
        if (p >= k) {
          const message = `is ${p}, but must be smaller than the window, ${plural(k, along)}: else a window holds nothing but padding`
          return [{ path: at("padding"), code: "size", message }]
        }
        if (k <= n + 2 * p) return []
        const message = `covers ${plural(k, along)}, but the ${p > 0 ? "padded " : ""}input has only ${n + 2 * p}`
        return [{ path: at("window"), code: "size", message }]
      }),
    ),
  )

const answers = ({ type }: { type: "max" | "average" }) => ({
  output_size: answer.shape("size of the output, [height, width]", { min: 1, aside: true }),
  output: answer.grid("output", { aside: true }),
  ...(type === "max" && {
    argmax: answer.stack("[row, column] of each maximum in the input, from 0", {
      of: "integer",
      min: 0,
    }),
  }),
})

const slips: Slips<typeof given> = {
  "the average is taken": ({ type }) => (type === "max" ? { type: "average" } : undefined),
  "the maximum is taken": ({ type }) => (type === "average" ? { type: "max" } : undefined),
  "the windows move by one cell": ({ stride, window }) =>
    (stride ?? window) === 1 ? undefined : { stride: 1 },
  "the windows do not overlap": ({ stride }) =>
    stride === undefined ? undefined : { stride: undefined },
  "the padding is left out": ({ padding }) => (padding === 0 ? undefined : { padding: 0 }),
  "the padding is left out of the average": ({ type, padding, count_padding }) =>
    type === "average" && padding !== 0 && count_padding ? { count_padding: false } : undefined,
  "the zeros of the padding count in the average": ({ type, padding, count_padding }) =>
    type === "average" && padding !== 0 && !count_padding ? { count_padding: true } : undefined,
}

const question: Question<typeof given> = ({ input, type, window, stride, padding, ...given }) => {
  const padded =
    padding === 0
      ? ""
      : text` and padding ${padding}${type === "max" ? "" : given.count_padding ? " (its zeros count)" : " (it does not count)"}`
  const places =
    type === "max" ? ", and the row and column of each maximum in the input, counted from 0" : ""
  return text`Apply ${type} pooling with a window of ${window}, stride ${stride ?? window}${padded} to the ${sizes(input)} input. Give the size of the output and the output${places}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const [down, right] = poolingAxes(given)
  const size = [windowCount(down), windowCount(right)]
  const [rows = 1, cols = 1] = size
  const rounded = ({ n, k, s, p }: Axis) => Math.ceil((n + 2 * p - k) / s) + 1
  const output_size = work.answer("output_size", size, {
    "the + 1 is left out": size.map(cells => cells - 1),
    "the division is rounded up": [rounded(down), rounded(right)],
  })
  work.step("Size of the output", () => sizeLines([down, right], output_size))

  const windows = range(rows).map(i =>
    range(cols).map(j => windowAt(given.input, [down, right], [i, j])),
  )
  const each = (of: (window: Window) => number) => windows.map(row => row.map(of))
  const area = down.k * right.k
  const value = (cell: Cell) => cell.value
  const total = ({ cells }: Window) => sum(cells.map(value))
  const counted = ({ cells }: Window) => (given.count_padding ? area : cells.length)
  const isMax = given.type === "max"
  const padded = down.p + right.p > 0
  const output = work.answer(
    "output",
    isMax ? each(largest) : each(window => total(window) / counted(window)),
    isMax
      ? {
          "the minimum is taken": each(({ cells }) => Math.min(...cells.map(value))),
          ...(padded && {
            "the padding counts as zeros": each(window =>
              window.cells.length < area ? Math.max(0, largest(window)) : largest(window),
            ),
          }),
        }
      : { "the sum is not divided": each(total) },
  )
  work.step(isMax ? "Largest of each window" : "Mean of each window", () => {
    const written = (i: number, j: number): Rich => {
      const { cells } = entry(entry(windows, i), j)
      if (isMax) return math`\max(${join(cells.map(value), ",\\ ")})`
      const count = counted(entry(entry(windows, i), j))
      return math`\frac{${join(cells.map(value), " + ")}}{${count}}`
    }
    const few = rows * cols <= 16 && area <= 9
    return [
      text`y is the output; the cells of each window, in reading order:`,
      ...padding(given, [down, right]),
      ...entries({ name: math`y`, value: output }, written, few ? undefined : 2),
      ...(few ? [] : [text`The other windows in the same way.`]),
      shown({ name: math`y`, value: output }),
    ]
  })
  if (!isMax) return

  const first = (window: Window) => placeOf(window.cells.find(isLargest(window)))
  const last = (window: Window) => placeOf(window.cells.findLast(isLargest(window)))
  const inWindow = (window: Window) => {
    const [row, column] = first(window)
    return [row - window.at[0], column - window.at[1]]
  }
  const found = windows.map(row => row.map(first))
  const argmax = work.answer("argmax", found, {
    "of equal cells the last is taken": windows.map(row => row.map(last)),
    "rows and columns are swapped": found.map(row => row.map(each => each.toReversed())),
    "rows and columns count from 1": found.map(row => row.map(([y, x]) => [y + 1, x + 1])),
    "places are counted in the window": windows.map(row => row.map(inWindow)),
    ...(padded && {
      "places are counted in the padded input": found.map(row =>
        row.map(([y, x]) => [y + down.p, x + right.p]),
      ),
    }),
  })
  work.step("Where the maxima stand", () => [
    text`Row and column in the input${padded ? " without its padding" : ""}, from 0; of equal cells the first.`,
    grid(
      "[row, column]",
      argmax.map(row => row.map(([y = 0, x = 0]) => math`[${y}, ${x}]`)),
    ),
  ])
}

function sizeLines(both: readonly [Axis, Axis], found: readonly (number | string)[]): Block[] {
  return [
    math`\text{out} = \lfloor \frac{n + 2p - k}{s} \rfloor + 1`,
    ...both.map(
      ({ n, k, s, p }, i) =>
        math`\text{out}_{${i === 0 ? "H" : "W"}} = \lfloor \frac{${n} + 2 \cdot ${p} - ${k}}{${s}} \rfloor + 1 = ${found[i] ?? ""}`,
    ),
  ]
}

/** What padding counts as, and cells that no window reaches. */
function padding(
  { type, count_padding }: { type: string; count_padding: boolean },
  both: readonly [Axis, Axis],
): Block[] {
  const padded = both.some(({ p }) => p > 0)
  const rest = both.some(axis => (axis.n + 2 * axis.p - axis.k) % axis.s > 0)
  const words =
    type === "max"
      ? "Cells of the padding count as −∞: they are never the largest."
      : count_padding
        ? "The zeros of the padding are counted: every sum is divided by the cells of the whole window."
        : "A sum is divided by the number of cells of the input in its window; padding does not count."
  return [
    ...(padded ? [text`${words}`] : []),
    ...(rest ? [text`At the end, what fills no window is left over.`] : []),
  ]
}

export default defineKind({
  name: "pooling",
  topic: "network",
  title: "Pooling",
  given,
  answers,
  slips,
  question,
  solve,
})
