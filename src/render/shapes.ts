import type { Grid, Vector } from "../core/types.ts"

export function isVector(value: unknown): value is Vector {
  return Array.isArray(value) && value.length > 0 && value.every(each => typeof each === "number")
}

export function isGrid(value: unknown): value is Grid {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isVector)) return false
  return value.every(row => row.length === value[0]?.length)
}

/** The numbers of a vector, a grid or a stack as grids; nothing if it holds something else. */
export function numberGrids(value: unknown): readonly Grid[] | undefined {
  if (isVector(value)) return [[value]]
  if (isGrid(value)) return [value]
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.length > 0 && list.every(isGrid) ? list : undefined
}

/** The shape of nested lists: `4×4×4`. */
export function shapeOf(value: unknown): string {
  const sizes: number[] = []
  for (let at = value; Array.isArray(at); at = at[0]) sizes.push(at.length)
  return sizes.join("×")
}
