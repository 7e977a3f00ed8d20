import { entry } from "./linear.ts"

/**
 * Mistakes in the value of each sample as mistakes in the list of all, by name. What a mistake
 * does not touch keeps the right value.
 */
export function ofAll<T>(
  mistakes: readonly Readonly<Record<string, T>>[],
  right: readonly T[],
): Record<string, T[]> {
  const names = new Set(mistakes.flatMap(each => Object.keys(each)))
  return Object.fromEntries(
    [...names].map(name => [name, mistakes.map((each, i) => each[name] ?? entry(right, i))]),
  )
}
