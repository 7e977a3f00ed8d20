// Goodfellow et al. (2014): V = E[ln D(x)] + E[ln(1 − D(G(z)))], means over the samples; D minimises L_D = −V, G
// minimises E[ln(1 − D(G(z)))] or, not saturating, −E[ln D(G(z))]. Gradients are of these means, so they hold 1/m.
// For distributions D* = p_data/(p_data + p_g), and C = V(D*) = −ln 4 + 2·JS(p_data‖p_g).
import * as z from "zod"
import { bars, join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { listed } from "../../core/working.ts"
import { negative, weighted } from "../../math/distribution.ts"
import { add, entry, sum } from "../../math/linear.ts"

const open = { above: 0, below: 1 }

const given = z
  .strictObject({
    D_real: field.vector("D(x) of the real samples, shape (n)", open).optional(),
    D_fake: field.vector("D(G(z)) of the generated samples, shape (m)", open).optional(),
    p_data: field.distribution("p_data(x) of each outcome, shape (n)").optional(),
    p_g: field.distribution("p_g(x) of each outcome, of the generator, shape (n)").optional(),
    outcomes: field.labels("names of the outcomes, shape (n); 1, 2, … if left out").optional(),
    D: field
      .vector("D(x) of each outcome, a discriminator that need not be the best, shape (n)", open)
      .optional(),
    wrt: field
      .oneOf(
        "what is varied in gradients: the probability D, or its logit a, with D = 1/(1 + exp(−a))",
        ["probability", "logit"],
      )
      .default("probability"),
  })
  .check(
    rule.oneWay("samples or distributions", [
      { all: ["D_fake"], perhaps: ["D_real"] },
      { all: ["p_data", "p_g"], perhaps: ["outcomes", "D"] },
    ]),
    rule.sameLength("p_data", "p_g", "outcomes", "D"),
    rule.across(["p_data", "p_g"], ({ p_data, p_g }) => {
      const at = p_data?.findIndex((p, i) => p === 0 && p_g?.[i] === 0) ?? -1
      if (at === -1) return undefined
      const message = "is 0, and so is `p_data` there: D* would be 0/0"
      return { path: ["p_g", at], code: "impossible", message }
    }),
  )

const log = { log: true }
const answers = ({ D_real, D_fake, D }: Given) => ({
  ...(D_real && {
    V: answer.number("V = E[ln D(x)] + E[ln(1 − D(G(z)))]", log),
    L_D: answer.number("loss of the discriminator", { ...log, aside: true }),
  }),
  ...(D_fake && {
    L_G: answer.number("loss of the generator, minimax", { ...log, aside: true }),
    L_G_nonsaturating: answer.number("loss of the generator, non-saturating", {
      ...log,
      aside: true,
    }),
    dL_G: answer.vector("gradient of the minimax loss at each D(G(z))", { aside: true }),
    dL_G_nonsaturating: answer.vector("gradient of the non-saturating loss at each D(G(z))"),
  }),
  ...(D && {
    V: answer.number("V at the given discriminator", log),
    dV: answer.vector("gradient of V at each outcome", { aside: true }),
  }),
  ...(!D_fake && {
    D_optimal: answer.vector("optimal discriminator D*", { min: 0, max: 1 }),
    C: answer.number("V at the optimal discriminator", log),
    JS: answer.number("Jensen–Shannon divergence, in nats", log),
  }),
})

const slips: Slips<typeof given> = {
  "the gradient is taken with respect to the logit": ({ wrt }) =>
    wrt === "logit" ? undefined : { wrt: "logit" },
  "the gradient is taken with respect to the probability": ({ wrt }) =>
    wrt === "probability" ? undefined : { wrt: "probability" },
  "p_data and p_g are swapped": ({ p_data, p_g }) =>
    p_data && p_g ? { p_data: p_g, p_g: p_data } : undefined,
}

const question: Question<typeof given> = ({ D_fake, D_real, D, wrt }) => {
  const by = wrt === "logit" ? "the logit of D" : "the probability D"
  if (D_fake) {
    const V = D_real ? "the value V, the loss of the discriminator and " : ""
    return text`Compute ${V}both losses of the generator, the minimax and the non-saturating one, and their gradients with respect to ${by} at each generated sample.`
  }
  const at = D ? text`Compute V at the given D and its gradient with respect to ${by}. ` : ""
  return text`${at}Find the optimal discriminator, the value C that V has there, and the Jensen–Shannon divergence of the two distributions.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  if (given.D_fake) fromSamples(given, given.D_fake, work)
  else fromDistributions(given, work)
}

type Given = z.output<typeof given>
type Hand = Parameters<typeof solve>[1]

/** D as it is, and what a factor of it becomes where its logit is varied: dD/da = D·(1 − D). */
function slopeOf(wrt: Given["wrt"], D: number): number {
  return wrt === "logit" ? D * (1 - D) : 1
}

function fromSamples({ D_real, wrt }: Given, D_fake: Vector, work: Hand): void {
  const added = "the samples are added up, not averaged"
  const m = D_fake.length
  const logs = { fake: D_fake.map(Math.log), rest: D_fake.map(D => Math.log(1 - D)) }
  if (D_real) {
    const real = D_real.map(Math.log)
    const V = work.answer("V", mean(real) + mean(logs.rest), {
      [added]: sum(real) + sum(logs.rest),
      "ln D(G(z)) stands for ln(1 − D(G(z)))": mean(real) + mean(logs.fake),
      "the second term is subtracted": mean(real) - mean(logs.rest),
      "all samples share one mean": (sum(real) + sum(logs.rest)) / (real.length + m),
    })
    const L_D = work.answer("L_D", negative(V), { "the two terms are averaged": -V / 2 })
    work.step("Value and loss of the discriminator", () => [
      math`V = \operatorname{E}[\ln D(x)] + \operatorname{E}[\ln(1 - D(G(z)))]`,
      math`V = ${averaged(real)} + ${averaged(logs.rest)} = ${V}`,
      math`L_D = -V = ${L_D}`,
    ])
  }

  const L_G = work.answer("L_G", mean(logs.rest), {
    [added]: sum(logs.rest),
    "the non-saturating loss is computed": -mean(logs.fake),
  })
  const gentle = work.answer("L_G_nonsaturating", negative(mean(logs.fake)), {
    [added]: -sum(logs.fake),
    "the minus sign is left out": mean(logs.fake),
    "1 − D(G(z)) stands for D(G(z))": -mean(logs.rest),
  })
  work.step("Losses of the generator", () => [
    text`The minimax loss ${math`L_G`} and the non-saturating loss ${math`L_{\text{ns}}`}:`,
    math`L_G = \operatorname{E}[\ln(1 - D(G(z)))] = ${m > 1 ? math`${averaged(logs.rest)} = ` : math``}${L_G}`,
    math`L_{\text{ns}} = -\operatorname{E}[\ln D(G(z))] = -${averaged(logs.fake)} = ${gentle}`,
  ])

  const slopes = D_fake.map(D => slopeOf(wrt, D) / m)
  const steep = D_fake.map((D, i) => -entry(slopes, i) / (1 - D))
  const shallow = D_fake.map((D, i) => -entry(slopes, i) / D)
  const inner = "the minus sign of the inner derivative is left out"
  const dL_G = work.answer("dL_G", steep, {
    ...(m > 1 && { [added]: steep.map(value => value * m) }),
    [inner]: steep.map(negative),
  })
  const dGentle = work.answer("dL_G_nonsaturating", shallow, {
    ...(m > 1 && { [added]: shallow.map(value => value * m) }),
    "the minus sign is left out": shallow.map(negative),
    "the gradient of the minimax loss is taken": steep,
  })
  work.step("Gradients of the generator's losses", () => [
    ...(wrt === "logit"
      ? [
          text`With D = 1/(1 + exp(−a)), dD/da = D·(1 − D).`,
          math`\frac{\partial L_G}{\partial a_i} = -\frac{D_i}{m}, \quad \frac{\partial L_{\text{ns}}}{\partial a_i} = -\frac{1 - D_i}{m}`,
        ]
      : [
          math`\frac{\partial L_G}{\partial D_i} = -\frac{1}{m\,(1 - D_i)}, \quad \frac{\partial L_{\text{ns}}}{\partial D_i} = -\frac{1}{m\,D_i}`,
        ]),
    table(
      ["sample", math`D(G(z))`, "of the minimax loss", "of the non-saturating loss"],
      D_fake.map((D, i) => [i + 1, D, entry(dL_G, i), entry(dGentle, i)]),
    ),
  ])
}

function fromDistributions(given: Given, work: Hand): void {
  const { p_data: p = [], p_g: g = [], D, wrt } = given
  const names = given.outcomes ?? p.map((_, i) => String(i + 1))
  const termsAt = (values: Vector) =>
    add(
      weighted(p, values.map(Math.log)),
      weighted(
        g,
        values.map(each => Math.log(1 - each)),
      ),
    )
  if (D) {
    const terms = termsAt(D)
    const V = work.answer("V", sum(terms), {
      "the outcomes are not weighted": sum(D.map(each => Math.log(each) + Math.log(1 - each))),
    })
    const gradient = (f: (p: number, g: number, D: number) => number) =>
      D.map((each, i) => f(entry(p, i), entry(g, i), each) * slopeOf(wrt, each))
    const dV = work.answer(
      "dV",
      gradient((p, g, D) => p / D - g / (1 - D)),
      {
        "the two terms are added": gradient((p, g, D) => p / D + g / (1 - D)),
        "both stand over 1 − D": gradient((p, g, D) => (p - g) / (1 - D)),
      },
    )
    work.step("At the given discriminator", () => [
      math`V = \sum_x \left( p_{\text{data}} \ln D + p_g \ln(1 - D) \right)${listed(terms)} = ${V}`,
      wrt === "logit"
        ? math`\frac{\partial V}{\partial a} = p_{\text{data}}\,(1 - D) - p_g\,D`
        : math`\frac{\partial V}{\partial D} = \frac{p_{\text{data}}}{D} - \frac{p_g}{1 - D}`,
      table(
        ["outcome", math`p_{\text{data}}`, math`p_g`, math`D`, "gradient"],
        names.map((name, i) => [name, ...[p, g, D, dV].map(column => entry(column, i))]),
      ),
    ])
  }

  const best = work.answer(
    "D_optimal",
    p.map((value, i) => value / (value + entry(g, i))),
    {
      "the sum below the line is halved": p.map((value, i) => (2 * value) / (value + entry(g, i))),
      "p_data is divided by p_g alone": p.map((value, i) => value / entry(g, i)),
    },
  )
  work.step("Optimal discriminator", () => [
    text`For each x, the derivative of p_data·ln D + p_g·ln(1 − D) must vanish:`,
    math`\frac{p_{\text{data}}}{D} - \frac{p_g}{1 - D} = 0 \Rightarrow D^* = \frac{p_{\text{data}}}{p_{\text{data}} + p_g}`,
    table(
      ["outcome", math`p_{\text{data}}`, math`p_g`, math`D^*`],
      names.map((name, i) => [name, ...[p, g, best].map(column => entry(column, i))]),
    ),
    bars(math`D^*`, names, best),
  ])

  const terms = termsAt(best)
  const total = sum(terms)
  const ln4 = Math.log(4)
  const C = work.answer("C", total, {
    "−ln 4 is split off, but the fractions still have p_data + p_g below the line": total - ln4,
    "−ln 4 is left out": total + ln4,
    "the outcomes are not weighted": sum(best.map(each => Math.log(each) + Math.log(1 - each))),
    "JS counts once, not twice": (total - ln4) / 2,
  })
  work.step("Value at the optimum", () => [
    math`C = \sum_x \left( p_{\text{data}} \ln D^* + p_g \ln(1 - D^*) \right)${listed(terms)} = ${C}`,
    ...(p.includes(0) || g.includes(0) ? [text`0·ln 0 counts as 0.`] : []),
  ])

  const JS = work.answer("JS", (C + ln4) / 2, {
    "2·JS is not halved": C + ln4,
    "ln 4 is subtracted": (C - ln4) / 2,
    "the divergences are taken between the two, not from their mean": jeffreys(p, g) / 2,
  })
  work.step("Jensen–Shannon divergence", () => [
    math`C = -\ln 4 + 2 \operatorname{JS} \Rightarrow \operatorname{JS} = \frac{C + \ln 4}{2} = \frac{${C} + ${ln4}}{2} = ${JS}`,
    text`JS is 0 only where p_data = p_g; then D* = 1/2 everywhere, and C has its least value, −ln 4.`,
  ])
}

/** KL(p‖g) + KL(g‖p) */
function jeffreys(p: Vector, g: Vector): number {
  const logs = p.map((value, i) => Math.log(value / entry(g, i)))
  return sum(weighted(p, logs)) - sum(weighted(g, logs))
}

function mean(values: Vector): number {
  return sum(values) / values.length
}

function averaged(terms: Vector): Rich {
  if (terms.length === 1) return math`${entry(terms, 0)}`
  const total = terms.length <= 8 ? join(terms, " + ") : math`${sum(terms)}`
  return math`\frac{${total}}{${terms.length}}`
}

export default defineKind({
  name: "gan",
  topic: "generative",
  title: "Losses and optimum of a GAN",
  given,
  answers,
  slips,
  question,
  solve,
})
