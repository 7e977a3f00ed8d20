// Weights with mean 0 whose variance is 1/fan_in (Xavier, the form of most lecture notes), 2/(fan_in + fan_out)
// (Glorot & Bengio 2010) or 2/fan_in (He et al. 2015). Of a convolution fan_in is k²·C_in and fan_out k²·C_out.
// A uniform distribution on [−a, a] has the variance a²/3.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { Fraction } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"

const count = { min: 1, max: 1e9 }
const given = z
  .strictObject({
    fan_in: field.integer("inputs of a unit", count).optional(),
    fan_out: field.integer("units that an input goes to", count).optional(),
    kernel: field
      .perAxis("instead of fan_in: size of the kernel, k or [height, width]", { min: 1, max: 1e4 })
      .optional(),
    channels: field.integer("beside kernel: input channels, C_in", count).optional(),
    filters: field
      .integer("beside kernel: number of filters, the output channels C_out", count)
      .optional(),
    method: field
      .oneOf("variance: xavier is 1/fan_in, xavier-glorot 2/(fan_in + fan_out), kaiming 2/fan_in", [
        "xavier",
        "xavier-glorot",
        "kaiming",
      ])
      .default("xavier"),
  })
  .check(
    rule.oneWay("the inputs of a unit", [
      { all: ["fan_in"], perhaps: ["fan_out"] },
      { all: ["kernel", "channels"], perhaps: ["filters"] },
    ]),
    rule.across(["method", "fan_in", "fan_out", "kernel", "filters"], given => {
      const { method, fan_in, fan_out, kernel, filters } = given
      if (method !== "xavier-glorot" || (fan_out ?? filters) !== undefined) return undefined
      const missing = kernel === undefined || fan_in !== undefined ? "fan_out" : "filters"
      const message = "is missing: xavier-glorot takes the mean of both fans"
      return { path: [missing], code: "missing-field", message }
    }),
  )

type Given = z.output<typeof given>

const answers = ({ kernel, method }: Given) => ({
  ...(kernel !== undefined && { fan_in: answer.integer("inputs of a unit", { min: 1 }) }),
  ...(kernel !== undefined &&
    method === "xavier-glorot" && {
      fan_out: answer.integer("units that an input goes to", { min: 1 }),
    }),
  variance: answer.ratio("variance of a weight", { min: 0 }),
  std: answer.number("standard deviation of a weight", { min: 0 }),
  uniform_bound: answer.number("a, where a weight is uniform on [−a, a]", { min: 0 }),
})

const slips: Slips<typeof given> = {
  "the variance is 1/fan_in": ({ method }) =>
    method === "xavier" ? undefined : { method: "xavier" },
  "the variance is 2/fan_in": ({ method }) =>
    method === "kaiming" ? undefined : { method: "kaiming" },
  "the variance is 2/(fan_in + fan_out)": ({ method, fan_out, filters }) =>
    method === "xavier-glorot" || (fan_out ?? filters) === undefined
      ? undefined
      : { method: "xavier-glorot" },
  "fan_out stands in for fan_in": ({ fan_out, filters, method }) => {
    if (method === "xavier-glorot") return undefined
    if (fan_out !== undefined) return { fan_in: fan_out }
    return filters === undefined ? undefined : { channels: filters }
  },
}

const question: Question<typeof given> = ({ method, kernel }) =>
  text`Which variance and standard deviation do the weights of the ${kernel === undefined ? "layer" : "convolution"} get from ${words[method].name} initialisation (variance ${rules[method]}), and how far do they reach if they are drawn uniformly from [−a, a]?`

const words = {
  xavier: { name: "Xavier", top: 1 },
  "xavier-glorot": { name: "Xavier (Glorot)", top: 2 },
  kaiming: { name: "Kaiming", top: 2 },
}
const rules = {
  xavier: math`\frac{1}{\text{fan}_{in}}`,
  "xavier-glorot": math`\frac{2}{\text{fan}_{in} + \text{fan}_{out}}`,
  kaiming: math`\frac{2}{\text{fan}_{in}}`,
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { method } = given
  const { fan_in, fan_out } = fans(given, work)
  const { top } = words[method]
  const below = method === "xavier-glorot" ? fan_in + fan_out : fan_in
  const variance = work.answer("variance", new Fraction(top, below), {
    ...(method === "xavier-glorot" && { "the 2 is left out": new Fraction(1, below) }),
  })
  work.step("Variance", () => {
    const sum = method === "xavier-glorot" ? math`${fan_in} + ${fan_out}` : math`${fan_in}`
    return [
      math`\operatorname{Var}(w) = ${rules[method]} = ${method === "xavier" ? math`` : math`\frac{${top}}{${sum}} = `}${variance}`,
      ...(method === "kaiming"
        ? [text`The 2 makes up for the half of its inputs that a ReLU sets to 0.`]
        : []),
    ]
  })

  const std = work.answer("std", Math.sqrt(variance.valueOf()), {
    "the root is left out": variance.valueOf(),
  })
  const bound = work.answer("uniform_bound", Math.sqrt(3) * std, {
    "the variance is not multiplied by 3": std,
    "3 does not stand under the root": 3 * std,
    "the whole width of the interval is given": 2 * Math.sqrt(3) * std,
  })
  work.step("Standard deviation and uniform bound", () => [
    math`\sigma = \sqrt{\operatorname{Var}(w)} = \sqrt{${variance.valueOf()}} = ${std}`,
    text`A uniform distribution on [−a, a] has the variance a²/3:`,
    math`a = \sqrt{3 \cdot \operatorname{Var}(w)} = \sqrt{3} \cdot ${std} = ${bound}`,
  ])
}

type Work = Parameters<typeof solve>[1]

/** Both fans, those of a convolution by its kernel and channels. */
function fans(given: Given, work: Work): { fan_in: number; fan_out: number } {
  const { kernel, channels = 1, filters = 1, method } = given
  if (kernel === undefined) return { fan_in: given.fan_in ?? 1, fan_out: given.fan_out ?? 1 }
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel
  const area = height * width
  const misread = (depth: number) => ({
    "the area of the kernel is left out": depth,
    "the channels are left out": area,
    ...(height === width && { "the side of the kernel is not squared": height * depth }),
  })
  const fan_in = work.answer("fan_in", area * channels, misread(channels))
  const fan_out =
    method === "xavier-glorot" ? work.answer("fan_out", area * filters, misread(filters)) : 1
  work.step("Fans of the convolution", () => [
    text`A unit sees the kernel's cells in every input channel${method === "xavier-glorot" ? "; an input goes to as many units in each output channel" : ""}.`,
    math`\text{fan}_{in} = ${height} \cdot ${width} \cdot C_{in} = ${area} \cdot ${channels} = ${fan_in}`,
    ...(method === "xavier-glorot"
      ? [
          math`\text{fan}_{out} = ${height} \cdot ${width} \cdot C_{out} = ${area} \cdot ${filters} = ${fan_out}`,
        ]
      : []),
  ])
  return { fan_in, fan_out }
}

export default defineKind({
  name: "weight-init",
  topic: "training",
  title: "Variance of initial weights",
  given,
  answers,
  slips,
  question,
  solve,
})
