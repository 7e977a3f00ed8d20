// Everingham et al. (2010) and Lin et al. (2014): detections by descending score (of equal scores the one given
// first) are true if they overlap a truth of their image and class by at least the threshold, each truth once.
// area: under the envelope of the precision (VOC from 2010); eleven-point (VOC 2007) and coco-101: the mean over
// levels of recall of the largest precision from there on; step: Σ (Rₙ − Rₙ₋₁) Pₙ without the envelope, equal
// scores as one point (scikit-learn). A class without truths has no AP and enters no mean.
import * as z from "zod"
import { type Block, grid, join, math, table, text } from "../../core/blocks.ts"
import { box, otherPixels, upright, written } from "../../core/boxes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Answer, Grid, Vector } from "../../core/types.ts"
import { mustBe, plural, short } from "../../core/words.ts"
import {
  averages,
  firstAtLevels,
  type Interpolation,
  mistaken,
  pictureOf,
} from "../../math/average-precision.ts"
import {
  alreadyMatched,
  type Group,
  groupsIn,
  type Match,
  type Rules,
  withoutTruth,
} from "../../math/detections.ts"
import { entry, sum } from "../../math/linear.ts"
import { type Curve, mean, share } from "../../math/precision-recall.ts"

const cocoThresholds = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100)
const className = field.label("class; where there is one, all have one")
const shareRange = { min: 0, max: 1 }

const given = z
  .strictObject({
    detections: z
      .array(
        z.strictObject({
          score: field.number("confidence"),
          correct: field.flag("whether it is a true positive"),
        }),
      )
      .min(1)
      .optional()
      .meta({
        title: "list of detections",
        description: "detections already matched: score, correct",
      }),
    positives: field.integer("how many true objects there are to find", { min: 1 }).optional(),
    images: z
      .array(
        z.strictObject({
          truths: z.array(z.strictObject({ box: box("true box"), class: className.optional() })),
          detections: z.array(
            z.strictObject({
              box: box("detected box"),
              score: field.number("confidence"),
              class: className.optional(),
            }),
          ),
        }),
      )
      .min(1)
      .optional()
      .meta({
        title: "list of images",
        description:
          "instead of matched detections: for each image its truths (box, class?) and detections (box, score, class?)",
      }),
    iou_thresholds: z
      .union([z.literal("coco").transform(() => cocoThresholds), field.vector("", shareRange)], {
        error: ({ input }) => mustBe("a list of numbers or `coco`", input),
      })
      .optional()
      .meta({
        title: "vector or coco",
        description:
          "IoUs from which a box counts as found, 0.5 if left out; coco: 0.50, 0.55, …, 0.95",
      }),
    matching: field
      .oneOf(
        "which truth a detection is held against: the best of those not yet found (COCO), or the best of all, found or not (VOC)",
        ["unmatched", "all"],
      )
      .default("unmatched"),
    ...written,
    interpolation: field
      .oneOf("how the precisions are averaged", ["area", "eleven-point", "coco-101", "step"])
      .default("area"),
  })
  .check(
    rule.oneWay("detections", [["detections", "positives"], ["images"]]),
    rule.across(["detections", "positives"], ({ detections = [], positives }) => {
      const found = detections.filter(({ correct }) => correct).length
      if (positives === undefined || found <= positives) return undefined
      const message = `is ${positives}, but ${plural(found, "detection")} are correct: each finds another object`
      return { path: ["positives"], code: "range", message }
    }),
    rule.needs("iou_thresholds", "images", "detections are already matched"),
    rule.across(["iou_thresholds"], ({ iou_thresholds = [] }) =>
      iou_thresholds.flatMap((threshold, i) => {
        const before = iou_thresholds[i - 1] ?? Number.NEGATIVE_INFINITY
        const message = `must be above the one before it, ${short(before)}, but it is ${short(threshold)}`
        return threshold > before ? [] : { path: ["iou_thresholds", i], message }
      }),
    ),
    upright(["images"], ({ images = [] }) => placed(images)),
    rule.across(["images"], ({ images = [] }) => {
      const objects = placed(images)
      const classed = objects.find(each => each.class !== undefined)
      const bare = objects.find(each => each.class === undefined)
      if (!classed || !bare) return undefined
      const message = "has no `class`, but others have one"
      return { path: bare.path.slice(0, -1), code: "missing-field", message }
    }),
    rule.across(["images"], ({ images }) => {
      if (!images) return undefined
      const none = (what: "truths" | "detections") =>
        images.every(image => image[what].length === 0)
      const lacks = (message: string) => [{ path: ["images"], code: "empty", message }]
      if (none("truths")) return lacks("hold no truths, so there is nothing to find")
      return none("detections") ? lacks("hold no detections") : undefined
    }),
  )

