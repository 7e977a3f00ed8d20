import { wordsOf } from "../core/sentences.ts"

// n-grams of sentences; with boundaries a sentence gets n − 1 starts and one end.

export const start = "<s>"
export const end = "</s>"

/** A word with the n − 1 before it, its history. */
export interface Gram {
  name: string
  history: string
  word: string
}

interface Model {
  n: number
  boundaries: boolean
}

/** The words of a sentence, with its starts and its end. */
export function tokensOf(sentence: string, { n, boundaries }: Model): string[] {
  const words = wordsOf(sentence)
  return boundaries ? [...Array<string>(n - 1).fill(start), ...words, end] : words
}

export function gramsOf(sentence: string, model: Model): Gram[] {
  const tokens = tokensOf(sentence, model)
  return tokens.slice(model.n - 1).map((word, i) => {
    const history = tokens.slice(i, i + model.n - 1)
    return { word, history: history.join(" "), name: [...history, word].join(" ") }
  })
}

/** How often each name occurs. */
export function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** A value for each of the names. */
export function mapped<E, V>(
  entries: ReadonlyMap<string, E>,
  value: (entry: E, name: string) => V,
): Readonly<Record<string, V>> {
  return Object.fromEntries([...entries].map(([name, entry]) => [name, value(entry, name)]))
}
