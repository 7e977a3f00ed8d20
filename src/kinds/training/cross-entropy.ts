// L = −Σ_k t_k log p_k, t the one-hot label or a distribution (soft labels); of a batch, samples being rows,
// the mean. Label smoothing mixes t with the uniform distribution: (1 − ε)·t + ε/K (Szegedy et al. 2016).
// ∂L/∂z = (p − t)/ln b for logits z and the logarithm's base b; each sample's loss by its own logits, or
// (`reduce: mean`) the mean loss by all of them, which divides by the number of samples.
import * as z from "zod"
import { math, type Rich, text } from "../../core/blocks.ts"
import * as classes from "../../core/classes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { logarithms, logField, otherBases } from "../../core/logarithm.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import { shown } from "../../core/working.ts"
import { softmax } from "../../math/activation.ts"
import { weighted } from "../../math/distribution.ts"
import { entry, mapGrid, sum, transpose, zipGrids } from "../../math/linear.ts"
import { labelledLosses, meanLoss, softLosses } from "../../math/loss-working.ts"
import { ofAll } from "../../math/mistakes.ts"
import { asGrid, inFormOf, isGrid } from "../../math/nested.ts"
import { logsOf, lossMistakes, softMistakes, softmaxTable } from "../../math/softmax-loss.ts"

const given = z
  .strictObject({
    logits: field
      .vectorOrGrid("scores before the softmax, shape (classes), or of a batch (samples, classes)")
      .optional(),
    probabilities: field.distributions("in place of the logits, of the same shape").optional(),
    classes: classes.classNames(),
    labels: classes.labels("true class, of a batch a list of them").optional(),
    targets: field
      .distributions("in place of labels: the share of each class, shaped as the logits")
      .optional(),
    smoothing: field
      .number("share ε of the targets that is spread over all classes", { min: 0, max: 1 })
      .default(0),
    log: logField(),
    reduce: field
      .oneOf("what the gradient is of: each sample's loss (none), or their mean", ["none", "mean"])
      .default("none"),
  })
  .check(
    rule.oneWay("what the network says", [["logits"], ["probabilities"]]),
    rule.oneWay("the truth", [["labels"], ["targets"]]),
    rule.sameShape("logits", "targets"),
    rule.sameShape("probabilities", "targets"),
    ...classes.labelled("logits", "probabilities"),
  )

type Given = z.output<typeof given>

const answers = (given: Given) => {
  const batch = isGrid(scoresOf(given))
  const each = batch ? answer.grid : answer.vector
  const logged = { min: 0, log: true }
  return {
    probabilities: each("softmax of the logits", { min: 0, max: 1, optional: true }),
    targets: each("smoothed targets", { min: 0, max: 1, optional: true }),
    losses: answer.vector("loss of each sample", { ...logged, optional: true }),
    loss: answer.number(batch ? "mean loss" : "loss", { ...logged, aside: true }),
    gradient: each(`derivative of ${batch ? whose[given.reduce] : "the loss"} by each logit`),
  }
}

const whose = { none: "each sample's loss", mean: "the mean loss" }

const slips: Slips<typeof given> = {
  ...otherBases,
  "the softmax runs down the columns": ({ logits }) =>
    logits && isGrid(logits)
      ? { logits: undefined, probabilities: transpose(transpose(logits).map(softmax)) }
      : undefined,
  "the classes are counted from 1": given =>
    given.classes ? undefined : classes.countedFromOne(given.labels),
  "the labels are not smoothed": ({ smoothing }) =>
    smoothing === 0 ? undefined : { smoothing: 0 },
  "the gradient is not divided by the number of samples": ({ reduce, ...given }) =>
    reduce === "mean" && isGrid(scoresOf(given)) ? { reduce: "none" } : undefined,
  "the gradient is divided by the number of samples": ({ reduce, ...given }) =>
    reduce === "none" && isGrid(scoresOf(given)) ? { reduce: "mean" } : undefined,
}