type Given = z.output<typeof given>
type Images = NonNullable<Given["images"]>

/** A number per detection, by class where there are classes. */
type Measured = Answer<Vector | Readonly<Record<string, Vector>>>

const answers = (given: Given) => {
  const several = isSeveral(given)
  const measured = (label: string, more: Partial<Measured>): Measured => ({
    optional: several,
    ...more,
    type: isClassed(given) ? "record" : "vector",
    label: `${label}${isClassed(given) ? ", by class" : ""}`,
  })
  const count = { of: "integer", min: 0 } as const
  const share = { of: "vector", min: 0, max: 1 } as const
  const optional = { min: 0, max: 1, optional: true }
  const perClass: Answer<Readonly<Record<string, number | Vector>>> = {
    type: "record",
    label: `average precision of each class${several ? ", by threshold" : ""}`,
    of: several ? "vector" : "number",
    ...optional,
  }
  return {
    tp: measured("true positives up to each detection", count),
    fp: measured("false positives up to each detection", count),
    precision: measured("precision up to each detection", share),
    recall: measured("recall up to each detection", share),
    interpolated: measured("largest precision at or beyond each level of recall", {
      ...share,
      optional: true,
    }),
    AP: several
      ? answer.vector("average precision at each threshold", optional)
      : answer.number("average precision", optional),
    AP_per_class: perClass,
    mAP: answer.number("mean average precision", optional),
  }
}

const slips: Slips<typeof given> = {
  "the detections are not sorted by score": ({ detections, images }) => ({
    ...(detections && { detections: unsorted(detections) }),
    ...(images && {
      images: images.map((image, i) => {
        const before = sum(images.slice(0, i).map(each => each.detections.length))
        return { ...image, detections: unsorted(image.detections, before) }
      }),
    }),
  }),
  "a detection is held against the best truth, found or not": ({ images, matching }) =>
    images && matching === "unmatched" ? { matching: "all" } : undefined,
  "a detection is held against the best truth that is left": ({ images, matching }) =>
    images && matching === "all" ? { matching: "unmatched" } : undefined,
  ...otherPixels,
}

