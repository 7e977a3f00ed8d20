// An iteration is one update from one batch: ⌈N/B⌉ of them make an epoch, the last batch being what is
// left over; where an incomplete batch is dropped (`drop_last`), ⌊N/B⌋.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { plural } from "../../core/words.ts"

const given = z.strictObject({
  samples: field.integer("samples in the training set, N", { min: 1, max: 1e10 }),
  batch_size: field.integer("samples per batch, B", { min: 1 }),
  epochs: field
    .integer("how often the training set is gone through, E", { min: 1, max: 1e5 })
    .default(1),
  drop_last: field.flag("whether a last batch that is not full is left out").default(false),
})

const answers = {
  iterations_per_epoch: answer.integer("iterations per epoch", { min: 0 }),
  total: answer.integer("iterations in all", { min: 0 }),
}

const slips: Slips<typeof given> = {
  "the last, smaller batch is left out": ({ drop_last }) =>
    drop_last ? undefined : { drop_last: true },
  "the last, smaller batch counts too": ({ drop_last }) =>
    drop_last ? { drop_last: false } : undefined,
}

const question: Question<typeof given> = ({ samples, batch_size, epochs, drop_last }) =>
  text`How many iterations does an epoch over ${samples} samples take with batches of ${batch_size}${drop_last ? ", an incomplete last one being dropped" : ""}, and how many does training for ${plural(epochs, "epoch")} take?`

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { samples, batch_size, epochs, drop_last } = given
  const round = drop_last ? Math.floor : Math.ceil
  const whole = Math.floor(samples / batch_size)
  const rest = samples % batch_size
  const perEpoch = work.answer("iterations_per_epoch", round(samples / batch_size), {
    ...(rest === 0 && { "a batch is added though no samples are left over": whole + 1 }),
    "the samples of all epochs are counted": round((samples * epochs) / batch_size),
  })
  work.step("Iterations per epoch", () => [
    drop_last
      ? math`\lfloor \frac{N}{B} \rfloor = \lfloor \frac{${samples}}{${batch_size}} \rfloor = \lfloor ${samples / batch_size} \rfloor = ${perEpoch}`
      : math`\lceil \frac{N}{B} \rceil = \lceil \frac{${samples}}{${batch_size}} \rceil = \lceil ${samples / batch_size} \rceil = ${perEpoch}`,
    rest === 0
      ? text`Every batch is full.`
      : text`After ${plural(whole, "full batch")}, ${plural(rest, "sample")} ${rest === 1 ? "is" : "are"} left${drop_last ? " and dropped" : ": a smaller last batch"}.`,
  ])

  const total = work.answer("total", perEpoch * epochs, {
    "the samples of all epochs are cut into batches in one go": round(
      (samples * epochs) / batch_size,
    ),
    "samples are counted, not batches": samples * epochs,
    "the epochs are left out": perEpoch,
  })
  work.step("Iterations in all", () => [
    math`E \cdot ${perEpoch} = ${epochs} \cdot ${perEpoch} = ${total}`,
  ])
}

export default defineKind({
  name: "training-steps",
  topic: "training",
  title: "Iterations of a training run",
  given,
  answers,
  slips,
  question,
  solve,
})
