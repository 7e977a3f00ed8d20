import { Option } from "commander"
import type { Kind } from "../core/kind.ts"
import { run, slipNames } from "../core/solve.ts"
import type { Answers } from "../core/types.ts"
import { kinds } from "../kinds/index.ts"
import { printJson } from "../render/json.ts"
import { paintIn } from "../render/paint.ts"
import { columns } from "./columns.ts"
import { examplesOf, textOf } from "./examples.ts"
import { presetText } from "./flow.ts"
import { type GivenField, givenFields } from "./given-fields.ts"
import { namedKind } from "./named-kind.ts"
import type { Configure, Output } from "./session.ts"

export const configure: Configure = (command, { out }) => {
  command
    .argument("[kind]", "the kind to describe; all are listed without it")
    .addOption(
      new Option("-f, --format <format>", "how to write it")
        .choices(["terminal", "json"])
        .default("terminal"),
    )
    .addHelpText(
      "after",
      `
Examples:
  dlcheck kinds                          the kinds by topic
  dlcheck kinds harris                   its givens, its answers and an example to copy
  dlcheck kinds harris --format json     the same for a program`,
    )
    .action(async (name: string | undefined, { format }: { format: string }) => {
      const found =
        name === undefined ? await allKinds() : await describeKind(await namedKind(name, command))
      if (format === "json") out.write(`${printJson(found)}\n`)
      else out.write(Array.isArray(found) ? listed(found, out) : told(found, out))
    })
}

type Entry = Pick<Kind, "name" | "topic" | "title">

interface Description extends Entry {
  given: Omit<GivenField, "schema">[]
  answers: { name: string; type: string; label: string; unit?: string; optional: boolean }[]
  slips: string[]
  /** The text of a shipped problem. */
  example?: string
}

/** By topic, then by name. */
async function allKinds(): Promise<Entry[]> {
  const loaded = await Promise.all(Object.values(kinds).map(load => load()))
  const key = ({ topic, name }: Entry) => `${topic} ${name}`
  return loaded
    .map(({ default: { name, topic, title } }) => ({ name, topic, title }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

async function describeKind(kind: Kind): Promise<Description> {
  const examples = await examplesOf(kind)
  const [example] = examples
  const declared: Answers = Object.assign(
    {},
    ...examples.map(({ given }) => kind.answers(given as never)).toReversed(),
  )
  const slips = examples.flatMap(problem => {
    // A slip that an author wrote into the givens belongs to that problem, not to the kind.
    const typed = JSON.stringify(problem.given)
    return slipNames(problem, run(problem)).filter(slip => !typed.includes(JSON.stringify(slip)))
  })
  return {
    name: kind.name,
    topic: kind.topic,
    title: kind.title,
    given: givenFields(kind.given).map(({ schema, ...field }) => field),
    answers: Object.entries(declared).map(([name, { type, label, unit, optional = false }]) => ({
      name,
      type,
      label,
      ...(unit !== undefined && { unit }),
      optional,
    })),
    slips: [...new Set(slips)],
    ...(example && { example: textOf(example) }),
  }
}

function listed(found: readonly Entry[], { width, color }: Output): string {
  const { heading } = paintIn(color)
  const topics = [...new Set(found.map(({ topic }) => topic))]
  const longest = Math.max(0, ...found.map(({ name }) => name.length))
  const sections = topics.map(topic => {
    const own = found.filter(each => each.topic === topic)
    const rows = own.map(({ name, title }) => [name.padEnd(longest), title])
    return `${heading(topic)}\n${columns(rows, width)}\n`
  })
  return `${sections.join("\n")}\n\`dlcheck kinds <kind>\` describes one of them.\n`
}

function told(kind: Description, { width, color }: Output): string {
  const { heading, title } = paintIn(color)
  const section = (name: string, rows: readonly (readonly string[])[], more = "") =>
    rows.length > 0 ? [`${heading(name)}\n${columns(rows, width)}\n${more}`] : []
  const given = kind.given.map(field => [
    field.name,
    field.type,
    presence(field),
    field.description,
  ])
  const answers = kind.answers.map(({ name, type, label, unit, optional }) => [
    optional ? `${name}?` : name,
    type,
    unit === undefined ? label : `${label}, in ${unit}`,
  ])
  const some = kind.answers.some(({ optional }) => optional)
  return [
    `${title(kind.title)} · ${kind.topic}/${kind.name}\n`,
    ...section("Given", given),
    ...section("Answers", answers, some ? "  ? where the givens call for it\n" : ""),
    ...section(
      "Mistakes it knows: this is what comes out if …",
      kind.slips.map(slip => [slip]),
    ),
    ...(kind.example === undefined
      ? []
      : [`${heading("An example to copy")}\n\n${kind.example}\n`]),
  ].join("\n")
}

function presence({ required, default: value }: Omit<GivenField, "schema">): string {
  if (value !== undefined) return `= ${presetText(value)}`
  return required ? "" : "optional"
}
