import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildCli, bundleLibrary, emitTypes } from "./bundle.ts"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

// Built aside and moved into place, so that a running dlcheck never sees half a build.
const aside = mkdtempSync(join(root, "node_modules", ".dlcheck-"))
try {
  const out = join(aside, "dist")
  await buildCli(root, aside)
  await bundleLibrary(root, out)
  emitTypes(root, join(out, "types"))
  if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), join(aside, "old"))
  renameSync(out, join(root, "dist"))
} finally {
  rmSync(aside, { recursive: true, force: true })
}
