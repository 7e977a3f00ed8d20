import type { JsonSchema } from "./given-fields.ts"

const text: JsonSchema = { type: "string" }

const cells: JsonSchema = {
  type: "array",
  items: { type: "array", items: { $ref: "#/$defs/value" } },
}

function places(description: string): JsonSchema {
  return {
    description: `${description}, as [row, column], counted from 0`,
    type: "array",
    items: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 },
  }
}

const marks = places("cells pointed out")

function record(properties: Record<string, JsonSchema>, optional: readonly string[] = []) {
  return {
    type: "object",
    properties,
    required: Object.keys(properties).filter(name => !optional.includes(name)),
    additionalProperties: false,
  } satisfies JsonSchema
}

function listOf(name: string, description?: string): JsonSchema {
  return {
    type: "array",
    items: { $ref: `#/$defs/${name}` },
    ...(description !== undefined && { description }),
  }
}

const points: JsonSchema = { type: "number", description: "with at most six decimals" }
const toldPoints: JsonSchema = {
  type: ["number", "null"],
  description: "null where points are not told",
}
const place: JsonSchema = { type: ["integer", "null"], minimum: 1 }

/** The JSON Schema of what `solve` and `grade` print with `--format json`. */
export const outputSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "dlcheck output",
  description:
    "a solution, a list of them where more than one problem was asked for, or graded sheets",
  anyOf: [{ $ref: "#/$defs/solution" }, listOf("solution"), { $ref: "#/$defs/grades" }],
  $defs: {
    grades: record({
      version: { const: 1 },
      submissions: listOf("submission"),
      points: toldPoints,
      out_of: points,
    }),
    submission: record({
      file: text,
      student: text,
      points: toldPoints,
      out_of: points,
      problems: listOf("graded", "none where the sheet could not be graded"),
      diagnostics: listOf("diagnostic"),
    }),
    graded: record({
      problem: text,
      kind: text,
      points: toldPoints,
      out_of: points,
      answers: listOf("judged", "none below feedback `verdict`"),
    }),
    judged: record(
      {
        name: text,
        verdict: { $ref: "#/$defs/verdict" },
        points,
        out_of: points,
        written: { type: ["string", "null"], description: "the text of the sheet" },
        line: place,
        column: place,
        expected: { $ref: "#/$defs/value" },
        carried_from: { ...text, description: "the earlier answers it follows from" },
        reason: record({ code: text, slip: text, message: text }, ["slip"]),
        entries: {
          type: "array",
          items: record({
            index: {
              description: "rows and columns counted from 0, or names",
              type: "array",
              items: { type: ["integer", "string"] },
            },
            verdict: { $ref: "#/$defs/verdict" },
          }),
        },
      },
      ["expected", "carried_from", "reason", "entries"],
    ),
    verdict: {
      enum: ["correct", "carried", "imprecise", "partial", "wrong", "missing", "unreadable"],
    },
    diagnostic: record(
      { code: text, message: text, file: text, line: place, column: place, hint: text },
      ["hint"],
    ),
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
      description: "words, a formula (LaTeX), a grid, a table or a picture",
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
            hidden: places("cells that take no part"),
            heat: { description: "whether cells are shaded by their value", type: "boolean" },
            foot: text,
          },
          ["caption", "rows", "columns", "marks", "hidden", "heat", "foot"],
        ),
        record(
          { type: { const: "table" }, head: { type: "array", items: text }, rows: cells, marks },
          ["marks"],
        ),
        record({
          type: { const: "figure" },
          figure: { enum: ["bars", "curves", "plane", "network"] },
          caption: text,
          drawn: {
            description:
              "what the picture shows, by its figure: labels and values, curves, boxes, …",
            type: "object",
            additionalProperties: { $ref: "#/$defs/value" },
          },
        }),
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
