// Sentences become rows of ids of one length: start, words, end, then padding. Words that the vocabulary does not
// have get the id of the unknown word; capitals count. A row that is longer than `length` is cut there, its end
// with it, unless `truncation` keeps the end. In the mask 1 is a token and 0 is padding.
import * as z from "zod"
import { math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { otherSentences, sentences, wordsOf } from "../../core/sentences.ts"
import type { Grid } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import { mapGrid } from "../../math/linear.ts"

const id = { min: 0 }
const given = z
  .strictObject({
    sentences: sentences("a batch of sentences, words with spaces between them"),
    vocabulary: field.record("id of each word", field.integer("id", id)),
    start: field.integer("id of the start; if left out, none is added", id).optional(),
    end: field.integer("id of the end; if left out, none is added", id).optional(),
    pad: field.integer("id of the padding", id),
    unknown: field.integer("id of every word that the vocabulary does not have", id).optional(),
    length: field
      .integer("length of each row; that of the longest if left out", { min: 1, max: 512 })
      .optional(),
    truncation: field
      .oneOf("what happens to the end of a row that is cut", ["cut-end", "keep-end"])
      .default("cut-end"),
    side: field.oneOf("where the padding stands", ["right", "left"]).default("right"),
  })
  .check(
    rule.across(
      ["vocabulary", "start", "end", "pad", "unknown"],
      ({ vocabulary, start, end, pad, unknown }) => {
        const named = Object.entries({ pad, start, end, unknown })
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => ({ path: [name], name, value }))
        const words = Object.entries(vocabulary).map(([name, value]) => ({
          path: ["vocabulary", name],
          name,
          value,
        }))
        const all = [...words, ...named]
        return all.flatMap(({ path, value }, i) => {
          const first = all.findIndex(each => each.value === value)
          const other = all[first]
          if (first === i || !other) return []
          const message = `is ${value}, which is the id of \`${other.name}\``
          return [{ path, code: "duplicate", message, hint: "each word and mark has its own id" }]
        })
      },
    ),
    rule.across(["sentences", "vocabulary", "unknown"], ({ sentences, vocabulary, unknown }) => {
      if (unknown !== undefined) return undefined
      return sentences.flatMap((each, i) => {
        const word = wordsOf(each).find(name => !Object.hasOwn(vocabulary, name))
        const message = `has \`${word}\`, which \`vocabulary\` does not have`
        const hint = "give the id of `unknown` words, or add the word"
        return word === undefined
          ? []
          : [{ path: ["sentences", i], code: "unknown-label", message, hint }]
      })
    }),
    rule.across(["truncation", "end", "length"], ({ truncation, end, length }) =>
      truncation === "keep-end" && end === undefined
        ? { path: ["truncation"], code: "missing-field", message: "needs the id of the `end`" }
        : truncation === "keep-end" && length === 1
          ? { path: ["length"], code: "range", message: "is 1, which leaves room for the end only" }
          : undefined,
    ),
  )

const answers = {
  ids: answer.grid("ids, a row per sentence", { min: 0 }),
  mask: answer.grid("1 for a token, 0 for padding", { min: 0, max: 1, binary: true, aside: true }),
  padding: answer.vector("how many ids of each row are padding", { min: 0, aside: true }),
}

const slips: Slips<typeof given> = {
  "no start is added": ({ start }) => (start === undefined ? undefined : { start: undefined }),
  "no end is added": ({ end }) =>
    end === undefined ? undefined : { end: undefined, truncation: "cut-end" },
  "the padding stands on the left": ({ side }) => (side === "left" ? undefined : { side: "left" }),
  "the padding stands on the right": ({ side }) =>
    side === "right" ? undefined : { side: "right" },
  "a row that is cut keeps its end": ({ truncation, end, length }) =>
    truncation === "keep-end" || end === undefined || length === 1
      ? undefined
      : { truncation: "keep-end" },
  "a row that is cut loses its end": ({ truncation }) =>
    truncation === "cut-end" ? undefined : { truncation: "cut-end" },
  "unknown words are left out": given =>
    given.sentences.every(each => known(given, each).length > 0)
      ? {
          sentences: given.sentences.map(each => known(given, each).join(" ")),
          length: widthOf(given),
        }
      : undefined,
}

