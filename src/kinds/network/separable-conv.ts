// Howard et al. (2017), MobileNets: a k×k convolution is replaced by a depthwise one, a k×k filter for
// each channel, and a pointwise one of 1×1. Multiplications with their additions count once (MACs),
// biases are not counted among them; the ratio is that of the multiplications, 1/C_out + 1/(k_H·k_W).
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import { ratio } from "../../core/number.ts"
import { count, countable, countRatio, type Size, size } from "../../core/sizes.ts"
import type { PerAxis } from "../../math/axes.ts"
import { counted, countLine, sizeRich } from "../../math/counts.ts"

const given = z
  .strictObject({
    in_channels: size("channels of the input: a number, or a symbol such as C"),
    out_channels: size("channels of the output"),
    kernel: field.perAxis("size of the kernel, k or [height, width]", { min: 1, max: 1000 }),
    output: field.perAxis("size of the output, [height, width] or n for n×n", {
      min: 1,
      max: 1e5,
    }),
    bias: field.flag("whether every filter, of either kind, has a bias").default(false),
  })
  .check(
    countable<Given>(["in_channels", "out_channels", "kernel", "output"], given => [
      counted("C_in*C_out*k_H*k_W*H*W", lettersOf(given)),
    ]),
  )

interface Given {
  in_channels: Size
  out_channels: Size
  kernel: PerAxis
  output: PerAxis
}

function lettersOf({ in_channels, out_channels, kernel, output }: Given) {
  const [k_H, k_W] = sides(kernel)
  const [H, W] = sides(output)
  return { C_in: in_channels, C_out: out_channels, k_H, k_W, H, W }
}

function sides(size: PerAxis): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size
}

const answers = ({ in_channels, out_channels }: Given) => {
  const all = [in_channels, out_channels]
  return {
    standard_params: count("parameters of the ordinary convolution", all),
    depthwise_params: count("parameters of the depthwise convolution", [in_channels]),
    pointwise_params: count("parameters of the pointwise convolution", all),
    separable_params: count("parameters of both together", all),
    standard_macs: count("multiplications of the ordinary convolution", all),
    separable_macs: count("multiplications of depthwise and pointwise", all),
    ratio: countRatio("multiplications, separable over ordinary", all),
  }
}

const slips: Slips<typeof given> = {
  "biases are counted": ({ bias }) => (bias ? undefined : { bias: true }),
  "the biases are left out": ({ bias }) => (bias ? { bias: false } : undefined),
}

const question: Question<typeof given> = ({ in_channels, out_channels, kernel, output, bias }) => {
  const [height, width] = sides(kernel)
  const [rows, columns] = sides(output)
  return text`A convolution from ${in_channels} to ${out_channels} channels with a kernel of ${math`${height} \times ${width}`} makes a map of ${math`${rows} \times ${columns}`} cells. It is replaced by a depthwise and a pointwise convolution${bias ? "; every filter has a bias" : ", all without biases"}. Give the parameters and multiplications of both, and the multiplications of the separable convolution as a fraction of the ordinary one's.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const letters = lettersOf(given)
  const { C_in, C_out, k_H, k_W, H, W } = letters
  const of = (formula: string) => counted(formula, letters)
  const plus = (biases: string) => (given.bias ? ` + ${biases}` : "")
  const kernel = { k_H, k_W }

  const ordinary = `C_in*C_out*k_H*k_W${plus("C_out")}`
  const standard = work.answer("standard_params", of(ordinary), {
    "one filter is counted": of("C_in*k_H*k_W"),
    "the channels of the input are left out": of(`C_out*k_H*k_W${plus("C_out")}`),
  })
  work.step("Ordinary convolution", () => [
    countLine(math`\text{parameters}`, ordinary, { C_in, C_out, ...kernel }, standard),
  ])

  const by = `C_in*k_H*k_W${plus("C_in")}`
  const depthwise = work.answer("depthwise_params", of(by), {
    "one kernel serves all channels": of(`k_H*k_W${plus("1")}`),
    "there is a kernel for each channel of the output": of(`C_out*k_H*k_W${plus("C_out")}`),
  })
  const across = `C_in*C_out${plus("C_out")}`
  const pointwise = work.answer("pointwise_params", of(across), {
    "the pointwise kernel is as large as the depthwise one": of(
      `C_in*C_out*k_H*k_W${plus("C_out")}`,
    ),
  })
  const both = { d: depthwise, p: pointwise }
  const separable = work.answer("separable_params", counted("d + p", both), {
    "depthwise and pointwise are multiplied": counted("d*p", both),
  })
  work.step("Depthwise and pointwise", () => [
    text`Depthwise, a kernel for each channel of the input; pointwise, a 1×1 convolution over all of them:`,
    countLine(math`d`, by, { C_in, ...kernel }, depthwise),
    countLine(math`p`, across, { C_in, C_out }, pointwise),
    countLine(math`\text{parameters}`, "d + p", both, separable),
  ])

  // Biases are no multiplications.
  const weights = (params: Size, biases: string) =>
    given.bias ? counted(`n - (${biases})`, { ...letters, n: params }) : params
  const cells = { H, W }
  const whole = { w: weights(standard, "C_out"), ...cells }
  const parts = { w: weights(separable, "C_in + C_out"), ...cells }
  const doubled = "multiplications and additions are counted separately"
  const left = "the places of the kernel are left out"
  const standard_macs = work.answer("standard_macs", counted("w*H*W", whole), {
    [doubled]: counted("2*w*H*W", whole),
    [left]: whole.w,
  })
  const separable_macs = work.answer("separable_macs", counted("w*H*W", parts), {
    [doubled]: counted("2*w*H*W", parts),
    [left]: parts.w,
  })
  work.step("Multiplications", () => [
    text`Each of the w weights${given.bias ? ", without the biases," : ""} is used once at every cell of the output:`,
    countLine(math`\text{ordinary}`, "w*H*W", whole, standard_macs),
    countLine(math`\text{separable}`, "w*H*W", parts, separable_macs),
  ])

  const symbolic = typeof C_in === "string" || typeof C_out === "string"
  const over = (a: Size, b: Size) =>
    !symbolic && typeof a === "number" && typeof b === "number" ? ratio(a, b) : `(${a})/(${b})`
  const share = work.answer("ratio", over(separable_macs, standard_macs), {
    "numerator and denominator are swapped": over(standard_macs, separable_macs),
    "only the depthwise convolution is counted": over(1, C_out),
    "only the pointwise convolution is counted": over(1, k_H * k_W),
  })
  work.step("Ratio", () => [
    math`\text{ratio} = \frac{\text{separable}}{\text{ordinary}} = \frac{${sizeRich(separable_macs)}}{${sizeRich(standard_macs)}}${typeof share === "string" ? math`` : math` = ${share}`}`,
    text`In general it is`,
    math`\frac{1}{C_{out}} + \frac{1}{k_H \cdot k_W} = \frac{1}{${sizeRich(C_out)}} + \frac{1}{${k_H * k_W}}`,
  ])
}

export default defineKind({
  name: "separable-conv",
  topic: "network",
  title: "Depthwise separable convolution",
  given,
  answers,
  slips,
  question,
  solve,
})
