import { inspect } from "node:util"
import { Command, CommanderError } from "commander"
import { version } from "./cli/home.ts"
import { type Configure, openSession, type Session } from "./cli/session.ts"

interface Entry {
  summary: string
  load: () => Promise<{ configure: Configure }>
}

/** The commands; each is loaded only when it is the one that was typed. */
const commands: Readonly<Record<string, Entry>> = {
  solve: {
    summary: "show the solutions of problems, step by step",
    load: () => import("./cli/solve.ts"),
  },
  grade: {
    summary: "grade answer sheets, one or a whole class",
    load: () => import("./cli/grade.ts"),
  },
  hint: {
    summary: "show the way to an answer, without its value",
    load: () => import("./cli/hint.ts"),
  },
  key: {
    summary: "write the solutions of many problems into a folder",
    load: () => import("./cli/key.ts"),
  },
  sheet: {
    summary: "write question papers and answer sheets to fill in",
    load: () => import("./cli/sheet.ts"),
  },
  generate: {
    summary: "give every student other numbers",
    load: () => import("./cli/generate.ts"),
  },
  lint: {
    summary: "check problems before they are handed out",
    load: () => import("./cli/lint.ts"),
  },
  kinds: {
    summary: "list the kinds of problems, or describe one",
    load: () => import("./cli/kinds.ts"),
  },
  new: {
    summary: "print a problem to fill in",
    load: () => import("./cli/new.ts"),
  },
  schema: {
    summary: "print a JSON Schema, for editors and other programs",
    load: () => import("./cli/schema.ts"),
  },
}

/** Runs dlcheck; the exit code is 0, 1 (something was found), 2 (unreadable, misused) or 70 (our bug). */
export async function main(argv: readonly string[]): Promise<number> {
  const session = openSession(argv)
  try {
    const program = await programFor(argv, session)
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: "user" })
    return session.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    session.err.write(`error: this is a bug in dlcheck\n${inspect(error)}\n`)
    return 70
  }
}

async function programFor(argv: readonly string[], session: Session): Promise<Command> {
  const { out } = session
  const program = new Command("dlcheck")
    .description("Solves and grades exam-style deep-learning and vision problems, step by step.")
    .option("--no-color", "print without colours")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      out.write(`${version()}\n`)
      throw new CommanderError(0, "commander.version", "")
    })
    .exitOverride()
    .configureOutput({
      writeOut: out.write,
      writeErr: text => session.err.write(text),
      getOutHelpWidth: () => out.width,
      getErrHelpWidth: () => session.err.width,
      getOutHasColors: () => out.color > 0,
      getErrHasColors: () => session.err.color > 0,
      outputError: (message, write) => write(worded(message, "dlcheck --help")),
    })
    .addHelpText("after", help)

  const typed = argv.filter(arg => !arg.startsWith("-"))
  const chosen = typed[0] === "help" ? typed[1] : typed[0]
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).description(summary)
    command.configureOutput({
      outputError: (message, write) => write(worded(message, `dlcheck ${name} --help`)),
    })
    if (name === chosen) (await load()).configure(command, session)
  }
  return program
}

/** A complaint of commander's in the words of ours. */
function worded(message: string, help: string): string {
  const [headline = "", ...rest] = message.trimEnd().replaceAll("'", "`").split("\n")
  const near = rest.join(" ").match(/^\(Did you mean (?:one of )?(.+)\?\)$/)?.[1]
  if (near !== undefined) {
    const names = near.split(", ").map(name => `\`${name}\``)
    return `${headline}\n  = hint: did you mean ${names.join(" or ")}?\n`
  }
  const hints = rest.length > 0 ? rest : [`  = hint: \`${help}\` shows how it is used`]
  return `${[headline, ...hints].join("\n")}\n`
}

const help = `
Examples:
  dlcheck solve problem.yaml             the solution of a problem
  dlcheck solve problems --format json   those of every problem below a folder
  dlcheck grade answers.yaml             what is right, what follows, and what went wrong first
  dlcheck hint problem.yaml R            the way to one of its answers
  dlcheck new harris > problem.yaml      a problem to fill in
  dlcheck lint problem.yaml              whether it is fit to be handed out

Exit codes: 0 fine, 1 something was found, 2 a file could not be read or the usage is wrong.`