const question: Question<typeof given> = given => {
  const { detections = [], positives = 0, images = [] } = given
  const thresholds = thresholdsOf(given)
  const how = averages[given.interpolation].words
  if (!given.images) {
    return text`A detector made ${plural(detections.length, "detection")}, ranked by score; there are ${plural(positives, "true object")}. Give the true and false positives, precision and recall down the ranking, and the average precision, ${how}.`
  }
  const where = text`Match the detections in the ${images.length === 1 ? "image" : `${images.length} images`} with the true boxes at`
  const mean = isClassed(given) || isSeveral(given) ? " Give also their mean (mAP)." : ""
  if (isSeveral(given)) {
    return text`${where} each of the IoU thresholds ${thresholds}. Give the average precision${isClassed(given) ? " of each class" : ""} at each, ${how}.${mean}`
  }
  return text`${where} an IoU threshold of ${entry(thresholds, 0)}. Give the true and false positives, precision and recall down the ranking, and the average precision, ${how}${isClassed(given) ? ", all for each class" : ""}.${mean}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const groups = groupsOf(given)
  const averaged = groups.map((group, i) => ({
    group,
    values: isSeveral(given)
      ? averagesOf(given, group, i === 0, work)
      : [averageOf(given, group, i === 0, work)],
  }))
  const scored = averaged.flatMap(({ values }) => values)
  if (!isClassed(given) && !isSeveral(given)) return
  const truths = sum(groups.map(({ positives }) => positives))
  const weighted = averaged.flatMap(({ group, values }) => values.map(ap => ap * group.positives))
  const left = withoutTruth(given.images ?? [])
  const mAP = work.answer("mAP", mean(scored), {
    "classes count by their truths": (mean(weighted) * groups.length) / truths,
    "only the first threshold is taken": mean(averaged.map(({ values }) => values[0] ?? 0)),
    "classes without truths count as 0":
      (mean(scored) * groups.length) / (groups.length + left.length),
  })
  work.step("Mean", () => [
    ...(isSeveral(given)
      ? [
          grid(
            "AP",
            averaged.map(({ values }) => values),
            {
              columns: thresholdsOf(given).map(String),
              ...(isClassed(given) && { rows: groups.map(({ name }) => name ?? "") }),
            },
          ),
          text`Over ${isClassed(given) ? "all classes and thresholds" : "all thresholds"}:`,
          math`\operatorname{mAP} = \frac{1}{${scored.length}} \sum \operatorname{AP} = ${mAP}`,
        ]
      : [math`\operatorname{mAP} = \frac{${join(scored, " + ")}}{${scored.length}} = ${mAP}`]),
    ...(left.length > 0 ? [text`Without a true box, so without an AP: ${left.join(", ")}.`] : []),
  ])
}

/** From the matches of one class to its average precision, at one threshold. */
function averageOf(given: Given, group: Group, isFirst: boolean, work: Working): number {
  const { images, interpolation, matching } = given
  const { name, positives, judge } = group
  const hand: Hand = (answer, row, slips) =>
    name === undefined ? work.answer(answer, row, slips) : work.part(answer, name, row, slips)

  const rules = { threshold: entry(thresholdsOf(given), 0), matching }
  const ends = endsOf(group.scores, interpolation)
  const flags = flagsOf(judge(rules))
  const found = (change: Partial<Rules>) => upTo(ends, flagsOf(judge({ ...rules, ...change })))
  const tp = hand("tp", upTo(ends, flags), {
    "the counts are not added up": ends.map(end => entry(flags, end)),
    ...(images && {
      "an IoU equal to the threshold does not count": found({ strict: true }),
      "a truth may be found again": found({ again: true }),
    }),
  })
  const seen = ends.map(end => end + 1)
  const fp = hand(
    "fp",
    seen.map((n, i) => n - entry(tp, i)),
    {
      "the counts are not added up": ends.map(end => 1 - entry(flags, end)),
    },
  )
  const ofAll = tp.map(t => share(t, flags.length))
  const ofSeen = tp.map((t, i) => share(t, t + entry(fp, i)))
  const ofTruths = tp.map(t => share(t, positives))
  const precision = hand("precision", ofSeen, {
    "it is divided by the number of truths": ofTruths,
    "it is divided by the number of all detections": ofAll,
  })
  const recall = hand("recall", ofTruths, {
    "it is divided by the detections so far": ofSeen,
    "it is divided by the number of all detections": ofAll,
    "it is divided by the true positives found": tp.map(t => share(t, tp.at(-1) ?? 0)),
  })
  work.step(title(group, "Precision and recall"), () =>
    flags.length === 0
      ? [unseen]
      : [
          ...(images ? matchTable(given, group, isFirst) : []),
          math`\text{precision} = \frac{\mathit{TP}}{\mathit{TP} + \mathit{FP}}, \quad \text{recall} = \frac{\mathit{TP}}{${positives}}`,
          ...(ends.length < flags.length
            ? [text`Detections with equal scores count as one point.`]
            : []),
          table(
            ["rank", "score", "TP", "FP", "precision", "recall"],
            seen.map((rank, i) => [
              rank,
              entry(group.scores, rank - 1),
              entry(tp, i),
              entry(fp, i),
              entry(precision, i),
              entry(recall, i),
            ]),
          ),
        ],
  )

  const { interpolate, average, working } = averages[interpolation]
  const curve = { recall, precision }
  const interpolated =
    interpolate &&
    hand("interpolated", interpolate(curve), {
      "the first precision from a level on is taken, not the largest": firstAtLevels(curve),
    })
  const ap = average(curve, interpolated)
  const others = mistaken(curve, interpolation)
  const result =
    name === undefined ? work.answer("AP", ap, others) : work.part("AP_per_class", name, ap, others)
  if (flags.length > 0) {
    work.step(title(group, "Average precision"), () => [
      ...working(curve, result, interpolated),
      pictureOf(curve, interpolation),
    ])
  }
  return Number(result)
}

/** The average precisions of one class at several thresholds. */
function averagesOf(given: Given, group: Group, isFirst: boolean, work: Working): Vector {
  const { interpolation, matching } = given
  const { name, positives, judge } = group
  const thresholds = thresholdsOf(given)
  const ends = endsOf(group.scores, interpolation)
  const found = (change: Partial<Rules> = {}) =>
    thresholds.map(threshold => upTo(ends, flagsOf(judge({ threshold, matching, ...change }))))
  const curveOf = (tp: Vector): Curve => ({
    recall: tp.map(t => share(t, positives)),
    precision: tp.map((t, i) => share(t, entry(ends, i) + 1)),
  })
  const { average, words } = averages[interpolation]
  const averaged = (rows: Grid) => rows.map(tp => average(curveOf(tp)))
  const rows = found()
  const wrong = rows.map(tp => mistaken(curveOf(tp), interpolation))
  const others = {
    "an IoU equal to the threshold does not count": averaged(found({ strict: true })),
    "a truth may be found again": averaged(found({ again: true })),
    ...Object.fromEntries(
      Object.keys(wrong[0] ?? {}).map(words => [words, wrong.map(each => each[words] ?? 0)]),
    ),
  }
  const back =
    name === undefined
      ? work.answer("AP", averaged(rows), others)
      : work.part("AP_per_class", name, averaged(rows), others)
  work.step(title(group, "Average precision"), () =>
    group.scores.length === 0
      ? [unseen]
      : [
          ...matchTable(given, group, isFirst),
          text`At each threshold, with precision TP/(TP + FP) and recall TP/${positives} down the ranking, AP is ${words}.`,
          table(
            ["threshold", "TP", "FP", "AP"],
            rows.map((tp, t) => {
              const total = tp.at(-1) ?? 0
              return [entry(thresholds, t), total, group.scores.length - total, entry(back, t)]
            }),
          ),
        ],
  )
  return back
}

function title({ name }: Group, words: string): string {
  return name === undefined ? words : `${words}, class ${name}`
}

/** 1 for each detection that is true. */
function flagsOf(matches: readonly Match[]): number[] {
  return matches.map(({ isTrue }) => (isTrue ? 1 : 0))
}

/** How many flags are set up to each of some places. */
function upTo(ends: Vector, flags: Vector): number[] {
  let count = 0
  const counts = flags.map(flag => (count += flag))
  return ends.map(end => entry(counts, end))
}

type Working = Parameters<typeof solve>[1]
type Hand = (
  answer: "tp" | "fp" | "precision" | "recall" | "interpolated",
  row: Vector,
  slips: Readonly<Record<string, Vector>>,
) => Vector

/** How each detection of a class fared, down the ranking. */
function matchTable(given: Given, { judge, names, scores }: Group, isFirst: boolean): Block[] {
  const { matching } = given
  const thresholds = thresholdsOf(given)
  const runs = thresholds.map(threshold => judge({ threshold, matching }))
  const several = isSeveral(given)
  const lowest = runs[0] ?? []
  const isAlike = runs.every(run => run.every((match, i) => match.best === lowest[i]?.best))
  const against = matching === "unmatched" ? " not yet found" : ""
  const unless = matching === "all" ? " and that one is not yet found" : ""
  return [
    ...(isFirst
      ? [
          text`By descending score, each detection is held against the truth${against} of its image${isClassed(given) ? " and class" : ""} with which its IoU is largest: it is true (TP) if that is at least ${several ? "the threshold" : entry(thresholds, 0)}${unless}.${(given.images ?? []).length > 1 ? " 2.1 is the first box of the second image." : ""}`,
        ]
      : []),
    ...(isAlike
      ? []
      : [
          text`Truth and IoU are those at the threshold ${entry(thresholds, 0)}; at a higher threshold a truth found here may still be free.`,
        ]),
    table(
      ["detection", "score", "truth", "IoU", ...(several ? thresholds.map(String) : [""])],
      lowest.map((match, i) => [
        entry(names, i),
        entry(scores, i),
        match.best && match.best.iou > 0 ? match.best.truth : "none",
        match.best?.iou ?? 0,
        ...runs.map(run => (run[i]?.isTrue ? "TP" : "FP")),
      ]),
    ),
  ]
}

const unseen = text`Nothing of this class is detected, so its average precision is 0.`

/** Each class that has truths; without classes, or where detections are matched already, one group. */
function groupsOf(given: Given): Group[] {
  const { detections, positives = 0, images = [] } = given
  return detections ? [alreadyMatched(detections, positives)] : groupsIn({ ...given, images })
}

/** Where the points of the curve are: after each detection, or after the last of equal scores. */
function endsOf(scores: Vector, interpolation: Interpolation): number[] {
  return [...scores.keys()].filter(i => interpolation !== "step" || scores[i] !== scores[i + 1])
}

function thresholdsOf({ iou_thresholds = [0.5] }: Given): Vector {
  return iou_thresholds
}

function isSeveral(given: Given): boolean {
  return thresholdsOf(given).length > 1
}

function isClassed({ images = [] }: Given): boolean {
  return images.some(({ truths }) => truths.some(each => each.class !== undefined))
}

/** Every box with its place. */
function placed(images: Images) {
  return images.flatMap((image, i) =>
    (["truths", "detections"] as const).flatMap(what =>
      image[what].map((each, j) => ({ ...each, path: ["images", i, what, j, "box"] })),
    ),
  )
}

/** The same detections with scores that leave them in the order given, after `before` others. */
function unsorted<D extends { score: number }>(detections: readonly D[], before = 0): D[] {
  return detections.map((each, i) => ({ ...each, score: -(before + i) }))
}

export default defineKind({
  name: "average-precision",
  topic: "detection",
  title: "Average precision of detections",
  given,
  answers,
  slips,
  question,
  solve,
})
