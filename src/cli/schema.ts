import { suggest } from "../core/diagnostic.ts"
import { kinds } from "../kinds/index.ts"
import { printJson } from "../render/json.ts"
import { namedKind } from "./named-kind.ts"
import type { Configure } from "./session.ts"
import { usageError } from "./session.ts"

export const configure: Configure = (command, { out }) => {
  command
    .argument(
      "[what]",
      "`problem` (a file of any kind), the name of a kind, `submission` or `output`",
      "problem",
    )
    .addHelpText(
      "after",
      `
Examples:
  dlcheck schema > dlcheck.schema.json   then begin a problem file with the line
                                         # yaml-language-server: $schema=dlcheck.schema.json
  dlcheck schema harris                  of a problem of one kind
  dlcheck schema submission              of an answer sheet
  dlcheck schema output                  of what \`--format json\` prints`,
    )
    .action(async (what: string) => {
      out.write(`${printJson(await schemaOf(what))}\n`)
    })

  async function schemaOf(what: string) {
    if (what === "output") return (await import("./output-schema.ts")).outputSchema
    const { fileSchema, kindSchema, submissionSchema } = await import("./json-schema.ts")
    if (what === "problem") return fileSchema()
    if (what === "submission") return submissionSchema
    if (!Object.hasOwn(kinds, what)) {
      const hint = suggest(what, ["problem", "submission", "output", ...Object.keys(kinds)])
      usageError(command, `there is no schema of \`${what}\``, hint)
    }
    return kindSchema(await namedKind(what, command))
  }
}
