type Place = readonly [x: number, y: number]

/** The part of a straight line that lies in a rectangle from (0, 0) to (width, height), if any. */
export function clipped(
  [x1, y1]: Place,
  [x2, y2]: Place,
  [width, height]: Place,
): [Place, Place] | undefined {
  let [enter, leave] = [0, 1]
  for (const [start, step, end] of [
    [x1, x2 - x1, width],
    [y1, y2 - y1, height],
  ] as const) {
    if (step === 0) {
      if (start < 0 || start > end) return undefined
      continue
    }
    const [one, other] = [-start / step, (end - start) / step]
    enter = Math.max(enter, Math.min(one, other))
    leave = Math.min(leave, Math.max(one, other))
  }
  if (enter > leave) return undefined
  const at = (share: number): Place => [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share]
  return [at(enter), at(leave)]
}
