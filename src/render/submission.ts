import { Fraction } from "../core/number.ts"
import type { Answer, AnswerValue } from "../core/types.ts"
import type { Blank } from "./page.ts"
import { pointsText } from "./points.ts"
import { isGrid } from "./shapes.ts"

/** An answer sheet as YAML: each problem with lines for its answers. */
export function submissionText(
  problems: readonly { id: string; lines: readonly string[] }[],
  head: readonly string[] = [],
): string {
  const answers = problems.flatMap(({ id, lines }) => [
    `  ${nameText(id)}:${lines.length === 0 ? " {}" : ""}`,
    ...lines.map(line => `    ${line}`.trimEnd()),
  ])
  return [...head, `answers:${problems.length === 0 ? " {}" : ""}`, ...answers, ""].join("\n")
}

/** An answer with its value in full, exactly as it would be read again. */
export function answerLines(name: string, value: AnswerValue): string[] {
  if (!isGrid(value) || value.length < 2) return [`${nameText(name)}: ${valueText(value)}`]
  return [`${nameText(name)}:`, ...value.map(row => `  - ${valueText(row)}`)]
}

/** An answer to fill in: what it is, and gaps where its form is known. */
export function blankLines({ name, label, form, points }: Blank, gaps: string): string[] {
  const worth = points === undefined ? "" : `, ${pointsText(points)} points`
  const words = `${label}: ${form}${worth}`.replace(/\s+/g, " ")
  return [`# ${words}`, `${nameText(name)}: ${gaps}`]
}

/** `[[_, _], [_, _]]` in the shape of a value; nothing where there is no shape to show. */
export function gapsFor({ type, open }: Answer, key: AnswerValue): string {
  if (type === "record" || type === "labels" || type === "table") {
    if (open || typeof key !== "object" || Array.isArray(key)) return ""
    return `{ ${Object.keys(key)
      .map(name => `${nameText(name)}: _`)
      .join(", ")} }`
  }
  if (type !== "vector" && type !== "grid" && type !== "stack") return ""
  const gaps = gapText(key)
  return gaps.length <= longest ? gaps : ""
}

/** Gaps that are longer than a line of a terminal help nobody. */
const longest = 160

function gapText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(gapText).join(", ")}]` : "_"
}

/** A name as YAML reads it, quoted only where it must be. */
function nameText(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && !reserved.test(name) ? name : JSON.stringify(name)
}

const reserved = /^(?:y|n|yes|no|on|off|true|false|null|_+)$/i

function valueText(value: unknown): string {
  if (value instanceof Fraction) return value.toFraction()
  if (typeof value === "number") {
    return Number.isFinite(value) ? String(value) : value > 0 ? ".inf" : "-.inf"
  }
  if (typeof value === "bigint" || typeof value === "boolean") return String(value)
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`
  const fields = Object.entries(value ?? {}).map(
    ([name, each]) => `${nameText(name)}: ${valueText(each)}`,
  )
  return `{ ${fields.join(", ")} }`
}
