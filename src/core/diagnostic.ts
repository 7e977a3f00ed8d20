/** A complaint about a file, as data: renderers give it its look, `message` its words. */
export interface Diagnostic {
  /** Stable and kebab-case; the public name of this complaint. */
  code: string
  severity: "error" | "warning"
  /** One sentence without a full stop, naming the value that was found. */
  message: string
  file: string
  /** Where the complaint points; absent when it is about the whole file. */
  place?: Place
  /** What to type instead. */
  hint?: string
}

/** A place in a file, 1-based as editors count, with the text around it. */
export interface Place {
  line: number
  column: number
  /** One past the last marked column of that line. */
  endColumn: number
  /** The line, cut around the place if it is very long; `offset` characters are missing in front. */
  text: string
  offset: number
}

/** The known name closest to a misspelt one, if one is close enough to be meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const allowed = Math.min(name.length - 1, Math.max(1, Math.floor(name.length / 3)))
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance <= allowed && (!best || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

/** A hint that proposes the nearest known name, or lists the few there are. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return `did you mean \`${near}\`?`
  if (known.length === 0) return "no names are known here"
  const shown = known.slice(0, 12).map(each => `\`${each}\``)
  return `known here: ${shown.join(", ")}${known.length > shown.length ? ", …" : ""}`
}

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      current.push(cost)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
