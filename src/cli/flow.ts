import type { Written, WrittenScalar } from "../core/source.ts"
import type { JsonSchema } from "./given-fields.ts"

const room = 88

/** The lines of `name: value` as people write YAML: on one line where it fits, else item by item. */
export function fieldText(name: string, value: Written): string[] {
  const line = `${keyText(name)}: ${flowText(value)}`
  if (value.type === "scalar" || line.length <= room) return [line]
  return [`${keyText(name)}:`, ...blockLines(value).map(each => `  ${each}`)]
}

/** A plain value on one line. */
export function presetText(value: unknown): string {
  if (typeof value === "string" && /^[a-z][\w -]*$/i.test(value)) return value
  return JSON.stringify(value).replaceAll(",", ", ")
}

/** Something of the right shape, where no example has a value. */
export function placeholder({ title, type, enum: options, anyOf }: JsonSchema): string {
  if (title !== undefined && Object.hasOwn(shapes, title)) return shapes[title] ?? ""
  if (options) return presetText(options[0])
  const [variant] = anyOf ?? []
  if (typeof variant === "object") return placeholder(variant)
  return type === "array" ? "[]" : type === "object" ? "{}" : type === "boolean" ? "true" : "0"
}

const shapes: Record<string, string> = {
  vector: "[0, 0]",
  grid: "[[0, 0], [0, 0]]",
  stack: "[[[0, 0], [0, 0]]]",
  distribution: "[0.5, 0.5]",
  label: "a",
  "list of labels": "[a, b]",
  "grid of labels": "[[a, b]]",
  text: "words",
}

function blockLines(value: Written): string[] {
  if (value.type === "scalar") return [scalarText(value)]
  if (value.type === "map") return value.entries.flatMap(each => fieldText(each.name, each.value))
  return value.items.flatMap(item => {
    const flow = flowText(item)
    const lines = flow.length <= room ? [flow] : blockLines(item)
    return lines.map((line, i) => `${i === 0 ? "- " : "  "}${line}`)
  })
}

function flowText(value: Written): string {
  if (value.type === "scalar") return scalarText(value)
  if (value.type === "list") return `[${value.items.map(flowText).join(", ")}]`
  const fields = value.entries.map(each => `${keyText(each.name)}: ${flowText(each.value)}`)
  return `{ ${fields.join(", ")} }`
}

function scalarText({ text, quoted, value }: WrittenScalar): string {
  if (value === null) return "null"
  if (typeof value !== "string") return text
  return quoted || /[,[\]{}\n]|: | #/.test(text) ? JSON.stringify(value) : text
}

function keyText(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name)
}
