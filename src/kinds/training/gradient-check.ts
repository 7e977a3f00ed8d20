// Numeric gradient check (Karpathy, CS231n): the central difference n = (f(x + h) − f(x − h))/(2h)
// against the analytic a, with the relative error |n − a|/max(|n|, |a|), 0 where both are 0. Worked out
// with 50 digits: in doubles the rounding of f, divided by h, is as large as the error itself.
import * as z from "zod"
import { type Block, join, math, text } from "../../core/blocks.ts"
import type { Complaint } from "../../core/complaints.ts"
import { parseExpression } from "../../core/expression.ts"
import { complaintOf, expression, refusalOf } from "../../core/expression-field.ts"
import { byName, richOf, symbolOf } from "../../core/expression-rich.ts"
import { type Expression, namesIn, signsIn } from "../../core/expression-tree.ts"
import { valueAt } from "../../core/expression-value.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Solve, type Vary } from "../../core/kind.ts"
import { isReadable, isRounding, readNumber } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { mustBe } from "../../core/words.ts"
import { type Big, big, bigValue, branchChanges, digitsOf } from "../../math/big.ts"
import { derivative } from "../../math/derivative.ts"

const given = z
  .strictObject({
    expression: expression("the function f, such as `w^3`"),
    at: z
      .union(
        [
          field.number("value of the only variable"),
          field.record("value of each variable", field.number("value")),
        ],
        { error: ({ input }) => mustBe("a number, or a map of the variables' values", input) },
      )
      .describe("where: the value of the only variable, or the value of each variable by its name"),
    wrt: field.label("the variable that is moved, where there are several").optional(),
    h: field.number("how far it is moved", { above: 0 }).default(1e-5),
    gradient: expression("the gradient to check; the right one if left out").optional(),
  })
  .check(
    rule.across(["expression", "at", "wrt", "gradient"], given => complaintsOf(given)),
    rule.across(["expression", "at", "wrt", "h", "gradient"], given => {
      if (complaintsOf(given).length > 0) return undefined
      const { numeric, analytic } = checked(given)
      if (numeric.isFinite() && analytic.isFinite()) return undefined
      const message = "is where the function or its slope has no finite value"
      const hint = "choose another place, or another h"
      return { path: ["at"], code: "undefined", message, hint }
    }),
  )

const answers = {
  numeric: answer.number("central difference"),
  analytic: answer.number("analytic gradient"),
  relative_error: answer.number("relative error", { min: 0 }),
}

