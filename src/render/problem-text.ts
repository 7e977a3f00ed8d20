import type { Written } from "../core/source.ts"

/** A problem as YAML: fields below each other, values of one line in flow style. */
export function problemText(problem: Written, head: readonly string[] = []): string {
  return `${[...head.map(line => `# ${line}`), ...blockLines(problem)].join("\n")}\n`
}

/** Values up to this length stand on one line. */
const longest = 96

function blockLines(written: Written): string[] {
  if (written.type === "map" && written.entries.length > 0) {
    return written.entries.flatMap(({ name, value }) => nested(`${quotedName(name)}:`, value))
  }
  if (written.type === "list" && written.items.length > 0) {
    return written.items.flatMap(item => {
      const [first = "", ...rest] = fitting(item) ?? blockLines(item)
      return [`- ${first}`, ...rest.map(line => `  ${line}`)]
    })
  }
  return [flow(written)]
}

function nested(head: string, value: Written): string[] {
  const line = fitting(value)
  return line ? [`${head} ${line[0]}`] : [head, ...blockLines(value).map(each => `  ${each}`)]
}

function fitting(value: Written): [string] | undefined {
  const line = flow(value)
  const isGrid = value.type === "list" && value.items.length > 1 && value.items.every(isList)
  if (value.type === "scalar") return [line]
  return line.length <= longest && !isGrid ? [line] : undefined
}

function isList(written: Written): boolean {
  return written.type === "list"
}

function flow(written: Written): string {
  switch (written.type) {
    case "scalar":
      return written.quoted || typeof written.value === "string"
        ? quoted(written.text)
        : written.text
    case "list":
      return `[${written.items.map(flow).join(", ")}]`
    case "map":
      return `{ ${written.entries.map(({ name, value }) => `${quotedName(name)}: ${flow(value)}`).join(", ")} }`
    default:
      return written satisfies never
  }
}

/** Exact numbers such as 1/3 and plain words need no quotes. */
function quoted(text: string): string {
  return /^[A-Za-z][\w-]*(?: [\w-]+)*$|^\d+\/\d+$/.test(text) &&
    !/^(?:y|n|yes|no|on|off|true|false|null|inf|nan)$/i.test(text)
    ? text
    : JSON.stringify(text)
}

function quotedName(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name)
    ? name
    : JSON.stringify(name)
}
