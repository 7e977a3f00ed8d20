import { beforeAll, describe, expect, test } from "vitest"
import { isReadable, isRounding, loadExpressions, readNumber } from "../src/core/number.ts"

// Values and places are read off the texts by hand.

beforeAll(() => loadExpressions(["sqrt(2)"]))

describe("a number as people write it", () => {
  test.each([
    ["0.500", 0.5, 0.001],
    [".5", 0.5, 0.1],
    ["5e-1", 0.5, 0.1],
    ["5.", 5, 1],
    ["-0", -0, 1],
    ["1.0000", 1, 0.0001],
    ["5320", 5320, 10],
    ["-19268.24", -19268.24, 0.01],
    ["−3.5", -3.5, 0.1],
    ["1_000", 1000, 1000],
    ["1e3", 1000, 1000],
    ["50%", 0.5, 0.1],
    ["23.08%", 0.2308, 0.0001],
    ["\u00A012\u00A0", 12, 1],
    ["½", 0.5, 0],
    ["1/3", 1 / 3, 0],
    ["-6/32", -0.1875, 0],
    ["0.5/4", 0.125, 0],
    ["2^10", 1024, 0],
    ["sqrt(2)", Math.SQRT2, 0],
    ["√2/2", Math.SQRT1_2, 0],
    ["ln(2)", Math.LN2, 0],
    ["-pi/4", -Math.PI / 4, 0],
    ["exp(-1)", 1 / Math.E, 0],
    ["(1 + 2)·3", 9, 0],
    [".inf", Number.POSITIVE_INFINITY, 0],
    ["-∞", Number.NEGATIVE_INFINITY, 0],
  ])("%s", (text, value, place) => {
    const read = readNumber(text)
    expect(isReadable(read) && read.value).toBeCloseTo(value, 12)
    expect(isReadable(read) && read.place).toBeCloseTo(place, 12)
  })

  test.each([
    ["", "nothing is written"],
    ["1,5", "a comma is not a decimal point"],
    ["nan", "not a number"],
    ["1e999", "too large for a number"],
    ["twelve", "not a number"],
    ["1/0", "it divides by zero"],
    ["log(2)", "`log` has several bases"],
    ["process.exit()", "not a number"],
    ["foo(2)", "`foo` is not a function known here"],
    ["constructor(2)", "`constructor` is not a function known here"],
    ["2^5000", "an exponent beyond 1024"],
    [`${"(".repeat(40)}1${")".repeat(40)}`, "nested deeper than 32 levels"],
    [`1${"+1".repeat(200)}`, "longer than 256 characters"],
    ["1:9", "not a number"],
    ["[1, 2]", "not a number"],
  ])("%s is refused with its reason", (text, reason) => {
    const read = readNumber(text)
    expect(isReadable(read) ? read.value : read.reason).toBe(reason)
  })

  test("exact texts keep their exact value", () => {
    const [third, decimal] = [readNumber("1/3"), readNumber("0.1")]
    expect(isReadable(third) && third.exact?.toFraction()).toBe("1/3")
    expect(isReadable(decimal) && decimal.exact?.toFraction()).toBe("1/10")
  })
})

describe("a right rounding", () => {
  test.each([
    ["0.30", 0.2996, true],
    ["0.3", 0.2996, true],
    ["2.5", 2.45, true],
    ["2.4", 2.45, true],
    ["1.01", 1.005, true],
    ["5320", 5318, true],
    ["5330", 5318, false],
    ["0.49", 0.5, false],
    ["1/3", 0.3333333333333333, true],
    ["1/3", 0.3334, false],
    [".inf", Number.POSITIVE_INFINITY, true],
    ["1e300", Number.POSITIVE_INFINITY, false],
  ])("%s for %d: %s", (text, x, right) => {
    const read = readNumber(text)
    expect(isReadable(read) && isRounding(read, x)).toBe(right)
  })
})
