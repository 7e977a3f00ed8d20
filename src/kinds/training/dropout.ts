// Srivastava et al. (2014), p the probability of dropping a unit and the mask 1 where it is kept. Inverted:
// mask·x/(1 − p) in training, x at test time. Scaled at test: mask·x in training, (1 − p)·x at test time.
import * as z from "zod"
import { math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { entry, multiply } from "../../math/linear.ts"

const given = z
  .strictObject({
    x: field.vector("what goes into the layer, shape (n)"),
    p: field.number("probability of dropping a unit", { min: 0, max: 1 }),
    mask: field.maskVector("1 where a unit is kept, 0 where it is dropped, shape (n)"),
    form: field
      .oneOf("inverted divides by 1 − p in training; the other multiplies by it at test time", [
        "inverted",
        "scaled-at-test",
      ])
      .default("inverted"),
  })
  .check(
    rule.match(["mask", "length"], ["x", "length"]),
    rule.across(["p"], ({ p }) =>
      p === 1
        ? { path: ["p"], code: "range", message: "must be below 1: with 1 no unit is ever kept" }
        : undefined,
    ),
  )

const answers = {
  train: answer.vector("output in training, under the mask", { aside: true }),
  test: answer.vector("output at test time", { aside: true }),
  expectation: answer.vector("expected output in training, over all masks"),
}

const slips: Slips<typeof given> = {
  "p stands where 1 − p belongs": ({ p }) => (p === 0 ? undefined : { p: 1 - p }),
  "the mask is read as 1 = dropped": ({ mask }) => ({ mask: mask.map(kept => 1 - kept) }),
  "the scaling is left to test time": ({ form }) =>
    form === "inverted" ? { form: "scaled-at-test" } : undefined,
  "the scaling is done in training": ({ form }) =>
    form === "inverted" ? undefined : { form: "inverted" },
}

const question: Question<typeof given> = ({ p, form }) =>
  text`A layer drops each unit with probability p = ${p}${form === "inverted" ? " (inverted dropout)" : " and is scaled at test time"}. Compute its output in training under the given mask and at test time, and the expected output in training.`

const solve: Solve<typeof given, typeof answers> = ({ x, p, mask, form }, work) => {
  const keep = 1 - p
  const inverted = form === "inverted"
  const [before, after] = inverted ? [keep, 1] : [1, keep]
  const masked = multiply(mask, x)
  const train = work.answer("train", scaled(masked, 1 / before), {
    ...(inverted && { "it is multiplied by 1 − p instead of divided": scaled(masked, keep) }),
    "the mask is left out": scaled(x, 1 / before),
  })
  work.step("In training", () => [
    inverted
      ? math`\text{train} = \frac{\text{mask} \odot x}{1 - p}, \quad 1 - p = 1 - ${p} = ${keep}`
      : math`\text{train} = \text{mask} \odot x`,
    table(
      [math`x`, "mask", ...(inverted ? ["mask · x"] : []), "train"],
      x.map((value, i) => [
        value,
        entry(mask, i),
        ...(inverted ? [entry(masked, i)] : []),
        entry(train, i),
      ]),
    ),
  ])

  const test = work.answer("test", scaled(x, after), {
    ...(!inverted && { "it is divided by 1 − p instead of multiplied": scaled(x, 1 / keep) }),
    "the mask is applied at test time too": scaled(masked, after),
  })
  work.step("At test time", () => [
    text`No unit is dropped${inverted ? ", and nothing is left to scale" : ": each counts 1 − p, as often as it was kept in training"}.`,
    inverted
      ? math`\text{test} = x = ${test}`
      : math`\text{test} = (1 - p)\,x = ${keep} \cdot ${x} = ${test}`,
  ])

  const expectation = work.answer("expectation", scaled(x, keep / before), {
    "the output under this mask is taken for the expected one": scaled(masked, 1 / before),
  })
  work.step("Expected output in training", () => [
    text`A unit is kept with probability 1 − p and gives 0 otherwise.`,
    inverted
      ? math`E = (1 - p) \cdot \frac{x}{1 - p} + p \cdot 0 = x = ${expectation}`
      : math`E = (1 - p) \cdot x + p \cdot 0 = ${keep} \cdot ${x} = ${expectation}`,
    text`It is the output at test time, which is what the scaling is for.`,
  ])
}

function scaled(values: readonly number[], by: number): number[] {
  return values.map(value => value * by)
}

export default defineKind({
  name: "dropout",
  topic: "training",
  title: "Dropout in training and at test time",
  given,
  answers,
  slips,
  question,
  solve,
})
