import { nice, ticks as ticksBetween } from "d3-array"
import { numberText } from "../number.ts"
import { isDrawable } from "./look.ts"

/** An axis of a picture: its ends, and the values that are written at it. */
export interface Axis {
  from: number
  to: number
  ticks: readonly Tick[]
}

export interface Tick {
  value: number
  text: string
}

/** An axis that holds all values, or those between the ends that are given; others are rounded. */
export function axisOf(
  values: readonly number[],
  { from = Number.NaN, to = Number.NaN }: { from?: number; to?: number },
  count: number,
): Axis {
  const ends = [from, to].filter(isDrawable)
  const [low, high] = widened([
    ...values.filter(value => !(value < from || value > to) && isDrawable(value)),
    ...ends,
  ])
  const [roundLow, roundHigh] = nice(low, high, count)
  const first = ends.includes(low) ? low : roundLow
  const last = ends.includes(high) ? high : roundHigh
  return { from: first, to: last, ticks: ticksOf(first, last, count) }
}

/** Round numbers between two ends, about so many; the ends where there are none. */
export function ticksOf(from: number, to: number, count: number): Tick[] {
  const values = ticksBetween(from, to, count)
  return (values.length > 0 ? values : [from, to]).map(value => ({ value, text: tickText(value) }))
}

/** Where a value stands between the ends, from 0 to 1. */
export function shareOf(value: number, { from, to }: Pick<Axis, "from" | "to">): number {
  return (value - from) / (to - from)
}

/** Round numbers need few digits, however close they are. */
function tickText(value: number): string {
  return numberText(value, { digits: 12, notation: new Map() })
}

/** The smallest and the largest value, apart even if there is but one. */
function widened(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (high - low > 1e-9 * size) return [low, high]
  return size === 0 ? [-1, 1] : [low - size / 2, high + size / 2]
}
