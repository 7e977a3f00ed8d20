// Greedy non-maximum suppression: boxes by descending score (of equal scores the one given first); a box is
// suppressed by the first box kept before it that it overlaps by more than the threshold. Soft-NMS (Bodla et al.
// 2017) takes the box with the highest score left and lowers the scores of the others: by 1 − IoU above the
// threshold (linear), or always by exp(−IoU²/σ) (gaussian). The IoU grid is in the order given.
import * as z from "zod"
import {
  type Block,
  type Cell,
  grid,
  math,
  plane,
  type Rich,
  table,
  text,
} from "../../core/blocks.ts"
import { box, otherPixels, upright, written } from "../../core/boxes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { plural } from "../../core/words.ts"
import {
  areaOf,
  type Corners,
  cornersOf,
  iouOf,
  numbersOf,
  overlapOf,
  sidesOf,
} from "../../math/boxes.ts"
import { entry } from "../../math/linear.ts"

const mostBoxes = 64
const usualSigma = 0.5

const given = z
  .strictObject({
    boxes: z
      .array(
        z.strictObject({
          box: box("four numbers as `format` says"),
          score: field.number("confidence", { min: 0 }),
          class: field.label("class").optional(),
          name: field.label("name; its index, from 0, if left out").optional(),
        }),
      )
      .min(1)
      .meta({ title: "list of boxes", description: "the detections: box, score, class?, name?" }),
    threshold: field
      .number("IoU above which a box is suppressed (Soft-NMS with gaussian decay needs none)", {
        min: 0,
        max: 1,
      })
      .optional(),
    at_threshold: field
      .oneOf("what happens to a box whose IoU is exactly the threshold", ["kept", "suppressed"])
      .default("kept"),
    ...written,
    per_class: field
      .flag("whether boxes are suppressed only by boxes of their class")
      .default(true),
    soft: z
      .strictObject({
        method: field.oneOf("how scores are lowered", ["linear", "gaussian"]),
        sigma: field
          .number(`σ of the gaussian, ${usualSigma} if left out`, { above: 0 })
          .optional(),
        score_threshold: field
          .number("boxes whose score ends below this are dropped", { min: 0 })
          .default(0.001),
      })
      .optional()
      .meta({ title: "map", description: "lower scores instead of suppressing (Soft-NMS)" }),
  })
  .check(
    upright(["boxes"], ({ boxes }) =>
      boxes.map(({ box }, i) => ({ path: ["boxes", i, "box"], box })),
    ),
    rule.across(["boxes"], ({ boxes }) => {
      const message = `has ${boxes.length} boxes, but there may be at most ${mostBoxes}`
      return boxes.length > mostBoxes ? { path: ["boxes"], code: "size", message } : undefined
    }),
    rule.across(["boxes", "format", "inclusive"], ({ boxes, ...layout }) =>
      boxes.flatMap(({ box }, i) => {
        const [width, height] = sidesOf(cornersOf(box, layout), layout.inclusive)
        const flat = [
          ...(width.equals(0) ? ["width"] : []),
          ...(height.equals(0) ? ["height"] : []),
        ]
        if (flat.length === 0) return []
        const message = `has no area, as its ${flat.join(" and its ")} ${flat.length > 1 ? "are" : "is"} 0`
        const hint = "without an area it overlaps nothing, not even itself: leave it out"
        return { path: ["boxes", i, "box"], code: "box", message, hint }
      }),
    ),
    rule.across(["boxes"], ({ boxes }) => {
      const names = namesOf(boxes)
      return names.flatMap((name, i) => {
        const first = names.indexOf(name)
        if (first === i) return []
        const byIndex = boxes[i]?.name === undefined ? " by its index" : ""
        const message = `is named \`${name}\`${byIndex}, as \`boxes[${first + 1}]\` is`
        return { path: ["boxes", i], code: "duplicate", message }
      })
    }),
    rule.across(["boxes"], ({ boxes }) => {
      const classed = boxes.findIndex(each => each.class !== undefined)
      const bare = boxes.findIndex(each => each.class === undefined)
      if (classed === -1 || bare === -1) return undefined
      const message = `has no \`class\`, but \`boxes[${classed + 1}]\` has one`
      return { path: ["boxes", bare], code: "missing-field", message }
    }),
    rule.across(["threshold", "soft"], ({ threshold, soft }) => {
      if (threshold !== undefined || soft?.method === "gaussian") return undefined
      const message = "is missing: boxes that overlap by more are suppressed"
      return { path: ["threshold"], code: "missing-field", message }
    }),
  )

