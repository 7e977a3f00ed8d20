import * as z from "zod"
import type { Complaint } from "./complaints.ts"
import { suggest } from "./diagnostic.ts"
import * as field from "./fields.ts"
import { across } from "./rules.ts"
import type { Grid, Vector } from "./types.ts"
import { mustBe, plural } from "./words.ts"

/** Classes and the labels of samples: names where `classes` are given, else indices from 0. */

export function classNames() {
  return field.labels("names of the classes; 0, 1, … if left out").optional()
}

/** The class of one sample. */
export function label(description: string) {
  return field.label(`${description}: a name among \`classes\`, or its index from 0`)
}

/** The class of one sample, or of each. */
export function labels(description: string) {
  return z
    .union([field.label(""), field.labels("", { repeated: true })], {
      error: ({ input }) => mustBe("a label or a list of labels", input),
    })
    .meta({
      title: "label or list of labels",
      description: `${description}: a name among \`classes\`, or its index from 0`,
    })
}

/** The classes by name, `0`, `1`, … if nothing names them. */
export function namesOf(classes: readonly string[] | undefined, count: number): readonly string[] {
  return classes ?? Array.from({ length: count }, (_, i) => String(i))
}

/** Where a class stands; an index beside names is read only if no name could be meant by it. */
export function placeOf(
  label: string,
  classes: readonly string[] | undefined,
  count: number,
): number | undefined {
  const named = classes?.indexOf(label) ?? -1
  if (named >= 0) return named
  if (!isIndex(label) || classes?.some(isIndex)) return undefined
  return Number(label) < count ? Number(label) : undefined
}

/** The places of labels that the rules have let pass. */
export function placesOf(
  labels: string | readonly string[],
  classes: readonly string[] | undefined,
  count: number,
): number[] {
  return [labels].flat().map(each => placeOf(each, classes, count) ?? Number.NaN)
}

/** Labels that count from 1, as a mistake, read as such; nothing where one is 0. */
export function countedFromOne(labels: string | string[] | undefined) {
  const places = labels === undefined ? [] : [labels].flat().map(Number)
  if (places.length === 0 || places.some(place => !(place >= 1))) return undefined
  const moved = places.map(place => String(place - 1))
  return { labels: Array.isArray(labels) ? moved : (moved[0] ?? "") }
}

/** There is a label for each row of `scores`, and every label names one of its columns. */
export function labelled<N extends string>(...names: readonly N[]) {
  type G = Labelled & { [name in N]?: Vector | Grid | undefined }
  const fields: readonly (keyof G & string)[] = ["labels", "classes", ...names]
  const scoresOf = (given: G) =>
    names.flatMap(name => {
      const value: Vector | Grid | undefined = given[name]
      return value ? { name, value } : []
    })[0]
  return [
    across<G>(fields, given => {
      const scores = scoresOf(given)
      const count = scores && widthOf(scores.value)
      if (!given.classes || count === undefined || given.classes.length === count) return undefined
      const found = plural(given.classes.length, "label")
      const message = `has ${found}, but \`${scores?.name}\` has ${plural(count, "class")}`
      return { path: ["classes"], code: "shape", message }
    }),
    across<G>(fields, given => {
      const scores = scoresOf(given)
      if (given.labels === undefined || !scores) return undefined
      const samples = isRows(scores.value) ? scores.value.length : 1
      const list = [given.labels].flat()
      if (list.length !== samples) {
        const message = `has ${plural(list.length, "label")}, but \`${scores.name}\` has ${plural(samples, "sample")}`
        return { path: ["labels"], code: "shape", message }
      }
      return list.flatMap((each, i) => {
        const path = Array.isArray(given.labels) ? ["labels", i] : ["labels"]
        return unknown(each, path, given.classes, widthOf(scores.value)) ?? []
      })
    }),
  ]
}

/** What is wrong with a label that is none of the classes. */
export function unknown(
  label: string,
  path: Complaint["path"],
  classes: readonly string[] | undefined,
  count: number,
): Complaint | undefined {
  // Another complaint says that there are more or fewer names than classes.
  if (classes && classes.length !== count) return undefined
  if (placeOf(label, classes, count) !== undefined) return undefined
  const code = "unknown-label"
  if (classes) {
    const message = `must be one of \`classes\`, but it is \`${label}\``
    return { path, code, message, hint: suggest(label, classes) }
  }
  if (isIndex(label)) {
    const last = count === 1 ? "the only one is 0" : `they count from 0 to ${count - 1}`
    const message = `is ${label}, but there ${count === 1 ? "is" : "are"} ${plural(count, "class")}: ${last}`
    return { path, code, message }
  }
  const message = `must be the index of a class, from 0, but it is \`${label}\``
  const isNumber = label.trim() !== "" && Number.isFinite(Number(label))
  return { path, code, message, ...(!isNumber && { hint: "name the classes in `classes`" }) }
}

interface Labelled {
  classes?: readonly string[] | undefined
  labels?: string | readonly string[] | undefined
}

function isRows(value: Vector | Grid): value is Grid {
  return Array.isArray(value[0])
}

function widthOf(value: Vector | Grid): number {
  return isRows(value) ? (value[0]?.length ?? 0) : value.length
}

function isIndex(label: string): boolean {
  return /^\d+$/.test(label)
}
