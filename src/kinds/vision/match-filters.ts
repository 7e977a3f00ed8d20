// Which filter made which output: by what the weights do (names as on setosa.io/ev/image-kernels), or by
// computing each filter's output. A Sobel kernel is named after the side of its positive weights as it
// lies on the image: brighter there than opposite gives a positive answer.
import * as z from "zod"
import { type Block, grid, math, table, text } from "../../core/blocks.ts"
import { suggest } from "../../core/diagnostic.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { mustBe, quoted, sizes } from "../../core/words.ts"
import { shown, windowSum } from "../../core/working.ts"
import { cellsUnder, correlate, flip, pad, sameMargin } from "../../math/convolution.ts"
import { type Effect, effectOf, effects } from "../../math/filters.ts"
import { entry, gridSum, transpose } from "../../math/linear.ts"

const outputWords = "a list of names or a map of grids"
/** Outputs may be rounded: up to this share of the largest cell they are the same. */
const rounding = 0.005

const given = z
  .strictObject({
    filters: field.record("kernels by name, each of shape (rows, cols)", field.grid("a kernel")),
    outputs: z
      .union(
        [
          field.labels(`what filters do: ${effects.join(", ")}`),
          field.record("outputs by name, each of shape (rows, cols)", field.grid("an output")),
        ],
        { error: ({ input }) => mustBe(outputWords, input) },
      )
      .describe(
        `the outputs to choose from: names among ${effects.join(", ")}; or, with \`input\`, grids by name`,
      ),
    input: field.grid("the image that the filters ran over, shape (rows, cols)").optional(),
    operation: field
      .oneOf("whether kernels are laid on as they are, or turned by 180° (convolution)", [
        "correlation",
        "convolution",
      ])
      .default("correlation"),
    border: field
      .oneOf(
        "of the outputs: only cells where the kernel fits, or zeros or copies around the input",
        ["valid", "zero", "replicate"],
      )
      .default("valid"),
  })
  .check(
    rule.across(["filters"], ({ filters }) =>
      Object.keys(filters).length === 0
        ? { path: ["filters"], message: "needs at least one kernel" }
        : undefined,
    ),
    rule.across(["outputs", "input"], ({ outputs, input }) => {
      if (Array.isArray(outputs) === (input === undefined)) return undefined
      const path = [input ? "input" : "outputs"]
      const message = input
        ? "has no use where `outputs` are names"
        : "are grids, which needs the `input` they were made from"
      return { path, code: "conflict", message }
    }),
    rule.across(["outputs"], ({ outputs }) =>
      (Array.isArray(outputs) ? outputs : []).flatMap((name, i) => {
        if (effects.some(effect => effect === name)) return []
        const message = `must be one of ${quoted(effects)}, but it is \`${name}\``
        return {
          path: ["outputs", i],
          code: "unknown-label",
          message,
          hint: suggest(name, effects),
        }
      }),
    ),
    rule.across<Given>(["filters", "outputs", "operation"], given => {
      const { outputs, filters } = given
      if (!Array.isArray(outputs)) return []
      return Object.keys(filters).flatMap(name => {
        const effect = effectOf(laid(given, name))
        if (effect && outputs.includes(effect)) return []
        const message = effect
          ? `is a kernel for ${effect}, which is not among \`outputs\``
          : `is none of ${quoted(effects)}`
        return { path: ["filters", name], code: "unknown-filter", message }
      })
    }),
    rule.affordable<Given>(["filters", "input"], () => "filters", productsIn),
    rule.across<Given>(["filters", "outputs", "input", "operation", "border"], given => {
      const { outputs, input, filters } = given
      if (Array.isArray(outputs) || !input || productsIn(given) > rule.mostProducts) return []
      return Object.keys(filters).flatMap(name => {
        const made = outputOf(given, input, name)
        const complaint = (message: string, code: string) => ({
          path: ["filters", name],
          code,
          message,
        })
        if (made.flat().length === 0) {
          return complaint(
            `is ${sizes(filters[name])}, but the input is only ${sizes(input)}`,
            "size",
          )
        }
        const alike = matches(made, outputs)
        if (alike.length === 1) return []
        return alike.length === 0
          ? complaint(
              `makes a ${sizes(made)} output that is not among \`outputs\``,
              "unknown-filter",
            )
          : complaint(`makes ${quoted(alike, "and")}, which are the same`, "ambiguous")
      })
    }),
  )