type Given = z.output<typeof given>

const answers = ({ boxes, soft }: Given) => {
  const names = namesOf(boxes)
  return {
    order: answer.ordering("boxes by descending score", names),
    // The diagonal is not used.
    iou: answer.grid("IoU of each pair, in the order given", {
      min: 0,
      max: 1,
      mirrored: true,
      aside: true,
    }),
    suppressed_by: answer.labels("of each suppressed box, the box that suppresses it", names, {
      open: true,
      aside: true,
      optional: soft !== undefined,
    }),
    rescored: answer.record("score of each box in the end", { min: 0, optional: true }),
    kept: answer.list("boxes that are kept, by descending score"),
  }
}

const slips: Slips<typeof given> = {
  "classes make no difference": ({ per_class }) => (per_class ? { per_class: false } : undefined),
  "each class is taken by itself": ({ per_class }) => (per_class ? undefined : { per_class: true }),
  "an IoU equal to the threshold suppresses": ({ at_threshold }) =>
    at_threshold === "kept" ? { at_threshold: "suppressed" } : undefined,
  "an IoU equal to the threshold does not suppress": ({ at_threshold }) =>
    at_threshold === "suppressed" ? { at_threshold: "kept" } : undefined,
  ...otherPixels,
}

const question: Question<typeof given> = ({ boxes, threshold, per_class, soft }) => {
  const hasClasses = boxes[0]?.class !== undefined
  const apart = !hasClasses ? "" : per_class ? ", each class by itself" : ", all classes together"
  const named = boxes.every(({ name }) => name !== undefined)
    ? ""
    : " (named by their index, from 0)"
  if (!soft) {
    return text`Apply non-maximum suppression to the ${plural(boxes.length, "box")}${named} with an IoU threshold of ${threshold ?? 0}${apart}: give the boxes in the order of their scores, the IoU of each pair, which box suppresses which, and the boxes that are kept.`
  }
  const decay =
    soft.method === "linear"
      ? text`linear decay above an IoU of ${threshold ?? 0}`
      : text`gaussian decay (σ = ${soft.sigma ?? usualSigma})`
  return text`Apply Soft-NMS with ${decay} to the ${plural(boxes.length, "box")}${named}${apart}: give their order, the IoU of each pair, the score each box ends with, and the boxes that are kept, those that end with at least ${soft.score_threshold}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { boxes, inclusive, soft } = given
  const names = namesOf(boxes)
  const scores = boxes.map(({ score }) => score)
  const sorted = byScore(names, scores)
  const ascending = byScore(
    names,
    scores.map(score => -score),
  )
  const order = work.answer("order", sorted, {
    "the boxes are sorted by ascending score": ascending,
    "the boxes stay in the order given": names,
  })
  work.step("Order", () => [
    text`By descending score${new Set(scores).size < scores.length ? "; of equal scores, the box given first comes first" : ""}.`,
    table(
      ["box", "score", ...(boxes[0]?.class === undefined ? [] : ["class"])],
      sorted.map(name => {
        const found = entry(boxes, names.indexOf(name))
        return [name, found.score, ...(found.class === undefined ? [] : [found.class])]
      }),
    ),
  ])

  const corners = boxes.map(({ box }) => cornersOf(box, given))
  const pairs = corners.map(a => corners.map(b => iouOf(a, b, inclusive).valueOf()))
  const iou = work.answer("iou", pairs)
  const meets: Meets = (a, b) =>
    !given.per_class || boxes[a]?.class === boxes[b]?.class ? entry(entry(iou, a), b) : 0
  const marks = iou.flatMap((row, i) =>
    row.flatMap((_, j): [number, number][] =>
      i !== j && isOver(meets(i, j), given) ? [[i, j]] : [],
    ),
  )
  work.step("Overlaps", () => [
    ...sampleOf(names, corners, inclusive),
    grid("IoU", iou, { rows: names, columns: names, marks }),
  ])
  if (soft) lower(given, soft, meets, work)
  else suppress(given, order.map(String), meets, work)
}

/** Hard suppression, box by box in the order of the scores. */
function suppress(given: Given, order: readonly string[], meets: Meets, work: Working): void {
  const names = namesOf(given.boxes)
  const listed = order.filter(name => names.includes(name))
  const iouOf = (a: string, b: string) => meets(names.indexOf(a), names.indexOf(b))
  const beaten = new Map<string, string>()
  const verdicts: Cell[][] = []
  for (const [i, name] of listed.entries()) {
    const before = listed.slice(0, i)
    const standing = before.filter(other => !beaten.has(other))
    const rivals = standing.filter(other => isOver(iouOf(other, name), given))
    const [by] = rivals
    if (by === undefined) {
      const closest = standing.toSorted((a, b) => iouOf(b, name) - iouOf(a, name))[0]
      const why =
        closest === undefined || iouOf(closest, name) === 0
          ? text`overlaps no box that is kept`
          : text`IoU with ${closest}: ${iouOf(closest, name)}`
      verdicts.push([name, "kept", i === 0 ? text`the highest score` : why])
      continue
    }
    const nearest = rivals.reduce((a, b) => (iouOf(b, name) > iouOf(a, name) ? b : a))
    const any = before.find(other => isOver(iouOf(other, name), given))
    const found = work.part("suppressed_by", name, by, {
      "the box that overlaps most is named": nearest,
      "a box that is suppressed suppresses others": any ?? by,
    })
    beaten.set(name, found)
    verdicts.push([name, text`suppressed by ${found}`, text`IoU ${iouOf(found, name)}`])
  }
  if (beaten.size === 0) work.answer("suppressed_by", {})
  work.step("Suppression", () => [
    text`Box by box: it is suppressed if its IoU with a box${isClassed(given) ? " of its class" : ""} kept before it is ${given.at_threshold === "kept" ? "above" : "at least"} ${given.threshold ?? 0}. A suppressed box suppresses nothing.`,
    table(["box", "verdict", "because"], verdicts),
  ])

  const chained = listed.filter((name, i) =>
    listed.slice(0, i).every(other => !isOver(iouOf(other, name), given)),
  )
  const left = listed.filter(name => !beaten.has(name))
  const kept = work.answer("kept", left, {
    "a box that is suppressed suppresses others": chained,
    "the suppressed boxes are listed": listed.filter(name => beaten.has(name)),
    "the boxes stay in the order given": names.filter(name => left.includes(name)),
  })
  work.step("Kept", () => [text`Kept, by score: ${kept.join(", ")}.`, pictureOf(given, kept)])
}

/** Soft-NMS: the highest score left is taken, round by round, and the scores of the others lowered. */
function lower(given: Given, soft: Soft, meets: Meets, work: Working): void {
  const { boxes } = given
  const { sigma = usualSigma } = soft
  const names = namesOf(boxes)
  const scores = boxes.map(({ score }) => score)
  const linear = (iou: number) => (isOver(iou, given) ? 1 - iou : 1)
  const gaussian = (iou: number) => Math.exp(-(iou ** 2) / sigma)
  const byName = (values: Vector) =>
    Object.fromEntries(names.map((name, i) => [name, entry(values, i)]))
  const under = (factor: typeof linear) => softened(scores, (a, b) => factor(meets(a, b)))
  const endsUnder = (factor: typeof linear) => byName(under(factor).ends)
  const { rounds, ends } = under(soft.method === "linear" ? linear : gaussian)
  const rescored = work.answer("rescored", byName(ends), {
    "the scores are not lowered": byName(scores),
    ...(soft.method === "linear"
      ? {
          "the decay is gaussian": endsUnder(gaussian),
          "the scores are multiplied by the IoU": endsUnder(iou => (isOver(iou, given) ? iou : 1)),
        }
      : {
          ...(given.threshold !== undefined && { "the decay is linear": endsUnder(linear) }),
          "the IoU is not squared": endsUnder(iou => Math.exp(-iou / sigma)),
          "σ is squared": endsUnder(iou => Math.exp(-((iou / sigma) ** 2))),
          "the exponent is halved": endsUnder(iou => Math.exp(-(iou ** 2) / (2 * sigma))),
        }),
  })
  work.step("Lowered scores", () => [
    text`The box with the highest score left is taken; each other score s${isClassed(given) ? " of its class" : ""} is lowered by the box's IoU with the one taken.`,
    soft.method === "linear"
      ? math`s \gets s\,(1 - \operatorname{IoU}) \quad \text{if } \operatorname{IoU} ${sign(given)} ${given.threshold ?? 0}`
      : math`s \gets s \cdot \exp\left(-\frac{\operatorname{IoU}^2}{\sigma}\right), \quad \sigma = ${sigma}`,
    grid(
      "Scores before each choice; the highest left is taken",
      rounds.map(({ scores }) => scores),
      {
        rows: rounds.map((_, i) => `${i + 1}`),
        columns: names,
        marks: rounds.map(({ taken }, i) => [i, taken]),
        hidden: rounds.flatMap((_, i) =>
          rounds.slice(0, i).map(({ taken }): [number, number] => [i, taken]),
        ),
      },
    ),
  ])

  const ranked = byScore(
    names,
    names.map(name => rescored[name] ?? 0),
  )
  const kept = work.answer(
    "kept",
    ranked.filter(name => (rescored[name] ?? 0) >= soft.score_threshold),
    { "no score is too low": ranked },
  )
  work.step("Kept", () => [
    text`Those that end with a score of at least ${soft.score_threshold}: ${kept.join(", ")}.`,
    pictureOf(given, kept),
  ])
}

