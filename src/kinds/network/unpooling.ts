// Four ways back to a larger map, by whole factors: `nearest` repeats each cell; `bed-of-nails` puts it at the
// top left of its block and zeros elsewhere; `max` puts it where the maximum stood, which max pooling
// remembered as [row, column] from 0; `bilinear` interpolates, cells being squares with their value in
// the middle (corners not aligned): output row i lies at (i + ½)/f − ½ of the input, moved onto its border.
import * as z from "zod"
import { grid, math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { mustBe, plural, sizes } from "../../core/words.ts"
import {
  bilinearLines,
  type Enlarging,
  enlarged,
  outputOf,
  type Place,
  sides,
} from "../../math/enlarge.ts"
import { entry } from "../../math/linear.ts"

const index = field.integer("row or column", { min: 0 })
const place = z.tuple([index, index], {
  error: ({ input }) => mustBe("a pair [row, column]", input),
})

const given = z
  .strictObject({
    input: field.grid("the small map, shape (rows, cols)"),
    factor: field
      .perAxis("how many times larger the output is, f or [down, right]", { min: 1, max: 64 })
      .default(2),
    method: field
      .oneOf("how the cells between are filled", ["nearest", "bed-of-nails", "max", "bilinear"])
      .default("nearest"),
    argmax: z.array(z.array(place).min(1)).min(1).optional().meta({
      title: "grid of places",
      description: "of `max`: where each cell goes, [row, column] from 0, shape (rows, cols, 2)",
    }),
    output_size: field
      .perAxis("of `max`: size of the output, [height, width]; else by the factor", {
        min: 1,
        max: 1000,
      })
      .optional(),
    align_corners: field
      .flag("of `bilinear`: whether the corners of both maps lie on each other")
      .default(false),
  })
  .check(
    rule.across<Enlarging>(["method", "argmax"], ({ method, argmax }) => {
      if (method === "max" && !argmax) {
        const message = "is missing: `method: max` puts each cell where the maximum stood"
        return { path: ["argmax"], code: "missing-field", message }
      }
      if (method === "max" || !argmax) return undefined
      return { path: ["argmax"], code: "conflict", message: "works only with `method: max`" }
    }),
    rule.across<Enlarging>(["method", "output_size"], ({ method, output_size }) =>
      output_size === undefined || method === "max"
        ? undefined
        : { path: ["output_size"], code: "conflict", message: "works only with `method: max`" },
    ),
    rule.across<Enlarging>(["method", "align_corners"], ({ method, align_corners }) =>
      align_corners && method !== "bilinear"
        ? {
            path: ["align_corners"],
            code: "conflict",
            message: "works only with `method: bilinear`",
          }
        : undefined,
    ),
    rule.across<Enlarging>(["input", "argmax", "factor", "output_size"], given => misplaced(given)),
  )

/** Places must be as many as cells, lie in the output, and hold one value each. */
function misplaced({ input, argmax, ...given }: Enlarging) {
  if (!argmax) return undefined
  const ragged = argmax.findIndex(row => row.length !== entry(argmax, 0).length)
  const shape = `${argmax.length}×${entry(argmax, 0).length}`
  if (ragged > 0 || shape !== sizes(input)) {
    const found =
      ragged > 0
        ? `has ${plural(entry(argmax, ragged).length, "place")} in row ${ragged + 1}`
        : `has ${shape} places`
    const message = `${found}, but the input has ${sizes(input)} cells`
    return { path: ["argmax"], code: "shape", message }
  }
  const [rows, cols] = outputOf({ input, ...given })
  const known = new Map<string, number>()
  return argmax.flatMap((row, i) =>
    row.flatMap(([y, x], j) => {
      const path = ["argmax", i, j]
      if (y >= rows || x >= cols) {
        const message = `is [${y}, ${x}], but the output has only ${plural(rows, "row")} and ${plural(cols, "column")}, counted from 0`
        return [{ path, code: "range", message }]
      }
      const value = entry(entry(input, i), j)
      const before = known.get(`${y},${x}`)
      known.set(`${y},${x}`, value)
      if (before === undefined || before === value) return []
      const message = `is [${y}, ${x}], where ${before} stands already, but its cell holds ${value}`
      return [{ path, code: "duplicate", message }]
    }),
  )
}

const answers = { output: answer.grid("output") }

const slips: Slips<typeof given> = {
  "every cell is repeated": ({ method }) =>
    method === "nearest"
      ? undefined
      : { method: "nearest", argmax: undefined, output_size: undefined },
  "every cell stands at the top left of its block": ({ method }) =>
    method === "bed-of-nails"
      ? undefined
      : { method: "bed-of-nails", argmax: undefined, output_size: undefined },
  "rows and columns of the places are swapped": ({ argmax }) =>
    argmax && { argmax: argmax.map(row => row.map(([y, x]): [number, number] => [x, y])) },
  "places count from 1": ({ argmax }) =>
    argmax && { argmax: argmax.map(row => row.map(([y, x]): [number, number] => [y - 1, x - 1])) },
  "the corners of both maps lie on each other": ({ method, align_corners }) =>
    method === "bilinear" && !align_corners ? { align_corners: true } : undefined,
  "the corners of both maps do not lie on each other": ({ align_corners }) =>
    align_corners ? { align_corners: false } : undefined,
}

const question: Question<typeof given> = ({ input, method, ...given }) => {
  const [rows, cols] = outputOf({ input, ...given })
  return text`Enlarge the ${sizes(input)} map to ${rows}×${cols} by ${names[method]}${method === "bilinear" ? (given.align_corners ? ", corners aligned" : ", corners not aligned") : ""}.`
}

const names = {
  nearest: "nearest neighbour",
  "bed-of-nails": "a bed of nails",
  max: "max unpooling, each cell to its place of `argmax`",
  bilinear: "bilinear interpolation",
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const output = work.answer("output", enlarged(given))
  if (given.method === "bilinear") {
    work.step("Between the cells", () => bilinearLines(given, output))
    return
  }
  work.step("Output", () => {
    const [down, right] = sides(given.factor)
    const block = math`${down} \times ${right}`
    const { argmax } = given
    const words = {
      nearest: text`Every cell fills a block of ${block}.`,
      "bed-of-nails": text`Every cell stands at the top left of a block of ${block}; the rest of it is 0.`,
      max: text`Every cell goes where the maximum stood, [row, column] from 0; everything else is 0.`,
    }
    const marks =
      given.method === "max"
        ? (argmax ?? []).flat()
        : given.input.flatMap((row, i) => row.map((_, j): Place => [i * down, j * right]))
    return [
      words[given.method === "max" || given.method === "nearest" ? given.method : "bed-of-nails"],
      ...(argmax
        ? [
            grid(
              "places",
              argmax.map(row => row.map(([y, x]) => math`[${y}, ${x}]`)),
            ),
          ]
        : []),
      grid("output", output, { marks }),
    ]
  })
}

export default defineKind({
  name: "unpooling",
  topic: "network",
  title: "Unpooling and upsampling",
  given,
  answers,
  slips,
  question,
  solve,
})
