import { gradeProblem, type Marking, type ProblemMark, type SheetAnswers } from "../core/grade.ts"
import type { Source } from "../core/source.ts"

/** As many texts are remembered for a problem, those that were met last. */
const most = 64

/**
 * Grades sheets, but what is all right, and was written with the same text before, only once: in a
 * class that is most of it.
 */
export class Marks {
  readonly #known = new Map<Marking, Map<string, ProblemMark>>()

  of(marking: Marking, sheet: SheetAnswers, source: Source): ProblemMark {
    const text = textOf(sheet, source)
    if (text === undefined) return gradeProblem(marking, sheet)
    const known = this.#known.get(marking) ?? new Map<string, ProblemMark>()
    this.#known.set(marking, known)
    const before = known.get(text)
    const mark = before ?? gradeProblem(marking, sheet)
    if (mark.points.compare(mark.outOf) < 0) return mark
    known.delete(text)
    known.set(text, mark)
    const [oldest] = known.size > most ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    return before ? moved(before, sheet) : mark
  }
}

/** The same mark with the places of another sheet. */
function moved(mark: ProblemMark, { answers }: SheetAnswers): ProblemMark {
  return {
    ...mark,
    answers: mark.answers.map(each => {
      const written = answers.get(each.name)
      return written ? { ...each, written } : each
    }),
  }
}

/** What was written, where that alone says what it means: on one line, without anchors or aliases. */
function textOf({ answers, broken }: SheetAnswers, { text }: Source): string | undefined {
  if (broken) return undefined
  let all = ""
  for (const { name, value } of answers.values()) {
    all += `${name}\u0000${text.slice(value.start, value.end)}\u0000`
  }
  return /[\n&*!]/.test(all) ? undefined : all
}
