import * as z from "zod"
import type { Kind } from "./kind.ts"

/** Where a secret stands in the givens; `*` is any entry of a list or map. */
export type SecretPath = readonly string[]

/** Every place in a kind's givens that must not be told before the answers are in. */
export function secretPaths({ given }: Pick<Kind, "given">): readonly SecretPath[] {
  const known = found.get(given)
  if (known) return known
  const paths = pathsIn(given).filter(
    (path, i, all) => all.findIndex(other => other.join("\u0000") === path.join("\u0000")) === i,
  )
  if (given instanceof z.ZodType) found.set(given, paths)
  return paths
}

const found = new WeakMap<z.ZodType, readonly SecretPath[]>()

/** Givens without their secrets, as a paper may show them. */
export function withoutSecrets<T>(kind: Pick<Kind, "given">, given: T): T {
  return without(given, secretPaths(kind)) as T
}

function without(value: unknown, paths: readonly SecretPath[]): unknown {
  if (paths.length === 0 || typeof value !== "object" || value === null) return value
  const below = (name: string) =>
    paths.flatMap(([first, ...rest]) => (first === "*" || first === name ? [rest] : []))
  const kept = Object.entries(value).flatMap(([name, each]) => {
    const inner = below(name)
    return inner.some(rest => rest.length === 0) ? [] : [[name, without(each, inner)] as const]
  })
  return Array.isArray(value) ? kept.map(([, each]) => each) : Object.fromEntries(kept)
}

function pathsIn(schema: unknown): SecretPath[] {
  if (!(schema instanceof z.ZodType)) return []
  if (schema.meta()?.secret === true) return [[]]
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, each]) => under(name, each))
  }
  if (schema instanceof z.ZodRecord) return under("*", schema.valueType)
  if (schema instanceof z.ZodArray) return under("*", schema.element)
  if (schema instanceof z.ZodTuple) {
    return schema.def.items.flatMap((each, i) => under(String(i), each))
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(pathsIn)
  if (schema instanceof z.ZodPipe) return [...pathsIn(schema.in), ...pathsIn(schema.out)]
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable
  return wraps ? pathsIn(schema.unwrap()) : []
}

function under(name: string, schema: unknown): SecretPath[] {
  return pathsIn(schema).map(path => [name, ...path])
}