interface Given {
  filters: Record<string, number[][]>
  outputs: string[] | Record<string, number[][]>
  input?: number[][] | undefined
  operation: "correlation" | "convolution"
  border: "valid" | "zero" | "replicate"
}

const answers = ({ outputs }: Given) => ({
  sums: answer.record("sum of each filter's weights", { aside: true }),
  assignment: answer.labels(
    "the output of each filter",
    Array.isArray(outputs) ? outputs : Object.keys(outputs),
  ),
})

const slips: Slips<typeof given> = {
  "the kernels are turned by 180°": ({ operation }) =>
    operation === "correlation" ? { operation: "convolution" } : undefined,
  "the kernels are not turned by 180°": ({ operation }) =>
    operation === "convolution" ? { operation: "correlation" } : undefined,
  "rows and columns of the kernels are swapped": ({ filters }) => ({
    filters: Object.fromEntries(
      Object.entries(filters).map(([name, kernel]) => [name, transpose(kernel)]),
    ),
  }),
}

const question: Question<typeof given> = ({ outputs }) =>
  Array.isArray(outputs)
    ? text`Which of these does each filter do: ${outputs.join(", ")}? Give the sum of its weights as well.`
    : text`Which of the outputs ${Object.keys(outputs).join(", ")} does each filter make of the input? Give the sum of its weights as well.`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { filters, outputs, input, operation } = given
  const names = Object.keys(filters)
  const each = <T>(f: (name: string) => T | undefined) =>
    Object.fromEntries(
      names.flatMap(name => {
        const value = f(name)
        return value === undefined ? [] : [[name, value] as const]
      }),
    )
  const sums = work.answer(
    "sums",
    each(name => gridSum(filters[name] ?? [])),
  )
  work.step("Sums of the weights", () => [
    text`On a flat area a filter gives the brightness times the sum of its weights: a sum of 1 keeps the area, a sum of 0 makes it black.`,
    table(
      ["filter", "sum"],
      names.map(name => [name, sums[name] ?? null]),
    ),
    ...(operation === "convolution"
      ? [
          text`A convolution turns each kernel by 180°. As they lie on the image:`,
          ...names.map(name => grid(name, laid(given, name))),
        ]
      : []),
  ])

  if (Array.isArray(outputs)) {
    const found = each(name => effectOf(laid(given, name)))
    const mixed: Record<string, Effect> = { sharpen: "outline", outline: "sharpen" }
    const assignment = work.answer("assignment", found, {
      "sharpen and outline are mixed up": each(name => mixed[found[name] ?? ""] ?? found[name]),
    })
    work.step("What the weights do", () => [
      table(
        ["filter", "its weights", "output"],
        names.map(name => [name, why[found[name] ?? "identity"], assignment[name] ?? null]),
      ),
      ...leftOver(outputs, Object.values(assignment)),
    ])
    return
  }
  if (!input) return
  const assignment = work.answer(
    "assignment",
    each(name => matches(outputOf(given, input, name), outputs)[0]),
  )
  for (const name of names) {
    work.step(`Filter ${name}`, () => told(given, input, name, assignment[name] ?? ""))
  }
  work.step("Outputs", () => [
    table(
      ["filter", "output"],
      names.map(name => [name, assignment[name] ?? null]),
    ),
    ...leftOver(Object.keys(outputs), Object.values(assignment)),
  ])
}

const why: Readonly<Record<Effect, string>> = {
  identity: "1 in the middle alone: each cell as it is",
  blur: "none negative: a mean of the neighbours",
  sharpen: "the middle against its neighbours, sum above 0: differences are added to the image",
  outline: "the middle against its neighbours, sum 0: only differences are left",
  "left sobel": "left minus right: vertical edges, bright where the left is brighter",
  "right sobel": "right minus left: vertical edges, bright where the right is brighter",
  "top sobel": "top minus bottom: horizontal edges, bright where the top is brighter",
  "bottom sobel": "bottom minus top: horizontal edges, bright where the bottom is brighter",
}

