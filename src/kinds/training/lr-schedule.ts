// Steps t count from 0 (inverse-sqrt without warm-up: from 1). Step: times γ at each milestone, which counts from
// its own step on. Cosine (Loshchilov & Hutter 2017) and linear fall from the base to the final rate in T steps. A
// warm-up rises from 0 to the base in w steps; the fall takes the other T − w, the inverse root is base·√(w/t).
import * as z from "zod"
import { math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { short } from "../../core/words.ts"
import { formulas, numbers, picture } from "../../math/schedule-working.ts"
import { early, mistakes, type Plan, rateAt } from "../../math/schedules.ts"

const given = z
  .strictObject({
    schedule: field.oneOf("how the learning rate goes on", [
      "step",
      "cosine",
      "linear",
      "inverse-sqrt",
      "exponential",
      "warmup-cosine",
    ]),
    base: field.number("learning rate at its highest", { above: 0 }),
    gamma: field
      .number("step, exponential: what the rate is multiplied by; 0.1 if left out", { above: 0 })
      .optional(),
    milestones: field
      .vector("step: the steps at which the rate is multiplied, ascending", { min: 0 })
      .optional(),
    step_size: field
      .number("step: instead of milestones, the distance from one to the next", { above: 0 })
      .optional(),
    total: field
      .number("cosine, linear: the step T at which the final rate is reached", { above: 0 })
      .optional(),
    final: field
      .number("cosine, linear: the learning rate at the end; 0 if left out", { min: 0 })
      .optional(),
    warmup: field
      .number("warmup-cosine, linear, inverse-sqrt: steps w of the warm-up; 0 if left out", {
        min: 0,
      })
      .optional(),
    t: field.broadcast("the steps at which the rate is asked, from 0; a list or one number", {
      min: 0,
    }),
  })
  .check(
    rule.belongs("schedule", {
      step: ["gamma", "milestones", "step_size"],
      exponential: ["gamma"],
      cosine: ["total", "final"],
      linear: ["total", "final", "warmup"],
      "inverse-sqrt": ["warmup"],
      "warmup-cosine": ["total", "final", "warmup"],
    }),
    rule.across(["schedule", "milestones", "step_size", "total"], missing),
    rule.across(["milestones"], ({ milestones = [] }) => {
      const at = milestones.findIndex((each, i) => i > 0 && each <= (milestones[i - 1] ?? 0))
      if (at < 0) return undefined
      const message = `is ${short(milestones[at] ?? 0)}, but the one before is ${short(milestones[at - 1] ?? 0)}: milestones ascend`
      return { path: ["milestones", at], code: "order", message }
    }),
    rule.across(["base", "final"], ({ base, final = 0 }) => {
      const message = `is ${short(final)}, above the \`base\` of ${short(base)}`
      return final <= base ? undefined : { path: ["final"], code: "range", message }
    }),
    rule.across(["warmup", "total"], ({ warmup = 0, total = Number.POSITIVE_INFINITY }) => {
      const message = `is ${short(warmup)}, but \`total\` is ${short(total)}: nothing is left after it`
      return warmup < total ? undefined : { path: ["warmup"], code: "range", message }
    }),
    rule.across(["schedule", "t", "total", "warmup"], given => {
      const { schedule, t, total = Number.POSITIVE_INFINITY, warmup = 0 } = given
      const least = schedule === "inverse-sqrt" && warmup === 0 ? 1 : 0
      return [t].flat().flatMap((step, i) => {
        const path = typeof t === "number" ? ["t"] : ["t", i]
        const [early, late] = [
          `must be at least 1 for an inverse root, but it is \`${short(step)}\``,
          `is ${short(step)}, beyond the \`total\` of ${short(total)}`,
        ]
        if (step < least) return { path, code: "range", message: early }
        return step > total ? { path, code: "range", message: late } : []
      })
    }),
  )

const answers = {
  learning_rate: answer.vector("learning rate at each step asked", { min: 0, separate: true }),
}

type Given = z.output<typeof given>

/** What a schedule cannot do without. */
function missing({
  schedule,
  milestones,
  step_size,
  total,
}: Pick<Given, "schedule" | "milestones" | "step_size" | "total">) {
  if (schedule === "step" && milestones && step_size !== undefined) {
    const message = "stands beside `milestones`: give one of the two"
    return { path: ["step_size"], code: "conflict", message }
  }
  if (schedule === "step" && !milestones && step_size === undefined) {
    const message = "needs `milestones` or a `step_size`: where the rate is multiplied"
    return { path: [], code: "missing-field", message }
  }
  if (!["cosine", "linear", "warmup-cosine"].includes(schedule) || total !== undefined)
    return undefined
  const message = `is missing: \`${schedule}\` falls until it is reached`
  return { path: ["total"], code: "missing-field", message }
}

const slips: Slips<typeof given> = {
  "steps count from 1": ({ schedule, t, total = Number.POSITIVE_INFINITY }) => {
    const later = [t].flat().map(step => step + 1)
    const fits = schedule !== "inverse-sqrt" && later.every(step => step <= total)
    return fits ? { t: later } : undefined
  },
  "the final rate is left out": ({ final }) => (final ? { final: 0 } : undefined),
  "the warm-up is left out": ({ warmup }) => (warmup ? { warmup: 0 } : undefined),
}

const question: Question<typeof given> = given => {
  const { base, t, warmup = 0 } = given
  const start =
    warmup > 0
      ? text`A learning rate rises linearly from 0 to ${base} in ${warmup} steps; then it`
      : text`A learning rate of ${base}`
  return text`${start} ${course(given)}. What is it at t = ${[t].flat().map(short).join(", ")}?`
}

function course({ schedule, total, ...given }: Given): Rich {
  const { gamma = 0.1, milestones, step_size, final = 0, warmup = 0 } = given
  if (schedule === "inverse-sqrt") {
    return warmup > 0
      ? text`falls with the inverse root of t`
      : text`falls with the inverse root of t, which counts from 1`
  }
  if (schedule === "exponential") {
    return text`is multiplied by ${gamma} at every step; t counts from 0`
  }
  if (schedule === "step") {
    return milestones
      ? text`is multiplied by ${gamma} at t = ${milestones.map(short).join(", ")}, from that step on; t counts from 0`
      : text`is multiplied by ${gamma} every ${step_size ?? 1} steps; t counts from 0`
  }
  const how = schedule === "linear" ? "linearly" : "along half a cosine"
  return text`falls ${how} to ${final} at step T = ${total ?? 1}; t counts from 0`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const plan = planOf(given)
  const steps = [given.t].flat()
  const rates = work.answer(
    "learning_rate",
    steps.map(t => rateAt(plan, t)),
    Object.fromEntries(
      Object.entries(mistakes(plan)).map(([slip, rate]) => [
        slip,
        steps.map(t => (t < plan.warmup && slip !== early ? rateAt(plan, t) : rate(t))),
      ]),
    ),
  )
  work.step("Formula", () => formulas(plan))
  work.step("Learning rates", () => [
    ...steps
      .slice(0, steps.length > readable ? 2 : readable)
      .map((t, i) => math`\eta_{${t}} = ${numbers(plan, t)} = ${rates[i] ?? Number.NaN}`),
    ...(steps.length > readable
      ? [
          table(
            [math`t`, math`\eta_t`],
            steps.map((t, i) => [t, rates[i] ?? null]),
          ),
        ]
      : []),
    picture(plan, steps, rates),
  ])
}

/** As many rates are written out; of more, the first two, and all stand in a table. */
const readable = 6

function planOf({ milestones, step_size = 1, gamma = 0.1, final = 0, ...given }: Given): Plan {
  const { schedule, base, total = Number.POSITIVE_INFINITY, warmup = 0 } = given
  return { schedule, base, gamma, milestones, step_size, total, final, warmup }
}

/** Other steps on a schedule of another length; what multiplies and where it ends stay. */
const vary: Vary<typeof given> = (given, draw) => {
  const { schedule, milestones, step_size, total, warmup, t } = given
  const gaps = milestones?.map((each, i) => each - (milestones[i - 1] ?? 0)) ?? []
  const near = (x: number) => Math.max(1, draw.integer(0.6 * x, 1.4 * x))
  const other = {
    milestones: milestones && sums(gaps.map(near)),
    step_size: step_size && near(step_size),
    total: total && near(total),
  }
  const last = other.total ?? other.milestones?.at(-1) ?? near(Math.max(...[t].flat(), 2))
  const first = schedule === "inverse-sqrt" ? 1 : 0
  const asked = new Set(typeof t === "number" ? [draw.integer(first, last)] : [])
  for (let tries = 0; typeof t !== "number" && asked.size < t.length && tries < 100; tries++) {
    asked.add(draw.integer(first, last))
  }
  return {
    ...other,
    base: Number(`${draw.integer(1, 9)}e${Math.floor(Math.log10(given.base))}`),
    warmup: warmup && Math.min(near(warmup), Math.ceil(last / 2)),
    t: typeof t === "number" ? ([...asked][0] ?? t) : [...asked].toSorted((a, b) => a - b),
  }
}

function sums(values: readonly number[]): number[] {
  let sum = 0
  return values.map(value => (sum += value))
}

export default defineKind({
  name: "lr-schedule",
  topic: "training",
  title: "Learning rate on a schedule",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
