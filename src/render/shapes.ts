import type { Grid, Vector } from "../core/types.ts"

export function isVector(value: unknown): value is Vector {
  return Array.isArray(value) && value.length > 0 && value.every(each => typeof each === "number")
}

export function isGrid(value: unknown): value is Grid {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isVector)) return false
  return value.every(row => row.length === value[0]?.length)
}

/** The numbers of a vector, a grid, a stack or a batch as grids; nothing if it holds something else. */
export function numberGrids(value: unknown): readonly Grid[] | undefined {
  return namedGrids(value, "")?.map(([, grid]) => grid)
}

/** The same with the place of each: `x[2][1]`, counted from 1. */
export function namedGrids(value: unknown, name: string): [string, Grid][] | undefined {
  if (isVector(value)) return [[name, [value]]]
  if (isGrid(value)) return [[name, value]]
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const inner = list.map((each, i) =>
    isVector(each) ? undefined : namedGrids(each, list.length > 1 ? `${name}[${i + 1}]` : name),
  )
  const grids = inner.flatMap(each => each ?? [])
  return list.length > 0 && inner.every(each => each) ? grids : undefined
}

/** The shape of nested lists: `4×4×4`. */
export function shapeOf(value: unknown): string {
  const sizes: number[] = []
  for (let at = value; Array.isArray(at); at = at[0]) sizes.push(at.length)
  return sizes.join("×")
}