const question: Question<typeof given> = ({ log, reduce, smoothing, ...given }) => {
  const scores = scoresOf(given)
  const first = given.logits
    ? "Turn the logits into probabilities by softmax, then compute"
    : "Compute"
  const smooth = smoothing === 0 ? "" : text` with labels smoothed by ε = ${smoothing}`
  const base = log === "e" ? "" : ` (${logarithms[log].words})`
  if (!isGrid(scores)) {
    return text`${first} the cross-entropy${smooth}${base} and its derivatives by the logits.`
  }
  return text`${first} the cross-entropy of each of the ${plural(scores.length, "sample")}${smooth}${base}, the mean loss, and the derivatives of ${whose[reduce]} by the logits.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { logits, log, reduce, smoothing } = given
  const { take, symbol } = logarithms[log]
  const unit = take(Math.E)
  const form = scoresOf(given)
  const batch = isGrid(form)
  const z = logits && asGrid(logits)
  const count = entry(asGrid(form), 0).length
  const names = classes.namesOf(given.classes, count)
  const rows = asGrid(form).map((_, i) => String(i + 1))
  const isHard = smoothing === 0 && !given.targets
  const target = smoothing === 0 ? math`t` : math`t'`

  const own = z ? z.map(softmax) : asGrid(form)
  const soften = (logits: readonly Vector[]) => {
    const found = work.answer("probabilities", inFormOf(form, own), {
      "the exponentials are not divided by their sum": inFormOf(form, mapGrid(logits, Math.exp)),
      "the logits are divided by their sum": inFormOf(
        form,
        logits.map(row => row.map(each => each / sum(row))),
      ),
    })
    const p = asGrid(found)
    work.step("Probabilities", () => [
      ...(batch ? [text`Of sample 1:`] : []),
      ...softmaxTable(
        { name: math`z`, value: entry(logits, 0) },
        { name: math`p`, value: entry(p, 0) },
        names,
      ),
      ...(batch ? [shown({ name: math`p`, value: p, rows, columns: names, heat: true })] : []),
    ])
    return p
  }
  const p = z ? soften(z) : own

  const places =
    given.labels === undefined ? [] : classes.placesOf(given.labels, given.classes, count)
  const hard = given.targets
    ? asGrid(given.targets)
    : places.map(y => names.map((_, k) => (k === y ? 1 : 0)))
  const smooth = () => {
    const K = count
    const mixed = mapGrid(hard, t => (1 - smoothing) * t + smoothing / K)
    const found = work.answer("targets", inFormOf(form, mixed), {
      "ε is spread over the other classes only": inFormOf(
        form,
        mapGrid(hard, t => (1 - smoothing) * t + ((1 - t) * smoothing) / (K - 1)),
      ),
      "ε is added to each class whole": inFormOf(
        form,
        mapGrid(hard, t => (1 - smoothing) * t + smoothing),
      ),
    })
    const first = entry(entry(hard, 0), 0)
    work.step("Smoothed targets", () => [
      math`t' = (1 - \varepsilon)\,t + \frac{\varepsilon}{K}, \quad \varepsilon = ${smoothing}, \; K = ${K}`,
      math`t'_{${batch ? "1,1" : "1"}} = ${1 - smoothing} \cdot ${first} + \frac{${smoothing}}{${K}} = ${entry(entry(asGrid(found), 0), 0)}`,
      shown({ name: math`t'`, value: asGrid(found), ...(batch && { rows }), columns: names }),
    ])
    return asGrid(found)
  }
  const t = smoothing > 0 ? smooth() : hard

  const logs = p.map((row, i) =>
    (z ? logsOf(row, entry(own, i), entry(z, i)) : row.map(Math.log)).map(each => 0 - each * unit),
  )
  const terms = t.map((row, i) => weighted(row, entry(logs, i)))
  const right = terms.map(sum)
  const mistakes = p.map((row, i) =>
    isHard
      ? lossMistakes(row, entry(places, i), z?.[i], take)
      : softMistakes(entry(t, i), row, take),
  )
  const mean = (losses: Vector) => {
    const found = work.answer("loss", sum(losses) / losses.length, {
      "the losses are added up instead of averaged": sum(losses),
    })
    return [meanLoss(losses, found)]
  }
  const losses = batch
    ? work.answer("losses", right, ofAll(mistakes, right))
    : [work.answer("loss", entry(right, 0), entry(mistakes, 0))]
  const meaning = batch ? mean(losses) : []
  const told = { p, losses, classes: names, batch, log: symbol }
  work.step(batch ? "Losses" : "Loss", () => [
    ...(isHard
      ? labelledLosses(places, told)
      : softLosses({ t: entry(t, 0), terms: entry(terms, 0), name: target }, told)),
    ...meaning,
  ])

  const n = batch && reduce === "mean" ? p.length : 1
  const gradientOf = (f: (p: number, t: number) => number) =>
    inFormOf(
      form,
      zipGrids(p, t, (share, target) => (f(share, target) * unit) / n),
    )
  const slopes = work.answer(
    "gradient",
    gradientOf((share, target) => share - target),
    {
      "the targets are not subtracted": gradientOf(share => share),
      "the derivatives are those by the probabilities": gradientOf((share, target) =>
        target === 0 ? 0 : -target / share,
      ),
      ...(log !== "e" && {
        "the factor of the logarithm's base is left out": gradientOf(
          (share, target) => (share - target) / unit,
        ),
      }),
    },
  )
  work.step("Gradient", () => {
    const gradient = asGrid(slopes)
    const at = batch ? math`i,k` : math`k`
    const base = log === "e" ? math`` : math`\frac{1}{\ln ${log}}`
    const factor = math`${n === 1 ? math`` : math`\frac{1}{${n}}`}${base}`
    const times = (difference: Rich) =>
      n === 1 && log === "e" ? difference : math`${factor} (${difference})`
    const first = math`g_{${batch ? math`1,` : math``}${entry(names, 0)}}`
    const [p1, t1, g1] = [p, t, gradient].map(rows => entry(entry(rows, 0), 0))
    return [
      math`g_{${at}} = \frac{\partial L${batch && n === 1 ? math`_i` : math``}}{\partial z_{${at}}} = ${times(math`p_{${at}} - ${target}_{${at}}`)}`,
      math`${first} = ${times(math`${p1 ?? 0} - ${t1 ?? 0}`)} = ${g1 ?? 0}`,
      shown({ name: math`g`, value: gradient, ...(batch && { rows }), columns: names }),
      text`The derivatives by the logits of one sample add up to 0.`,
    ]
  })
}

/** What the network says, in the form in which it was given. */
function scoresOf({
  logits,
  probabilities,
}: Pick<Given, "logits" | "probabilities">): Vector | Grid {
  return logits ?? probabilities ?? []
}

export default defineKind({
  name: "cross-entropy",
  topic: "training",
  title: "Cross-entropy of class probabilities",
  given,
  answers,
  slips,
  question,
  solve,
})
