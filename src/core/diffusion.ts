import * as z from "zod"
import * as field from "./fields.ts"
import { across } from "./rules.ts"
import type { Vector } from "./types.ts"
import { mustBe, plural } from "./words.ts"

/** The noise β of every step of a diffusion, listed or by a rule. */
export type Betas = Vector | Ramp

/** A rule for β: along a line, or such that ᾱ falls along a cosine. */
export interface Ramp {
  schedule: "linear" | "cosine"
  steps: number
  start?: number | undefined
  end?: number | undefined
}

/** β of one step. */
function beta(description: string) {
  const title = "step of a noise schedule"
  return field.number(description, { above: 0, below: 1 }).meta({ title, description })
}

const ramp = z
  .strictObject({
    start: beta("linear: β of the first step").optional(),
    end: beta("linear: β of the last step").optional(),
    steps: field.integer("number of steps T", { min: 1, max: 4000 }),
    schedule: field
      .oneOf(
        "linear: β goes from start to end; cosine: β follows from ᾱ, which falls along a squared cosine",
        ["linear", "cosine"],
      )
      .default("linear"),
  })
  .check(
    across(["start", "end", "schedule"], ({ schedule, ...ends }) =>
      (["start", "end"] as const).flatMap(name => {
        const isGiven = ends[name] !== undefined
        if (isGiven === (schedule === "linear")) return []
        return isGiven
          ? {
              path: [name],
              code: "conflict",
              message: "has no use with `schedule: cosine`, only with `linear`",
            }
          : {
              path: [name],
              code: "missing-field",
              message: "is missing: a linear schedule goes from `start` to `end`",
            }
      }),
    ),
  )

/** β of each step. */
export function betas(description: string) {
  const list = z.array(beta("β of a step")).min(1)
  return z
    .union([list, ramp], {
      error: ({ input }) => mustBe("a list of numbers or a map { start, end, steps }", input),
    })
    .meta({ title: "noise schedule", description })
}

export function isRamp(betas: Betas): betas is Ramp {
  return "steps" in betas
}

/** A step must be one of the schedule. */
export function stepExists<G extends { betas?: Betas | undefined; t?: number | undefined }>() {
  return across<G>(["betas", "t"], ({ betas, t }) => {
    if (betas === undefined || t === undefined) return undefined
    const steps = isRamp(betas) ? betas.steps : betas.length
    if (t <= steps) return undefined
    const message = `is ${t}, but \`betas\` has ${plural(steps, "step")}`
    return { path: ["t"], code: "range", message }
  })
}
