// Zhang et al. (2018): x = λ·x_a + (1 − λ)·x_b, and the labels in the same proportion. A label is a name,
// or the probabilities of the classes; two samples of one class make a sample of that class.
import * as z from "zod"
import { grid, math, type Rich, table, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Grid } from "../../core/types.ts"
import { mustBe, sizes } from "../../core/words.ts"
import { entry, zipGrids } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid, type Nested } from "../../math/nested.ts"

const given = z
  .strictObject({
    a: picture("first sample, x_a: a number, shape (n) or (rows, cols)"),
    b: picture("second sample, x_b, of the same shape"),
    lambda: field.number("share of the first sample, λ", { min: 0, max: 1 }),
    label_a: target("label of the first sample: a name, or the probabilities of the classes"),
    label_b: target("label of the second sample, likewise"),
  })
  .check(
    rule.across(["a", "b"], ({ a, b }) => {
      if (sizes(a) === sizes(b)) return undefined
      const [first, second] = [a, b].map(shapeOf)
      const message = `is ${second}, but \`a\` is ${first}`
      return { path: ["b"], code: "shape", message }
    }),
    rule.sameLength("label_a", "label_b"),
    rule.across(["label_a", "label_b"], ({ label_a, label_b }) => {
      if (Array.isArray(label_a) === Array.isArray(label_b)) return undefined
      const message = Array.isArray(label_a)
        ? "is a name, but `label_a` holds probabilities"
        : "holds probabilities, but `label_a` is a name"
      return { path: ["label_b"], code: "conflict", message }
    }),
  )

function shapeOf(sample: Nested): string {
  if (typeof sample === "number") return "one number"
  return isGrid(sample) ? `a grid of ${sizes(sample)}` : `a list of ${sample.length}`
}

function picture(description: string) {
  return z
    .union([field.number("value"), field.vectorOrGrid("values")], {
      error: ({ input }) => mustBe("a number, a list of numbers or of rows of numbers", input),
    })
    .meta({ title: "number, vector or grid", description })
}

function target(description: string) {
  return z
    .union([field.label("name"), field.distribution("probabilities")], {
      error: ({ input }) => mustBe("a name or a list of probabilities", input),
    })
    .meta({ title: "label or distribution", description })
}

const answers = ({ a, label_a }: z.output<typeof given>) => ({
  x: makerFor(a)("mixed sample", { aside: true }),
  y: Array.isArray(label_a)
    ? answer.vector("mixed label, the share of each class", { min: 0, max: 1 })
    : answer.record("mixed label, the share of each class", { min: 0, max: 1 }),
})

function makerFor(sample: Nested) {
  if (typeof sample === "number") return answer.number
  return isGrid(sample) ? answer.grid : answer.vector
}

const slips: Slips<typeof given> = {
  "λ is the share of the second sample": ({ lambda }) => ({ lambda: 1 - lambda }),
}

const question: Question<typeof given> = ({ lambda }) =>
  text`Mix the two samples and their labels (mixup), with the share λ = ${lambda} of the first.`

const solve: Solve<typeof given, typeof answers> = ({ a, b, lambda, ...labels }, work) => {
  const rest = 1 - lambda
  const mix = (left: number, right: number) =>
    inFormOf(
      a,
      zipGrids(asGrid(a), asGrid(b), (x, y) => left * x + right * y),
    )
  const x = work.answer("x", mix(lambda, rest), {
    "the samples are added up unweighted": mix(1, 1),
    "both count half": mix(0.5, 0.5),
    "the second is subtracted": mix(lambda, -rest),
  })
  const formula = (letter: Rich) =>
    math`${letter} = \lambda\,${letter}_a + (1 - \lambda)\,${letter}_b`
  const [rows, first, second] = [x, a, b].map(asGrid)
  const corner = (cells: Grid = []) => entry(entry(cells, 0), 0)
  work.step("Mixed sample", () => [
    formula(math`x`),
    ...(isGrid(x)
      ? [
          math`x_{1,1} = ${lambda} \cdot ${corner(first)} + ${rest} \cdot ${corner(second)} = ${corner(rows)}`,
          grid(math`x`, x),
        ]
      : [math`x = ${lambda} \cdot ${a} + ${rest} \cdot ${b} = ${x}`]),
  ])

  const { classes, p, q } = probabilities(labels)
  const blend = (left: number, right: number) => {
    const shares = p.map((share, i) => left * share + right * entry(q, i))
    return classes ? Object.fromEntries(classes.map((name, i) => [name, entry(shares, i)])) : shares
  }
  const y = work.answer("y", blend(lambda, rest), {
    "the label is that of the larger share": blend(lambda < 0.5 ? 0 : 1, lambda < 0.5 ? 1 : 0),
    "both count half": blend(0.5, 0.5),
  })
  work.step("Mixed label", () => [
    formula(math`y`),
    ...(classes
      ? [
          table(
            ["class", math`y_a`, math`y_b`, math`y`],
            Object.entries(y).map(([name, share], i) => [name, p[i] ?? null, q[i] ?? null, share]),
          ),
        ]
      : [math`y = ${lambda} \cdot ${p} + ${rest} \cdot ${q} = ${Object.values(y)}`]),
    ...(classes?.length === 1 ? [text`Both samples are of one class.`] : []),
  ])
}

/** Both labels as probabilities; of names, those of the classes that occur. */
function probabilities({ label_a, label_b }: Pick<z.output<typeof given>, "label_a" | "label_b">) {
  if (typeof label_a !== "string" && typeof label_b !== "string") {
    return { classes: undefined, p: label_a, q: label_b }
  }
  const classes = [...new Set([label_a, label_b].map(String))]
  const sure = (label: unknown) => classes.map(name => (name === label ? 1 : 0))
  return { classes, p: sure(label_a), q: sure(label_b) }
}

export default defineKind({
  name: "mixup",
  topic: "training",
  title: "Mixup of two samples",
  given,
  answers,
  slips,
  question,
  solve,
})
