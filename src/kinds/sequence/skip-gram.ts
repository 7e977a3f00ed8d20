// Skip-gram (Mikolov et al. 2013): each word, the center, is paired with the words up to `window` places before and
// after it in the sentence. P(o|c) = exp(u_o·v_c)/Σ_w exp(u_w·v_c) with the center's vector v and the context vectors
// u, over all words that have one; the loss is −Σ ln P(o|c) over the pairs of the center, each as often as it comes up.
import * as z from "zod"
import { join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import { placesOf } from "../../core/labels.ts"
import * as rule from "../../core/rules.ts"
import { sentence, wordsOf } from "../../core/sentences.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import { activations, softmax } from "../../math/activation.ts"
import { dot, entry, sum } from "../../math/linear.ts"

const mostWords = 40

const vectorsOf = (what: string) => field.record(what, field.vector("shape (d)"))

const given = z
  .strictObject({
    sentence: sentence("words with spaces between them"),
    window: field.integer("how many words on each side of the center are its context", { min: 1 }),
    center: field
      .label("only the pairs of this word; of one that stands twice, `the#2` is the second")
      .optional(),
    vectors: z
      .strictObject({
        center: vectorsOf("v of words as centers, by word"),
        context: vectorsOf("u of words as context, by word"),
      })
      .optional()
      .meta({ title: "map", description: "vectors of the words, all of one length" }),
  })
  .check(
    rule.across(["sentence"], ({ sentence }) => {
      const { length } = wordsOf(sentence)
      if (length > 1 && length <= mostWords) return undefined
      const message =
        length === 1
          ? "has only 1 word, which has no context"
          : `has ${length} words, but there may be at most ${mostWords}`
      return { path: ["sentence"], code: "size", message }
    }),
    rule.across(["sentence", "center"], ({ sentence, center }) => {
      if (center === undefined || placesOf(wordsOf(sentence), center).length > 0) return undefined
      return {
        path: ["center"],
        code: "unknown-label",
        message: `is \`${center}\`, which is not in the sentence`,
      }
    }),
    rule.needs("vectors", "center", "the word whose context is predicted"),
    rule.across(["vectors"], ({ vectors }) => {
      const all = (["center", "context"] as const).flatMap(side =>
        Object.entries(vectors?.[side] ?? {}).map(([word, vector]) => ({ side, word, vector })),
      )
      const length = all[0]?.vector.length ?? 0
      return all.flatMap(({ side, word, vector }) => {
        const say = (n: number) => `that of \`${all[0]?.word}\` has ${n}`
        const complaint = rule.misfit(word, "number", vector.length, length, say)
        return complaint ? [{ ...complaint, path: ["vectors", side, word] }] : []
      })
    }),
    rule.across(["sentence", "window", "center", "vectors"], given => {
      const { sentence, center, vectors } = given
      if (!vectors || center === undefined) return undefined
      if (placesOf(wordsOf(sentence), center).length === 0) return undefined
      const pairs = pairsOf(given)
      const own = pairs.map(pair => pair.center).find(word => !Object.hasOwn(vectors.center, word))
      const words = new Set(pairs.map(({ context }) => context))
      const missing = [...words].filter(word => !Object.hasOwn(vectors.context, word))
      const message = (word: string) => `has no vector of \`${word}\``
      return [
        ...(own === undefined ? [] : [{ path: ["vectors", "center"], message: message(own) }]),
        ...missing.map(word => ({
          path: ["vectors", "context"],
          message: `${message(word)}, which is in the window`,
        })),
      ]
    }),
  )

type Given = z.output<typeof given>

const answers = ({ sentence }: Pick<Given, "sentence">) => {
  const words = [...new Set(wordsOf(sentence))]
  const all = words.flatMap(center => words.map(context => nameOf({ center, context })))
  return {
    pairs: answer.set("pairs, each written `center context`", all),
    scores: answer.record("u·v of each word with the center", { optional: true }),
    probabilities: answer.record("P(word | center)", { min: 0, max: 1, optional: true }),
    loss: answer.number("−Σ ln P over the pairs, each as often as it comes up", {
      min: 0,
      log: true,
      optional: true,
    }),
  }
}

const slips: Slips<typeof given> = {
  "the window reaches one word further": ({ window, vectors }) =>
    vectors ? undefined : { window: window + 1 },
  "the window is shared between both sides": ({ window }) =>
    window > 1 ? { window: Math.floor(window / 2) } : undefined,
}

const question: Question<typeof given> = ({ sentence, window, center, vectors }) => {
  const found = pairsOf({ sentence, window, center }).map(nameOf)
  const again =
    new Set(found).size < found.length ? ", in which a pair counts each time it comes up" : ""
  const of = center === undefined ? "" : ` of the center ${center}`
  const more = vectors
    ? ` Give the score of each word that has a context vector, its probability given the center, and the loss${again}.`
    : ""
  return text`Give the skip-gram pairs${of} in “${sentence}” with ${plural(window, "word")} of context on each side, each as center and context word.${more}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const found = pairsOf(given)
  const names = (list: readonly Pair[]) => [...new Set(list.map(nameOf))]
  const pairs = work.answer("pairs", names(found), {
    "only the words after the center are taken": names(found.filter(({ offset }) => offset > 0)),
    "only the words before the center are taken": names(found.filter(({ offset }) => offset < 0)),
    ...(given.center !== undefined && {
      "the context stands before the center": names(found.map(turned)),
    }),
    "the center is paired with itself": names([
      ...found,
      ...found.map(pair => ({ ...pair, context: pair.center })),
    ]),
  })
  work.step("Pairs", () => {
    const centers = [...new Set(found.map(({ at }) => at))]
    return [
      table(
        ["center", "context"],
        centers.map(at => {
          const own = found.filter(pair => pair.at === at)
          return [own[0]?.center ?? "", own.map(({ context }) => context).join(", ")]
        }),
      ),
      ...(pairs.length < found.length
        ? [text`A pair that comes up again is the same pair: ${plural(pairs.length, "pair")}.`]
        : [text`${plural(pairs.length, "pair")}.`]),
    ]
  })
  const word = found[0]?.center
  if (given.vectors && word !== undefined) predicted(given.vectors, word, { found, pairs }, work)
}

/** How likely the context of the center is. */
function predicted(
  { center, context }: NonNullable<Given["vectors"]>,
  word: string,
  { found, pairs }: { found: readonly Pair[]; pairs: readonly string[] },
  work: Parameters<typeof solve>[1],
): void {
  const v = center[word] ?? []
  const words = Object.keys(context)
  const record = (values: Vector) =>
    Object.fromEntries(words.map((each, i) => [each, entry(values, i)]))
  const listOf = (values: Readonly<Record<string, number>>) =>
    words.map(each => values[each] ?? Number.NaN)
  const canSwap = Object.hasOwn(context, word) && words.every(each => Object.hasOwn(center, each))
  const scores = work.answer("scores", record(words.map(each => dot(context[each] ?? [], v))), {
    ...(canSwap && {
      "center and context vectors are swapped": record(
        words.map(each => dot(center[each] ?? [], context[word] ?? [])),
      ),
    }),
  })
  work.step("Scores", () => [
    math`s_w = u_w \cdot v_{\text{${word}}}`,
    ...words.map(
      each =>
        math`s_{\text{${each}}} = ${sumOfProducts(context[each] ?? [], v)} = ${scores[each] ?? Number.NaN}`,
    ),
  ])

  const list = listOf(scores)
  const exponentials = list.map(Math.exp)
  const inWindow = words.map(each => found.some(pair => pair.context === each))
  const probabilities = work.answer("probabilities", record(softmax(list)), {
    "the softmax runs over the window only": record(
      exponentials.map(each => each / sum(exponentials.filter((_, i) => inWindow[i]))),
    ),
    "the sigmoid is taken": record(list.map(activations.sigmoid)),
    "the scores are divided by their sum": record(list.map(each => each / sum(list))),
    "the exponentials are not divided by their sum": record(exponentials),
  })
  work.step("Probabilities", () => [
    math`P(w \mid \text{${word}}) = \frac{\exp(s_w)}{\sum_{w'} \exp(s_{w'})}`,
    table(
      ["word", "score", "exp", "probability"],
      words.map((each, i) => [
        each,
        entry(list, i),
        entry(exponentials, i),
        probabilities[each] ?? Number.NaN,
      ]),
    ),
    math`\sum_w \exp(s_w) = ${sum(exponentials)}`,
  ])

  // A pair of another center, or of a word without a vector, has no probability; of pairs that are
  // none of these the loss cannot be taken, and one that comes up twice counts twice.
  const followed = pairs.filter(name => {
    const [first = "", second = ""] = wordsOf(name)
    return first === word && Object.hasOwn(context, second)
  })
  const counted = followed.length > 0 ? followed : [...new Set(found.map(nameOf))]
  const observed = counted.flatMap(name => {
    const times = found.filter(pair => nameOf(pair) === name).length
    return Array<string>(Math.max(1, times)).fill(wordsOf(name)[1] ?? "")
  })
  const likely = observed.flatMap(each => probabilities[each] ?? [])
  const terms = likely.map(each => 0 - Math.log(each))
  const isAgain = observed.length > counted.length
  const once = counted.flatMap(name => probabilities[wordsOf(name)[1] ?? ""] ?? [])
  const loss = work.answer("loss", sum(terms), {
    ...(isAgain && {
      "a pair that comes up again is counted once": sum(once.map(each => 0 - Math.log(each))),
    }),
    ...(terms.length > 1 && {
      "the mean over the pairs is taken": sum(terms) / terms.length,
      "the logarithm of the summed probabilities is taken": 0 - Math.log(sum(likely)),
    }),
  })
  work.step("Loss", () => [
    ...(isAgain ? [text`A pair counts each time it comes up.`] : []),
    math`L = -\sum_o \ln P(o \mid \text{${word}}) = -\ln ${join(likely, " - \\ln ")} = ${join(terms, " + ")}${terms.length > 1 ? math` = ${loss}` : math``}`,
  ])
}

interface Pair {
  center: string
  context: string
  /** Where the center stands, and how far from it the context word. */
  at: number
  offset: number
}

function pairsOf({ sentence, window, center }: Pick<Given, "sentence" | "window" | "center">) {
  const words = wordsOf(sentence)
  const centers = center === undefined ? words.map((_, i) => i) : placesOf(words, center)
  return centers.flatMap(at =>
    words.flatMap((context, i): Pair[] => {
      const offset = i - at
      const near = offset !== 0 && Math.abs(offset) <= window
      return near ? [{ center: entry(words, at), context, at, offset }] : []
    }),
  )
}

function turned(pair: Pair): Pair {
  return { ...pair, center: pair.context, context: pair.center }
}

function nameOf({ center, context }: Pick<Pair, "center" | "context">): string {
  return `${center} ${context}`
}

/** The words in another order, and the numbers of the vectors dealt out anew. */
const vary: Vary<typeof given> = ({ sentence, center, vectors }, draw) => {
  const words = draw.shuffle(wordsOf(sentence))
  const dealt = (table: Readonly<Record<string, Vector>>) => {
    const numbers = draw.shuffle(Object.values(table).flat())
    return Object.fromEntries(
      Object.entries(table).map(([word, vector]) => [word, numbers.splice(0, vector.length)]),
    )
  }
  return {
    sentence: words.join(" "),
    ...(center !== undefined && !vectors && { center: draw.pick([...new Set(words)]) }),
    ...(vectors && {
      vectors: { center: dealt(vectors.center), context: dealt(vectors.context) },
    }),
  }
}

export default defineKind({
  name: "skip-gram",
  topic: "sequence",
  title: "Skip-gram pairs and probabilities",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