const question: Question<typeof given> = given => {
  const { f, by } = setting(given)
  const what =
    given.gradient === undefined
      ? text`its derivative`
      : text`the gradient ${richOf(setting(given).slope)}`
  return text`Compare ${what} by ${symbolOf(by)} with the central difference of ${richOf(f)}, h = ${given.h}: compute both, and their relative error.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { f, slope, by, values } = setting(given)
  const { h } = given
  const exact = checked(given)
  const typed = typeof given.at === "number" ? { [by]: given.at } : given.at
  const numeric = work.answer(
    "numeric",
    exact.numeric.toNumber(),
    {
      "the difference is one-sided, (f(x + h) − f(x))/h": whole(exact.up.minus(exact.here).div(h)),
      "it is divided by h instead of 2h": whole(exact.numeric.times(2)),
    },
    { from: exact.analytic.toNumber() },
  )
  const name = symbolOf(by)
  // A right rounding stands for all the digits: the difference of two roundings says nothing.
  const n = isRounded(numeric, exact.numeric) ? exact.numeric : big(numeric)
  const places = placesFor(exact)
  work.step("Numeric gradient", () => {
    const [up, down] = [exact.up, exact.down].map(each =>
      digitsOf(each, places + 1 - Math.floor(Math.log10(2 * h))),
    )
    const change = math`${up ?? ""} - ${exact.down.lt(0) ? math`(${down ?? ""})` : (down ?? "")}`
    return [
      math`f = ${richOf(f)}`,
      math`n = \frac{f(${name} + h) - f(${name} - h)}{2 \cdot h} = \frac{${change}}{${2 * h}} = ${digitsOf(n, places)}`,
    ]
  })
  const analytic = work.answer("analytic", exact.analytic.toNumber())
  const inNumbers = byName(each => typed[each])
  const written = math`${richOf(slope)} = ${richOf(slope, inNumbers)} = `
  const a = isRounded(analytic, exact.analytic) ? exact.analytic : big(analytic)
  work.step("Analytic gradient", () => [
    math`a = ${namesIn(slope, Object.keys(typed)).length > 0 ? written : math``}${digitsOf(a, places)}`,
    ...remarksOf(given),
  ])
  const apart = n.minus(a).abs()
  const most = n.abs().gt(a.abs()) ? n.abs() : a.abs()
  const share = (by: Big) => (by.isZero() ? 0 : apart.div(by).toNumber())
  const rough = (moved: number) => valueAt(f, { ...values.doubles, [by]: moved })
  const noisy = (rough((typed[by] ?? 0) + h) - rough((typed[by] ?? 0) - h)) / (2 * h)
  const noise = Math.abs(noisy - analytic) / Math.max(Math.abs(noisy), Math.abs(analytic))
  const relative = work.answer("relative_error", share(most), {
    "the difference is not divided by the larger of the two": apart.toNumber(),
    "the difference is divided by the sum of the two": share(n.abs().plus(a.abs())),
    ...(Math.abs(noise - share(most)) > 0.01 * share(most) && {
      "f is computed in doubles, whose rounding drowns the error": noise,
    }),
  })
  const rounded = (x: Big) => x.toDecimalPlaces(places)
  work.step("Relative error", () => [
    math`\frac{\lvert n - a \rvert}{\max(\lvert n \rvert, \lvert a \rvert)} = \frac{${digitsOf(rounded(n).minus(rounded(a)).abs(), places)}}{${digitsOf(most, places)}} = ${relative}`,
    ...(most.isZero() ? [text`Both are 0: there is no error.`] : []),
  ])
}

type Given = z.output<typeof given>

/** What does not go together. */
function complaintsOf(given: Omit<Given, "h">): Complaint[] {
  const names =
    typeof given.at === "number"
      ? namesIn(parseExpression(given.expression))
      : Object.keys(given.at)
  const needed = typeof given.at === "number" ? names.length !== 1 : names.length > 1
  if (typeof given.at === "number" && needed) {
    const found = names.length === 0 ? "no variable" : `the variables ${names.join(", ")}`
    const message = `is one number, but \`expression\` has ${found}`
    return [{ path: ["at"], message, hint: "give each variable its value: { x: 2, y: -1 }" }]
  }
  const own = (["expression", "gradient"] as const).flatMap(name => {
    const typed = given[name]
    const refusal = typed && refusalOf(() => parseExpression(typed, { names }))
    return refusal ? [complaintOf(refusal, [name])] : []
  })
  if (own.length > 0) return own
  const { wrt } = given
  const used = namesIn(parseExpression(given.expression, { names }), names)
  if (wrt === undefined && needed) {
    const message = "must say which variable is moved"
    return [{ path: ["wrt"], code: "missing-field", message, hint: `one of ${used.join(", ")}` }]
  }
  if (wrt !== undefined && !used.includes(wrt)) {
    const message = `is \`${wrt}\`, which does not occur in \`expression\``
    return [{ path: ["wrt"], code: "unknown-label", message, hint: `one of ${used.join(", ")}` }]
  }
  const refusal = refusalOf(() =>
    derivative(parseExpression(given.expression, { names }), wrt ?? names[0] ?? ""),
  )
  return refusal ? [complaintOf(refusal, ["expression"])] : []
}

/** What is differentiated by what, and where. */
function setting({ expression, at, wrt, gradient }: Given) {
  const names = typeof at === "number" ? namesIn(parseExpression(expression)) : Object.keys(at)
  const f = parseExpression(expression, { names })
  const by = wrt ?? names[0] ?? ""
  const slope: Expression =
    gradient === undefined ? derivative(f, by) : parseExpression(gradient, { names })
  const doubles = typeof at === "number" ? { [by]: at } : at
  const bigs = Object.fromEntries(Object.entries(doubles).map(([name, x]) => [name, big(x)]))
  return { f, by, slope, values: { doubles, bigs } }
}

