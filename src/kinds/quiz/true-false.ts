// Statements that are true or false: the key is the author's, and so are the reasons.
// `net-correct` takes a wrong verdict off a right one, so that guessing earns nothing.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"

const statement = z.strictObject({
  text: field.label("the statement"),
  correct: field.secret(field.flag("whether the statement is true")),
  because: quiz.because(),
})

const given = z
  .strictObject({
    question: field.text("the question, where it says more than true or false").optional(),
    statements: field.record(
      "name of each statement → its text, whether it is true (`correct`), and why (`because`)",
      statement,
    ),
    scoring: quiz.scoring(),
  })
  .check(quiz.answerable("statements", 1, "statement"))

const answers = ({ scoring }: z.output<typeof given>) => ({
  verdicts: answer.labels("true or false", ["true", "false"], { scoring }),
})

const question: Question<typeof given> = ({ question, statements }) =>
  question === undefined
    ? text`${Object.keys(statements).length === 1 ? "Is the statement true or false?" : "Which statements are true, which are false?"}`
    : text`${question}`

const solve: Solve<typeof given, typeof answers> = ({ statements }, work) => {
  const named = Object.entries(statements)
  const key = Object.fromEntries(named.map(([name, { correct }]) => [name, String(correct)]))
  const verdicts = work.answer("verdicts", key)
  work.step(named.length === 1 ? "The statement" : "The statements", () => {
    const rows = named.map(([name, { text: words, because }]) => {
      return [name, words, verdicts[name] ?? null, because ?? null]
    })
    return [table(...quiz.withoutEmpty(["", "statement", "verdict", "because"], rows))]
  })
}

export default defineKind({
  name: "true-false",
  topic: "quiz",
  title: "True or false",
  given,
  answers,
  question,
  solve,
})
