import * as z from "zod"
import type { Complaint } from "./complaints.ts"
import * as field from "./fields.ts"
import { across } from "./rules.ts"
import type { Grid, Stack, Tensor, Vector } from "./types.ts"
import { mustBe, plural, sizes } from "./words.ts"

/** What a normalization is given, and how it must fit together. */

/** (N, C), (N, C, L) or (N, C, H, W): samples, channels and perhaps positions. */
export type Batch = Grid | Stack | Tensor

/** Which numbers share a mean and a variance. */
export const overs = ["batch", "layer", "instance", "group", "rms"] as const
export type Over = (typeof overs)[number]

export const batch = z
  .union(
    [
      field.grid("(samples, features)"),
      field.stack("(samples, channels, length)"),
      z.array(field.stack("one sample, by channel")).min(1),
    ],
    { error: ({ input }) => mustBe("a grid, a list of grids or a list of lists of them", input) },
  )
  .describe("the batch, shape (N, C), (N, C, L) or (N, C, H, W)")

export const running = z
  .strictObject({
    mean: field.broadcast("running mean of each channel, shape (C)"),
    variance: field.broadcast("running variance of each channel, shape (C)", { min: 0 }),
    momentum: field.number("weight of the batch, m", { min: 0, max: 1 }).default(0.1),
  })
  .meta({ title: "running statistics", description: "of batch norm, as they were before" })

interface Normalization {
  x: Batch
  over: Over
  groups?: number | undefined
  gamma: number | Vector
  beta: number | Vector
  running?: z.output<typeof running> | undefined
  unbiased_running: boolean
  mode: "train" | "test"
}

/** How many channels a batch has; of vectors they are called features. */
export function channelsIn(x: Batch): number {
  return x[0]?.length ?? 0
}

export function channelNoun(x: Batch): "feature" | "channel" {
  return isPlain(x) ? "feature" : "channel"
}

/** Samples are alike, there is a gamma for each channel, and what the norm does not need is not there. */
export function normalizationFits<G extends Normalization>() {
  return [
    across<G>(["x"], ({ x }) => {
      const samples: readonly unknown[] = x
      return samples.flatMap((sample, i) => {
        if (sizes(sample) === sizes(x[0])) return []
        const message = `is ${sizes(sample)}, but the first sample is ${sizes(x[0])}`
        return [{ path: ["x", i], code: "shape", message }]
      })
    }),
    ...(["gamma", "beta"] as const).map(name =>
      across<G>(["x", name], ({ x, [name]: value }) => misfit(x, value, [name])),
    ),
    across<G>(["x", "running"], ({ x, running }) =>
      (["mean", "variance"] as const).flatMap(
        name => misfit(x, running?.[name] ?? 0, ["running", name]) ?? [],
      ),
    ),
    across<G>(["x", "over"], ({ x, over }) => {
      if (over !== "instance" || !isPlain(x)) return undefined
      const message = "has one number for each feature of a sample, of which instance norm makes 0"
      return { path: ["x"], code: "shape", message, hint: "give x as (N, C, L) or (N, C, H, W)" }
    }),
    across<G>(["x", "over", "groups"], unsplit),
    across<G>(["over", "mode", "running"], ({ over, mode, running }) => {
      const path = ["running"]
      if (over !== "batch" && running) {
        const message = `has no part in ${over} norm, which takes the statistics of each sample`
        return { path, code: "conflict", message }
      }
      if (over !== "batch" || mode === "train" || running) return undefined
      return { path, code: "missing-field", message: "is needed by batch norm at test time" }
    }),
    across<G>(["x", "running", "mode", "unbiased_running"], given => {
      if (!given.unbiased_running) return undefined
      const path = ["unbiased_running"]
      if (!given.running || given.mode === "test") {
        const message = "has no part where no running statistics are updated"
        return { path, code: "conflict", message }
      }
      if ([given.x].flat(4).length > channelsIn(given.x)) return undefined
      const message = `divides by n − 1, but each ${channelNoun(given.x)} has only 1 number`
      return { path, code: "size", message }
    }),
  ]
}

function unsplit({ x, over, groups }: Normalization): Complaint | undefined {
  const path = ["groups"]
  if (over !== "group") {
    const message = `has no part in ${over} norm`
    return groups === undefined ? undefined : { path, code: "conflict", message }
  }
  if (groups === undefined) {
    return { path, code: "missing-field", message: "is needed by group norm" }
  }
  if (channelsIn(x) % groups === 0) return undefined
  const count = plural(channelsIn(x), channelNoun(x))
  const message = `is ${groups}, but ${count} cannot be split into ${groups} equal groups`
  return { path, code: "size", message }
}

function misfit(x: Batch, value: number | Vector, path: readonly string[]): Complaint | undefined {
  if (typeof value === "number" || value.length === channelsIn(x)) return undefined
  const message = `has ${plural(value.length, "number")}, but \`x\` has ${plural(channelsIn(x), channelNoun(x))}`
  return { path, code: "shape", message }
}

function isPlain(x: Batch): x is Grid {
  return typeof x[0]?.[0] === "number"
}
