/** An angle modulo its period: 0 ≤ result < period. */
export function wrapped(angle: number, period = 360): number {
  const rest = angle % period
  const positive = rest < 0 ? rest + period : rest
  // A tiny negative angle rounds up to the period itself; the sum turns −0 into 0.
  return positive === period ? 0 : positive + 0
}
