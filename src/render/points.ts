import { Fraction } from "../core/number.ts"

/** An exact value as a decimal, half away from zero, without zeros at its end. */
export function decimal(value: Fraction, places: number): string {
  const units = String(roundedUnits(value, places)).padStart(places + 1, "0")
  const text = `${units.slice(0, -places)}.${units.slice(-places)}`.replace(/\.?0+$/, "")
  return value.s < 0n && text !== "0" ? `-${text}` : text
}

/** Points as people read them. */
export function pointsText(value: Fraction): string {
  return decimal(value, 2)
}

/** Points as programs read them. */
export function pointsNumber(value: Fraction): number {
  return Number(decimal(value, 6))
}

/** Per cent of the points; nothing where there are none to earn. */
export function percentOf(points: Fraction, outOf: Fraction): Fraction | undefined {
  return outOf.compare(0) > 0 ? points.mul(100).div(outOf) : undefined
}

/**
 * Numbers for readers that add them up again: each is rounded so that the sums are the roundings
 * of the exact sums (1/3 three times is 0.333333 + 0.333334 + 0.333333).
 */
export function splitPoints(points: readonly Fraction[]): number[] {
  let sum = new Fraction(0)
  return points.map(each => {
    const before = new Fraction(decimal(sum, 6))
    sum = sum.add(each)
    return pointsNumber(new Fraction(decimal(sum, 6)).sub(before))
  })
}

function roundedUnits({ n, d }: Fraction, places: number): bigint {
  return (2n * n * 10n ** BigInt(places) + d) / (2n * d)
}
