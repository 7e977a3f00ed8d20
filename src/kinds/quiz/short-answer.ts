// A term, a number or a formula in a few words, or several of them in named blanks. What is accepted
// is the author's; the first accepted text is the one that is shown. How a text is compared stands in
// core/wording: case, accents, articles, plurals, hyphens and one slip of the pen do not count.
import * as z from "zod"
import { table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve } from "../../core/kind.ts"
import * as quiz from "../../core/quiz.ts"
import * as rule from "../../core/rules.ts"
import { type AcceptedNumber, accepting, saysNothing } from "../../core/wording.ts"
import { describe } from "../../core/words.ts"

const numberWithRoom = z.strictObject({
  number: field.number("the number"),
  tolerance: z
    .strictObject({
      rel: field.number("share of the number", { min: 0 }).optional(),
      abs: field.number("distance", { min: 0 }).optional(),
    })
    .describe("how far a number may be off; none, if left out")
    .optional(),
  unit: field.text("a unit that may stand behind it").optional(),
})

const acceptable = z.union([field.label("a text or a number"), numberWithRoom], {
  error: ({ input }) =>
    describe(input) === "a map"
      ? "needs a `number`, and may have a `tolerance` and a `unit`"
      : `must be a text, or a map of \`number\` and \`tolerance\`, but it is ${describe(input)}`,
})

const accept = () =>
  field.secret(
    z
      .array(acceptable)
      .min(1)
      .describe("the texts and numbers that are accepted; the first one is shown as the answer"),
  )
const optional = () =>
  field.secret(
    field
      .labels("words that may be written or left out, such as `loss` in `cross-entropy loss`")
      .optional(),
  )

const blank = z.strictObject({
  accept: accept(),
  optional: optional(),
  because: quiz.because(),
})

const given = z
  .strictObject({
    question: field.text("the question"),
    accept: accept().optional(),
    optional: optional(),
    because: quiz.because(),
    blanks: field
      .record("name of each blank → what is accepted there, as for the whole question", blank)
      .optional(),
  })
  .check(
    rule.oneWay("something to accept", [
      { all: ["accept"], perhaps: ["optional", "because"] },
      ["blanks"],
    ]),
    rule.across(["blanks"], ({ blanks }) =>
      blanks && Object.keys(blanks).length === 0
        ? { path: ["blanks"], message: "needs at least 1 blank, but it has 0" }
        : undefined,
    ),
    rule.across(["accept", "optional"], ({ accept, optional }) => idle([], { accept, optional })),
    rule.across(["blanks"], ({ blanks = {} }) =>
      Object.entries(blanks).flatMap(([name, each]) => idle(["blanks", name], each)),
    ),
  )

type Asked = z.output<typeof blank>

interface Accepting {
  accept?: Asked["accept"] | undefined
  optional?: Asked["optional"]
}

/** Accepted texts that would match nothing. */
function idle(path: readonly string[], { accept = [], optional = [] }: Accepting) {
  return accept.flatMap((each, i) =>
    typeof each === "string" && saysNothing(each, optional)
      ? [{ path: [...path, "accept", i], message: "has no word that counts" }]
      : [],
  )
}

const answers = ({ accept, optional, blanks }: z.output<typeof given>) => ({
  ...(accept && { text: answer.text("the answer", { accepts: accepting(accept, optional) }) }),
  ...(blanks && {
    blanks: answer.texts("what belongs in each blank", { accepts: inEach(blanks) }),
  }),
})

function inEach(blanks: Readonly<Record<string, Asked>>) {
  const checks = new Map(
    Object.entries(blanks).map(([name, each]) => [name, accepting(each.accept, each.optional)]),
  )
  return (written: string, [name]: readonly (string | number)[]) =>
    checks.get(String(name))?.(written) ?? false
}

const question: Question<typeof given> = given => text`${given.question}`

const solve: Solve<typeof given, typeof answers> = ({ accept, because, blanks }, work) => {
  if (accept) {
    const said = work.answer("text", first(accept))
    work.step("The answer", () => [
      text`${said}`,
      ...(accept.length > 1 ? [text`Also accepted: ${others(accept)}.`] : []),
      ...(because === undefined ? [] : [text`Why: ${because}`]),
    ])
  }
  if (blanks) {
    const named = Object.entries(blanks)
    const said = work.answer(
      "blanks",
      Object.fromEntries(named.map(([name, { accept }]) => [name, first(accept)])),
    )
    work.step("The blanks", () => {
      const rows = named.map(([name, { accept, because }]) => {
        return [name, said[name] ?? null, others(accept) || null, because ?? null]
      })
      return [table(...quiz.withoutEmpty(["blank", "answer", "also accepted", "because"], rows))]
    })
  }
}

/** The accepted text that is shown. */
function first([accepted = ""]: readonly (string | AcceptedNumber)[]): string {
  return wordsOf(accepted)
}

function others(accept: readonly (string | AcceptedNumber)[]): string {
  return accept.slice(1).map(wordsOf).join(", ")
}

function wordsOf(accepted: string | AcceptedNumber): string {
  if (typeof accepted === "string") return accepted
  const { number, unit } = accepted
  return unit === undefined ? String(number) : `${number} ${unit}`
}

export default defineKind({
  name: "short-answer",
  topic: "quiz",
  title: "Short answer",
  given,
  answers,
  question,
  solve,
})
