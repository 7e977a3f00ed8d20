import { type Diagnostic, suggest } from "./diagnostic.ts"
import { Fraction, isReadable, isRounding, readNumber } from "./number.ts"
import type { Problem } from "./problem.ts"
import type { Run } from "./solve.ts"
import { dotted, entry, type Path, type Written, type WrittenScalar } from "./source.ts"
import type { Answer, AnswerValue, Point } from "./types.ts"
import { describe, plural } from "./words.ts"

/** Where what an author wrote and what was computed part ways. */
interface Mismatch {
  at: Written
  path: Path
  message: string
}

/**
 * Compares the author's own key with the solution: every number must be a right rounding of the
 * computed one to the digits written, everything else must be the same.
 */
export function checkExpect(problem: Problem, run: Run): Diagnostic[] {
  const { expect, origin } = problem
  if (!expect) return []
  const { source } = origin
  if (expect.type !== "map") {
    return [source.diagnostic("type", "`expect` must be a map of answers", expect)]
  }
  return expect.entries.flatMap(({ name, key, value }) => {
    const answered = run.answers.get(name)
    if (!answered) {
      const hint = suggest(name, [...run.answers.keys()])
      return [
        source.diagnostic("unknown-answer", `this problem has no answer \`${name}\``, key, hint),
      ]
    }
    return mismatches(answered.answer, answered.value, value, [name]).map(({ at, path, message }) =>
      source.diagnostic("expect", `\`expect.${dotted(path)}\` ${message}`, at),
    )
  })
}

function mismatches(answer: Answer, value: AnswerValue, written: Written, path: Path): Mismatch[] {
  switch (answer.type) {
    case "set":
      return compareSets(value as readonly string[], written, path)
    case "points":
      return comparePoints(answer, value as readonly Point[], written, path)
    case "table":
      return compareFields(value, written, path, (each, at, where) =>
        compareSets(each as readonly string[], at, where),
      )
    case "expression":
      return compareExpressions(answer, value, written, path)
    default:
      return compare(value, written, path)
  }
}

/** Any form with the same value will do. */
function compareExpressions(
  { comparison }: Answer,
  value: AnswerValue,
  written: Written,
  path: Path,
): Mismatch[] {
  if (written.type !== "scalar" || !comparison) return compare(value, written, path)
  const refused = comparison.refuses(written.text)
  if (refused) return [off(written, path, `cannot be read: ${refused.reason}`)]
  if (comparison.same(written.text, String(value))) return []
  return [off(written, path, `is ${written.text}, but the solution has ${shown(value)}`)]
}

function compare(value: AnswerValue, written: Written, path: Path): Mismatch[] {
  if (Array.isArray(value)) return compareLists(value, written, path)
  if (typeof value === "object" && !(value instanceof Fraction)) {
    return compareFields(value, written, path, compare)
  }
  if (written.type !== "scalar")
    return [off(written, path, `is ${worded(written)}, but the solution has ${shown(value)}`)]
  return agrees(value, written)
    ? []
    : [off(written, path, `is ${written.text}, but the solution has ${shown(value)}`)]
}

/** Whether one written scalar says the value. */
function agrees(value: AnswerValue, written: WrittenScalar): boolean {
  if (typeof value === "string") return written.text === value
  const read = readNumber(written.text)
  if (!isReadable(read)) return false
  if (typeof value === "bigint") return read.exact?.equals(new Fraction(value)) ?? false
  if (value instanceof Fraction) {
    return read.place === 0
      ? (read.exact?.equals(value) ?? false)
      : isRounding(read, value.valueOf())
  }
  return typeof value === "number" && isRounding(read, value)
}

function compareLists(value: readonly AnswerValue[], written: Written, path: Path): Mismatch[] {
  if (written.type !== "list") {
    return [
      off(written, path, `is ${worded(written)}, but the solution has a list of ${value.length}`),
    ]
  }
  if (written.items.length !== value.length) {
    const found = plural(written.items.length, "entry")
    return [off(written, path, `has ${found}, but the solution has ${value.length}`)]
  }
  return value.flatMap((each, i) => {
    const item = written.items[i]
    return item ? compare(each, item, [...path, i]) : []
  })
}

function compareFields(
  value: AnswerValue,
  written: Written,
  path: Path,
  compareEach: (value: AnswerValue, written: Written, path: Path) => Mismatch[],
): Mismatch[] {
  if (written.type !== "map")
    return [off(written, path, `is ${worded(written)}, but the solution has a map`)]
  const fields = value as Readonly<Record<string, AnswerValue>>
  const names = Object.keys(fields)
  const extra = written.entries
    .filter(({ name }) => !names.includes(name))
    .map(({ name, value: at }) =>
      off(at, [...path, name], `is not in the solution; ${suggest(name, names)}`),
    )
  const rest = Object.entries(fields).flatMap(([name, each]) => {
    const found = entry(written, name)
    if (!found) return [off(written, path, `lacks \`${name}\``)]
    return compareEach(each, found.value, [...path, name])
  })
  return [...extra, ...rest]
}

function compareSets(value: readonly string[], written: Written, path: Path): Mismatch[] {
  if (written.type !== "list")
    return [off(written, path, `is ${worded(written)}, but the solution has a set`)]
  const texts = written.items.map(item => (item.type === "scalar" ? item.text : ""))
  const same = texts.length === value.length && value.every(each => texts.includes(each))
  return same
    ? []
    : [off(written, path, `is [${texts.join(", ")}], but the solution has [${value.join(", ")}]`)]
}

/** Points have no order; each is found by the fields that name it. */
function comparePoints(
  answer: Answer,
  value: readonly Point[],
  written: Written,
  path: Path,
): Mismatch[] {
  if (written.type !== "list" || written.items.length !== value.length) {
    return [
      off(
        written,
        path,
        `is ${worded(written)}, but the solution has ${plural(value.length, "point")}`,
      ),
    ]
  }
  const keys = answer.key ?? []
  return written.items.flatMap((item, i) => {
    const same = (point: Point) =>
      keys.every(key => {
        const found = entry(item, key)?.value
        const expected = point[key]
        return found?.type === "scalar" && expected !== undefined && agrees(expected, found)
      })
    const match = value.find(same)
    return match
      ? compareFields(match, item, [...path, i], compare)
      : [off(item, [...path, i], "is not in the solution")]
  })
}

function off(at: Written, path: Path, message: string): Mismatch {
  return { at, path, message }
}

function worded(written: Written): string {
  if (written.type === "list") return `a list of ${written.items.length}`
  return written.type === "map" ? "a map" : describe(written.value)
}

function shown(value: AnswerValue): string {
  if (value instanceof Fraction) return value.toFraction()
  return typeof value === "number" ? String(Number(value.toPrecision(12))) : String(value)
}
