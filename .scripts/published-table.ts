import { fileURLToPath } from "node:url"
import { type AnswerMark, listed } from "../src/core/grade.ts"
import { Fraction } from "../src/core/number.ts"
import type { AnswerValue } from "../src/core/types.ts"
import { bigintText, fractionText, numberText } from "../src/render/number.ts"
import {
  type PublishedSheet,
  placeOf,
  placesIn,
  publishedIndex,
  publishedSheets,
  writtenAnswers,
} from "../test/support/published.ts"

// What dlcheck finds in the printed keys of fixtures/published-keys, as Markdown for the README.

/** A row for each answer that is held against a sheet, and a closing line with the counts. */
export async function publishedTable(): Promise<string> {
  const sheets = await publishedSheets()
  const rows = sheets.flatMap(rowsOf)
  return [
    "| printed key | answer | printed | right | verdict | what is proved |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows.map(cells => `| ${cells.join(" | ")} |`),
    "",
    counts(sheets),
  ].join("\n")
}

/** At most this many entries are shown of an answer. */
const most = 5

function rowsOf({ submission, marks }: PublishedSheet): string[][] {
  return [...marks].flatMap(([problem, mark]) => {
    const answers = writtenAnswers(mark)
    const carried = answers.filter(isCarried).map(({ name }) => `\`${name}\``)
    return answers.filter(isHeld).map((answer, i) => {
      const { printed, right } = compared(answer, submission.source.text)
      const followed = i === 0 && carried.length > 0 ? [`${listed(carried)}: carried`] : []
      const told = [...(answer.reason ? [answer.reason.message] : []), ...followed].join("; ")
      const name = `\`${answer.name}\`${marks.size > 1 ? ` of ${problem}` : ""}`
      const cells = [submission.name ?? submission.student, name, printed, right]
      return [...cells, answer.verdict, told].map(cell => cell.replaceAll("|", "\\|"))
    })
  })
}

/** Whether something in it is held against the sheet; blanks are not. */
function isHeld({ verdict, entries }: AnswerMark): boolean {
  return verdict !== "partial"
    ? verdict === "wrong" || verdict === "imprecise"
    : entries.some(isOff)
}

function isOff({ verdict }: AnswerMark["entries"][number]): boolean {
  return verdict === "wrong" || verdict === "partial" || verdict === "imprecise"
}

function isCarried(answer: AnswerMark): boolean {
  return !isHeld(answer) && answer.entries.some(({ verdict }) => verdict === "carried")
}

/** What was written and what is right: the entries that differ, or the whole where all do. */
function compared(
  { written, expected, entries }: AnswerMark,
  text: string,
): { printed: string; right: string } {
  const off = entries.filter(isOff)
  if (off.length === entries.length) {
    const source = written ? text.slice(written.value.start, written.value.end).trim() : ""
    const decimals = Math.max(0, ...(source.match(/[\d.]+/g) ?? []).map(decimalsOf))
    return { printed: code(source.replace(/\s+/g, " ")), right: valueText(expected, decimals) }
  }
  const shown = off.slice(0, most)
  const rest = off.length > most ? [`and ${off.length - most} more`] : []
  return {
    printed: [...shown.map(each => `${placeOf(each.index)} ${code(each.text)}`), ...rest].join(
      ", ",
    ),
    right: shown
      .map(({ expected: right, text }) =>
        right === undefined ? "" : valueText(right, decimalsOf(text)),
      )
      .join(", "),
  }
}

/** How many of the printed mistakes are found; the rest is accounted for in the index. */
function counts(sheets: readonly PublishedSheet[]): string {
  const mistakes = Object.values(publishedIndex()).flatMap(kind => Object.entries(kind))
  const places = sheets.flatMap(placesIn)
  const excused = new Set(places.flatMap(each => (each.because ? [each.entry] : [])))
  const shown = mistakes.filter(([, where]) => Array.isArray(where)).map(([entry]) => entry)
  const within = shown.filter(entry => excused.has(entry)).length
  const elsewhere = mistakes.length - shown.length
  return `Of ${mistakes.length} mistakes in these keys, ${shown.length - within} are found, ${within} lie within the room that is left to rounding, and ${elsewhere} stand in a given or in what no answer asks for.`
}

/** A value for people, numbers with the decimals that were written or three significant digits. */
function valueText(value: AnswerValue, decimals: number): string {
  if (typeof value === "number") {
    const whole = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1
    return numberText(value, { digits: Math.max(3, whole + decimals), notation: new Map() })
  }
  if (typeof value === "bigint") return bigintText(value)
  if (value instanceof Fraction) return fractionText(value)
  if (typeof value === "string") return value
  if (Array.isArray(value)) {
    const items: readonly AnswerValue[] = value
    return `[${items.map(each => valueText(each, decimals)).join(", ")}]`
  }
  const fields = Object.entries(value as Readonly<Record<string, AnswerValue>>)
  return `{ ${fields.map(([name, each]) => `${name}: ${valueText(each, decimals)}`).join(", ")} }`
}

function decimalsOf(text: string): number {
  return /\.(\d+)$/.exec(text.trim())?.[1]?.length ?? 0
}

function code(text: string): string {
  return `\`${text.trim()}\``
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await publishedTable())
