// Zero-shot classification as in CLIP (Radford et al. 2021): the class whose prompt is most similar to the image,
// with probabilities by a softmax of cosines over the temperature (its 0.01 is a logit scale of 100). Of
// prompts that are equally similar the first is taken.
import * as z from "zod"
import { bars, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { sumOfProducts } from "../../core/working.ts"
import { exponentials, softmax } from "../../math/activation.ts"
import { argmax, dot, entry, sum } from "../../math/linear.ts"
import { cosine, norm } from "../../math/similarity.ts"

const given = z
  .strictObject({
    image: field.vector("embedding of the image, shape (d)").optional(),
    prompts: field
      .record(
        "embeddings of the prompts, one for each class: name → vector of shape (d)",
        field.vector("shape (d)"),
      )
      .optional(),
    similarities: field
      .record(
        "in place of embeddings: how similar the image is to each prompt, by name",
        field.number("similarity"),
      )
      .optional(),
    temperature: field.number("divides the similarities", { above: 0 }).default(1),
    normalize: field
      .flag("whether the similarity is the cosine; if not, the dot product")
      .default(true),
  })
  .check(
    rule.oneWay("similarities to the prompts", [["image", "prompts"], ["similarities"]]),
    rule.across(["prompts", "similarities"], ({ prompts, similarities }) => {
      const count = Object.keys(prompts ?? similarities ?? {}).length
      if (count >= 2 || (!prompts && !similarities)) return undefined
      const message = `names ${plural(count, "class")}, but it takes two to choose from`
      return { path: [prompts ? "prompts" : "similarities"], code: "size", message }
    }),
    rule.across(["image", "prompts"], ({ image, prompts }) =>
      Object.entries(prompts ?? {}).flatMap(([name, prompt]) => {
        if (!image || prompt.length === image.length) return []
        const message = `has ${plural(prompt.length, "number")}, but the image has ${image.length}`
        return { path: ["prompts", name], code: "shape", message }
      }),
    ),
    rule.across(["image", "normalize"], ({ image, normalize }) =>
      image && normalize ? rule.directionless(["image"], image) : [],
    ),
    rule.across(["prompts", "normalize"], ({ prompts, normalize }) =>
      Object.entries(normalize ? (prompts ?? {}) : {}).flatMap(([name, prompt]) =>
        rule.directionless(["prompts", name], prompt),
      ),
    ),
  )

type Given = z.output<typeof given>

const answers = (given: Given) => ({
  ...(given.prompts && {
    similarities: answer.record(
      `${given.normalize ? "cosine" : "dot product"} of the image and each prompt`,
      given.normalize ? { min: -1, max: 1 } : {},
    ),
  }),
  probabilities: answer.record("probability of each class", { min: 0, max: 1 }),
  prediction: answer.choice("class of the image", namesOf(given)),
})

const slips: Slips<typeof given> = {
  "the temperature multiplies the similarities": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 / temperature },
  "the temperature is left out": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 },
  "the embeddings are not normalised": ({ image, normalize }) =>
    image && normalize ? { normalize: false } : undefined,
  "the embeddings are normalised": ({ image, prompts, normalize }) =>
    !image || !prompts || normalize || [image, ...Object.values(prompts)].some(isZero)
      ? undefined
      : { normalize: true },
}

