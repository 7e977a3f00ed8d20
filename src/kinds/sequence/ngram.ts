// P(w | h) = (C(h w) + α)/(C(h) + α·|V|): C(h) counts how often the history h of n − 1 words is followed by anything.
// With boundaries each sentence gets n − 1 starts <s> and one end </s>; the end is predicted and belongs to the
// vocabulary, the starts are not. Logarithms are natural; the perplexity is per predicted token, the end among them.
import * as z from "zod"
import { join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import { Fraction } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { otherSentences, sentence, sentences, wordsOf } from "../../core/sentences.ts"
import type { Answer } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sum } from "../../math/linear.ts"
import { end, type Gram, gramsOf, mapped, start, tally, tokensOf } from "../../math/ngrams.ts"

const given = z
  .strictObject({
    corpus: sentences("sentences to count in, words with spaces between them").optional(),
    n: field.integer("how many words an n-gram has", { min: 1, max: 10 }),
    query: sentence("sentence to score; without it every n-gram of the corpus is").optional(),
    smoothing: field.number("α, added to each count", { min: 0 }).default(0),
    vocab_size: field
      .integer(
        "|V|; if left out, the different words of the corpus and, with boundaries, the end",
        {
          min: 1,
          max: 1e9,
        },
      )
      .optional(),
    boundaries: field
      .flag("whether n − 1 starts and one end are added to each sentence")
      .default(true),
  })
  .check(
    rule.oneWay("words to count, or how many there are", [
      { all: ["corpus"], perhaps: ["query", "vocab_size"] },
      ["vocab_size"],
    ]),
    rule.across(["corpus", "query", "boundaries"], ({ corpus = [], query = "", boundaries }) => {
      const marked = (text: string) => wordsOf(text).find(word => word === start || word === end)
      const complaints = [
        ...corpus.map((text, i) => ({ path: ["corpus", i], found: marked(text) })),
        { path: ["query"], found: marked(query) },
      ]
      return complaints.flatMap(({ path, found }) =>
        boundaries && found !== undefined
          ? [
              {
                path,
                code: "conflict",
                message: `has \`${found}\`, which is added by itself`,
                hint: "leave the marks out, or say `boundaries: false`",
              },
            ]
          : [],
      )
    }),
    rule.across(["corpus", "query", "n", "boundaries"], ({ corpus, query, n, boundaries }) => {
      const most = Math.max(...(corpus ?? []).map(each => wordsOf(each).length))
      if (boundaries || !corpus) return undefined
      const short = (length: number) => `${plural(length, "word")}, too few for one n-gram of ${n}`
      const length = wordsOf(query ?? "").length
      return [
        ...(most < n
          ? [{ path: ["corpus"], message: `has no sentence of more than ${short(most)}` }]
          : []),
        ...(query !== undefined && length < n
          ? [{ path: ["query"], message: `has ${short(length)}` }]
          : []),
      ]
    }),
  )

type Given = z.output<typeof given>

const answers = ({ query }: Pick<Given, "query">) => {
  const optional = true
  // Without a query, which n-grams there are is part of what is asked.
  const named = { open: query === undefined, optional }
  const table_size: Answer<bigint> = {
    type: "integer",
    label: "numbers in the full table, |V|ⁿ",
    min: 1,
    aside: true,
  }
  return {
    vocabulary: answer.integer("size of the vocabulary, |V|", { min: 1, optional }),
    counts: answer.record("how often each n-gram occurs", { of: "integer", min: 0, ...named }),
    histories: answer.record("how often each history is followed by a word", {
      of: "integer",
      min: 0,
      ...named,
    }),
    tokens: answer.integer("how many words are counted", { min: 1, optional }),
    probabilities: answer.ratios("P(word | history) of each n-gram", { min: 0, max: 1, ...named }),
    probability: answer.number("of the query", { min: 0, max: 1, aside: true, optional }),
    log_probability: answer.number("natural logarithm of the query's probability", {
      max: 0,
      log: true,
      optional,
    }),
    perplexity: answer.number("perplexity of the query", { min: 1, aside: true, optional }),
    table_size,
  }
}

