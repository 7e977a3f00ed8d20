import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Kind } from "../src/core/kind.ts"
import { kinds } from "../src/kinds/index.ts"
import { publishedTable } from "./published-table.ts"

// What the README shows is what the built program prints: `npm run readme` puts it there, and a test
// fails when it is stale.

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The README with every command's output and the table of kinds as they are now. */
export async function refreshed(readme: string): Promise<string> {
  const [table, published] = [await kindsTable(), await publishedTable()]
  return readme
    .replace(
      /```console\n(.*?)```/gs,
      (_, block: string) => `\`\`\`console\n${session(block)}\`\`\``,
    )
    .replace(
      /<!-- published -->.*<!-- \/published -->/s,
      `<!-- published -->\n${published.trim()}\n<!-- /published -->`,
    )
    .replace(/<!-- kinds -->.*<!-- \/kinds -->/s, `<!-- kinds -->\n${table}\n<!-- /kinds -->`)
}

/** The commands of a block, each with what it prints at 80 columns. */
function session(block: string): string {
  const commands = block.split("\n").filter(line => line.startsWith("$ "))
  return commands.map(command => `${command}\n${outputOf(command.slice(2))}\n`).join("\n")
}

function outputOf(command: string): string {
  const [, ...args] = command.split(" ")
  const env = { PATH: process.env.PATH, COLUMNS: "80", NO_COLOR: "1" }
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/dlcheck.js"), ...args], {
    cwd: root,
    env,
    encoding: "utf8",
  })
  return `${stdout}${stderr}`.trimEnd()
}

async function kindsTable(): Promise<string> {
  const loaded = await Promise.all(Object.values(kinds).map(async load => (await load()).default))
  const topics = [...new Set(loaded.map(({ topic }) => topic))].sort()
  const rows = topics.map(topic => {
    const own = loaded.filter(kind => kind.topic === topic).sort(byName)
    return `| ${topic} | ${own.map(({ name, title }) => `\`${name}\` ${title}`).join(" · ")} |`
  })
  return ["| topic | kinds |", "| --- | --- |", ...rows].join("\n")
}

function byName(a: Kind, b: Kind): number {
  return a.name < b.name ? -1 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, "README.md")
  writeFileSync(file, await refreshed(readFileSync(file, "utf8")))
}
