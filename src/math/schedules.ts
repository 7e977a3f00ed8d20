/** The learning rate as a function of the step t, which counts from 0. */

export interface Plan {
  schedule: "step" | "cosine" | "linear" | "inverse-sqrt" | "exponential" | "warmup-cosine"
  base: number
  gamma: number
  milestones: readonly number[] | undefined
  step_size: number
  total: number
  final: number
  warmup: number
}

/** How often the rate was multiplied by γ until step t; a milestone counts from its own step on. */
export function dropsUntil({ milestones, step_size }: Plan, t: number): number {
  return milestones
    ? milestones.filter(milestone => milestone <= t).length
    : // 0.3/0.1 comes to a little less than 3.
      Math.floor((t / step_size) * (1 + 1e-9))
}

/** The share of the steps after the warm-up that lies behind. */
export function progress({ warmup, total }: Plan, t: number): number {
  return (t - warmup) / (total - warmup)
}

/** How much is left of the fall from the base to the final rate, from 1 to 0. */
export function remaining({ schedule }: Plan, share: number): number {
  return schedule === "linear" ? 1 - share : (1 + Math.cos(Math.PI * share)) / 2
}

export function rateAt(plan: Plan, t: number): number {
  const { schedule, base, gamma, final, warmup } = plan
  if (t < warmup) return (base * t) / warmup
  if (schedule === "step") return base * gamma ** dropsUntil(plan, t)
  if (schedule === "exponential") return base * gamma ** t
  if (schedule === "inverse-sqrt") return base * Math.sqrt((warmup || 1) / t)
  return final + (base - final) * remaining(plan, progress(plan, t))
}

/** The one mistake that shows during the warm-up. */
export const early = "the warm-up begins with base/w instead of 0"

/** The rate at a step after the warm-up as usual mistakes have it, by schedule. */
export function mistakes(plan: Plan): Record<string, (t: number) => number> {
  const { schedule, base, gamma, milestones, final, warmup, total } = plan
  const fall =
    (left: (share: number) => number, from = base - final) =>
    (t: number) =>
      final + from * left(progress(plan, t))
  const cosine = (share: number) => Math.cos(Math.PI * share)
  const rise = {
    ...(warmup > 0 && {
      [early]: (t: number) => (t < warmup ? (base * (t + 1)) / warmup : rateAt(plan, t)),
    }),
    ...(warmup > 0 &&
      total < Number.POSITIVE_INFINITY && {
        "the steps of the warm-up are not taken off": (t: number) =>
          final + (base - final) * remaining(plan, t / total),
        "the fall after the warm-up takes all T steps": (t: number) =>
          final + (base - final) * remaining(plan, (t - warmup) / total),
      }),
  }
  const whole = final > 0 && {
    "the base is scaled, not base − final": fall(share => remaining(plan, share), base),
  }
  switch (schedule) {
    case "step":
      return {
        ...(milestones && {
          "a milestone counts only after its own step": t =>
            base * gamma ** milestones.filter(each => each < t).length,
        }),
        "the rate is multiplied once only": t => base * gamma ** Math.min(1, dropsUntil(plan, t)),
        "γ is multiplied by the number of drops, not raised to it": t =>
          base * (dropsUntil(plan, t) === 0 ? 1 : gamma * dropsUntil(plan, t)),
      }
    case "exponential":
      return {
        "γ is multiplied by t, not raised to it": t => base * gamma * t,
        "the rate falls as exp(−γt)": t => base * Math.exp(-gamma * t),
      }
    case "inverse-sqrt":
      return { ...rise, "the root is left out": t => (base * (warmup || 1)) / t }
    case "linear":
      return {
        ...rise,
        ...whole,
        "the share that is done is taken, not what is left": fall(s => s),
      }
    default:
      return {
        ...rise,
        ...whole,
        "the factor ½ is left out": fall(share => 1 + cosine(share)),
        "1 is not added to the cosine": fall(share => cosine(share) / 2),
        "π is left out": fall(share => (1 + Math.cos(share)) / 2),
        "the cosine is taken of degrees": fall(share => (1 + cosine(share / 180)) / 2),
      }
  }
}
