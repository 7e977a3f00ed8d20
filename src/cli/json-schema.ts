import * as z from "zod"
import type { Kind } from "../core/kind.ts"
import { problemSchema } from "../core/problem-schema.ts"
import { kinds } from "../kinds/index.ts"
import { type JsonSchema, jsonSchemaOf } from "./given-fields.ts"

/** The JSON Schema of a file with problems of any kind, one, several or an exam. */
export async function fileSchema(): Promise<JsonSchema> {
  const loaded = await Promise.all(Object.values(kinds).map(async load => (await load()).default))
  const names = loaded.map(({ name }) => name)
  const { $schema, ...problem } = jsonSchemaOf(problemSchema(z.unknown(), names))
  return {
    ...($schema && { $schema }),
    title: "dlcheck problems",
    type: "object",
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    ...{ if: { required: ["problems"] }, then: listOf("problem"), else: reference("problem") },
    $defs: {
      problem: { ...problem, allOf: loaded.map(({ name }) => givenOf(name)) },
      ...Object.fromEntries(loaded.map(kind => [kind.name, embedded(kind)])),
    },
  }
}

/** The JSON Schema of a problem of one kind. */
export function kindSchema(kind: Kind): JsonSchema {
  return { ...jsonSchemaOf(problemSchema(kind.given, [kind.name])), title: kind.title }
}

/** The JSON Schema of an answer sheet; which answers there are, the problems say. */
export const submissionSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "dlcheck submission",
  type: "object",
  properties: {
    student: {
      type: ["string", "number"],
      description: "whose answers these are (default: the file's name)",
    },
    name: { type: ["string", "number"], description: "the student's name, for the grade book" },
    notes: { description: "anything; it is not graded" },
    answers: {
      type: "object",
      description:
        "by problem, then by answer; where there is one problem, its answers stand here. Blank, `_` and `?` are not answered",
      additionalProperties: reference("answer"),
    },
  },
  required: ["answers"],
  additionalProperties: false,
  $defs: {
    answer: {
      description: "numbers as on paper (0.50, 1/3, 50%, sqrt(2)), words, lists or maps of them",
      anyOf: [
        { type: ["number", "string", "boolean", "null"] },
        { type: "array", items: reference("answer") },
        { type: "object", additionalProperties: reference("answer") },
      ],
    },
  },
}

function listOf(definition: string): JsonSchema {
  const use: JsonSchema = {
    type: "object",
    properties: {
      use: { type: "string", description: "the file of a problem, relative to this one" },
      points: { type: ["number", "string"], description: "its points in this exam" },
    },
    required: ["use"],
    additionalProperties: false,
  }
  return {
    properties: {
      title: { type: "string", description: "the heading of the exam" },
      problems: {
        type: "array",
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        items: { if: { required: ["use"] }, then: use, else: reference(definition) },
      },
    },
  }
}

/** What `given` must be where the kind is this one. */
function givenOf(name: string): JsonSchema {
  return {
    if: { properties: { kind: { const: name } }, required: ["kind"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { given: reference(name) } },
  }
}

/** The schema of a kind's givens as a part of a larger one: its references start at its own place. */
function embedded({ name, given }: Kind): JsonSchema {
  const { $schema, ...schema } = jsonSchemaOf(given)
  const text = JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"#/$defs/${name}`)
  return JSON.parse(text)
}

function reference(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` }
}
