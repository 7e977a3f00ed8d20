import { type Block, math, type Rich, table, text } from "../core/blocks.ts"
import type { Vector } from "../core/types.ts"
import { exponentials } from "./activation.ts"
import { weighted } from "./distribution.ts"
import { argmax, entry, sum } from "./linear.ts"

/** ln softmax(x), exact where a probability is close to 0 or to 1. */
export function logSoftmax(x: Vector): number[] {
  const largest = Math.max(...x)
  const top = x.indexOf(largest)
  const others = x.map((value, i) => (i === top ? 0 : Math.exp(value - largest)))
  const total = Math.log1p(sum(others))
  return x.map(value => value - largest - total)
}

/**
 * ln of each probability. Where it is the one that `logits` give (`own`), or 0, its logarithm is
 * that of the logits, which a double holds to more digits.
 */
export function logsOf(p: Vector, own: Vector, logits: Vector): number[] {
  const logs = logSoftmax(logits)
  return p.map((value, i) =>
    value > 0 && value !== entry(own, i) ? Math.log(value) : entry(logs, i),
  )
}

/** What mistakes make of the loss −log p_y, by words that complete "… if …". */
export function lossMistakes(
  p: Vector,
  y: number,
  scores?: Vector,
  log: (x: number) => number = Math.log,
): Record<string, number> {
  const guess = argmax(p)
  return finite({
    "1 − p stands in for −log p": 1 - entry(p, y),
    ...(guess !== y && { "the loss is that of the predicted class": -log(entry(p, guess)) }),
    "all classes count as if they were true": -sum(p.map(log)),
    ...(scores && { "the sum of the exponentials is left out": -entry(scores, y) }),
  })
}

/** The same for the loss −Σ t log p of targets that are shares. */
export function softMistakes(
  t: Vector,
  p: Vector,
  log: (x: number) => number = Math.log,
): Record<string, number> {
  const cross = -sum(weighted(t, p.map(log)))
  return finite({
    "the entropy of the targets is subtracted, as for KL": cross + sum(weighted(t, t.map(log))),
    "targets and probabilities are swapped": -sum(weighted(p, t.map(log))),
    "the class of the largest target counts alone": -log(entry(p, argmax(t))),
    "the terms are averaged over the classes": cross / t.length,
  })
}

/** A mistake that leads to no number is none that a sheet could show. */
function finite(mistakes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(mistakes).filter(([, value]) => Number.isFinite(value)))
}

/** How scores `s` of classes become probabilities `p`; `at` is one of the scores by its index. */
export function softmaxTable(
  s: { name: Rich; value: Vector; at?: (index: Rich) => Rich },
  p: { name: Rich; value: Vector },
  classes: readonly string[],
): Block[] {
  const { values, shifted } = exponentials([s.value])
  const row = entry(values, 0)
  const exponential = shifted ? math`e^{${s.name} - \max}` : math`e^{${s.name}}`
  const total = sum(row)
  const at = s.at ?? (index => math`${s.name}_${index}`)
  return [
    math`${p.name}_i = \frac{e^{${at(math`i`)}}}{\sum_j e^{${at(math`j`)}}}`,
    ...(shifted
      ? [
          text`These exponentials are too large or too small to write down, so the largest score is subtracted first; the probabilities stay as they are.`,
        ]
      : []),
    table(
      ["class", s.name, exponential, p.name],
      [
        ...classes.map((name, i) => [name, entry(s.value, i), entry(row, i), entry(p.value, i)]),
        ["Σ", null, total, null],
      ],
    ),
  ]
}
