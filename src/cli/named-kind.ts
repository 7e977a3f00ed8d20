import type { Command } from "commander"
import { suggest } from "../core/diagnostic.ts"
import type { Kind } from "../core/kind.ts"
import { kinds } from "../kinds/index.ts"
import { usageError } from "./session.ts"

/** The kind of that name; a name that is none is a usage error. */
export async function namedKind(name: string, command: Command): Promise<Kind> {
  const load = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (!load) {
    usageError(command, `there is no kind \`${name}\``, suggest(name, Object.keys(kinds)))
  }
  return (await load()).default
}
