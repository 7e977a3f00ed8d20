import * as z from "zod"
import type { Path, Span } from "./source.ts"
import { describe, plural } from "./words.ts"

/** What is wrong with a value: completes the sentence "`given.k` …" and names what was found. */
export interface Complaint {
  path: Path
  message: string
  code?: string
  hint?: string
  /** The part of a text that it is about. */
  within?: Span
}

export type Context = z.core.$RefinementCtx<unknown>

export function complain(
  context: Context,
  { path, message, code = "value", hint, within }: Complaint,
  across = false,
): void {
  context.addIssue({
    code: "custom",
    path: [...path],
    message,
    // Not fatal: a union then reports the option whose shape fits, instead of none.
    continue: true,
    params: { code, across, ...(hint !== undefined && { hint }), ...(within && { within }) },
  })
}

/** Whether a complaint is a rule's: the fields it names were read all the same. */
export function isAcross(issue: z.core.$ZodRawIssue): boolean {
  return issue.code === "custom" && issue.params?.across === true
}

/** zod's own issues in the same words. */
z.config({
  jitless: true,
  customError: issue => {
    const found = describe(issue.input)
    if (issue.code === "invalid_type") {
      const expected = expectedWords[issue.expected] ?? `a ${issue.expected}`
      return issue.input === undefined
        ? `needs ${expected}`
        : `must be ${expected}, but it is ${found}`
    }
    if (issue.code === "invalid_value") {
      const options = issue.values.map(value => `\`${String(value)}\``)
      return `must be ${options.length > 1 ? "one of " : ""}${options.join(", ")}, but it is ${found}`
    }
    if (issue.code === "too_small") {
      const noun =
        issue.origin === "array" ? `at least ${plural(Number(issue.minimum), "entry")}` : undefined
      return noun ? `needs ${noun}` : `must be at least ${issue.minimum}, but it is ${found}`
    }
    return undefined
  },
})

const expectedWords: Record<string, string> = {
  array: "a list",
  object: "a map",
  record: "a map",
  string: "a text",
  boolean: "true or false",
  number: "a number",
}
