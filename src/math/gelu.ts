/** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016). */
export function gelu(x: number): number {
  return x * normal(x)
}

/** φ(x), the density of the normal distribution. */
export function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …), Marsaglia's series (2004); all terms have one sign. */
export function normal(x: number): number {
  if (Math.abs(x) > 8.5) return x > 0 ? 1 : 0
  let [term, total] = [x, 0]
  for (let odd = 3; total + term !== total; odd += 2) {
    total += term
    term *= (x * x) / odd
  }
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
