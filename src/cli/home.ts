import { readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

/** Where dlcheck lies: the folder above the script that was started. */
export function home(): string {
  return dirname(dirname(realpathSync(process.argv[1] ?? "")))
}

export function version(): string {
  return JSON.parse(readFileSync(join(home(), "package.json"), "utf8")).version
}
