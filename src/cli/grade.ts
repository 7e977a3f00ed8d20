import { resolve } from "node:path"
import { type Command, InvalidArgumentError, Option } from "commander"
import type { Diagnostic } from "../core/diagnostic.ts"
import { feedbackLevels } from "../core/feedback.ts"
import type { Fraction } from "../core/number.ts"
import { gradescopeRefusal } from "../report/gradescope.ts"
import { ClassTally } from "../report/summary.ts"
import { complain } from "./complain.ts"
import { shareHint, shareOf } from "./config.ts"
import { checkAdjustments, Regrades } from "./grade-adjust.ts"
import { formats, Outputs } from "./grade-outputs.ts"
import { absent, blamed, configFor, type Options, type Plan, planOf } from "./grade-plan.ts"
import { findSheets, SheetGrader } from "./grade-sheets.ts"
import { openPaper, type Paper } from "./paper.ts"
import { Progress } from "./progress.ts"
import { type Configure, fail, type Session, usageError } from "./session.ts"
import { makeFolder, type Unwritten } from "./write.ts"

export const configure: Configure = (command, session) => {
  command
    .argument("[submission...]", "files, folders or globs; - reads standard input")
    .option(
      "-p, --problems <path>",
      "a file, folder, glob or exam to grade against; may be repeated",
      (path: string, before: string[] = []) => [...before, path],
    )
    .addOption(
      new Option("--feedback <level>", "how much is told (default: full, in CI hint)").choices(
        feedbackLevels,
      ),
    )
    .option("--pass <share>", "the share of the points that each sheet must reach: 60%", passOf)
    .addOption(
      new Option("-f, --format <format>", "how to print the graded sheets")
        .choices(Object.keys(formats))
        .default("terminal"),
    )
    .option("-o, --output <file>", "where to write them, instead of standard output")
    .option("--junit <file>", "write JUnit XML as well")
    .option("--gradescope <file>", "write Gradescope's results.json as well, of one sheet")
    .option("--csv <file>", "write a grade book as well")
    .option("--markdown <file>", "write Markdown as well")
    .option("--github", "annotations, step summary and Classroom result of a GitHub workflow")
    .addHelpText("after", help)
    .action((args: string[], options: Options) => grade(args, options, command, session))
}

const help = `
Without a submission, dlcheck.yaml says what is graded: the nearest one, here or in a folder above.
Without --problems, that file or the folder \`problems\` says against what.

Examples:
  dlcheck grade answers.yaml --problems exam.yaml
  dlcheck grade answers --problems exam.yaml --csv grades.csv --pass 60%
  dlcheck grade 'teams/*/answers.yaml' --feedback verdict --format markdown -o feedback.md
  dlcheck grade                          everything that dlcheck.yaml asks for

Exit codes: 0 fine, 1 a sheet is below the pass mark, 2 something could not be read (all else is
graded and written first).`

async function grade(args: string[], options: Options, command: Command, session: Session) {
  const complaints = new Complaints(session)
  const { config, diagnostics } = await configFor(args, options)
  if (diagnostics) return await complaints.add(diagnostics)
  const plan = planOf(args, options, config, command)
  const add = (found: readonly Diagnostic[]) =>
    complaints.add(found.map(each => blamed(each, config)))

  const paper = await openPaper(plan.problems, plan.isWhole)
  await add(paper.diagnostics)
  const sheets = await findSheets(plan.submissions)
  await add(sheets.diagnostics)
  if (paper.markings.size === 0) return
  if (config) await add(checkAdjustments(plan.adjust, paper.markings, config.source))

  const inputs = [...sheets.files.keys(), ...paper.files]
  checkOutputs(plan, options, sheets.files.size, inputs, command)
  const outputs = new Outputs()
  try {
    await openOutputs(outputs, plan, options, command, session)
    const students = await gradeAll([...sheets.files.values()], plan, paper, outputs, complaints)
    if (config && args.length === 0) await add(absent(config, students))
    const [failure] = outputs.close()
    if (failure) cannotWrite(failure.path, failure, command)
  } finally {
    outputs.discard()
  }
}

