/** How messages name values and counts. */

/** The shape of nested lists in words: `3×2`, or `4` for a vector. */
export function sizes(value: unknown): string {
  const lengths: number[] = []
  for (let at = value; Array.isArray(at); at = at[0]) lengths.push(at.length)
  return lengths.join("×")
}

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "empty"
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${value.length}`
  if (typeof value === "object") return "a map"
  if (typeof value === "string")
    return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`
  return `\`${String(value)}\``
}

/** "1 row", "3 rows", "2 boxes". */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`
  if (/[^aeiou]y$/.test(noun)) return `${count} ${noun.slice(0, -1)}ies`
  return `${count} ${noun}${/(s|x|z|[^o]ch|sh)$/.test(noun) ? "es" : "s"}`
}

/** `a`, `b`, `c`; or with a word before the last. */
export function quoted(names: readonly string[], last?: "and"): string {
  const shown = names.map(name => `\`${name}\``)
  if (last === undefined || shown.length < 2) return shown.join(", ")
  return `${shown.slice(0, -1).join(", ")} ${last} ${shown.at(-1)}`
}

export function mustBe(expected: string, input: unknown): string {
  return input === undefined
    ? `needs ${expected}`
    : `must be ${expected}, but it is ${describe(input)}`
}

/** A number for a message, where no renderer is at hand. */
export function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}
