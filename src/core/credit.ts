import { Fraction } from "./number.ts"
import type { Answer, AnswerValue, Point } from "./types.ts"

const none = new Fraction(0)
const whole = new Fraction(1)

/**
 * The share of credit for a set, a list or points. R right, W wrong elements written, K in the key,
 * N options: R/(K + W) for sets and points, LCS over the longer length for lists (for items to be put
 * in order only what is more than half), and the three scorings for ticked options.
 */
export function collectionCredit(answer: Answer, written: AnswerValue, key: AnswerValue): Fraction {
  if (answer.type === "points") return pointsCredit(answer, written as Point[], key as Point[])
  if (answer.type === "list") {
    const credit = answer.scoring === "ordering" ? orderCredit : listCredit
    return credit((written as string[]).map(String), (key as string[]).map(String))
  }
  return setCredit(answer, written as string[], key as string[])
}

export function setCredit(
  answer: Answer,
  written: readonly string[],
  key: readonly string[],
): Fraction {
  const ticked = new Set(written)
  const right = key.filter(each => ticked.has(each)).length
  const wrong = ticked.size - right
  const options = answer.options?.length ?? 0
  if (right === key.length && wrong === 0) return whole
  switch (answer.scoring) {
    case "all-or-nothing":
      return none
    case "per-option":
      return ticked.size === 0
        ? none
        : new Fraction(options - wrong - (key.length - right), options)
    case "net-correct": {
      if (key.length === 0) return none
      const lost = options > key.length ? new Fraction(wrong, options - key.length) : none
      const net = new Fraction(right, key.length).sub(lost)
      return net.compare(0) > 0 ? net : none
    }
    default:
      return key.length + wrong === 0 ? none : new Fraction(right, key.length + wrong)
  }
}

/** The longest common subsequence over the longer length. */
function listCredit(written: readonly string[], key: readonly string[]): Fraction {
  const longer = Math.max(written.length, key.length)
  return longer === 0 ? whole : new Fraction(commonSubsequence(written, key), longer)
}

/** (LCS − h)/(n − h) with h = ⌈n/2⌉: a random order of four has an LCS of more than half of it. */
function orderCredit(written: readonly string[], key: readonly string[]): Fraction {
  const half = Math.ceil(key.length / 2)
  const beyond = commonSubsequence(written, key) - half
  return beyond > 0 ? new Fraction(beyond, key.length - half) : none
}

export function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  let previous: number[] = Array(b.length + 1).fill(0)
  for (const x of a) {
    const current = [0]
    for (const [j, y] of b.entries()) {
      const longest =
        x === y ? (previous[j] ?? 0) + 1 : Math.max(previous[j + 1] ?? 0, current[j] ?? 0)
      current.push(longest)
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** Points are matched by their keys; a match is worth its share of right fields. */
function pointsCredit(answer: Answer, written: readonly Point[], key: readonly Point[]): Fraction {
  const names = answer.key ?? []
  const left = [...key]
  let earned = none
  let wrong = 0
  for (const point of written) {
    const at = left.findIndex(each => names.every(name => same(each[name], point[name])))
    const match = left[at]
    if (!match) {
      wrong += 1
      continue
    }
    left.splice(at, 1)
    const fields = Object.keys(match)
    const right = fields.filter(name => same(match[name], point[name])).length
    earned = earned.add(new Fraction(right, fields.length))
  }
  if (key.length + wrong === 0) return whole
  return earned.div(key.length + wrong)
}

function same(a: number | string | undefined, b: number | string | undefined): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 0.005 * Math.abs(a)
  return a !== undefined && String(a).toLowerCase() === String(b).toLowerCase()
}
