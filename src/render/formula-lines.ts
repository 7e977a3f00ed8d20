import { cut, fits, padEnd, width } from "./plain.ts"

/** Left sides longer than this do not move their neighbours. */
const longestLeft = 24

/** Formulas one below the other, aligned at their first ` = ` and broken where they are too long. */
export function formulaLines(formulas: readonly string[], limit: number): string[] {
  const lefts = formulas.map(leftOf)
  const widths = lefts.flatMap(left => (left === undefined ? [] : [width(left)]))
  const column = Math.max(0, ...widths.filter(each => each <= longestLeft))
  return formulas.flatMap((formula, i) => {
    const left = lefts[i]
    if (left === undefined) return broken(formula, limit, { equals: 2, terms: 2 })
    const at = Math.max(column, width(left))
    const line = padEnd(left, at) + formula.slice(left.length)
    const hang = at < limit / 2 ? at + 1 : 4
    return broken(line, limit, { equals: hang, terms: hang + 2 })
  })
}

/** What stands before the first ` = `. */
function leftOf(formula: string): string | undefined {
  const at = formula.indexOf(" = ")
  return at < 0 ? undefined : formula.slice(0, at)
}

/** Where a line goes on: at its `=`, or behind it. */
interface Hang {
  equals: number
  terms: number
}

function broken(line: string, limit: number, hang: Hang): string[] {
  const lines: string[] = []
  let rest = line
  while (!fits(rest, limit)) {
    const indent = rest.length - rest.trimStart().length
    const at = breakOf(rest, limit, Math.max(indent, lines.length === 0 ? hang.equals : 0))
    if (at === undefined) {
      const [head = rest] = cut(rest.slice(0, 4 * limit), limit)
      lines.push(head)
      rest = " ".repeat(hang.terms) + rest.slice(head.length)
      continue
    }
    lines.push(rest.slice(0, at.index).trimEnd())
    rest = " ".repeat(at.relation ? hang.equals : hang.terms) + rest.slice(at.index).trimStart()
  }
  return [...lines, rest]
}

interface Break {
  index: number
  relation: boolean
}

/** The last good place to break before `limit`: an equals sign, a sum, a list, a space. */
function breakOf(line: string, limit: number, after: number): Break | undefined {
  const best: (Break | undefined)[] = []
  let depth = 0
  let column = 0
  for (let i = 0; i < line.length && column <= limit; i++) {
    const sign = line[i] ?? ""
    if ("([⌊⌈".includes(sign)) depth += 1
    if (")]⌋⌉".includes(sign)) depth -= 1
    if (sign === " " && i > after) {
      const rank = rankOf(line.slice(i, i + 3), line[i - 1] ?? "", depth)
      best[rank] = { index: i, relation: rank === 0 }
    }
    column += width(sign)
  }
  return best.find(each => each !== undefined)
}

function rankOf(around: string, before: string, depth: number): number {
  if (depth === 0 && /^ [=≈] $/.test(around)) return 0
  const list = before === "," || before === ";"
  if (depth === 0 && (/^ [+−±] $/.test(around) || list)) return 1
  if (list || /^ [+−±] $/.test(around)) return 2
  return 3
}
