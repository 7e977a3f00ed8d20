/** Numbers by chance, the same for the same source on every machine. */
export class Draw {
  readonly #next: () => number

  /** `next` gives whole numbers from 0 to 2³² − 1, all equally likely. */
  constructor(next: () => number) {
    this.#next = next
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    const count = Math.max(1, Math.floor(high) - Math.ceil(low) + 1)
    return Math.ceil(low) + Math.floor((this.#next() / 2 ** 32) * count)
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const picked = list[this.integer(0, list.length - 1)]
    if (picked === undefined) throw new RangeError("nothing to pick from")
    return picked
  }

  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(0, i)
      const [a, b] = [shuffled[i], shuffled[j]]
      if (a !== undefined && b !== undefined) [shuffled[i], shuffled[j]] = [b, a]
    }
    return shuffled
  }

  /** `count` whole numbers of at least 1 with the given sum, none much larger than chance has it. */
  parts(sum: number, count: number): number[] {
    const weights = Array.from({ length: count }, () => this.integer(20, 100))
    const total = weights.reduce((all, weight) => all + weight, 0)
    const parts = weights.map(weight => Math.max(1, Math.round((weight / total) * sum)))
    for (
      let rest = sum - parts.reduce((all, part) => all + part, 0);
      rest !== 0;
      rest -= Math.sign(rest)
    ) {
      const at = rest > 0 ? parts.indexOf(Math.min(...parts)) : parts.indexOf(Math.max(...parts))
      parts[at] = (parts[at] ?? 0) + Math.sign(rest)
    }
    return parts
  }
}
