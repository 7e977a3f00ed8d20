import { type Block, curves, math, type Rich, text } from "../core/blocks.ts"
import { dropsUntil, type Plan, rateAt } from "./schedules.ts"

// How a learning rate on a schedule is written out.

/** The rate in symbols: η₀ is the base, η_T the final rate, w the warm-up, T the total. */
export function formulas(plan: Plan): Block[] {
  const { schedule, milestones, step_size, warmup, final } = plan
  const [base, rate] = [math`\eta_0`, math`\eta_t`]
  const rise = warmup > 0 ? [math`${rate} = ${base} \cdot \frac{t}{w} \quad \text{for } t < w`] : []
  const then = warmup > 0 ? math` \quad \text{for } t \ge w` : math``
  const share = warmup > 0 ? math`\frac{t - w}{T - w}` : math`\frac{t}{T}`
  const [low, height] = final > 0 ? [math`\eta_T + `, math`(${base} - \eta_T)`] : [math``, base]
  switch (schedule) {
    case "step":
      return [
        math`${rate} = ${base} \cdot \gamma^{m}`,
        milestones
          ? text`m is the number of milestones up to t; one counts from its own step on.`
          : math`m = \lfloor \frac{t}{${step_size}} \rfloor`,
      ]
    case "exponential":
      return [math`${rate} = ${base} \cdot \gamma^{t}`]
    case "inverse-sqrt":
      return [
        ...rise,
        warmup > 0
          ? math`${rate} = ${base} \cdot \sqrt{\frac{w}{t}}${then}`
          : math`${rate} = \frac{${base}}{\sqrt{t}}`,
      ]
    case "linear":
      return [...rise, math`${rate} = ${low}${height} \cdot \left(1 - ${share}\right)${then}`]
    default:
      return [
        ...rise,
        math`${rate} = ${low}\frac{1}{2}\,${height} \cdot \left(1 + \cos\left(\pi \cdot ${share}\right)\right)${then}`,
      ]
  }
}

/** The right side of the formula at one step. */
export function numbers(plan: Plan, t: number): Rich {
  const { schedule, base, gamma, final, warmup, total } = plan
  if (t < warmup) return math`${base} \cdot \frac{${t}}{${warmup}}`
  if (schedule === "step") return math`${base} \cdot ${gamma}^{${dropsUntil(plan, t)}}`
  if (schedule === "exponential") return math`${base} \cdot ${gamma}^{${t}}`
  if (schedule === "inverse-sqrt") {
    return warmup > 0
      ? math`${base} \cdot \sqrt{\frac{${warmup}}{${t}}}`
      : math`\frac{${base}}{\sqrt{${t}}}`
  }
  const low = final > 0 ? math`${final} + ` : math``
  const share = math`\frac{${t - warmup}}{${total - warmup}}`
  return schedule === "linear"
    ? math`${low}${base - final} \cdot \left(1 - ${share}\right)`
    : math`${low}\frac{1}{2} \cdot ${base - final} \cdot \left(1 + \cos\left(\pi \cdot ${share}\right)\right)`
}

export function picture(plan: Plan, steps: readonly number[], rates: readonly number[]): Block {
  const { schedule, milestones = [], step_size, total, warmup } = plan
  const furthest = Math.max(...steps, ...milestones, warmup, 1) * 1.1
  const last = Number.isFinite(total) ? total : furthest
  const first = schedule === "inverse-sqrt" && warmup === 0 ? 1 : 0
  const drops = plan.milestones ?? multiples(step_size, last)
  const smooth = Array.from({ length: 101 }, (_, i) => first + ((last - first) * i) / 100)
  const xs =
    schedule === "step"
      ? [0, ...drops, last]
      : [...smooth, ...(warmup > first ? [warmup] : [])].toSorted((a, b) => a - b)
  const held = (x: number, i: number) => rateAt(plan, schedule === "step" ? (xs[i - 1] ?? 0) : x)
  return curves(
    text`The learning rate over the steps; the marks are those asked`,
    { x: { label: math`t` }, y: { label: math`\eta_t`, from: 0 } },
    [
      {
        points: xs.map((x, i) => [x, held(x, i)] as const),
        steps: schedule === "step",
        marks: steps.map((t, i) => [t, rates[i] ?? 0] as const),
      },
    ],
  )
}

/** Multiples of a distance below a bound, of very many the first ones. */
function multiples(distance: number, bound: number): number[] {
  const count = Math.min(200, Math.ceil(bound / distance) - 1)
  return Array.from({ length: count }, (_, i) => (i + 1) * distance)
}
