import type { Grid } from "../core/types.ts"

/** How grey levels 0 to levels − 1 are counted: each by itself, or in equal ranges. */
export interface GreyLevels {
  levels: number
  bins?: number | undefined
}

/**
 * What is counted, by name and lowest level: the bins, or each level; of more than `most` levels
 * those that occur.
 */
export function rangesOf(
  image: Grid,
  grey: GreyLevels,
  most: number,
): { name: string; from: number }[] {
  const { levels, bins } = grey
  if (bins === undefined) {
    const all = levels <= most ? [...Array(levels).keys()] : [...new Set(image.flat())]
    return all.toSorted((a, b) => a - b).map(from => ({ name: String(from), from }))
  }
  return Array.from({ length: bins }, (_, bin) => {
    const from = Math.ceil((bin * levels) / bins)
    return { name: rangeOf(from, grey), from }
  })
}

/** The name under which a grey level is counted: itself, or from where to where its bin goes. */
export function rangeOf(value: number, { levels, bins }: GreyLevels): string {
  if (bins === undefined) return String(value)
  const bin = Math.floor((value * bins) / levels)
  const [from, next] = [Math.ceil((bin * levels) / bins), Math.ceil(((bin + 1) * levels) / bins)]
  return next - from === 1 ? String(from) : `${from}-${next - 1}`
}

/** How often each of the names was found. */
export function tally(names: readonly string[], found: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(names.map(name => [name, counts.get(name) ?? 0]))
}
