/** Where a name stands in a list; of one that stands there twice, `the#2` is the second. */
export function placesOf(names: readonly string[], name: string): number[] {
  const places = names.flatMap((each, i) => (each === name ? [i] : []))
  const [, repeated, number] = name.match(/^(.+)#([1-9]\d*)$/s) ?? []
  if (places.length > 0 || repeated === undefined) return places
  return placesOf(names, repeated).slice(Number(number) - 1, Number(number))
}
