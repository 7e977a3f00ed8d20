import { sheets } from "../../src/cli/sheet.ts"
import type { Marking } from "../../src/core/grade.ts"
import { Fraction } from "../../src/core/number.ts"
import { renderMarkdown } from "../../src/render/markdown.ts"

/** The answers of which a question paper holds a value that is not also given. */
export async function leaksOf(marking: Marking): Promise<string[]> {
  const { problem } = marking
  const page = sheets.page(marking)
  const papers = [
    await renderMarkdown(page),
    await sheets.data.yaml([marking]),
    await sheets.data.json([marking]),
  ]
  const free = numbersIn(
    `${problem.id} ${JSON.stringify(problem.givenAsWritten)} ${JSON.stringify(page.question)}`,
  )
  const told = new Set(papers.flatMap(text => [...numbersIn(text)]).filter(x => !free.has(x)))
  return [...marking.key.answers].flatMap(([name, { value, answer }]) => {
    const counts = answer.type === "integer" || answer.type === "shape" || answer.type === "shapes"
    // Small whole numbers stand on any paper: in sizes, points and names.
    const isWhole = (x: number) => Math.abs(x - Math.round(x)) < 1e-4
    const telling = valuesIn(value).filter(x => counts || !isWhole(x) || Math.abs(x) > 20)
    const leaked = telling.filter(x => told.has(x) || told.has(Number(x.toPrecision(6))))
    const found = leaked.filter(x => !free.has(x) && x > 3)
    return found.length > 0 ? [`${problem.id}: ${name} ${found.join(", ")}`] : []
  })
}

function numbersIn(text: string): Set<number> {
  return new Set((text.match(/\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi) ?? []).map(Number))
}

function valuesIn(value: unknown): number[] {
  if (typeof value === "number") return [Math.abs(value)]
  if (value instanceof Fraction) return [Math.abs(value.valueOf())]
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap(valuesIn)
}
