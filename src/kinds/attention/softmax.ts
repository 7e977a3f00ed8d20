// Boltzmann's distribution: p_i = exp(z_i/T)/Σ exp(z_j/T). The largest z/T is subtracted first, which changes
// no p but keeps the exponentials from overflowing. `axis` counts as in numpy: 1 runs along each row.
import * as z from "zod"
import { bars, join, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid, Vector } from "../../core/types.ts"
import { plural, short } from "../../core/words.ts"
import { isReadable, type Named, shown } from "../../core/working.ts"
import { entry, mapGrid, sum, transpose } from "../../math/linear.ts"

/** Terms of a sum that are written out. */
const readable = 8

const given = z
  .strictObject({
    logits: field.vectorOrGrid("the scores, shape (n) or (rows, cols)"),
    axis: field.oneOf("of a grid: 1 runs along each row, 0 down each column", [1, 0]).default(1),
    temperature: field.number("divides the logits", { above: 0 }).default(1),
    shift: field.oneOf("what is subtracted from them first", ["max", "none"]).default("max"),
    classes: field.labels("names of the logits that share a softmax").optional(),
  })
  .check(
    rule.across(["logits", "axis", "classes"], ({ logits, axis, classes }) => {
      const n = linesOf(logits, axis)[0]?.length ?? 0
      if (!classes || classes.length === n) return undefined
      const message = `has ${plural(classes.length, "label")}, but ${plural(n, "logit")} ${n === 1 ? "has" : "share"} one softmax`
      return { path: ["classes"], code: "shape", message }
    }),
    rule.across(["logits", "axis", "temperature", "shift"], ({ shift, temperature, ...given }) => {
      const maxima = linesOf(given.logits, given.axis).map(line => Math.max(...line) / temperature)
      const beyond = maxima.find(largest => Math.abs(largest) > 700)
      if (shift === "max" || beyond === undefined) return undefined
      const message = `takes exp(${short(beyond)}), which is too ${beyond > 0 ? "large" : "small"} to write down`
      return { path: ["logits"], code: "range", message, hint: "write `shift: max`" }
    }),
  )

const answers = ({ logits }: Pick<z.output<typeof given>, "logits">) => {
  const each = isGrid(logits) ? answer.grid : answer.vector
  return {
    shifted: each("logits over the temperature, less the largest", { optional: true }),
    exp: each("exponentials", { min: 0 }),
    sum: isGrid(logits)
      ? answer.vector("sums of exponentials", { min: 0 })
      : answer.number("sum of the exponentials", { min: 0 }),
    probabilities: each("softmax", { min: 0, max: 1 }),
    log_probabilities: each("logarithms of the softmax", { max: 0, log: true }),
  }
}

const slips: Slips<typeof given> = {
  "the temperature multiplies the logits": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 / temperature },
  "the temperature is left out": ({ temperature }) =>
    temperature === 1 ? undefined : { temperature: 1 },
  "the largest is not subtracted": ({ logits, shift, temperature }) =>
    shift === "max" && Math.max(...[logits].flat(2)) / temperature < 700
      ? { shift: "none" }
      : undefined,
  "the largest is subtracted first": ({ shift }) =>
    shift === "none" ? { shift: "max" } : undefined,
  "the softmax runs along the other axis": ({ logits, axis }) =>
    isGrid(logits) ? { axis: axis === 1 ? 0 : 1 } : undefined,
}

const question: Question<typeof given> = ({ logits, axis, temperature, shift }) => {
  const along = isGrid(logits) ? (axis === 1 ? " along each row" : " down each column") : ""
  const at = temperature === 1 ? text`` : text` at temperature ${temperature}`
  const first = shift === "max" ? "; subtract the largest first" : ""
  return text`Turn the logits into probabilities with a softmax${along}${at}${first}. Give their natural logarithms too.`
}

