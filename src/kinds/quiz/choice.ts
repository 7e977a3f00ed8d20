// Multiple choice: the key is the author's, and so are the reasons.
// Labels are the names of `options`; a key of several labels has no order.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import { suggest } from "../../core/diagnostic.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { describe, plural } from "../../core/words.ts"

const option = z
  .union(
    [
      field.label("the option's text"),
      z.strictObject({
        text: field.label("the option's text"),
        because: field.secret(field.label("why it is right or wrong").optional()),
      }),
    ],
    {
      error: ({ input }) =>
        describe(input) === "a map"
          ? "needs a text under `text`, and may have one under `because`"
          : `must be a text, or a map of \`text\` and \`because\`, but it is ${describe(input)}`,
    },
  )
  .describe("the option's text, or a map of `text` and `because`")

const given = z
  .strictObject({
    question: field.text("the question"),
    options: field.record("label of each option (A, B, …) → its text", option),
    correct: field.secret(
      field.labelOrLabels("the label of the right option, or the list of the right ones"),
    ),
    select: field
      .oneOf("whether one option is right or any number", ["one", "many"])
      .default("one"),
    scoring: field
      .oneOf(
        "what ticked options earn where many may be ticked; a single choice is right or wrong",
        ["net-correct", "all-or-nothing", "per-option"],
      )
      .default("net-correct"),
  })
  .check(
    rule.across(["options"], ({ options }) => {
      const labels = Object.keys(options)
      const few = `needs at least 2 options, but it has ${labels.length}`
      const blank = labels.filter(label => blanks.has(label.trim().toLowerCase()))
      return [
        ...(labels.length < 2 ? [{ path: ["options"], message: few }] : []),
        ...blank.map(label => ({
          path: ["options", label],
          code: "name",
          message: 'has a label that means "not answered" on a sheet',
          hint: "choose another label, such as A",
        })),
      ]
    }),
    rule.across(["options", "correct"], ({ options, correct }) => {
      const labels = Object.keys(options)
      return [correct].flat().flatMap((label, i) =>
        labels.includes(label)
          ? []
          : {
              path: typeof correct === "string" ? ["correct"] : ["correct", i],
              code: "unknown-label",
              message: `is \`${label}\`, which is no label of \`options\``,
              hint: suggest(label, labels),
            },
      )
    }),
    rule.across(["correct", "select"], ({ correct, select }) => {
      if (select === "many" || typeof correct === "string" || correct.length === 1) return undefined
      return {
        path: ["correct"],
        message: `lists ${plural(correct.length, "label")}, but \`select\` is \`one\``,
        hint: "give one label, or set `select: many`",
      }
    }),
  )

const answers = ({ options, select, scoring }: z.output<typeof given>) => {
  const labels = Object.keys(options)
  return {
    choice:
      select === "many"
        ? answer.set("right options", labels, { scoring })
        : answer.choice("right option", labels),
  }
}

const question: Question<typeof given> = given => text`${given.question}`

const solve: Solve<typeof given, typeof answers> = ({ options, correct, select }, work) => {
  const key = Object.keys(options).filter(label => [correct].flat().includes(label))
  const chosen = work.answer("choice", select === "many" ? key : (key[0] ?? ""))
  const ticked = [chosen].flat()
  work.step("Options", () => {
    const rows = Object.entries(options).map(([label, option]) => {
      const { text: words, because = null } = typeof option === "string" ? { text: option } : option
      return [ticked.includes(label) ? "✓" : null, label, words, because]
    })
    const reasons = rows.some(([, , , because]) => because !== null)
    return [
      table(
        ["", "label", "option", ...(reasons ? ["because"] : [])],
        rows.map(row => (reasons ? row : row.slice(0, 3))),
      ),
    ]
  })
  work.step("Key", () => [
    ticked.length === 0
      ? text`None of the options is right.`
      : text`Right ${ticked.length === 1 ? "is" : "are"} ${ticked.join(", ")}.`,
  ])
}

/** What may stand on a sheet for a blank. */
const blanks = new Set(["", "_", "?", "~", "null"])

export default defineKind({
  name: "choice",
  topic: "quiz",
  title: "Multiple choice",
  given,
  answers,
  question,
  solve,
})
