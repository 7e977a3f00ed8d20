import type { Diagnostic } from "../core/diagnostic.ts"
import { checkExpect } from "../core/expect.ts"
import { sharePoints } from "../core/points.ts"
import type { Problem } from "../core/problem.ts"
import { run } from "../core/solve.ts"
import { plural } from "../core/words.ts"
import { collectProblems, inFileOrder } from "./collect.ts"
import { complain } from "./complain.ts"
import { checkAsked, checkSlips } from "./lint-checks.ts"
import { type Configure, fail } from "./session.ts"
import { solving } from "./solving.ts"

export const configure: Configure = (command, session) => {
  command
    .argument("<problem...>", "files, folders or globs; - reads standard input")
    .addHelpText(
      "after",
      `
Compares \`expect\` with the solution, checks \`ask\` and \`points\`, and warns where a mistake worth
naming cannot be told from the right answer or from another mistake.

Examples:
  dlcheck lint problem.yaml
  dlcheck lint problems 'drafts/**/*.yaml'
  dlcheck lint --strict problems

Exit codes: 0 no error, 1 an error was found, or a warning with --strict, 2 a file could not be read.`,
    )
    .option("--strict", "warnings count as errors")
    .action(async (args: string[], { strict = false }: { strict?: boolean }) => {
      const { problems, diagnostics: unreadable } = await collectProblems(args)
      const findings = problems.flatMap(check)
      await complain(session, inFileOrder([...unreadable, ...findings]))
      session.out.write(`${summary(problems, findings)}\n`)
      if (findings.some(({ severity }) => strict || severity === "error")) fail(session, 1)
      if (unreadable.length > 0) fail(session, 2)
    })
}

function check(problem: Problem): Diagnostic[] {
  const key = solving(problem, run)
  return [
    ...checkExpect(problem, key),
    ...checkAsked(problem, key),
    ...sharePoints(problem, [...key.answers.keys()]).diagnostics,
    ...checkSlips(problem, key),
  ]
}

function summary(problems: readonly Problem[], findings: readonly Diagnostic[]): string {
  if (problems.length === 0) return "no problem could be read"
  const errors = findings.filter(({ severity }) => severity === "error").length
  const found = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(findings.length > errors ? [plural(findings.length - errors, "warning")] : []),
  ]
  const without = problems.filter(({ expect }) => !expect).length
  const compared = without > 0 ? `; ${without} without an \`expect\` to compare` : ""
  return `${plural(problems.length, "problem")}: ${found.join(", ") || "nothing to complain about"}${compared}`
}
