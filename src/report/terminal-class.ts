import { columnLines } from "../render/columns.ts"
import { padStart, width, wrapWords } from "../render/plain.ts"
import { tame } from "./safe.ts"
import type { ClassSummary } from "./summary.ts"
import type { Look } from "./terminal.ts"
import { averages, binNames, missedWords, sheetCounts, slipWords } from "./words.ts"

/** As many answers and slips are listed; the rest are in the JSON. */
const mostListed = 10

/** What the class did, with a bar for each tenth of the points. */
export function classLines(summary: ClassSummary, look: Look): string[] {
  const { limit, paint } = look
  const answers = summary.answers.slice(0, mostListed)
  const slips = summary.slips.slice(0, mostListed)
  return [
    ...wrapWords(sheetCounts(summary), limit).map(paint.title),
    ...(summary.mean && summary.median ? [`  ${averages(summary)}`, ...histogram(summary)] : []),
    ...listLines("Most often missed", look, [
      answers.map(({ missed, sheets }) => `${missed} of ${sheets}`),
      answers.map(({ problem, name }) => `${problem} ${name}`),
      answers.map(missedWords),
    ]),
    ...listLines("Slips most often made", look, [
      slips.map(({ count }) => `${count}×`),
      slips.map(({ problem, name }) => `${problem} ${name}`),
      slips.map(slipWords),
    ]),
  ]
}

function listLines(title: string, { limit, paint }: Look, columns: string[][]): string[] {
  if (columns[0]?.length === 0) return []
  const table = columnLines(
    columns.map((cells, i) => ({ cells: cells.map(tame), numeric: i === 0 })),
    { limit: limit - 2, faint: paint.faint },
  )
  return [paint.heading(title), ...table.map(line => `  ${line}`)]
}

const longestBar = 32

function histogram({ bins }: ClassSummary): string[] {
  const most = Math.max(1, ...bins)
  const name = Math.max(...binNames.map(width))
  return bins.map((count, i) => {
    const bar = count === 0 ? "" : blocks(Math.max(1 / 8, (count / most) * longestBar))
    return `  ${padStart(binNames[i] ?? "", name)}  ${bar}${bar === "" ? "" : " "}${count}`
  })
}

/** A bar in eighths of a column. */
function blocks(length: number): string {
  const eighths = Math.round(length * 8)
  return "█".repeat(Math.floor(eighths / 8)) + (" ▏▎▍▌▋▊▉"[eighths % 8] ?? "").trim()
}
