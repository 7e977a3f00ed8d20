// Masked language modelling (Devlin et al. 2019): of all tokens the share `select` is predicted; of those `mask`
// become [MASK], `random` another token, and the rest stays. Counts are rounded half up, each taken of the rounded
// number of selected tokens, and what is left over stays unchanged, so that the counts add up (where both roundings go
// up, the replaced take what the masked leave); shares are not rounded.
// Masked image patches are counted alike, with mask = 1 and random = 0.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import { Fraction } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { short } from "../../core/words.ts"

const share = { min: 0, max: 1 }
const given = z
  .strictObject({
    tokens: field.integer("how many tokens there are", { min: 1, max: 1e12 }),
    select: field.number("share of the tokens that are predicted", share).default(0.15),
    mask: field.number("share of the selected that are masked", share).default(0.8),
    random: field
      .number("share of the selected that are replaced by a random token", share)
      .default(0.1),
  })
  .check(
    rule.across(["mask", "random"], ({ mask, random }) =>
      mask + random > 1 + 1e-12
        ? {
            path: ["random"],
            code: "range",
            message: `is ${random}, but with a \`mask\` of ${mask} only ${short(1 - mask)} is left`,
          }
        : undefined,
    ),
  )

const options = { min: 0, counts: ["count"] }
const answers = {
  selected: answer.record("tokens that are predicted: count, share of all tokens", options),
  masked: answer.record("of those masked: count, share of all tokens", options),
  randomised: answer.record("of those replaced: count, share of all tokens", options),
  unchanged: answer.record("of those left as they are: count, share of all tokens", {
    ...options,
    aside: true,
  }),
  unselected: answer.record("tokens that are not predicted: count, share of all tokens", {
    ...options,
    aside: true,
  }),
}

const slips: Slips<typeof given> = {
  "mask and random are swapped": ({ mask, random }) => ({ mask: random, random: mask }),
}

const question: Question<typeof given> = ({ tokens, select, mask, random }) =>
  text`Of ${tokens} tokens a share of ${select} is selected; of those ${mask} are masked, ${random} are replaced by a random token, and the rest stays as it is. How many tokens are selected, masked, replaced, unchanged and not selected, and what share of all tokens is each? Round every count half up; the masked and the replaced are shares of the rounded number of selected tokens.`

type Part = {
  count: number
  share: number
}

const solve: Solve<typeof given, typeof answers> = ({ tokens, select, mask, random }, work) => {
  const ofAll = { count: tokens, share: 1 }
  const selected = work.answer("selected", part(ofAll, select), roundings(ofAll, select))
  const of = (rate: number) => {
    const right = part(selected, rate)
    const once = { ...right, count: part(ofAll, right.share).count }
    // Where it agrees with rounding once, rounding down or up would have changed the selected too.
    const others = Object.entries(roundings(selected, rate)).filter(
      ([, { count }]) => count !== once.count,
    )
    return {
      "the share of all tokens is taken": part(ofAll, rate),
      "it is rounded only once, from its share of all tokens": once,
      "the share is one of the selected tokens": { ...right, share: rate },
      ...Object.fromEntries(others),
    }
  }
  const masked = work.answer("masked", part(selected, mask), of(mask))
  const replaced = part(selected, random)
  const left = Math.max(0, selected.count - masked.count)
  const randomised = work.answer(
    "randomised",
    { ...replaced, count: Math.min(replaced.count, left) },
    of(random),
  )
  const unchanged = work.answer("unchanged", rest(selected, masked, randomised), {
    "the replaced tokens count as unchanged": rest(selected, masked),
    "all tokens that are not replaced count as unchanged": rest(ofAll, masked, randomised),
  })
  const unselected = work.answer("unselected", rest(ofAll, selected), {
    "only the masked tokens are taken away": rest(ofAll, masked),
  })

  work.step("Selected tokens", () => [
    text`A count is rounded half up, at each stage anew; the share of all tokens is not rounded.`,
    product(math`\text{selected}`, ofAll, select, selected.count),
  ])
  work.step("What becomes of them", () => [
    product(math`\text{masked}`, selected, mask, masked.count),
    product(math`\text{replaced}`, selected, random, randomised.count),
    math`\text{unchanged} = ${selected.count} - ${masked.count} - ${randomised.count} = ${unchanged.count}`,
    math`\text{not selected} = ${tokens} - ${selected.count} = ${unselected.count}`,
    ...(replaced.count > left
      ? [text`Both roundings went up; after the masked tokens only ${left} can be replaced.`]
      : []),
  ])
  work.step("Shares of all tokens", () => [
    math`\text{masked} = ${selected.share} \cdot ${mask} = ${masked.share}`,
    math`\text{replaced} = ${selected.share} \cdot ${random} = ${randomised.share}`,
    math`\text{unchanged} = ${selected.share} - ${masked.share} - ${randomised.share} = ${unchanged.share}`,
    math`\text{not selected} = 1 - ${selected.share} = ${unselected.share}`,
  ])
}

/** A share of a number of tokens, the count rounded half up: exactly, as 0.29 · 50 is 14.5. */
function part(of: Part, rate: number, halfUp = new Fraction(1, 2)): Part {
  const exact = new Fraction(rate)
  const count = exact.mul(new Fraction(of.count)).add(halfUp).floor()
  return { count: Number(count), share: exact.mul(new Fraction(of.share)).valueOf() }
}

function rest(whole: Part, ...parts: readonly Part[]): Part {
  return parts.reduce(
    (left, each) => ({
      count: left.count - each.count,
      share: new Fraction(left.share).sub(new Fraction(each.share)).valueOf(),
    }),
    whole,
  )
}

/** What comes out of other roundings. */
function roundings(of: Part, rate: number): Record<string, Part> {
  const exact = new Fraction(of.count).mul(new Fraction(rate))
  return {
    "the count is rounded down": part(of, rate, new Fraction(0)),
    "the count is rounded up": { ...part(of, rate), count: Number(exact.ceil()) },
    "the count is not rounded": { ...part(of, rate), count: exact.valueOf() },
  }
}

function product(name: Rich, of: Part, rate: number, count: number): Rich {
  const exact = new Fraction(of.count).mul(new Fraction(rate)).valueOf()
  const rounded = exact === count ? math`` : math` \to ${count}`
  return math`${name} = ${of.count} \cdot ${rate} = ${exact}${rounded}`
}

/** As many tokens as before, about; shares that a paper would have. */
const vary: Vary<typeof given> = ({ tokens, mask, random }, draw) => {
  const size = Math.max(20, tokens)
  const all = {
    tokens: draw.integer(Math.ceil(size / 2), 2 * size),
    select: draw.integer(2, 15) / 20,
  }
  if (random === 0) return { ...all, mask }
  const others = draw.pick([0.6, 0.7, 0.8])
  return { ...all, mask: others, random: draw.integer(1, Math.round(9 - 10 * others)) / 10 }
}

export default defineKind({
  name: "masked-tokens",
  topic: "sequence",
  title: "How many tokens are masked",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