/** The first cell of a filter's output, and all of it. */
function told(given: Given, input: Grid, name: string, output: string): Block[] {
  const kernel = laid(given, name)
  const source = around(given, input, kernel)
  const cells = cellsUnder(kernel, [0, 0]).map(row =>
    row.map(([y, x]) => entry(entry(source, y), x)),
  )
  const made = outputOf(given, input, name)
  return [
    math`y_{1,1} = ${windowSum(kernel, cells)} = ${made[0]?.[0] ?? Number.NaN}`,
    text`The other cells in the same way; this is ${output}.`,
    shown({ name: math`y`, value: made }),
  ]
}

function leftOver(outputs: readonly string[], used: readonly string[]): Block[] {
  const rest = outputs.filter(name => !used.includes(name))
  return rest.length === 0 ? [] : [text`No filter makes: ${rest.join(", ")}.`]
}

/** About how many products it takes to run all filters over the input. */
function productsIn({ filters, input = [] }: Pick<Given, "filters" | "input">): number {
  return input.flat().length * Object.values(filters).flat(2).length
}

/** A kernel as it lies on the image. */
function laid({ filters, operation }: Given, name: string): Grid {
  const kernel = filters[name] ?? []
  return operation === "convolution" ? flip(kernel) : kernel
}

function around({ border }: Given, input: Grid, kernel: Grid): Grid {
  if (border === "valid") return input
  const rows = sameMargin(input.length, kernel.length, 1)
  const cols = sameMargin(entry(input, 0).length, entry(kernel, 0).length, 1)
  return pad(input, [...rows, ...cols], border)
}

function outputOf(given: Given, input: Grid, name: string): Grid {
  const kernel = laid(given, name)
  return correlate(around(given, input, kernel), kernel)
}

/** The outputs that are the same as what a filter made, but for rounding. */
function matches(made: Grid, outputs: Readonly<Record<string, Grid>>): string[] {
  const scale = Math.max(...made.flat().map(Math.abs))
  return Object.keys(outputs).filter(name => {
    const other = outputs[name] ?? []
    return (
      sizes(other) === sizes(made) &&
      other.flat().every((value, i) => Math.abs(value - entry(made.flat(), i)) <= rounding * scale)
    )
  })
}

/** A kernel of each effect, as textbooks print them. */
const kernels: Readonly<Record<Effect, Grid>> = {
  identity: kernel(0, 0, 0, 0, 1, 0, 0, 0, 0),
  blur: kernel(1, 2, 1, 2, 4, 2, 1, 2, 1),
  sharpen: kernel(0, -1, 0, -1, 5, -1, 0, -1, 0),
  outline: kernel(-1, -1, -1, -1, 8, -1, -1, -1, -1),
  "left sobel": kernel(1, 0, -1, 2, 0, -2, 1, 0, -1),
  "right sobel": kernel(-1, 0, 1, -2, 0, 2, -1, 0, 1),
  "top sobel": kernel(1, 2, 1, 0, 0, 0, -1, -2, -1),
  "bottom sobel": kernel(-1, -2, -1, 0, 0, 0, 1, 2, 1),
}

function kernel(...cells: readonly number[]): number[][] {
  return [cells.slice(0, 3), cells.slice(3, 6), cells.slice(6)]
}

/** Other effects for the same names, and other names beside the right ones; outputs follow suit. */
const vary: Vary<typeof given> = ({ filters, outputs }, draw) => {
  const names = Object.keys(filters)
  if (!Array.isArray(outputs) || names.length > effects.length) return {}
  const drawn = draw.shuffle(effects)
  const kept = drawn.slice(0, Math.max(names.length, outputs.length))
  return {
    filters: Object.fromEntries(
      names.map((name, i) => [name, kernels[entry(drawn, i)].map(row => [...row])]),
    ),
    outputs: draw.shuffle(kept),
  }
}

export default defineKind({
  name: "match-filters",
  topic: "vision",
  title: "Which filter makes which output",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