const solve: Solve<typeof given, typeof answers> = ({ logits, axis, ...given }, work) => {
  const { temperature: T, classes } = given
  const down = isGrid(logits) && axis === 0
  const back = (lines: Grid) => (isGrid(logits) ? (down ? transpose(lines) : lines) : lines[0])
  const named = (name: Rich, lines: Grid): Named => {
    const heads = down ? { rows: classes } : { columns: classes }
    return { ...heads, name, value: down ? transpose(lines) : lines }
  }
  const give = (name: Exclude<Name, "sum">, lines: Grid, others: Record<string, Grid> = {}) => {
    const turned = Object.entries(others).map(([words, each]) => [words, back(each) ?? []] as const)
    return linesOf(work.answer(name, back(lines) ?? [], Object.fromEntries(turned)), axis)
  }

  const index = isGrid(logits) ? math`_{1}` : math``
  const sample = (name: Rich, from: Rich, [line = []]: Grid) =>
    math`${name}_{${isGrid(logits) ? math`1,1` : math`1`}} = ${from} = ${line[0] ?? 0}`

  const z = linesOf(logits, axis)
  const scaled = mapGrid(z, each => each / T)
  const shift = () => {
    const maxima = scaled.map(each => Math.max(...each))
    const most = Math.max(...maxima)
    const less = mapGrid(scaled, (each, i) => each - entry(maxima, i))
    const value = give("shifted", less, {
      "the largest is not subtracted": scaled,
      ...(isGrid(logits) && {
        "the largest of all logits is subtracted": mapGrid(scaled, each => each - most),
      }),
    })
    const name = math`\mathit{shifted}`
    const line = isGrid(logits) ? `Of each ${down ? "column" : "row"} t` : "T"
    const [first = 0, max = 0] = [z[0]?.[0], maxima[0]]
    work.step("Shifted logits", () => [
      T === 1
        ? math`\mathit{shifted} = z - \max z`
        : math`\mathit{shifted} = \frac{z}{T} - \max \frac{z}{T}, \quad T = ${T}`,
      sample(name, math`${T === 1 ? first : math`\frac{${first}}{${T}}`} - ${max}`, value),
      text`${line}he largest is subtracted, so that no exponential is above 1; the probabilities stay the same.`,
      shown(named(name, value)),
    ])
    return value
  }

  const shifted = given.shift === "max" ? shift() : scaled
  const power = given.shift === "max" ? math`\mathit{shifted}_i` : T === 1 ? math`z_i` : math`z_i/T`
  const e = give("exp", mapGrid(shifted, Math.exp), {
    "2 stands in for e": mapGrid(shifted, each => 2 ** each),
  })
  const totals = e.map(sum)
  const handed = work.answer("sum", isGrid(logits) ? totals : (totals[0] ?? 0))
  const sums = typeof handed === "number" ? [handed] : handed
  const [e1 = [], sum1 = 0] = [e[0], sums[0]]
  work.step("Exponentials and their sum", () => [
    math`\exp_i = e^{${power}}, \quad \Sigma = \sum_j \exp_j`,
    sample(math`\exp`, math`e^{${shifted[0]?.[0] ?? 0}}`, e),
    shown(named(math`\exp`, e)),
    math`\Sigma${index} = ${e1.length > readable ? math`` : math`${join(e1, " + ")} = `}${sum1}`,
    ...(sums.length > 1 ? [math`\Sigma = ${sums}`] : []),
  ])

  const shares = give(
    "probabilities",
    mapGrid(e, (each, i) => each / entry(sums, i)),
    {
      "the exponentials are not divided by their sum": e,
      "the logits are divided by their sum": z.map(line => {
        const total = sum(line)
        return line.map(each => each / total)
      }),
    },
  )
  const p = { ...named(math`p`, shares), heat: true }
  work.step("Probabilities", () => [
    math`p_i = \frac{\exp_i}{\Sigma}`,
    sample(p.name, math`\frac{${e1[0] ?? 0}}{${sum1}}`, shares),
    isGrid(logits) || !isReadable(p)
      ? shown(p)
      : bars(p.name, classes ?? e1.map((_, i) => String(i + 1)), shares[0] ?? []),
  ])

  // Where a probability is too small for a double, its logarithm is not.
  const logs = mapGrid(shares, (share, i, j) =>
    share > 0 ? Math.log(share) : entry(entry(shifted, i), j) - Math.log(entry(sums, i)),
  )
  const logged = give("log_probabilities", logs, { "ln Σ is not subtracted": shifted })
  work.step("Logarithms", () => [
    math`\ln p_i = ${power} - \ln \Sigma`,
    sample(math`\ln p`, math`${shifted[0]?.[0] ?? 0} - \ln ${sum1}`, logged),
    shown(named(math`\ln p`, logged)),
  ])
}

type Name = keyof ReturnType<typeof answers>

/** The lists of logits that share a softmax. */
function linesOf(logits: Vector | Grid, axis: 0 | 1): Grid {
  if (!isGrid(logits)) return [logits]
  return axis === 0 ? transpose(logits) : logits
}

function isGrid(values: Vector | Grid): values is Grid {
  return Array.isArray(values[0])
}

export default defineKind({
  name: "softmax",
  topic: "attention",
  title: "Softmax",
  given,
  answers,
  slips,
  question,
  solve,
})
