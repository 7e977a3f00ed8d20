/** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016). */
export function gelu(x: number): number {
  return x * normal(x)
}

/** φ(x), the density of the normal distribution. */
export function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** Φ(x), with all its digits far below 0 too, where 1/2 less nearly 1/2 would leave none. */
export function normal(x: number): number {
  if (x > 2) return 1 - tail(x)
  return x < -2 ? tail(-x) : 0.5 + middle(x)
}

/** Φ(x) − 1/2 = φ(x)·(x + x³/3 + x⁵/(3·5) + …), Marsaglia's series (2004); all terms have one sign. */
function middle(x: number): number {
  let [term, total] = [x, 0]
  for (let odd = 3; total + term !== total; odd += 2) {
    total += term
    term *= (x * x) / odd
  }
  return total * density(x)
}

/** Φ(−x) = φ(x)/(x + 1/(x + 2/(x + 3/(x + …)))), Laplace's continued fraction; x from 2. */
function tail(x: number): number {
  let rest = x
  for (let n = 100; n > 0; n--) rest = x + n / rest
  return density(x) / rest
}