/** Grades sheet by sheet and keeps none of them; returns the students. */
async function gradeAll(
  files: readonly string[],
  { feedback, pass, adjust }: Plan,
  paper: Paper,
  outputs: Outputs,
  complaints: Complaints,
): Promise<Iterable<string>> {
  const grader = new SheetGrader(paper, feedback, new Regrades(adjust, paper.markings))
  const tally = new ClassTally(pass)
  const progress = new Progress(files.length, "sheets")
  const problems = [...paper.markings.values()].map(({ problem: { id, title }, shares }) => {
    return { id, title, outOf: shares.total }
  })
  outputs.begin({ feedback, problems, ...(pass && { pass }) })
  for (const file of files) {
    const { judged, report, points } = await grader.grade(file)
    outputs.submission(report)
    // What a class misses is what was judged; what it earns includes the regrades.
    tally.add({ ...report, problems: judged.problems })
    if (pass && points.compare(report.outOf.mul(pass)) < 0) complaints.fail(1)
    if (report.diagnostics.length > 0) progress.clear()
    await complaints.add(report.diagnostics)
    progress.step()
  }
  progress.clear()
  outputs.end(tally.summary())
  return grader.students
}

/** Prints complaints as they come, a blank line between them; errors decide the exit code. */
class Complaints {
  readonly #session: Session
  #some = false

  constructor(session: Session) {
    this.#session = session
  }

  async add(diagnostics: readonly Diagnostic[]): Promise<void> {
    if (diagnostics.length === 0) return
    if (this.#some) this.#session.err.write("\n")
    this.#some = true
    await complain(this.#session, diagnostics)
    if (diagnostics.some(({ severity }) => severity === "error")) this.fail(2)
  }

  fail(exitCode: number): void {
    fail(this.#session, exitCode)
  }
}

/** What is written must not be what is read, nor two things one. */
function checkOutputs(
  { reports, feedback }: Plan,
  { output }: Options,
  sheets: number,
  inputs: readonly string[],
  command: Command,
): void {
  const files = [...(isFile(output) ? [output] : []), ...reports.map(({ path }) => path)]
  const places = files.map(file => resolve(file))
  for (const [i, place] of places.entries()) {
    const file = files[i] ?? ""
    if (inputs.includes(place)) {
      usageError(command, `\`${file}\` is read, it cannot be written`, "name another file")
    }
    if (places.indexOf(place) < i) {
      usageError(command, `\`${file}\` is named for two outputs`, "name a file for each")
    }
  }
  if (!reports.some(({ name }) => name === "gradescope")) return
  const refusal = gradescopeRefusal(sheets, feedback)
  if (refusal !== undefined)
    usageError(command, refusal, "leave `gradescope` out, or grade one sheet")
}

async function openOutputs(
  outputs: Outputs,
  { reports, github }: Plan,
  { format, output }: Options,
  command: Command,
  { out, err }: Session,
): Promise<void> {
  const file = isFile(output) ? output : undefined
  const unwritten = await outputs.print(format, out, file)
  if (unwritten) cannotWrite(file ?? "", unwritten, command)
  for (const { name, path, withFolder } of reports) {
    const failure = (withFolder && makeFolder(path)) || (await outputs.report(name, path))
    if (failure) cannotWrite(path, failure, command)
  }
  if (github) await outputs.github(err)
}

function isFile(output: string | undefined): output is string {
  return output !== undefined && output !== "-"
}

function cannotWrite(path: string, { why, hint }: Unwritten, command: Command): never {
  usageError(command, `\`${path}\` cannot be written: ${why}`, hint)
}

function passOf(text: string): Fraction {
  const share = shareOf(text)
  if (share) return share
  throw new InvalidArgumentError(`It must be a share of the points: ${shareHint}.`)
}