const question: Question<typeof given> = given => {
  const { prompts, temperature, normalize } = given
  const by = !prompts
    ? "its similarities to the prompts"
    : normalize
      ? "the cosines of its embedding and those of the prompts"
      : "the dot products of its embedding and those of the prompts"
  return text`Classify the image by ${by}: ${namesOf(given).join(", ")}. Give the probabilities at temperature ${temperature}, and the class.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { temperature } = given
  const names = namesOf(given)
  const named = (values: Vector) =>
    Object.fromEntries(names.map((name, k) => [name, entry(values, k)]))
  const listed = (values: Readonly<Record<string, number>>) =>
    names.map(name => values[name] ?? Number.NaN)

  const s = listed(given.similarities ?? compared(given, work))
  const logits = s.map(each => each / temperature)
  const { values, shifted } = exponentials([logits])
  const powers = entry(values, 0)
  const p = listed(
    work.answer("probabilities", named(softmax(logits)), {
      "the similarities are divided by their sum": named(s.map(each => each / sum(s))),
      "the exponentials are not divided by their sum": named(logits.map(Math.exp)),
    }),
  )
  const over = temperature === 1 ? math`` : math` / \tau`
  const power = (k: Rich) => math`e^{s_{${k}}${over}${shifted ? math` - \max` : math``}}`
  work.step("Probabilities", () => [
    math`p_k = \frac{${power(math`k`)}}{\sum_j ${power(math`j`)}}${temperature === 1 ? math`` : math`, \quad \tau = ${temperature}`}`,
    ...(shifted
      ? [text`The largest exponent is subtracted first, which changes no probability.`]
      : []),
    table(
      ["class", math`s`, ...(temperature === 1 ? [] : [math`s / \tau`]), power(math`k`), math`p`],
      [
        ...names.map((name, k) => [
          name,
          entry(s, k),
          ...(temperature === 1 ? [] : [entry(logits, k)]),
          entry(powers, k),
          entry(p, k),
        ]),
        ["Σ", null, ...(temperature === 1 ? [] : [null]), sum(powers), null],
      ],
    ),
  ])

  const best = argmax(p)
  const prediction = work.answer("prediction", entry(names, best), {
    "the least probable class is taken": entry(names, p.indexOf(Math.min(...p))),
  })
  work.step("Class", () => [
    bars("probability of each class", names, p, { marks: [best] }),
    text`The softmax keeps the order of the similarities: ${prediction} is the most probable.`,
  ])
}

/** The similarity of the image with each prompt, by name. */
function compared(
  given: Given,
  work: Parameters<typeof solve>[1],
): Readonly<Record<string, number>> {
  const { image = [], prompts = {}, normalize } = given
  const by = (f: (prompt: Vector) => number) =>
    Object.fromEntries(Object.entries(prompts).map(([name, prompt]) => [name, f(prompt)]))
  const found = work.answer(
    "similarities",
    by(prompt => (normalize ? cosine(image, prompt) : dot(image, prompt))),
    normalize
      ? {
          "only the prompts are normalised": by(prompt => dot(image, prompt) / norm(prompt)),
          "only the image is normalised": by(prompt => dot(image, prompt) / norm(image)),
        }
      : {},
  )
  work.step("Similarities", () => [
    normalize
      ? math`s_k = \cos(x, t_k) = \frac{x \cdot t_k}{\lVert x \rVert\,\lVert t_k \rVert}`
      : math`s_k = x \cdot t_k`,
    ...(normalize ? [math`\lVert x \rVert = ${norm(image)}`] : []),
    ...Object.entries(prompts)
      .slice(0, readable)
      .map(([name, prompt]): Rich => {
        const product = sumOfProducts(image, prompt)
        const from = normalize
          ? math`\frac{${product}}{${norm(image)} \cdot ${norm(prompt)}}`
          : product
        return math`s_{\text{${name}}} = ${from} = ${found[name] ?? Number.NaN}`
      }),
    ...(Object.keys(prompts).length > readable ? [text`The other prompts in the same way.`] : []),
  ])
  return found
}

/** Prompts that are written out. */
const readable = 6

function namesOf({ prompts, similarities }: Pick<Given, "prompts" | "similarities">): string[] {
  return Object.keys(prompts ?? similarities ?? {})
}

function isZero(vector: Vector): boolean {
  return norm(vector) === 0
}

export default defineKind({
  name: "zero-shot",
  topic: "representation",
  title: "Zero-shot classification by prompts",
  given,
  answers,
  slips,
  question,
  solve,
})
