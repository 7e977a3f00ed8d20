import { padEnd, width as widthOf, wrapWords } from "../render/plain.ts"

const gap = 2
const indent = 2

/**
 * Rows in aligned columns. The last column holds words and is wrapped; where the others leave it
 * less than half of the width, it stands below them.
 */
export function columns(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(1, ...rows.map(row => row.length))
  const widths = Array.from({ length: count - 1 }, (_, i) =>
    Math.max(0, ...rows.map(row => widthOf(row[i] ?? ""))),
  )
  const left = indent + widths.reduce((sum, each) => sum + each + gap, 0)
  const beside = left <= width / 2
  const hang = beside ? left : 3 * indent
  const lines = rows.flatMap(row => {
    const head = widths.map((each, i) => padEnd(row[i] ?? "", each + gap)).join("")
    const words = wrapWords(row[count - 1] ?? "", Math.max(24, width - hang))
    const [first = "", ...rest] = beside ? words : ["", ...words]
    return [" ".repeat(indent) + head + first, ...rest.map(line => " ".repeat(hang) + line)]
  })
  return lines.map(line => line.trimEnd()).join("\n")
}
