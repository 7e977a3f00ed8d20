// Multiple choice: the key is the author's, and so are the reasons.
// Labels are the names of `options`; a key of several labels has no order.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"
import * as rule from "../../core/rules.ts"
import { plural } from "../../core/words.ts"

const given = z
  .strictObject({
    question: field.text("the question"),
    options: field.record(
      "label of each option (A, B, …) → its text",
      quiz.reasoned("the option's text"),
    ),
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
    quiz.answerable("options", 2, "option"),
    rule.across(["options", "correct"], ({ options, correct }) => {
      const labels = Object.keys(options)
      return [correct]
        .flat()
        .flatMap((label, i) =>
          labels.includes(label)
            ? []
            : quiz.unknownName(
                typeof correct === "string" ? ["correct"] : ["correct", i],
                label,
                "options",
                labels,
              ),
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
      const { text: words, because } = quiz.partsOf(option)
      return [ticked.includes(label) ? "✓" : null, label, words, because]
    })
    const [head, cells] = quiz.withoutEmpty(["", "label", "option", "because"], rows)
    return [table(head, cells)]
  })
  work.step("Key", () => [
    ticked.length === 0
      ? text`None of the options is right.`
      : text`Right ${ticked.length === 1 ? "is" : "are"} ${ticked.join(", ")}.`,
  ])
}

export default defineKind({
  name: "choice",
  topic: "quiz",
  title: "Multiple choice",
  given,
  answers,
  question,
  solve,
})