/** Decimals of n and a that leave eight digits of their difference. */
function placesFor({ numeric, analytic }: { numeric: Big; analytic: Big }): number {
  const apart = numeric.minus(analytic)
  const told = [apart, analytic].find(each => !each.isZero())
  return Math.max(0, 7 - (told?.e ?? 0))
}

/** What is to be said where f has no slope, or not one alone. */
function remarksOf(given: Given): Block[] {
  const { by, slope } = setting(given)
  const changes = changesOf(given)
  if (isKink(given)) {
    const signs = signsIn(slope)
    const counted = Object.entries(conventions).flatMap(([sign, words]) =>
      signs.has(sign) ? [` In a, ${words}.`] : [],
    )
    return [
      text`f is not differentiable there, and n and a need not agree.${[...new Set(counted)].join("")}`,
    ]
  }
  if (changes.length === 0) return []
  const name = symbolOf(by)
  const parts = join(
    changes.map(part => richOf(part)),
    ", ",
  )
  return [
    text`Between ${name} − h and ${name} + h another branch of ${parts} begins: n mixes both.`,
  ]
}

const conventions: Readonly<Record<string, string>> = {
  step: "step(0) counts as 0",
  sign: "sign(0) counts as 0",
  ">": "a comparison of equal numbers counts as 0",
  "<": "a comparison of equal numbers counts as 0",
}

/** Whether the slopes on both sides differ. */
function isKink(given: Given): boolean {
  const { up, here, down } = checked({ ...given, h: 1e-20 })
  return up.minus(here).minus(here.minus(down)).abs().gt(here.abs().plus(1).times(1e-26))
}

/** The parts of f that take different branches at x − h and x + h. */
function changesOf(given: Given): Expression[] {
  const { f, by, values } = setting(given)
  const x = values.bigs[by] ?? big(Number.NaN)
  const moved = (to: Big) => ({ ...values.bigs, [by]: to })
  return branchChanges(f, moved(x.minus(given.h)), moved(x.plus(given.h)))
}

function isRounded(x: number, exact: Big): boolean {
  const read = readNumber(String(x))
  return isReadable(read) && isRounding(read, exact.toNumber())
}

/** A student writes 24 for 24.0000000002. */
function whole(x: Big): number {
  const near = Math.round(x.toNumber())
  return x.minus(near).abs().lt(1e-9) ? near : x.toNumber()
}

function checked(given: Given) {
  const { f, by, slope, values } = setting(given)
  const { bigs } = values
  const x = bigs[by] ?? big(Number.NaN)
  const moved = (to: Big) => bigValue(f, { ...bigs, [by]: to })
  const [up, down, here] = [moved(x.plus(given.h)), moved(x.minus(given.h)), moved(x)]
  const numeric = up.minus(down).div(big(given.h).times(2))
  return { up, down, here, numeric, analytic: bigValue(slope, bigs) }
}

/** Another place, where f has no kink between x − h and x + h. */
const vary: Vary<typeof given> = (given, draw) => {
  const { at } = given
  const other = (x: number) => {
    const places = String(x).split(".")[1]?.length ?? 0
    const steps = Math.max(9, Math.round(2 * Math.abs(x) * 10 ** places))
    return Math.sign(x) * Number(`${draw.integer(1, steps)}e-${places}`)
  }
  for (let tries = 0; tries < 50; tries++) {
    const drawn =
      typeof at === "number"
        ? other(at)
        : Object.fromEntries(Object.entries(at).map(([name, x]) => [name, other(x)]))
    if (changesOf({ ...given, at: drawn }).length === 0) return { at: drawn }
  }
  return {}
}

export default defineKind({
  name: "gradient-check",
  topic: "training",
  title: "Numeric gradient check",
  given,
  answers,
  question,
  solve,
  vary,
})
