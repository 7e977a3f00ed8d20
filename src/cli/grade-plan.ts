import { existsSync } from "node:fs"
import type { Command } from "commander"
import type { Diagnostic } from "../core/diagnostic.ts"
import type { Feedback } from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import {
  type Adjustment,
  type Config,
  findConfig,
  type LoadedConfig,
  loadConfig,
  type ReportFile,
  reportFiles,
} from "./config.ts"
import { configName } from "./home.ts"
import { usageError } from "./session.ts"

/** What was typed. */
export interface Options extends Partial<Record<ReportFile, string>> {
  problems?: string[]
  feedback?: Feedback
  pass?: Fraction
  format: string
  output?: string
  github?: boolean
}

/** What is graded against what, and what becomes of it. */
export interface Plan {
  submissions: readonly string[]
  problems: readonly string[]
  /** Whether every problem counts for every sheet. */
  isWhole: boolean
  feedback: Feedback
  pass?: Fraction
  reports: readonly PlannedReport[]
  github: boolean
  adjust: readonly Adjustment[]
}

export interface PlannedReport {
  name: ReportFile
  path: string
  /** Whether its folder is made where it is missing. */
  withFolder: boolean
}

/** The configuration, where something is left for it to say. */
export async function configFor(
  args: readonly string[],
  { problems }: Options,
): Promise<LoadedConfig> {
  const path = args.length > 0 && problems ? undefined : findConfig()
  return path === undefined ? {} : await loadConfig(path)
}

/** What was typed goes before what the configuration says; its reports are of the whole class. */
export function planOf(
  args: readonly string[],
  options: Options,
  config: Config | undefined,
  command: Command,
): Plan {
  const { submissions, problems } = inputs(args, options, config, command)
  const listed = args.length === 0 ? config : undefined
  const pass = options.pass ?? config?.pass
  return {
    submissions,
    problems,
    isWhole: !options.problems && config !== undefined,
    feedback: options.feedback ?? config?.feedback ?? (isCi() ? "hint" : "full"),
    ...(pass && { pass }),
    reports: reportFiles.flatMap(name => {
      const path = options[name] ?? listed?.reports.get(name)?.path
      return path === undefined ? [] : { name, path, withFolder: options[name] === undefined }
    }),
    // A repository that asks for it is also graded on its owner's own machine.
    github: options.github ?? (listed?.github === true && process.env.GITHUB_ACTIONS === "true"),
    adjust: config?.adjust ?? [],
  }
}

function inputs(
  args: readonly string[],
  options: Options,
  config: Config | undefined,
  command: Command,
): Pick<Plan, "submissions" | "problems"> {
  const submissions = args.length > 0 ? args : (config?.submissions ?? []).map(pathOf)
  const problems = options.problems ?? config?.problems.map(pathOf) ?? [problemFolder]
  const where = config ? config.source.file : `a ${configName}`
  if (submissions.length === 0) {
    const hint = `name some, or list them under \`submissions:\` in ${where}`
    usageError(command, "there is nothing to grade", hint)
  }
  if (!options.problems && !config && !existsSync(problemFolder)) {
    const hint = `name some with --problems, or list them under \`problems:\` in ${where}`
    usageError(command, "there are no problems to grade against", hint)
  }
  if (submissions.includes("-") && problems.includes("-")) {
    usageError(command, "standard input can be read only once", "name a file instead of one `-`")
  }
  return { submissions, problems }
}

const problemFolder = "problems"

function pathOf({ path }: { path: string }): string {
  return path
}

function isCi(): boolean {
  const { CI } = process.env
  return CI !== undefined && !["", "0", "false"].includes(CI)
}

/** A complaint about a path that the configuration lists, moved to where it does so. */
export function blamed(diagnostic: Diagnostic, config: Config | undefined): Diagnostic {
  if (!config || diagnostic.place) return diagnostic
  const { problems, submissions, source } = config
  const listed = [...problems, ...submissions].find(({ path }) => path === diagnostic.file)
  if (!listed || listed.span.start === listed.span.end) return diagnostic
  const { code, message, hint, severity } = diagnostic
  return source.diagnostic(code, message, listed.span, hint, severity)
}

/** Regrades of students who have handed in nothing. */
export function absent(config: Config, students: Iterable<string>): Diagnostic[] {
  const known = new Set(students)
  return config.adjust
    .filter(({ student }) => !known.has(student))
    .map(({ student, span }) =>
      config.source.diagnostic(
        "unknown-student",
        `there is no sheet of \`${student}\``,
        span.student,
        undefined,
        "warning",
      ),
    )
}
