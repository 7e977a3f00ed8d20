import { padEnd, width as widthOf, wrapWords } from "../render/plain.ts"

const gap = 2
const indent = 2

/**
 * Rows in aligned columns. The last column holds words and is wrapped; where the others leave it
 * less than half of the width, it stands below them. So does what is too long for a column.
 */
export function columns(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(1, ...rows.map(row => row.length))
  const widths = Array.from({ length: count - 1 }, (_, i) =>
    Math.max(0, ...rows.map(row => widthOf(row[i] ?? "")).filter(each => each <= width / 2)),
  )
  const left = indent + widths.reduce((sum, each) => sum + each + gap, 0)
  const beside = left <= width / 2
  const hang = beside ? left : 3 * indent
  const lines = rows.flatMap(row => {
    const long = widths.findIndex((each, i) => widthOf(row[i] ?? "") > each)
    const whole = long < 0 ? widths : widths.slice(0, long)
    const head =
      " ".repeat(indent) + whole.map((each, i) => padEnd(row[i] ?? "", each + gap)).join("")
    const words = wrapWords(row[count - 1] ?? "", Math.max(24, width - hang))
    const below = (lines: readonly string[], left: number) =>
      lines.map(line => " ".repeat(left) + line)
    if (long >= 0) {
      const left = widthOf(head)
      const [first = "", ...rest] = wrapWords(
        row.slice(long, -1).join(" "),
        Math.max(24, width - left),
      )
      return [head + first, ...below(rest, left), ...below(words, hang)]
    }
    const [first = "", ...rest] = beside ? words : ["", ...words]
    return [head + first, ...below(rest, hang)]
  })
  return lines.map(line => line.trimEnd()).join("\n")
}
