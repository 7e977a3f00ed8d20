import * as z from "zod"
import type { Complaint } from "./complaints.ts"
import { suggest } from "./diagnostic.ts"
import * as field from "./fields.ts"
import * as rule from "./rules.ts"
import { describe, plural } from "./words.ts"

/** What quizzes are made of: texts by name, with reasons that are told once the answers are in. */

/** A text, or a map of `text` and `because`. */
export function reasoned(what: string) {
  const text = field.label(what)
  return z
    .union([text, z.strictObject({ text, because: because() })], {
      error: ({ input }) =>
        describe(input) === "a map"
          ? "needs a text under `text`, and may have one under `because`"
          : `must be a text, or a map of \`text\` and \`because\`, but it is ${describe(input)}`,
    })
    .describe(`${what}, or a map of \`text\` and \`because\``)
}

interface Reasoned {
  text: string
  because?: string | undefined
}

/** The text and the reason of what may be a text alone. */
export function partsOf(each: string | Reasoned): { text: string; because: string | null } {
  if (typeof each === "string") return { text: each, because: null }
  return { text: each.text, because: each.because ?? null }
}

export function because() {
  return field.secret(field.label("why, told with the solution").optional())
}

/** The names of a map are written on sheets: enough of them, and none that means "not answered". */
export function answerable<G extends object>(name: keyof G & string, least: number, noun: string) {
  return rule.across<G>([name], given => {
    const names = namesIn(given[name])
    const few = `needs at least ${plural(least, noun)}, but it has ${names.length}`
    return [
      ...(names.length < least ? [{ path: [name], message: few }] : []),
      ...names
        .filter(each => blanks.has(each.trim().toLowerCase()))
        .map(each => ({
          path: [name, each],
          code: "name",
          message: 'has a name that means "not answered" on a sheet',
          hint: "choose another name, such as A",
        })),
    ]
  })
}

/** What may stand on a sheet for a blank. */
const blanks: ReadonlySet<string> = new Set(["", "_", "?", "~", "null"])

/** A key has an entry for each name of a map, and for nothing else. */
export function covers<G extends object>(key: keyof G & string, map: keyof G & string) {
  return rule.across<G>([key, map], given => {
    const [found, names] = [namesIn(given[key]), namesIn(given[map])]
    const unknown = found.filter(each => !names.includes(each))
    const missing = names.filter(each => !found.includes(each))
    return [
      ...unknown.map(each => ({
        path: [key, each],
        code: "unknown-label",
        message: `is about \`${each}\`, which is no name in \`${map}\``,
        hint: suggest(each, names),
      })),
      ...missing.map(each => ({
        path: [key],
        code: "missing-field",
        message: `says nothing of \`${each}\`, which is one of \`${map}\``,
      })),
    ]
  })
}

export function unknownName(
  path: readonly (string | number)[],
  name: string,
  map: string,
  names: readonly string[],
): Complaint {
  return {
    path,
    code: "unknown-label",
    message: `is \`${name}\`, which is no name in \`${map}\``,
    hint: suggest(name, names),
  }
}

function namesIn(map: unknown): string[] {
  return typeof map === "object" && map !== null ? Object.keys(map) : []
}

/** A column that is left out where none of its cells says anything. */
export function withoutEmpty<C>(
  head: readonly string[],
  rows: readonly (readonly (C | null)[])[],
): [head: string[], rows: (C | null)[][]] {
  const kept = head.map((_, i) => rows.some(row => (row[i] ?? null) !== null))
  const pick = <T>(row: readonly T[]) => row.filter((_, i) => kept[i])
  return [pick(head), rows.map(pick)]
}

/** How verdicts and pairs count: each its share, less what guessing earns, or only all of them. */
export function scoring() {
  return field
    .oneOf("what each right entry earns; with net-correct a wrong one costs what guessing earns", [
      "per-option",
      "net-correct",
      "all-or-nothing",
    ])
    .default("per-option")
}
