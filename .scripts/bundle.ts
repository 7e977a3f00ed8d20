import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type BuildOptions, build, type Metafile, type Plugin, transform } from "esbuild"

const here = dirname(fileURLToPath(import.meta.url))
const target = "node20.19"

const common = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target,
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions

/** Builds the program of `root` as `base`/bin and `base`/dist/cli, with its code cache. */
export const buildCli = async (root: string, base: string): Promise<void> => {
  cpSync(join(root, "bin"), join(base, "bin"), { recursive: true })
  await bundleCli(root, join(base, "dist", "cli"))
  // V8 knows a function once it has run, so the cache is taken after runs. That of one problem keeps
  // the cache of the common part small, which is faster than complete; that of all reaches the rest.
  // What the runs say is for the tests to judge.
  const all = list(join(root, "problems"), ".yaml")
  for (const problems of [all.filter(path => path.endsWith("harris-window.yaml")), all]) {
    spawnSync(process.execPath, [join(here, "warm.cjs"), base, ...problems], { stdio: "ignore" })
  }
}

/** The library, as ES modules; its dependencies stay imports. */
export const bundleLibrary = async (root: string, out: string): Promise<void> => {
  await build({
    ...common,
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    packages: "external",
    chunkNames: "lib/[name]-[hash]",
    outdir: out,
  })
}

/** Declarations only; `npm run check` does the checking. */
export const emitTypes = (root: string, out: string): void => {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
  const config = join(root, ".scripts", "tsconfig.types.json")
  execFileSync(process.execPath, [tsc, "-p", config, "--outDir", out], { stdio: "inherit" })
  for (const path of list(out, ".d.ts")) {
    const text = readFileSync(path, "utf8")
    writeFileSync(path, text.replace(/(from |import\(|import )"(\.[^"]*)\.ts"/g, '$1"$2.js"'))
  }
}

/**
 * Chunks for bin/dlcheck.js: split as ES modules, then each made a CommonJS function. Those that
 * every `solve` needs go into one file, which opens faster than twenty.
 */
const bundleCli = async (root: string, out: string): Promise<void> => {
  mkdirSync(out, { recursive: true })
  const bundle = await build({
    ...common,
    absWorkingDir: root,
    entryPoints: { main: "src/cli.ts" },
    plugins: [withoutChildProcess],
    outdir: out,
    write: false,
    metafile: true,
  })
  const atStart = startUp(bundle.metafile)
  const together: string[] = []
  for (const { path, text } of bundle.outputFiles) {
    const id = `./${basename(path)}`
    const chunk = await asFunction(id, text)
    if (atStart.has(id)) together.push(`${JSON.stringify(id)}: ${chunk}`)
    else writeFileSync(path, chunk)
  }
  writeFileSync(join(out, "start.js"), `({\n${together.join(",\n")}})\n`)
}

const asFunction = async (id: string, text: string): Promise<string> => {
  const { code, warnings } = await transform(text, {
    format: "cjs",
    platform: "node",
    target,
    // A dynamic import becomes a require that runs when it is reached.
    supported: { "dynamic-import": false },
    banner: `(function (exports, require, module) { "use strict";`,
    footer: "})",
  })
  const [warning] = warnings
  if (warning) throw new Error(`${id}: ${warning.text}`)
  return code
}

/** The chunks that `dlcheck solve` loads whatever the problem. */
const startUp = ({ outputs }: Metafile): ReadonlySet<string> => {
  const entries = ["src/cli.ts", "src/cli/solve.ts", "src/render/terminal.ts"]
  const found = new Set<string>()
  const add = (path: string): void => {
    const output = outputs[path]
    if (!output || found.has(path)) return
    found.add(path)
    for (const { path: imported, kind } of output.imports) {
      if (kind === "import-statement") add(imported)
    }
  }
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint !== undefined && entries.includes(entryPoint)) add(path)
  }
  return new Set([...found].map(path => `./${basename(path)}`))
}

/** commander loads it for commands that are programs of their own; dlcheck has none. */
const withoutChildProcess: Plugin = {
  name: "without-child-process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes("commander") ? { path, namespace: "unused" } : undefined,
    )
    onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "module.exports = {}" }))
  },
}

const list = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, name))
    .sort()
