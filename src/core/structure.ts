import { type GridBlock, grid, math, type Rich } from "./blocks.ts"
import type { Grid } from "./types.ts"

/** How the structure matrix of a window of gradients is written out. */

export interface GradientProducts {
  Ixx: Grid
  Iyy: Grid
  Ixy: Grid
  /** The sums of the three, weighted where the window has weights. */
  sums: { xx: number; yy: number; xy: number }
  weighted: boolean
}

/** The three grids of products, each with its sum. */
export function productGrids({ Ixx, Iyy, Ixy, sums, weighted }: GradientProducts): GridBlock[] {
  const sign = signOf(weighted)
  return [
    grid(math`\mathit{Ix}^2`, Ixx, { foot: math`${sign} = ${sums.xx}` }),
    grid(math`\mathit{Iy}^2`, Iyy, { foot: math`${sign} = ${sums.yy}` }),
    grid(math`\mathit{Ix} \cdot \mathit{Iy}`, Ixy, { foot: math`${sign} = ${sums.xy}` }),
  ]
}

/** name = [ΣIx² ΣIx·Iy; ΣIx·Iy ΣIy²] = value */
export function structureFormula(name: Rich, value: Grid, weighted: boolean): Rich {
  const sign = signOf(weighted)
  return math`${name} = \begin{bmatrix} ${sign}\mathit{Ix}^2 & ${sign}\mathit{Ix} \cdot \mathit{Iy} \\ ${sign}\mathit{Ix} \cdot \mathit{Iy} & ${sign}\mathit{Iy}^2 \end{bmatrix} = ${value}`
}

function signOf(weighted: boolean): Rich {
  return weighted ? math`\sum w\,` : math`\sum `
}
