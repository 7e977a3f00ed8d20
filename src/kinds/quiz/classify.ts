// Each item belongs to one category, to several or to none: a table with ticks. The key and the
// reasons are the author's. Each row counts by itself, scored like a multiple choice.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"
import * as rule from "../../core/rules.ts"

const given = z
  .strictObject({
    question: field.text("what the items are sorted by").optional(),
    items: field.record("name of each item → its text", quiz.reasoned("the item's text")),
    categories: field.labels("the categories"),
    key: field.secret(
      field.record(
        "name of each item → the category it belongs to, or the list of them",
        field.labelOrLabels("a category, or a list of them"),
      ),
    ),
    scoring: field
      .oneOf("what ticked categories earn, item by item", [
        "net-correct",
        "all-or-nothing",
        "per-option",
      ])
      .default("net-correct"),
  })
  .check(
    quiz.answerable("items", 1, "item"),
    rule.across(["categories"], ({ categories }) =>
      categories.length > 1
        ? undefined
        : {
            path: ["categories"],
            message: `needs at least 2 categories, but it has ${categories.length}`,
            hint: "whether something holds is asked with two: [holds, fails]",
          },
    ),
    quiz.covers("key", "items"),
    rule.across(["key", "categories"], ({ key, categories }) =>
      Object.entries(key).flatMap(([name, found]) =>
        [found].flat().flatMap((each, i) => {
          const path = ["key", name, ...(typeof found === "string" ? [] : [i])]
          return categories.includes(each)
            ? []
            : quiz.unknownName(path, each, "categories", categories)
        }),
      ),
    ),
  )

const answers = ({ categories, scoring }: z.output<typeof given>) => ({
  table: answer.table("the categories of each item", categories, { scoring }),
})

const question: Question<typeof given> = ({ question, categories }) =>
  text`${question ?? `Which of ${categories.join(", ")} does each item belong to?`}`

const solve: Solve<typeof given, typeof answers> = ({ items, categories, key }, work) => {
  const sets = Object.keys(items).map(name => {
    const found = [key[name] ?? []].flat()
    return [name, categories.filter(each => found.includes(each))] as const
  })
  const ticked: Readonly<Record<string, readonly string[]>> = work.answer(
    "table",
    Object.fromEntries(sets),
  )
  work.step("The table", () => {
    const rows = Object.entries(items).map(([name, item]) => {
      const { text: words, because } = quiz.partsOf(item)
      const ticks = categories.map(each => (ticked[name]?.includes(each) ? "✓" : null))
      return [name, words, ...ticks, because]
    })
    const reasons = rows.some(row => row.at(-1) !== null)
    return [
      table(
        ["", "item", ...categories, ...(reasons ? ["because"] : [])],
        reasons ? rows : rows.map(row => row.slice(0, -1)),
      ),
    ]
  })
}

export default defineKind({
  name: "classify",
  topic: "quiz",
  title: "Sorting into categories",
  given,
  answers,
  question,
  solve,
})
