import * as z from "zod"

/** A field of `given` as its JSON Schema tells it. */
export interface GivenField {
  name: string
  /** In words: `grid`, `number`, `tanh | relu`. */
  type: string
  description: string
  required: boolean
  default?: unknown
  schema: JsonSchema
}

export type JsonSchema = z.core.JSONSchema.BaseSchema

/** What may be written, as JSON Schema; zod leaves out the default of a field that it transforms. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod
      if (def.type === "default") jsonSchema.default ??= def.defaultValue
    },
  })
}

/** The fields of a kind's `given`, in the order they are declared. */
export function givenFields(given: z.ZodType): GivenField[] {
  const schema = jsonSchemaOf(given)
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    typeof field === "object" ? [fieldOf(name, field, schema)] : [],
  )
}

function fieldOf(name: string, field: JsonSchema, owner: JsonSchema): GivenField {
  return {
    name,
    type: typeWords(field),
    description: field.description ?? "",
    required: owner.required?.includes(name) ?? false,
    ...(field.default !== undefined && { default: field.default }),
    schema: field,
  }
}

/** What may be written, in words. */
function typeWords(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.enum) return schema.enum.map(String).join(" | ")
  if (schema.const !== undefined) return String(schema.const)
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return [...new Set(variants.map(variantWords))].join(" or ")
  if (schema.type === "array") return `list of ${itemWords(schema)}`
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(", ")} }`
  return schema.type === "object" ? "map" : String(schema.type ?? "anything")
}

function variantWords(schema: z.core.JSONSchema._JSONSchema): string {
  return typeof schema === "object" ? typeWords(schema) : "anything"
}

function itemWords({ items }: JsonSchema): string {
  return typeof items === "object" && !Array.isArray(items) ? variantWords(items) : "anything"
}
