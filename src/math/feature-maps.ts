import type { Grid, Stack } from "../core/types.ts"

/** Whether features are maps (C, H, W), not already one of them per row (C, N). */
export function isStack(features: Grid | Stack): features is Stack {
  return Array.isArray(features[0]?.[0])
}

/** A feature map per row: (C, H, W) makes (C, H·W). */
export function mapsAsRows(features: Grid | Stack): Grid {
  return isStack(features) ? features.map(map => map.flat()) : features
}
