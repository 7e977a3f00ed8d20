import * as z from "zod"
import * as field from "./fields.ts"
import * as answer from "./kind.ts"
import type { Grid, Vector } from "./types.ts"
import { mustBe } from "./words.ts"

/** What may be one number, a vector or a grid: an image, a score, a prediction of the noise. */

export function nested(description: string) {
  return z
    .union([field.number("value"), field.vectorOrGrid("values")], {
      error: ({ input }) => mustBe("a number, a list of numbers or of rows of numbers", input),
    })
    .meta({ title: "number, vector or grid", description })
}

/** The maker of an answer in the form of `sample`. */
export function answerLike(sample: number | Vector | Grid) {
  if (typeof sample === "number") return answer.number
  return Array.isArray(sample[0]) ? answer.grid : answer.vector
}
