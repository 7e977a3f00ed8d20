import { type Block, curves, type Inline, math, type Rich, text } from "../core/blocks.ts"
import type { Vector } from "../core/types.ts"
import { sumOfProducts } from "../core/working.ts"
import { entry, sum } from "./linear.ts"
import {
  atLevels,
  type Curve,
  envelope,
  levels,
  mean,
  share,
  stepArea,
  trapezoidArea,
} from "./precision-recall.ts"

/** How the precisions of a ranking become one number, and how that is written out. */

export type Interpolation = "area" | "eleven-point" | "coco-101" | "step"

interface Average {
  /** Completes "the average precision, …". */
  words: string
  /** Completes "this is what comes out if …", where another one is asked. */
  slip: string
  /** The precisions that are averaged, where they are an answer. */
  interpolate?: (curve: Curve) => Vector
  average: (curve: Curve, interpolated?: Vector) => number
  working: (curve: Curve, result: Inline, interpolated?: Vector) => Block[]
}

export const averages: Readonly<Record<Interpolation, Average>> = {
  area: {
    words: "the area under the envelope of the precisions",
    slip: "the area under the envelope is taken",
    average: ({ recall, precision }) => stepArea({ recall, precision: envelope(precision) }),
    working: ({ recall, precision }, result) => {
      const raised = envelope(precision)
      return [
        text`Each precision is raised to the largest one from there on: the envelope.`,
        math`\hat{P}_n = \max_{m \ge n} P_m: \quad ${raised}`,
        ...stepWorking(math`\hat{P}_n`, { recall, precision: raised }, result),
      ]
    },
  },
  "eleven-point": {
    words: "the mean of the interpolated precisions at the 11 recalls 0, 0.1, …, 1",
    slip: "11 levels of recall are taken",
    interpolate: curve => atLevels(curve, levels(11)),
    average: (curve, interpolated = atLevels(curve, levels(11))) => mean(interpolated),
    working: (_, result, interpolated = []) => [
      text`At each level r, the largest precision at a recall of r or more; 0 where there is none.`,
      math`\hat{P}(r) = \max_{R_n \ge r} P_n, \quad r = 0, 0.1, \ldots, 1`,
      math`\hat{P} = ${interpolated}`,
      math`\operatorname{AP} = \frac{1}{11} \sum_r \hat{P}(r) = \frac{${sum(interpolated)}}{11} = ${result}`,
    ],
  },
  "coco-101": {
    words: "the mean of the interpolated precisions at the 101 recalls 0, 0.01, …, 1",
    slip: "101 levels of recall are taken",
    average: curve => mean(atLevels(curve, levels(101))),
    working: (curve, result) => {
      const values = atLevels(curve, levels(101))
      const heights = [...new Set(values)]
      const counts = heights.map(height => values.filter(value => value === height).length)
      return [
        text`At each level r, the largest precision at a recall of r or more; 0 where there is none.`,
        math`\hat{P}(r) = \max_{R_n \ge r} P_n, \quad r = 0, 0.01, \ldots, 1`,
        text`Levels with the same precision are counted together, their number times that precision:`,
        math`\operatorname{AP} = \frac{1}{101} \sum_r \hat{P}(r) = \frac{${sumOfProducts(counts, heights)}}{101} = ${result}`,
      ]
    },
  },
  step: {
    words: "the sum of the precisions, each times the step in recall to it",
    slip: "the envelope is left out",
    average: curve => stepArea(curve),
    working: (curve, result) => stepWorking(math`P_n`, curve, result),
  },
}

/** Σ (R_n − R_{n−1}) P_n; points that do not add to the recall are left out. */
function stepWorking(name: Rich, { recall, precision }: Curve, result: Inline): Block[] {
  const steps = recall.map((r, i) => ({
    step: r - (recall[i - 1] ?? 0),
    height: precision[i] ?? 0,
  }))
  const rising = steps.filter(({ step }) => step !== 0)
  const terms = sumOfProducts(
    rising.map(({ step }) => step),
    rising.map(({ height }) => height),
  )
  return [
    math`\operatorname{AP} = \sum_n (R_n - R_{n-1})\,${name} = ${rising.length > 0 ? terms : 0} = ${result}`,
  ]
}

/** The precision where the recall first reaches each of 11 levels. */
export function firstAtLevels({ recall, precision }: Curve): number[] {
  return levels(11).map(level => precision[recall.findIndex(r => r >= level)] ?? 0)
}

/** The precisions over the recalls, with the envelope. */
export function pictureOf({ recall, precision }: Curve, interpolation: Interpolation): Block {
  const at = (heights: Vector) => recall.map((r, i): [number, number] => [r, entry(heights, i)])
  const raised = envelope(precision)
  const axes = { x: { label: "recall", from: 0, to: 1 }, y: { label: "precision", from: 0, to: 1 } }
  return curves("Precision over recall", axes, [
    { name: "precision", points: at(precision), marks: at(precision) },
    ...(interpolation === "step"
      ? []
      : [{ name: "envelope", points: [[0, raised[0] ?? 0] as const, ...at(raised)], steps: true }]),
  ])
}

/** What other ways of averaging give. */
export function mistaken(curve: Curve, interpolation: Interpolation): Record<string, number> {
  const { recall, precision } = curve
  const others = Object.entries(averages).filter(([other]) => other !== interpolation)
  return {
    ...Object.fromEntries(others.map(([, { slip, average }]) => [slip, average(curve)])),
    "the points are joined by straight lines": trapezoidArea(curve),
    "the precisions of all detections are averaged": mean(precision),
    "the precisions of the true positives are averaged": share(stepArea(curve), recall.at(-1) ?? 0),
  }
}
