// A filter has a weight for each cell of its kernel and each channel of its group, and perhaps one
// bias: C_out·(C_in/g)·k_H·k_W weights. Where the output's size is given, every weight is used once at
// each of its places: a multiplication with its addition counts once (MAC), biases are not counted.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { count, countable, type Size, size } from "../../core/sizes.ts"
import type { PerAxis } from "../../math/axes.ts"
import { counted, countLine } from "../../math/counts.ts"

const given = z
  .strictObject({
    in_channels: size("channels of the input: a number, or a symbol such as C"),
    out_channels: size("channels of the output, the number of filters"),
    kernel: field.perAxis("size of the kernel, k or [height, width]", { min: 1, max: 1000 }),
    bias: field.flag("whether each filter has a bias").default(true),
    groups: field.integer("groups of channels and filters", { min: 1, max: 1e6 }).default(1),
    output: field
      .perAxis("size of the output, [height, width]; asks for its cost too", { min: 1, max: 1e5 })
      .optional(),
    bytes_per_number: field
      .integer("bytes of a number, such as 4 for float32", { min: 1, max: 16 })
      .default(4),
  })
  .check(
    divided("in_channels", "channel"),
    divided("out_channels", "filter"),
    countable<Given>(["in_channels", "out_channels", "kernel", "groups", "output"], given => [
      counted(`${weightFormula(given)}*H*W`, lettersOf(given)),
      counted("C_out*H*W*16", lettersOf(given)),
    ]),
  )

interface Given {
  in_channels: Size
  out_channels: Size
  kernel: PerAxis
  bias: boolean
  groups: number
  output?: PerAxis | undefined
}

function lettersOf({ in_channels, out_channels, kernel, groups, output = 1 }: Given) {
  const [k_H, k_W] = sides(kernel)
  const [H, W] = sides(output)
  return { C_in: in_channels, C_out: out_channels, g: groups, k: k_H, k_H, k_W, H, W }
}

function sides(size: PerAxis): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size
}

function weightFormula({ kernel, groups }: Pick<Given, "kernel" | "groups">): string {
  const [height, width] = sides(kernel)
  const cells = height === width ? "k^2" : "k_H*k_W"
  return groups > 1 ? `C_out*(C_in/g)*${cells}` : `C_out*C_in*${cells}`
}

/** Groups split channels and filters without a rest; of symbols that is taken for granted. */
function divided(name: "in_channels" | "out_channels", noun: string) {
  return rule.across<Given>([name, "groups"], given => {
    const [channels, { groups }] = [given[name], given]
    if (typeof channels !== "number" || channels % groups === 0) return undefined
    const message = `is ${groups}, but ${channels} ${noun}s cannot be split into ${groups} equal groups`
    return { path: ["groups"], code: "size", message }
  })
}

const answers = ({ in_channels, out_channels, bias, output }: Given) => {
  const all = [in_channels, out_channels]
  return {
    weights: count("weights of all filters", all),
    biases: count("biases of all filters", bias ? [out_channels] : []),
    total: count("weights and biases", all, { aside: true }),
    ...(output !== undefined && {
      elements: count("numbers in the output", [out_channels]),
      memory: count("bytes of the output", [out_channels], { aside: true }),
      macs: count("multiplications, with an addition each", all),
    }),
  }
}

const slips: Slips<typeof given> = {
  "the biases are left out": ({ bias }) => (bias ? { bias: false } : undefined),
  "biases are counted": ({ bias }) => (bias ? undefined : { bias: true }),
  "the groups are left out": ({ groups }) => (groups > 1 ? { groups: 1 } : undefined),
}

const question: Question<typeof given> = ({ in_channels, out_channels, kernel, ...given }) => {
  const [height, width] = sides(kernel)
  const grouped = given.groups > 1 ? text` in ${given.groups} groups` : ""
  const cost =
    given.output === undefined
      ? ""
      : text` Its output has ${math`${sides(given.output)[0]} \times ${sides(given.output)[1]}`} cells: how many numbers, how many bytes at ${given.bytes_per_number} a number, and how many multiplications?`
  return text`How many weights and biases does a convolution have from ${in_channels} to ${out_channels} channels${grouped} with a kernel of ${math`${height} \times ${width}`} and ${given.bias ? "a bias for each filter" : "no biases"}?${cost}`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const letters = lettersOf(given)
  const of = (formula: string) => counted(formula, letters)
  const formula = weightFormula(given)
  const cells = formula.slice(formula.lastIndexOf("*k") + 1).replace(/^k_W$/, "k_H*k_W")
  const weights = work.answer("weights", of(formula), {
    "the channels of the input are left out": of(`C_out*${cells}`),
    "only one filter is counted": of(formula.replace("C_out*", "")),
    "the kernel is taken as a line": of(formula.replace(cells, "k_H")),
  })
  work.step("Weights", () => [
    text`Each of the ${math`C_{out}`} filters has a weight for each cell of its kernel and each channel${given.groups > 1 ? " of its group" : ""}:`,
    countLine(math`\text{weights}`, formula, used(formula, letters), weights),
  ])

  const biases = work.answer("biases", given.bias ? letters.C_out : 0, {
    "there is a bias for each channel of the input": given.bias ? letters.C_in : 0,
    "there is only one bias": given.bias ? 1 : 0,
  })
  const total = work.answer("total", counted("w + b", { w: weights, b: biases }))
  work.step("Biases and total", () => [
    given.bias
      ? countLine(math`\text{biases}`, "C_out", { C_out: letters.C_out }, biases)
      : text`There are no biases.`,
    countLine(math`\text{total}`, "w + b", { w: weights, b: biases }, total),
  ])
  if (given.output === undefined) return

  const bytes = given.bytes_per_number
  const elements = work.answer("elements", of("C_out*H*W"), {
    "one channel is counted": of("H*W"),
  })
  const memory = work.answer("memory", counted("n*s", { n: elements, s: bytes }), {
    "numbers are counted, not bytes": elements,
  })
  const sized = { w: weights, H: letters.H, W: letters.W }
  const macs = work.answer("macs", counted("w*H*W", sized), {
    "multiplications and additions are counted separately": counted("2*w*H*W", sized),
    "the places of the kernel are left out": weights,
    "the biases are counted": counted("w*H*W + b*H*W", { ...sized, b: biases }),
  })
  work.step("Cost", () => [
    countLine(math`\text{elements}`, "C_out*H*W", used("C_out*H*W", letters), elements),
    countLine(math`\text{memory}`, "n*s", { n: elements, s: bytes }, memory),
    text`n are the elements, s the bytes of a number. Each of the w weights is used once at every place of the output:`,
    countLine(math`\text{MACs}`, "w*H*W", sized, macs),
  ])
}

/** The letters that a formula holds. */
function used(formula: string, letters: Readonly<Record<string, Size>>): Record<string, Size> {
  const names = new Set(formula.match(/[A-Za-z_]+/g))
  return Object.fromEntries(Object.entries(letters).filter(([name]) => names.has(name)))
}

export default defineKind({
  name: "conv-params",
  topic: "network",
  title: "Parameters of a convolution",
  given,
  answers,
  slips,
  question,
  solve,
})
