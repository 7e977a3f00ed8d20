// Steps to be put in order. Half of the longest run in the right order is what chance would find, so
// only the rest earns: (LCS − h)/(n − h), h = ⌈n/2⌉. The order and the reasons are the author's.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"
import * as rule from "../../core/rules.ts"

const given = z
  .strictObject({
    question: field.text("what the items are to be ordered by").optional(),
    items: field.record(
      "label of each item → its text, in the order in which they are shown",
      quiz.reasoned("the item's text"),
    ),
    order: field.secret(field.labels("the labels in the right order")),
  })
  .check(
    quiz.answerable("items", 2, "item"),
    rule.across(["items", "order"], ({ items, order }) => {
      const names = Object.keys(items)
      const missing = names.filter(name => !order.includes(name))
      return [
        ...order.flatMap((name, i) =>
          names.includes(name) ? [] : quiz.unknownName(["order", i], name, "items", names),
        ),
        ...missing.map(name => ({
          path: ["order"],
          message: `leaves out \`${name}\`, which is one of \`items\``,
          hint: `list all ${names.length} of them`,
        })),
        ...(names.join("\n") === order.join("\n")
          ? [
              {
                path: ["items"],
                message: "stand in the right order already",
                hint: "they are shown in the order in which they stand here: mix them",
              },
            ]
          : []),
      ]
    }),
  )

const answers = ({ items }: z.output<typeof given>) => ({
  order: answer.ordering("the right order", Object.keys(items)),
})

const question: Question<typeof given> = ({ question, items }) =>
  text`${question ?? `Put ${Object.keys(items).join(", ")} in order.`}`

const solve: Solve<typeof given, typeof answers> = ({ items, order: key }, work) => {
  const order = work.answer("order", key)
  work.step("The order", () => {
    const rows = order.map((name, i) => {
      const { text: words, because } = quiz.partsOf(items[name] ?? "")
      return [i + 1, name, words, because]
    })
    return [table(...quiz.withoutEmpty(["", "label", "item", "because"], rows))]
  })
}

export default defineKind({
  name: "ordering",
  topic: "quiz",
  title: "Putting in order",
  given,
  answers,
  question,
  solve,
})
