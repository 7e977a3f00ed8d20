import * as z from "zod"
import { complain } from "./complaints.ts"
import type { Draw } from "./draw.ts"

/** Sentences among the givens: words with spaces between them. */

export function sentence(description: string) {
  return words().meta({ title: "text", description })
}

export function sentences(description: string) {
  return z.array(words()).min(1).meta({ title: "list of texts", description })
}

export function wordsOf(sentence: string): string[] {
  return sentence.split(/\s+/).filter(word => word !== "")
}

/**
 * As many sentences, or `count`, of the same words: each word is followed by one that follows it in
 * the model, and none is longer than the longest of the model.
 */
export function otherSentences(
  model: readonly string[],
  draw: Draw,
  count: number = model.length,
): string[] {
  const all = model.map(wordsOf)
  const longest = Math.max(...all.map(({ length }) => length))
  const firsts = all.flatMap(words => words.slice(0, 1))
  /** What comes after a word; nothing where a sentence ends with it. */
  const after = (word: string) =>
    all.flatMap(words => words.flatMap((each, i) => (each === word ? [words[i + 1] ?? ""] : [])))
  return Array.from({ length: count }, () => {
    const drawn: string[] = []
    let next = draw.pick(firsts)
    while (next !== "" && drawn.length < longest) {
      drawn.push(next)
      next = draw.pick(after(next))
    }
    return drawn.join(" ")
  })
}

function words() {
  return z.string().superRefine((text, context) => {
    if (wordsOf(text).length === 0) complain(context, { path: [], message: "has no words" })
  })
}
