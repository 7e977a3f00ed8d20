/** Functions of one number; log is the natural logarithm, step is 0 up to 0 and 1 above. */
export const functions: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  ln: Math.log,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid: x => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: x => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: x => Math.max(0, x),
  abs: Math.abs,
  sign: Math.sign,
  step: x => (x > 0 ? 1 : 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: x => Math.sign(x) * Math.round(Math.abs(x)),
}

/** Functions of two numbers or more. */
export const gathering: Readonly<Record<string, (...values: number[]) => number>> = {
  max: Math.max,
  min: Math.min,
}

/** Other names of functions, as textbooks and programs have them. */
export const aliases: Readonly<Record<string, string>> = {
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  σ: "sigmoid",
  logistic: "sigmoid",
  ReLU: "relu",
  heaviside: "step",
  sgn: "sign",
}

/** −8 to 1/3 is −2: a power of a negative number is real where the exponent has an odd denominator. */
export function power(base: number, exponent: number): number {
  if (base >= 0 || Number.isInteger(exponent)) return base ** exponent
  for (const denominator of [3, 5, 7, 9]) {
    const numerator = Math.round(exponent * denominator)
    if (Math.abs(exponent * denominator - numerator) > 1e-12) continue
    return (numerator % 2 === 0 ? 1 : -1) * (-base) ** exponent
  }
  return Number.NaN
}
