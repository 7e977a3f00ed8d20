import type { Marking } from "../core/grade.ts"
import { withoutSecrets } from "../core/secrets.ts"
import { plainOf } from "./inline.ts"
import { type Json, plainData } from "./json.ts"
import { allDigits } from "./number.ts"
import { paperOf } from "./page.ts"

/** A question paper as data: what is given and asked, and nothing of the solution. */
export interface PaperJson {
  version: 1
  problem: string
  kind: string
  title: string
  question: string
  given: Json
  points: Json
  answers: { name: string; label: string; form: string; points: Json }[]
}

export function paperJson({ problem, key, shares }: Marking): PaperJson {
  const page = paperOf(problem, key, shares)
  const precision = { digits: allDigits, notation: problem.notation }
  const { question = "" } = page
  return {
    version: 1,
    problem: problem.id,
    kind: problem.kind.name,
    title: problem.title,
    question: typeof question === "string" ? question : plainOf(question, precision),
    given: plainData(withoutSecrets(problem.kind, problem.givenAsWritten)),
    points: plainData(shares.total),
    answers: (page.blanks ?? []).map(({ name, label, form, points }) => ({
      name,
      label,
      form,
      points: plainData(points ?? 0),
    })),
  }
}
