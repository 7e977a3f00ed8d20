import type { JsonSchema } from "./given-fields.ts"

const text: JsonSchema = { type: "string" }

const cells: JsonSchema = {
  type: "array",
  items: { type: "array", items: { $ref: "#/$defs/value" } },
}

const marks: JsonSchema = {
  description: "cells pointed out, as [row, column], counted from 0",
  type: "array",
  items: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 },
}

function record(properties: Record<string, JsonSchema>, optional: readonly string[] = []) {
  return {
    type: "object",
    properties,
    required: Object.keys(properties).filter(name => !optional.includes(name)),
    additionalProperties: false,
  } satisfies JsonSchema
}

/** The JSON Schema of what `dlcheck solve --format json` prints. */
export const outputSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "dlcheck solutions",
  description: "one solution, or a list of them where more than one problem was asked for",
  anyOf: [{ $ref: "#/$defs/solution" }, { type: "array", items: { $ref: "#/$defs/solution" } }],
  $defs: {
    solution: record({
      version: { const: 1 },
      problem: { ...text, description: "the id of the problem" },
      kind: text,
      title: text,
      given: {
        description: "as it was read, defaults filled in, exact text such as 1/3 kept",
        type: "object",
        additionalProperties: { $ref: "#/$defs/value" },
      },
      steps: {
        type: "array",
        items: record({
          title: text,
          blocks: { type: "array", items: { $ref: "#/$defs/block" } },
        }),
      },
      answers: { type: "object", additionalProperties: { $ref: "#/$defs/answer" } },
    }),
    answer: record(
      {
        value: { $ref: "#/$defs/value" },
        exact: {
          description: "a fraction such as 29/72, or the digits of a large whole number",
          anyOf: [text, { type: "object", additionalProperties: text }],
        },
        label: text,
        type: text,
        unit: text,
      },
      ["exact", "unit"],
    ),
    block: {
      description: "words, a formula (LaTeX), a grid or a table",
      anyOf: [
        record({ type: { const: "text" }, text }),
        record({ type: { const: "math" }, math: text }),
        record(
          {
            type: { const: "grid" },
            caption: text,
            cells,
            rows: { type: "array", items: text },
            columns: { type: "array", items: text },
            marks,
            foot: text,
          },
          ["caption", "rows", "columns", "marks", "foot"],
        ),
        record(
          { type: { const: "table" }, head: { type: "array", items: text }, rows: cells, marks },
          ["marks"],
        ),
      ],
    },
    value: {
      description: "numbers that JSON lacks are the texts Infinity, -Infinity and NaN",
      anyOf: [
        { type: ["number", "string", "boolean", "null"] },
        { type: "array", items: { $ref: "#/$defs/value" } },
        { type: "object", additionalProperties: { $ref: "#/$defs/value" } },
      ],
    },
  },
}
