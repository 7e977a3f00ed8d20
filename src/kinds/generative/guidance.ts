// Classifier-free guidance moves the unconditional prediction u towards the conditional one, c: u + w·(c − u),
// so that w = 1 is c itself; Ho & Salimans (2022) count from c instead, (1 + w)·c − w·u, where w = 0 is c.
// Classifier guidance (Dhariwal & Nichol 2021) adds w·∇ ln p(y|x) to the score ∇ ln p(x).
import * as z from "zod"
import { grid, math, type Rich, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { answerLike, nested } from "../../core/nested.ts"
import * as rule from "../../core/rules.ts"
import { entry, zipGrids } from "../../math/linear.ts"
import { asGrid, inFormOf, isGrid, type Nested } from "../../math/nested.ts"

const given = z
  .strictObject({
    conditional: nested(
      "prediction with the condition, c (noise or score): a number, shape (n) or (rows, cols)",
    ).optional(),
    unconditional: nested("prediction without the condition, u, of the same shape").optional(),
    score: nested(
      "score without the condition, s = ∇ ln p(x): a number, shape (n) or (rows, cols)",
    ).optional(),
    classifier_gradient: nested(
      "gradient of the classifier, g = ∇ ln p(y|x), of the same shape",
    ).optional(),
    w: field.number("guidance weight w"),
    form: field
      .oneOf(
        "cfg is u + w·(c − u), ho-salimans is (1 + w)·c − w·u, classifier is s + w·g; if left out, cfg with predictions and classifier with a score",
        ["cfg", "ho-salimans", "classifier"],
      )
      .optional(),
  })
  .check(
    rule.oneWay("what is guided", [
      ["conditional", "unconditional"],
      ["score", "classifier_gradient"],
    ]),
    rule.sameShape("conditional", "unconditional"),
    rule.sameShape("score", "classifier_gradient"),
    rule.across(["form", "conditional", "score"], ({ form, conditional, score }) => {
      const isClassifier = form === "classifier"
      if (form === undefined || (isClassifier ? conditional : score) === undefined) return undefined
      const [wanted, found] = isClassifier ? ["score", "conditional"] : ["conditional", "score"]
      const message = `is ${form}, which needs \`${wanted}\`, but \`${found}\` is given`
      return { path: ["form"], code: "conflict", message }
    }),
  )

const answers = (given: Given) => ({
  guided: answerLike(taskOf(given).start)("the guided prediction"),
})

const slips: Slips<typeof given> = {
  "1 + w stands for w": ({ form, w }) => (form === "ho-salimans" ? undefined : { w: w + 1 }),
  "w stands for 1 + w": ({ form, w }) => (form === "ho-salimans" ? { w: w - 1 } : undefined),
  "the weight is left out": ({ w }) => ({ w: w < 0 ? -1 : 1 }),
  "w has the other sign": ({ w }) => ({ w: -w }),
  "the conditional and the unconditional prediction are swapped": ({
    conditional,
    unconditional,
  }) =>
    conditional === undefined
      ? undefined
      : { conditional: unconditional, unconditional: conditional },
}

const question: Question<typeof given> = given =>
  taskOf(given).form === "classifier"
    ? text`Guide the score s with the gradient g of the classifier, with weight w = ${given.w}.`
    : text`Combine the conditional prediction c and the unconditional prediction u by classifier-free guidance, ${formulas[taskOf(given).form]}, with weight w = ${given.w}.`

const formulas = {
  cfg: math`u + w\,(c - u)`,
  "ho-salimans": math`(1 + w)\,c - w\,u`,
  classifier: math`s + w\,g`,
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { form, start, end } = taskOf(given)
  const { w } = given
  const mix = (a: number, b: number) =>
    inFormOf(
      start,
      zipGrids(asGrid(start), asGrid(end), (x, y) => a * x + b * y),
    )
  const right = { cfg: mix(1 - w, w), "ho-salimans": mix(-w, 1 + w), classifier: mix(1, w) }
  const guided = work.answer("guided", right[form], {
    ...(form === "cfg" && {
      "the guidance alone is computed, without what it is added to": mix(-w, w),
      "the two predictions are added, not subtracted": mix(1 + w, w),
    }),
    ...(form === "ho-salimans" && {
      "the two predictions are added, not subtracted": mix(w, 1 + w),
    }),
    ...(form === "classifier" && {
      "the guidance alone is computed, without what it is added to": mix(0, w),
      "w multiplies the score": mix(w, 1),
      "w multiplies both": mix(w, w),
    }),
  })
  const difference = mix(-1, 1)
  const at = (values: Nested) => entry(entry(asGrid(values), 0), 0)
  const numbers = (value: (values: Nested) => number | Nested): Rich =>
    ({
      cfg: math`${value(start)} + ${w} \cdot ${value(difference)}`,
      "ho-salimans": math`${1 + w} \cdot ${value(end)} - ${w} \cdot ${value(start)}`,
      classifier: math`${value(start)} + ${w} \cdot ${value(end)}`,
    })[form]
  work.step("Guidance", () => [
    said[form],
    math`\text{guided} = ${formulas[form]}`,
    ...(isGrid(guided)
      ? [
          ...(form === "cfg" ? [grid(math`c - u`, asGrid(difference))] : []),
          math`\text{guided}_{1,1} = ${numbers(at)} = ${at(guided)}`,
          grid("guided", guided),
        ]
      : [
          ...(form === "cfg" ? [math`c - u = ${end} - ${start} = ${difference}`] : []),
          math`\text{guided} = ${numbers(values => values)} = ${guided}`,
        ]),
  ])
}

const said = {
  cfg: text`Weight 0 is the unconditional prediction u, weight 1 the conditional prediction c; a larger weight goes beyond it.`,
  "ho-salimans": text`Here w counts from the conditional prediction c: weight 0 is c, weight −1 the unconditional prediction u.`,
  classifier: text`The gradient g points to where the classifier is surer of the class; w says how much it counts beside the score s.`,
}

type Given = z.output<typeof given>

/** What guidance starts from, u or s, and what it goes by, c or g. */
function taskOf({ conditional, unconditional, score, classifier_gradient, form }: Given) {
  if (conditional !== undefined && unconditional !== undefined) {
    const free: "cfg" | "ho-salimans" = form === "ho-salimans" ? form : "cfg"
    return { form: free, start: unconditional, end: conditional }
  }
  return { form: "classifier" as const, start: score ?? 0, end: classifier_gradient ?? 0 }
}

export default defineKind({
  name: "guidance",
  topic: "generative",
  title: "Guidance of a diffusion model",
  given,
  answers,
  slips,
  question,
  solve,
})
