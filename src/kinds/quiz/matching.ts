// Matching: every item on the left gets one on the right; one on the right may be the partner of
// several, or of none. The key and the reasons are the author's.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"
import * as rule from "../../core/rules.ts"

const given = z
  .strictObject({
    question: field.text("what belongs together").optional(),
    left: field.record("label of each item → its text", quiz.reasoned("the item's text")),
    right: field.record(
      "label of each thing to choose from → its text",
      field.label("what may be chosen"),
    ),
    pairs: field.secret(
      field.record("label on the left → label on the right", field.label("the partner's label")),
    ),
    scoring: quiz.scoring(),
  })
  .check(
    quiz.answerable("left", 1, "item"),
    quiz.answerable("right", 2, "item"),
    quiz.covers("pairs", "left"),
    rule.across(["pairs", "right"], ({ pairs, right }) => {
      const labels = Object.keys(right)
      return Object.entries(pairs).flatMap(([name, partner]) =>
        labels.includes(partner) ? [] : quiz.unknownName(["pairs", name], partner, "right", labels),
      )
    }),
  )

const answers = ({ right, scoring }: z.output<typeof given>) => ({
  pairs: answer.labels("the partner of each item", Object.keys(right), { scoring }),
})

const question: Question<typeof given> = ({ question, right }) =>
  text`${question ?? `What belongs to each item? Choose among ${Object.keys(right).join(", ")}.`}`

const solve: Solve<typeof given, typeof answers> = ({ left, right, pairs: key }, work) => {
  const names = Object.keys(left)
  const pairs = work.answer("pairs", Object.fromEntries(names.map(name => [name, key[name] ?? ""])))
  work.step("What belongs together", () => {
    const rows = Object.entries(left).map(([name, item]) => {
      const { text: words, because } = quiz.partsOf(item)
      const partner = pairs[name] ?? ""
      return [name, words, partner, right[partner] ?? null, because]
    })
    const chosen = new Set(Object.values(pairs))
    const others = Object.entries(right).filter(([label]) => !chosen.has(label))
    return [
      table(...quiz.withoutEmpty(["", "item", "", "goes with", "because"], rows)),
      ...(others.length > 0
        ? [text`Left over: ${others.map(([label, words]) => `${label} (${words})`).join(", ")}.`]
        : []),
    ]
  })
}

export default defineKind({
  name: "matching",
  topic: "quiz",
  title: "Matching",
  given,
  answers,
  question,
  solve,
})
