import * as z from "zod"
import { flag, integer, number, text } from "./fields.ts"
import { describe } from "./words.ts"

/** The fields of a problem file besides `given`, whose schema belongs to the kind. */
export function problemSchema(given: z.ZodType, kinds: readonly string[]) {
  const kind = z.literal(kinds).describe("the kind of problem")
  return z.strictObject({ kind, given, ...others().shape })
}

/** All but the kind and its givens; built once, since building costs more than reading. */
const others = once(() => {
  const share = number("credit between 0 and 1", { min: 0, max: 1 })
  const settings = {
    tolerance: z
      .strictObject({
        rel: number("share of the right value", { min: 0 }),
        abs: number("distance", { min: 0 }),
      })
      .partial()
      .describe("how far a right answer may be off"),
    precision: z
      .strictObject({
        decimals: integer("decimals asked", { min: 0 }),
        figures: integer("significant figures asked", { min: 1 }),
      })
      .partial()
      .describe("how precisely an answer must be written"),
    carried: share.describe(
      "credit for an answer that follows from an earlier mistake (default 1)",
    ),
    imprecise: share.describe("credit for an answer that is rounded too coarsely (default 0.5)"),
    entries: z
      .literal(["each", "all-or-nothing"])
      .describe("whether entries of one answer earn their share each (default) or together"),
  }
  const asked = z
    .strictObject({ points: number("points of this answer", { min: 0 }), ...settings })
    .partial()
  const askedOrNothing = z.union([asked, z.null()], {
    error: ({ input }) => `must be a map of settings, but it is ${describe(input)}`,
  })
  return z
    .strictObject({
      id: text("the problem's name in submissions (default: the file's name)"),
      title: text("the heading"),
      source: text("where the problem comes from"),
      points: number("points of the whole problem", { min: 0 }),
      question: text("the question in Markdown (default: worded from the givens)"),
      ask: z
        .union([z.array(z.string()), z.record(z.string(), askedOrNothing)], {
          error: ({ input }) =>
            `must be a list of answers or a map with their settings, but it is ${describe(input)}`,
        })
        .describe("which answers are asked, all by default"),
      expect: z
        .record(z.string(), z.unknown())
        .describe("the author's own key, compared by `dlcheck lint`"),
      notes: z.unknown().describe("anything for the author's own eyes"),
      implied: flag("whether a blank earns its points when a correct answer depends on it"),
      expressions: flag(
        "whether expressions such as sqrt(2) may be written as answers (default true)",
      ),
      ...settings,
    })
    .partial()
})

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