/** The scores before each choice, and the score with which each box was taken. */
function softened(scores: Vector, factor: Meets) {
  const ends = [...scores]
  const left = new Set(scores.keys())
  const rounds: { taken: number; scores: number[] }[] = []
  while (left.size > 0) {
    const taken = [...left].reduce((a, b) => (entry(ends, b) > entry(ends, a) ? b : a))
    rounds.push({ taken, scores: [...ends] })
    left.delete(taken)
    for (const other of left) ends[other] = entry(ends, other) * factor(taken, other)
  }
  return { rounds, ends }
}

/** The IoU of two boxes by their places, 0 where they cannot suppress each other. */
type Meets = (a: number, b: number) => number
type Soft = NonNullable<Given["soft"]>
type Working = Parameters<typeof solve>[1]

function isOver(iou: number, { threshold = 0, at_threshold }: Given): boolean {
  return iou > threshold || (iou === threshold && at_threshold === "suppressed")
}

function sign({ at_threshold }: Given): Rich {
  return at_threshold === "suppressed" ? math`\ge` : math`>`
}

/** Whether only boxes of one class meet. */
function isClassed({ boxes, per_class }: Given): boolean {
  return per_class && boxes[0]?.class !== undefined
}

function namesOf(boxes: readonly { name?: string | undefined }[]): string[] {
  return boxes.map(({ name }, i) => name ?? String(i))
}