const slips: Slips<typeof given> = {
  "the counts are not smoothed": ({ smoothing }) => (smoothing > 0 ? { smoothing: 0 } : undefined),
  "1 is added to each count": ({ smoothing }) => (smoothing === 1 ? undefined : { smoothing: 1 }),
  "no starts and ends are added": ({ boundaries, n, corpus, query }) =>
    boundaries && [...(corpus ?? []), query ?? ""].every(each => wordsOf(each).length >= n)
      ? { boundaries: false }
      : undefined,
}

const question: Question<typeof given> = given => {
  const { corpus, n, query, smoothing, boundaries } = given
  const grams = n === 1 ? "unigram" : n === 2 ? "bigram" : n === 3 ? "trigram" : `${n}-gram`
  const size = text`How many numbers does the full table of a ${grams} model hold?`
  if (!corpus) return size
  const counted = boundaries
    ? n === 1
      ? text`; an end </s> is added to each sentence`
      : text`; ${plural(n - 1, "start")} <s> and an end </s> are added to each sentence`
    : text``
  const smoothed = smoothing > 0 ? text`, with ${smoothing} added to each count` : text``
  const wanted =
    query === undefined
      ? text`the count and the probability of each ${grams} that occurs`
      : text`the probabilities of the query's ${grams}s, and${boundaries || n === 1 ? "" : `, given its first ${n === 2 ? "word" : `${n - 1} words`},`} the query's probability, log-probability and perplexity`
  const unknown = unknownWords(given)
  const outside =
    unknown.length === 0
      ? ""
      : text` ${thoseWords(unknown)}, in none of the sentences, ${unknown.length === 1 ? "is" : "are"} not counted in the vocabulary.`
  return text`Fit a ${grams} model to the sentences${smoothed}${counted}. Give ${wanted}.${outside} ${size}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { corpus, n } = given
  const size = corpus ? modelled(given, corpus, work) : (given.vocab_size ?? 1)
  const base = BigInt(Math.round(size))
  const table_size = work.answer("table_size", base ** BigInt(n), {
    "|V| is raised to n − 1": base ** BigInt(n - 1),
    "|V| is multiplied by n": base * BigInt(n),
  })
  work.step("Full table", () => [
    text`One number for each way to choose ${plural(n, "word")}:`,
    math`|V|^n = ${base}^{${n}} = ${table_size}`,
  ])
}

/** Counts and probabilities, and the query's score; gives |V|. */
function modelled(given: Given, corpus: readonly string[], work: Work): number {
  const { n, query, smoothing } = given
  const found = corpus.flatMap(each => gramsOf(each, given))
  const asked = query === undefined ? found : gramsOf(query, given)
  const grams = new Map(asked.map(gram => [gram.name, gram]))
  const size = vocabularyOf(given, corpus, work)
  const { counts, histories } = counted(given, { corpus, found, grams }, work)

  const alpha = new Fraction(smoothing)
  const words = tally(found.map(({ word }) => word))
  const unknown = unknownWords(given)
  const share = (top: number, bottom: number, added = alpha.mul(new Fraction(size))) => {
    const whole = new Fraction(bottom).add(added)
    return whole.equals(0) ? whole : new Fraction(top).add(alpha).div(whole)
  }
  const each = (value: (count: number, gram: Gram) => Fraction) =>
    mapped(grams, (gram, name) => value(counts[name] ?? 0, gram))
  const ofHistory = ({ history }: Gram) => histories[history] ?? 0
  const probabilities = work.answer(
    "probabilities",
    each((count, gram) => share(count, ofHistory(gram))),
    {
      ...(n > 1 && {
        "the count is divided by that of all n-grams": each(count => share(count, found.length)),
        "the count is divided by that of the word": each((count, { word }) =>
          share(count, words.get(word) ?? 0),
        ),
      }),
      ...(smoothing > 0 && {
        "nothing is added to the denominator": each((count, gram) =>
          share(count, ofHistory(gram), new Fraction(0)),
        ),
        "α is added to the denominator once": each((count, gram) =>
          share(count, ofHistory(gram), alpha),
        ),
      }),
    },
  )
  work.step("Probabilities", () => [
    formulaOf(given),
    ...[...grams.values()].slice(0, mostLines).map(gram => {
      const sides = [counts[gram.name] ?? 0, ofHistory(gram)] as const
      return lineOf(given, gram, sides, size, probabilities[gram.name] ?? alpha)
    }),
    ...(grams.size > mostLines ? [text`The others in the same way.`] : []),
    ...(smoothing === 0 && [...grams.values()].some(gram => ofHistory(gram) === 0)
      ? [text`A history that never occurs gives 0/0, which counts as 0.`]
      : []),
    ...(smoothing > 0 && unknown.length > 0
      ? [
          text`${thoseWords(unknown)} ${unknown.length === 1 ? "is" : "are"} not among the |V| words: ${n > 1 ? "after each history " : ""}the probabilities sum to 1 without ${unknown.length === 1 ? "it" : "them"}.`,
        ]
      : []),
  ])
  if (query !== undefined) scored(given, asked, probabilities, work)
  return size
}

function formulaOf({ n, smoothing }: Given): Rich {
  const [top, bottom] = n > 1 ? [math`C(h\,w)`, math`C(h)`] : [math`C(w)`, math`N`]
  const added =
    smoothing > 0 ? ([math` + \alpha`, math` + \alpha\,|V|`] as const) : ([math``, math``] as const)
  return math`P(w${n > 1 ? math` \mid h` : math``}) = \frac{${top}${added[0]}}{${bottom}${added[1]}}`
}

function lineOf(
  { n, smoothing }: Given,
  { word, history }: Gram,
  [top, bottom]: readonly [number, number],
  size: number,
  value: Fraction,
): Rich {
  const name = math`P(${word}${n > 1 ? math` \mid ${history}` : math``})`
  if (smoothing > 0) {
    return math`${name} = \frac{${top} + ${smoothing}}{${bottom} + ${smoothing} \cdot ${size}} = ${value}`
  }
  const isReduced = Number(value.n) === top && Number(value.d) === bottom
  return isReduced ? math`${name} = ${value}` : math`${name} = \frac{${top}}{${bottom}} = ${value}`
}

/** The words of the query that are in no sentence, where the vocabulary is counted. */
function unknownWords({ corpus = [], query = "", vocab_size }: Given): string[] {
  const known = new Set(corpus.flatMap(wordsOf))
  const unknown = wordsOf(query).filter(word => !known.has(word))
  return vocab_size === undefined ? [...new Set(unknown)] : []
}

function thoseWords(words: readonly string[]): string {
  return `The ${words.length === 1 ? "word" : "words"} ${words.join(", ")}`
}

/** |V|, given or counted. */
function vocabularyOf(given: Given, corpus: readonly string[], work: Work): number {
  if (given.vocab_size !== undefined) return given.vocab_size
  const all = corpus.flatMap(wordsOf)
  const words = [...new Set(all), ...(given.boundaries ? [end] : [])]
  const unknown = unknownWords(given)
  const size = work.answer("vocabulary", words.length, {
    "repeated words are counted again": all.length + (given.boundaries ? 1 : 0),
    ...(unknown.length > 0 && {
      "the unknown words of the query are counted too": words.length + unknown.length,
    }),
    ...(given.boundaries && {
      "the end is not counted": words.length - 1,
      ...(given.n > 1 && { "the start is counted too": words.length + 1 }),
    }),
  })
  work.step("Vocabulary", () => [
    given.boundaries
      ? text`The different words and the end, which is predicted like a word; a start is not:`
      : text`The different words:`,
    text`${words.slice(0, 2 * mostLines).join(", ")}${words.length > 2 * mostLines ? ", …" : ""}`,
    math`|V| = ${size}`,
  ])
  return size
}

interface Counting {
  corpus: readonly string[]
  found: readonly Gram[]
  /** Those to count, by their names. */
  grams: ReadonlyMap<string, Gram>
}

/** How often the n-grams occur, and how often their histories are followed by anything. */
function counted(given: Given, { corpus, found, grams }: Counting, work: Work) {
  const { n, boundaries } = given
  const countsIn = (all: readonly Gram[]) => {
    const counts = tally(all.map(({ name }) => name))
    return mapped(grams, (_, name) => counts.get(name) ?? 0)
  }
  const counts = work.answer("counts", countsIn(found), {
    ...(!boundaries && {
      "the n-grams run on from one sentence to the next": countsIn(
        gramsOf(corpus.join(" "), given),
      ),
    }),
  })
  const names = new Map([...grams.values()].map(({ history }) => [history, history]))
  const among = (all: readonly string[]) => {
    const counts = tally(all)
    return mapped(names, name => counts.get(name) ?? 0)
  }
  const shorter = () => corpus.flatMap(each => gramsOf(each, { n: n - 1, boundaries }))
  const histories: Readonly<Record<string, number>> =
    n === 1
      ? {
          "": work.answer("tokens", found.length, {
            ...(boundaries && { "the ends are not counted": found.length - corpus.length }),
          }),
        }
      : work.answer("histories", among(found.map(({ history }) => history)), {
          ...(!boundaries && {
            "a history that ends a sentence counts too": among(shorter().map(({ name }) => name)),
          }),
        })
  const most = 2 * mostLines
  work.step("Counts", () => [
    ...corpus.slice(0, mostLines).map(each => text`${tokensOf(each, given).join(" ")}`),
    ...(corpus.length > mostLines ? [text`and so on.`] : []),
    table(
      n > 1 ? ["n-gram", "count", "history", "followed"] : ["word", "count"],
      [...grams.values()].slice(0, most).map(({ name, history }) => {
        const ofHistory = n > 1 ? [history, histories[history] ?? 0] : []
        return [name, counts[name] ?? 0, ...ofHistory]
      }),
    ),
    ...(grams.size > most ? [text`The other ${grams.size - most} in the same way.`] : []),
    ...(n > 1 ? [] : [math`N = ${found.length}`]),
  ])
  return { counts, histories }
}

/** The probability of the query and what is made of it. */
function scored(
  { n, boundaries }: Given,
  asked: readonly Gram[],
  probabilities: Readonly<Record<string, Fraction>>,
  work: Work,
): void {
  const factors = asked.map(({ name }) => probabilities[name] ?? new Fraction(0))
  const values = factors.map(each => each.valueOf())
  const product = values.reduce((all, each) => all * each, 1)
  const probability = work.answer("probability", product)
  const logarithms = values.map(Math.log)
  const log_probability = work.answer("log_probability", sum(logarithms), {
    "the logarithms are averaged": sum(logarithms) / asked.length,
  })
  const per = (count: number) => Math.exp(-log_probability / count)
  const perplexity = work.answer("perplexity", per(asked.length), {
    "the logarithm is not divided by the number of tokens": per(1),
    "the minus sign is left out": per(-asked.length),
    ...(boundaries && asked.length > 1 && { "the end is not counted": per(asked.length - 1) }),
    ...(boundaries && n > 1 && { "the starts are counted": per(asked.length + n - 1) }),
  })
  const few = asked.length <= mostLines
  work.step("Score of the query", () => [
    ...(boundaries || n === 1
      ? []
      : [
          text`The first ${n === 2 ? "word is" : `${n - 1} words are`} given; the others have probabilities.`,
        ]),
    math`P = \prod_t P(w_t${n > 1 ? math` \mid h_t` : math``})${
      few
        ? math` = ${join(
            factors.map(each => math`${each}`),
            " \\cdot ",
          )}`
        : math``
    } = ${probability}`,
    math`\ln P = \sum_t \ln P(w_t${n > 1 ? math` \mid h_t` : math``})${few ? math` = ${join(logarithms, " + ")}` : math``} = ${log_probability}`,
    text`${plural(asked.length, "token")} ${asked.length === 1 ? "is" : "are"} predicted${boundaries ? ", the end among them" : ""}:`,
    math`\text{perplexity} = \exp(-\frac{\ln P}{${asked.length}}) = ${perplexity}`,
  ])
}

type Work = Parameters<typeof solve>[1]

/** So many lines are written out. */
const mostLines = 12

/** Sentences that the model of these could have drawn, and a query out of those. */
const vary: Vary<typeof given> = ({ corpus, query, n, vocab_size = 1 }, draw) => {
  if (!corpus) {
    const unit = 10 ** Math.floor(Math.log10(vocab_size))
    return { vocab_size: draw.integer(2, 9) * unit, n: draw.integer(Math.max(1, n - 1), n + 1) }
  }
  const others = otherSentences(corpus, draw)
  return {
    corpus: others,
    ...(query !== undefined && { query: otherSentences(others, draw, 1)[0] }),
  }
}

export default defineKind({
  name: "ngram",
  topic: "sequence",
  title: "n-gram language model",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
