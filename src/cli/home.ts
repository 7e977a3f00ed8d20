import { readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

/** The file that says what is graded here, against what, and how. */
export const configName = "dlcheck.yaml"

/** Where dlcheck lies: the folder above the script that was started. */
export function home(): string {
  return dirname(dirname(realpathSync(process.argv[1] ?? "")))
}

export function version(): string {
  return JSON.parse(readFileSync(join(home(), "package.json"), "utf8")).version
}
