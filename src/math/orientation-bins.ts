import { noise } from "../core/number.ts"
import type { Grid } from "../core/types.ts"
import { wrapped } from "./angles.ts"
import { sum } from "./linear.ts"

/** A histogram over a circle of `range` degrees, its bins counted from 1. */
export interface Circle {
  bins: number
  range: number
  interpolation: "edges" | "centers" | "none"
}

/** The bins that an angle votes for, with their weights: two, or one if votes are not shared. */
export interface Ballot {
  /** Modulo the range, between `from` and `to`, the edges or the centres around it. */
  angle: number
  from: number
  to: number
  chosen: readonly number[]
  weights: readonly number[]
}

export function ballotOf(degrees: number, { bins, range, interpolation }: Circle): Ballot {
  const width = range / bins
  const offset = interpolation === "centers" ? 0.5 : 0
  const angle = wrapped(degrees, range)
  const exact = angle / width - offset
  // An angle on an edge must not fall below it by float noise.
  const near = Math.round(exact)
  const position = Math.abs(exact - near) <= noise(exact, 1) ? near : exact
  const below = Math.floor(position)
  const share = position - below
  const [lower, upper] = [wrapped(below, bins) + 1, wrapped(below + 1, bins) + 1]
  return {
    angle,
    from: (below + offset) * width,
    to: (below + 1 + offset) * width,
    ...(interpolation === "none"
      ? { chosen: [lower], weights: [1] }
      : { chosen: [lower, upper], weights: [1 - share, share] }),
  }
}

/** Whether its upper bin is the first one, after the last. */
export function isClosing({ chosen: [lower = 0, upper = lower] }: Pick<Ballot, "chosen">): boolean {
  return upper < lower
}

/** The sum of the votes in each bin; votes for bins that do not exist count nowhere. */
export function tally(chosen: Grid, votes: Grid, bins: number): number[] {
  return Array.from({ length: bins }, (_, k) => sum(votesFor(k + 1, chosen, votes)))
}

export function votesFor(bin: number, chosen: Grid, votes: Grid): number[] {
  return chosen.flatMap((row, i) => (votes[i] ?? []).filter((_, j) => row[j] === bin))
}
