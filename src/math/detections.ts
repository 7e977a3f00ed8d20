import type { Box, Written } from "../core/boxes.ts"
import { cornersOf, iouOf } from "./boxes.ts"

/** A detection, with its IoU with each truth of its image and class; a truth's name is its own. */
export interface Detection {
  score: number
  overlaps: readonly Overlap[]
}

export interface Overlap {
  truth: string
  iou: number
}

export interface Rules {
  threshold: number
  /** Which truth a detection is held against: the best of those left, or the best of all. */
  matching: "unmatched" | "all"
  /** Whether an IoU must be above the threshold, not only reach it. */
  strict?: boolean
  /** Whether a truth may be found again. */
  again?: boolean
}

/** What became of a detection; `best` is the truth it was held against. */
export interface Match {
  isTrue: boolean
  best: Overlap | undefined
}

/** Detections, in the order they are given, are matched with truths, each truth once. */
export function matched(
  detections: readonly Detection[],
  { threshold, matching, strict = false, again = false }: Rules,
): Match[] {
  const taken = new Set<string>()
  return detections.map(({ overlaps }) => {
    const open =
      matching === "all" || again ? overlaps : overlaps.filter(({ truth }) => !taken.has(truth))
    const [first] = open
    const best = first && open.reduce((a, b) => (b.iou > a.iou ? b : a), first)
    const reaches = best !== undefined && (strict ? best.iou > threshold : best.iou >= threshold)
    const isTrue = reaches && (again || !taken.has(best.truth))
    if (isTrue) taken.add(best.truth)
    return { isTrue, best }
  })
}

/** The detections and truths of one class, down the ranking. */
export interface Group {
  name?: string
  /** How many truths there are. */
  positives: number
  /** "2.1" is the first box of the second image. */
  names: readonly string[]
  scores: readonly number[]
  judge: (rules: Rules) => readonly Match[]
}

interface Placed {
  box: Box
  class?: string | undefined
}

interface Image {
  truths: readonly Placed[]
  detections: readonly (Placed & { score: number })[]
}

/** The classes that have truths, in the order in which they are met. */
export function groupsIn(scene: Written & { images: readonly Image[] }): Group[] {
  const { images } = scene
  const classes = new Set(images.flatMap(({ truths }) => truths.map(each => each.class)))
  return [...classes].map(name => {
    const ranked = byScore(images.flatMap((image, i) => overlapping(image, i, name, scene)))
    const truths = images.flatMap(image => image.truths.filter(each => each.class === name))
    return {
      ...(name !== undefined && { name }),
      positives: truths.length,
      names: ranked.map(each => each.name),
      scores: ranked.map(({ score }) => score),
      judge: rules => matched(ranked, rules),
    }
  })
}

/** Detections of which it is known whether they are true. */
export function alreadyMatched(
  detections: readonly { score: number; correct: boolean }[],
  positives: number,
): Group {
  const ranked = byScore(detections)
  const matches = ranked.map(({ correct }) => ({ isTrue: correct, best: undefined }))
  return { positives, names: [], scores: ranked.map(({ score }) => score), judge: () => matches }
}

/** The classes that are detected, but occur nowhere. */
export function withoutTruth(images: readonly Image[]): string[] {
  const truths = new Set(images.flatMap(image => image.truths.map(each => each.class)))
  const detected = images.flatMap(image => image.detections.flatMap(each => each.class ?? []))
  return [...new Set(detected)].filter(name => !truths.has(name))
}

/** The detections of one class in the i-th image, with their overlaps. */
function overlapping(image: Image, i: number, name: string | undefined, written: Written) {
  const numbered = <P extends Placed>(boxes: readonly P[]) =>
    boxes
      .map((each, j) => ({
        ...each,
        name: `${i + 1}.${j + 1}`,
        corners: cornersOf(each.box, written),
      }))
      .filter(each => each.class === name)
  const truths = numbered(image.truths)
  return numbered(image.detections).map(({ corners, ...detection }) => ({
    name: detection.name,
    score: detection.score,
    overlaps: truths.map(truth => ({
      truth: truth.name,
      iou: iouOf(corners, truth.corners, written.inclusive).valueOf(),
    })),
  }))
}

/** By descending score; of equal ones the first stays first. */
function byScore<S extends { score: number }>(list: readonly S[]): S[] {
  return list.toSorted((a, b) => b.score - a.score)
}
