import { expect, test } from "vitest"
import * as z from "zod"
import * as field from "../src/core/fields.ts"
import { secretPaths, withoutSecrets } from "../src/core/secrets.ts"
import { kinds } from "../src/kinds/index.ts"

// What a paper must leave out of the givens: found wherever a field is marked, at any depth.

const hidden = () => field.secret(field.text("hidden").optional())
const nested = {
  given: z
    .strictObject({
      plain: field.text("plain"),
      key: field.secret(field.labelOrLabels("the key")),
      map: field.record(
        "by name",
        z.union([field.label("alone"), z.strictObject({ text: z.string(), why: hidden() })]),
      ),
      list: z.array(z.strictObject({ text: z.string(), why: hidden() })).optional(),
      pair: z.tuple([z.number(), z.strictObject({ why: hidden() })]).optional(),
      choice: z.strictObject({ deep: z.strictObject({ why: hidden() }).default({}) }).optional(),
    })
    .check(() => {}),
}

test("secrets are found in maps, lists, pairs, alternatives and defaults", () => {
  expect(secretPaths(nested).map(path => path.join("."))).toEqual([
    "key",
    "map.*.why",
    "list.*.why",
    "pair.1.why",
    "choice.deep.why",
  ])
})

test("and nothing else is left out", () => {
  const given = {
    plain: "p",
    key: ["A"],
    map: { why: "alone", b: { text: "t", why: "w" } },
    list: [{ text: "t", why: "w" }, { text: "u" }],
    pair: [1, { why: "w" }],
    choice: { deep: { why: "w" } },
  }
  expect(withoutSecrets(nested, given)).toEqual({
    plain: "p",
    map: { why: "alone", b: { text: "t" } },
    list: [{ text: "t" }, { text: "u" }],
    pair: [1, {}],
    choice: { deep: {} },
  })
})

// Decided by what each kind asks, not read off the program.
const quizSecrets = {
  choice: ["correct", "options.*.because"],
  classify: ["items.*.because", "key"],
  matching: ["left.*.because", "pairs"],
  ordering: ["items.*.because", "order"],
  "short-answer": [
    "accept",
    "because",
    "blanks.*.accept",
    "blanks.*.because",
    "blanks.*.optional",
    "optional",
  ],
  "true-false": ["statements.*.because", "statements.*.correct"],
}

test.each(Object.entries(quizSecrets))("the secrets of %s", async (name, expected) => {
  const loaded = await kinds[name]?.()
  if (!loaded) throw new Error(`no kind ${name}`)
  const paths = secretPaths(loaded.default).map(path => path.join("."))
  expect(paths.toSorted()).toEqual(expected)
})
