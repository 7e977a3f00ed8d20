import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { refreshed } from "../.scripts/readme.ts"

test("the README shows what the program prints (`npm run readme` brings it up to date)", async () => {
  const readme = readFileSync("README.md", "utf8")
  expect(await refreshed(readme)).toBe(readme)
})