const question: Question<typeof given> = given => {
  const { sentences, length, start, end, side, truncation } = given
  const marks = [
    ...(start === undefined ? [] : ["a start"]),
    ...(end === undefined ? [] : ["an end"]),
  ]
  const marked = marks.length === 0 ? "" : ` with ${marks.join(" and ")} each`
  const width = length === undefined ? "the length of the longest" : `length ${length}`
  const cutting =
    length === undefined
      ? ""
      : `; a longer row is cut there${end === undefined ? "" : truncation === "keep-end" ? " but keeps its end" : ", its end with it"}`
  return text`Turn the ${plural(sentences.length, "sentence")} into a batch of ids${marked}, padded on the ${side} to ${width}${cutting}. Give the ids, the mask (1 for a token, 0 for padding) and the number of paddings in each row.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { vocabulary, pad, unknown, truncation, end } = given
  const rows = given.sentences.map(each => idsOf(given, each))
  const width = widthOf(given)
  const padded = (fill: number) =>
    rows.map(row => filled(given, cut(given, row, width), width, fill))
  const batch = padded(pad)
  const ids = work.answer("ids", batch, {
    ...(end !== undefined && {
      "the end stands behind the padding": batch.map((row, i) => {
        const isWhole = (rows[i]?.length ?? 0) < width && given.side === "right"
        return isWhole ? [...row.filter(each => each !== end), end] : row
      }),
    }),
    ...(unknown !== undefined && {
      "unknown words are padded": mapGrid(batch, each => (each === unknown ? pad : each)),
    }),
    ...(pad !== 0 && { "the padding has the id 0": padded(0) }),
  })
  const strange = [
    ...new Set(given.sentences.flatMap(wordsOf).filter(each => !Object.hasOwn(vocabulary, each))),
  ]
  const long = rows.filter(({ length }) => length > width).length
  work.step("Ids", () => [
    table(
      ["sentence", "tokens", "padding"],
      given.sentences.map((each, i) => {
        const length = rows[i]?.length ?? 0
        return [each, length, Math.max(0, width - length)]
      }),
    ),
    ...(strange.length > 0
      ? [text`The vocabulary does not have ${strange.join(", ")}: id ${unknown ?? pad}.`]
      : []),
    ...(long > 0
      ? [
          text`${plural(long, "row")} ${long === 1 ? "is" : "are"} cut to ${width} ids${truncation === "keep-end" ? ", the last of which is the end" : end === undefined ? "" : "; the end is cut off with the rest"}.`,
        ]
      : []),
    shown({ name: math`\text{ids}`, value: ids, hidden: padsOf(ids, pad) }),
  ])

  const isToken = mapGrid(ids, each => (each === pad ? 0 : 1))
  const mask = work.answer("mask", isToken, {
    "the mask marks the padding": mapGrid(isToken, each => 1 - each),
    "start and end are masked too": mapGrid(ids, each =>
      each === pad || each === given.start || each === end ? 0 : 1,
    ),
    "unknown words are masked too": mapGrid(ids, each =>
      each === pad || each === unknown ? 0 : 1,
    ),
  })
  const padding = work.answer(
    "padding",
    ids.map(row => row.filter(each => each === pad).length),
    { "the tokens are counted": ids.map(row => row.filter(each => each !== pad).length) },
  )
  work.step("Mask", () => [
    shown({ name: math`\text{mask}`, value: mask }),
    text`Paddings in each row: ${padding}`,
  ])
}

type Given = z.output<typeof given>

/** The ids of a sentence with its start and end, whatever their number. */
function idsOf({ vocabulary, start, end, unknown, pad }: Given, sentence: string): number[] {
  const ids = wordsOf(sentence).map(word =>
    Object.hasOwn(vocabulary, word) ? (vocabulary[word] ?? pad) : (unknown ?? pad),
  )
  return [...(start === undefined ? [] : [start]), ...ids, ...(end === undefined ? [] : [end])]
}

function widthOf(given: Given): number {
  return given.length ?? Math.max(...given.sentences.map(each => idsOf(given, each).length))
}

function cut({ truncation, end }: Given, row: readonly number[], width: number): readonly number[] {
  if (row.length <= width) return row
  const isKept = truncation === "keep-end" && end !== undefined
  return isKept ? [...row.slice(0, width - 1), end] : row.slice(0, width)
}

function filled({ side }: Given, row: readonly number[], width: number, pad: number): number[] {
  const padding = Array<number>(width - row.length).fill(pad)
  return side === "left" ? [...padding, ...row] : [...row, ...padding]
}

function padsOf(ids: Grid, pad: number): [number, number][] {
  return ids.flatMap((row, i) =>
    row.flatMap((each, j) => (each === pad ? [[i, j] as [number, number]] : [])),
  )
}

/** The words of a sentence that the vocabulary has. */
function known({ vocabulary }: Given, sentence: string): string[] {
  return wordsOf(sentence).filter(word => Object.hasOwn(vocabulary, word))
}

/** Other sentences of the same words, whose ids are dealt out anew. */
const vary: Vary<typeof given> = ({ sentences, vocabulary }, draw) => {
  const ids = draw.shuffle(Object.values(vocabulary))
  return {
    sentences: otherSentences(sentences, draw),
    vocabulary: Object.fromEntries(Object.keys(vocabulary).map((word, i) => [word, ids[i] ?? i])),
  }
}

export default defineKind({
  name: "pad-batch",
  topic: "sequence",
  title: "A padded batch of sentences",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