/** Names by descending score; of equal ones the first stays first. */
function byScore(names: readonly string[], scores: Vector): string[] {
  const places = new Map(names.map((name, i) => [name, i]))
  const scoreOf = (name: string) => entry(scores, places.get(name) ?? -1)
  return names.toSorted((a, b) => scoreOf(b) - scoreOf(a))
}

/** The IoU of the first two boxes that overlap, written out. */
function sampleOf(names: readonly string[], corners: readonly Corners[], last: boolean): Block[] {
  const pairs = corners.flatMap((a, i) =>
    corners.slice(i + 1).map((b, j) => ({ a, b, i, j: i + 1 + j })),
  )
  const pair = pairs.find(({ a, b }) => !iouOf(a, b, last).equals(0))
  if (!pair) return [text`No two boxes overlap.`]
  const { a, b, i, j } = pair
  const [shared, first, second] = [
    areaOf(overlapOf(a, b), last),
    areaOf(a, last),
    areaOf(b, last),
  ] as const
  return [
    math`\operatorname{IoU} = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}`,
    math`\operatorname{IoU}(\text{${entry(names, i)}}, \text{${entry(names, j)}}) = \frac{${shared.valueOf()}}{${first.valueOf()} + ${second.valueOf()} - ${shared.valueOf()}} = ${iouOf(a, b, last).valueOf()}`,
  ]
}

function pictureOf(given: Given, kept: readonly (string | number)[]): Block {
  return plane("The boxes; those kept are marked", {
    boxes: namesOf(given.boxes).map((name, i) => ({
      name,
      box: numbersOf(cornersOf(entry(given.boxes, i).box, given)),
      mark: kept.includes(name),
    })),
  })
}

export default defineKind({
  name: "nms",
  topic: "detection",
  title: "Non-maximum suppression",
  given,
  answers,
  slips,
  question,
  solve,
})
