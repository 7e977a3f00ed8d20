// x̂ = (x − mean)/√(variance + eps), y = gamma·x̂ + beta by channel, the variance with 1/n. Batch: Ioffe & Szegedy
// (2015), a mean for each channel over samples and positions; layer: Ba et al. (2016), for each sample;
// instance: Ulyanov et al. (2016), for each channel of each sample; group: Wu & He (2018), for groups of
// neighbouring channels of each sample; rms: Zhang & Sennrich (2019), x/√(mean of x² + eps) of each sample.
// Only batch norm keeps running = (1 − m)·old + m·batch, and takes these in the place of its own at test time.
import * as z from "zod"
import { join, math, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { batch, channelNoun, normalizationFits, overs, running } from "../../core/normalization.ts"
import type { Stack, Vector } from "../../core/types.ts"
import { sizes } from "../../core/words.ts"
import { entry } from "../../math/linear.ts"
import {
  cellsOf,
  centred,
  groupsOf,
  inFormOf,
  inGroupForm,
  mapCells,
  meanOf,
  perChannel,
  rankOf,
  varianceAround,
} from "../../math/normalization.ts"
import {
  average,
  batchGrids,
  extentWords,
  groupTable,
  unitWords,
  updateLine,
} from "../../math/normalization-working.ts"

const given = z
  .strictObject({
    x: batch,
    over: field.oneOf("which numbers share a mean: batch norm, layer norm and so on", overs),
    groups: field.integer("into how many groups the channels are split", { min: 1 }).optional(),
    gamma: field.broadcast("scales each channel, shape (C), or one number for all").default(1),
    beta: field.broadcast("added to each channel, shape (C), or one number for all").default(0),
    eps: field.number("added to the variance", { min: 0 }).default(1e-5),
    running: running.optional(),
    unbiased_running: field
      .flag("whether the running variance takes up the batch's with 1/(n − 1)")
      .default(false),
    mode: field
      .oneOf("at test time batch norm takes its running statistics", ["train", "test"])
      .default("train"),
  })
  .check(...normalizationFits())

type Given = z.output<typeof given>

const answers = ({ x, over }: Given) => {
  const whole = { 2: answer.grid, 3: answer.stack, 4: answer.tensor }[rankOf(x)]
  const shared = over === "instance" || over === "group" ? answer.grid : answer.vector
  const unit = unitWords(x, over)
  const optional = true
  return {
    mean: shared(`mean of ${unit}`, { optional }),
    variance: shared(`variance of ${unit}, with 1/n`, { min: 0, optional }),
    mean_square: shared(`mean square of ${unit}`, { min: 0, optional }),
    normalized: whole(over === "rms" ? "x/√(mean square + eps)" : "(x − mean)/√(variance + eps)"),
    output: whole("gamma times it, plus beta", { aside: true }),
    running_mean: answer.vector("running mean of each channel", { aside: true, optional }),
    running_variance: answer.vector("running variance of each channel", {
      min: 0,
      aside: true,
      optional,
    }),
  }
}

const other =
  (over: Given["over"]): Slips<typeof given>[string] =>
  given =>
    given.over === over || (given.over === "batch" && given.mode === "test")
      ? undefined
      : { over, mode: "train", running: undefined, unbiased_running: false }

const slips: Slips<typeof given> = {
  "the statistics are those of each channel over the batch": other("batch"),
  "the statistics are those of each sample": given =>
    given.over === "rms" ? undefined : other("layer")(given),
  "the mean is subtracted, as for layer norm": given =>
    given.over === "rms" ? other("layer")(given) : undefined,
  "the statistics are those of each channel of each sample": given =>
    rankOf(given.x) === 2 ? undefined : other("instance")(given),
  "groups is taken for the channels in each": ({ x, groups }) => {
    const size = groups && entry(cellsOf(x), 0).length / groups
    return size === undefined || size === groups ? undefined : { groups: size }
  },
  "the statistics of this batch are taken": ({ over, mode }) =>
    over === "batch" && mode === "test" ? { mode: "train" } : undefined,
  "the running statistics are taken": ({ mode, running }) =>
    running && mode === "train" ? { mode: "test" } : undefined,
  "the momentum weighs the old value": ({ mode, running }) =>
    running && mode === "train"
      ? { running: { ...running, momentum: 1 - running.momentum } }
      : undefined,
  "the running variance takes up the batch's with 1/(n − 1)": ({
    mode,
    running,
    unbiased_running,
  }) => (running && mode === "train" && !unbiased_running ? { unbiased_running: true } : undefined),
  "the running variance takes up the batch's with 1/n": ({ mode, unbiased_running }) =>
    mode === "train" && unbiased_running ? { unbiased_running: false } : undefined,
  "eps is left out": ({ eps }) => (eps === 0 ? undefined : { eps: 0 }),
}

const question: Question<typeof given> = ({ x, over, eps, mode, running }) => {
  const test = mode === "test" ? " at test time" : ""
  const named = over === "rms" ? "the mean squares" : "the means, the variances (1/n)"
  const first = over === "batch" && mode === "test" ? "" : `${named}, `
  const then = running && mode === "train" ? " and the new running statistics" : ""
  const outputs = `${first}the normalized batch${then ? "," : " and"} the output${then}`
  return text`Apply ${over === "rms" ? "RMS" : over} norm${test} with ε = ${eps} to x of shape ${sizes(x)}. Give ${outputs}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { x, over, eps, running, mode } = given
  const cells = cellsOf(x)
  const groups = groupsOf(cells, over, given.groups)
  const { members } = groups
  const [gamma, beta] = [perChannel(given.gamma, cells), perChannel(given.beta, cells)]
  const isTest = over === "batch" && mode === "test"
  const form = (values: Vector) => inGroupForm(groups, values)
  const whole = (each: Stack) => inFormOf(x, each)
  const first = entry(members, 0)
  const extent = text`${over === "rms" ? "One mean square" : "One mean and one variance"} ${extentWords(x, over, groups.width ?? 1)}.`
  const one = groups.width === undefined ? math`1` : math`1,1`
  const [mu, square] = [math`\mu`, over === "rms" ? math`\mathit{ms}` : math`\sigma^2`]

  /** Mean and variance of each group, as they are divided by. */
  const measured = (): { mean: Vector; variance: Vector } => {
    if (over === "rms") {
      const right = members.map(each => varianceAround(each, 0))
      const variance = [
        work.answer("mean_square", form(right), {
          "the root is taken": form(right.map(Math.sqrt)),
          "the squares are added up, not averaged": form(
            members.map((each, i) => each.length * entry(right, i)),
          ),
        }),
      ].flat(2)
      work.step("Mean squares", () => [
        extent,
        math`${square} = \frac{1}{n} \sum x^2`,
        math`${square}_{${one}} = ${average(first, 6, value => math`${value}^2`)} = ${entry(variance, 0)}`,
        ...groupTable(x, groups, over, [{ name: square, values: variance }]),
      ])
      return { mean: members.map(() => 0), variance }
    }
    const mean = [work.answer("mean", form(members.map(meanOf)))].flat(2)
    const right = members.map((each, i) => varianceAround(each, entry(mean, i)))
    const variance = [
      work.answer("variance", form(right), {
        ...(first.length > 1 && {
          "the variance is divided by n − 1": form(
            members.map((each, i) => (entry(right, i) * each.length) / (each.length - 1)),
          ),
        }),
        "the standard deviation is given": form(right.map(Math.sqrt)),
        "the mean of the squares is taken": form(members.map(each => varianceAround(each, 0))),
      }),
    ].flat(2)
    const m = entry(mean, 0)
    work.step("Mean and variance", () => [
      extent,
      ...(mode === "test"
        ? [text`At test time nothing changes: the statistics are each sample's own.`]
        : []),
      math`${mu} = \frac{1}{n} \sum x, \quad ${square} = \frac{1}{n} \sum (x - ${mu})^2`,
      math`${mu}_{${one}} = ${average(first)} = ${m}`,
      math`${square}_{${one}} = ${average(first, 4, value => math`(${value} - ${m})^2`)} = ${entry(variance, 0)}`,
      ...groupTable(x, groups, over, [
        { name: mu, values: mean },
        { name: square, values: variance },
      ]),
    ])
    return { mean, variance }
  }
  const kept = () => {
    const mean = perChannel(running?.mean ?? 0, cells)
    const variance = perChannel(running?.variance ?? 1, cells)
    const noun = channelNoun(x)
    work.step("Mean and variance", () => [
      text`At test time the running statistics of each ${noun} stand in for those of the batch.`,
      table(
        [noun, mu, square],
        mean.map((value, c) => [c + 1, value, entry(variance, c)]),
      ),
    ])
    return { mean, variance }
  }
  const { mean, variance } = isTest ? kept() : measured()

  const by = (divisor: (variance: number) => number, centre = 1) =>
    whole(
      mapCells(cells, groups, (value, group) =>
        centred(value, centre * entry(mean, group), divisor(entry(variance, group))),
      ),
    )
  const normalized = cellsOf(
    work.answer(
      "normalized",
      by(v => Math.sqrt(v + eps)),
      {
        ...(eps > 0 && { "eps is added outside the root": by(v => Math.sqrt(v) + eps) }),
        "x is divided by the variance instead of its root": by(v => v + eps),
        ...(over !== "rms" && { "the mean is not subtracted": by(v => Math.sqrt(v + eps), 0) }),
      },
    ),
  )
  const [x1, n1] = [cells, normalized].map(each => entry(entry(entry(each, 0), 0), 0))
  const at = math`${join(Array(rankOf(x)).fill(1), ",")}`
  const hat = math`\hat{x}`
  const root = math`\sqrt{${entry(variance, 0)} + ${eps}}`
  const flat = eps === 0 && variance.includes(0)
  work.step("Normalized", () => [
    over === "rms"
      ? math`${hat} = \frac{x}{\sqrt{${square} + \varepsilon}}, \quad \varepsilon = ${eps}`
      : math`${hat} = \frac{x - ${mu}}{\sqrt{${square} + \varepsilon}}, \quad \varepsilon = ${eps}`,
    math`${hat}_{${at}} = \frac{${over === "rms" ? (x1 ?? 0) : math`${x1 ?? 0} - ${entry(mean, 0)}`}}{${root}} = ${n1 ?? 0}`,
    ...(flat ? [text`Where all numbers of a group are one, 0/0 counts as 0.`] : []),
    ...batchGrids(hat, inFormOf(x, normalized)),
  ])

  const scaled = (f: (value: number, g: number, b: number) => number) =>
    whole(mapCells(normalized, groups, (value, _, c) => f(value, entry(gamma, c), entry(beta, c))))
  const [scales, shifts] = [gamma.some(g => g !== 1), beta.some(b => b !== 0)]
  const output = cellsOf(
    work.answer(
      "output",
      scaled((value, g, b) => g * value + b),
      {
        ...((scales || shifts) && {
          [`${scales ? (shifts ? "gamma and beta are" : "gamma is") : "beta is"} left out`]:
            whole(normalized),
        }),
        ...(scales &&
          shifts && {
            "beta is left out": scaled((value, g) => g * value),
            "gamma multiplies beta too": scaled((value, g, b) => g * (value + b)),
          }),
      },
    ),
  )
  const y1 = entry(entry(entry(output, 0), 0), 0)
  work.step("Output", () => [
    math`y = \gamma\,${hat} + \beta`,
    ...(scales || shifts
      ? [
          text`gamma and beta are those of the ${channelNoun(x)}: γ = ${given.gamma}, β = ${given.beta}.`,
          math`y_{${at}} = ${entry(gamma, 0)} \cdot ${n1 ?? 0} + ${entry(beta, 0)} = ${y1}`,
          ...batchGrids(math`y`, inFormOf(x, output)),
        ]
      : [text`With γ = 1 and β = 0 the output is the normalized batch.`]),
  ])
  if (!running || isTest) return

  const { momentum } = running
  const [oldMean, oldVariance] = [
    perChannel(running.mean, cells),
    perChannel(running.variance, cells),
  ]
  const n = given.unbiased_running ? first.length : undefined
  const grown = n === undefined ? variance : variance.map(v => (v * n) / (n - 1))
  const update = (old: Vector, batch: Vector) =>
    old.map((value, c) => (1 - momentum) * value + momentum * entry(batch, c))
  const newMean = work.answer("running_mean", update(oldMean, mean), {}, { from: oldMean })
  const newVariance = work.answer(
    "running_variance",
    update(oldVariance, grown),
    {},
    { from: oldVariance },
  )
  work.step("Running statistics", () => [
    math`\text{running} = (1 - m)\,\text{old} + m\,\text{batch}, \quad m = ${momentum}`,
    updateLine(math`\mathit{mean}`, momentum, { old: oldMean, batch: mean, result: newMean }),
    ...(n === undefined
      ? []
      : [
          text`The running variance takes up the batch's with 1/(n − 1).`,
          math`\frac{n}{n - 1} ${square}_{1} = \frac{${n}}{${n - 1}} \cdot ${entry(variance, 0)} = ${entry(grown, 0)}`,
        ]),
    updateLine(math`\mathit{variance}`, momentum, {
      old: oldVariance,
      batch: grown,
      result: newVariance,
    }),
    table(
      [channelNoun(x), "running mean", "running variance"],
      newMean.map((value, c) => [c + 1, value, entry(newVariance, c)]),
    ),
  ])
}

export default defineKind({
  name: "normalization",
  topic: "training",
  title: "Batch, layer, instance, group and RMS norm",
  given,
  answers,
  slips,
  question,
  solve,
})
