import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Browser, chromium } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { keys } from "../src/cli/key.ts"
import { sheets } from "../src/cli/sheet.ts"
import { type Marking, prepare } from "../src/core/grade.ts"
import { renderHtml } from "../src/render/html.ts"
import { shippedProblems } from "./support/problems.ts"

// Keys and papers as a browser shows them.

const program = ["chromium", "chromium-browser", "google-chrome"]
  .map(name => `/usr/bin/${name}`)
  .find(existsSync)
if (program === undefined) console.warn("browser tests are skipped: there is no /usr/bin/chromium")

const markings = (await shippedProblems()).map(prepare)
const isDrawn = (marking: Marking) =>
  keys
    .page(marking)
    .steps.flatMap(({ blocks }) => blocks)
    .some(block => "type" in block && block.type === "figure")
/** Of each kind the first problem, and the first with a figure. */
const chosen = markings.filter(marking => {
  const own = markings.filter(({ problem }) => problem.kind === marking.problem.kind)
  return own[0] === marking || (isDrawn(marking) && own.find(isDrawn) === marking)
})

describe.skipIf(program === undefined)("in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "dlcheck-"))
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
  let browser: Browser

  beforeAll(async () => {
    const documents = {
      keys: await renderHtml(chosen.map(keys.page), { title: "Answer keys" }),
      papers: await renderHtml(chosen.map(sheets.page), { title: "Question papers" }),
    }
    for (const [name, text] of Object.entries(documents)) {
      writeFileSync(join(folder, `${name}.html`), text)
    }
    browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] })
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  const looks = [
    { name: "keys", width: 1200, scheme: "light" },
    { name: "keys", width: 380, scheme: "dark" },
    { name: "papers", width: 380, scheme: "light" },
    { name: "papers", width: 1200, scheme: "dark" },
  ] as const

  test.each(looks)("$name at $width pixels, $scheme", { timeout: 240_000 }, async look => {
    const { name, width, scheme } = look
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on("console", message => complaints.push(message.text()))
    page.on("request", request => {
      if (!request.url().startsWith("file:")) complaints.push(request.url())
    })
    await page.goto(`file://${join(folder, `${name}.html`)}`)

    // Strings, so that the types of a browser need not be those of the project.
    const beyond = await page.evaluate(
      `[...document.querySelectorAll("main *")].filter(each => {
        if (each.closest(".scroll") || each.closest("svg")) return false
        return each.getBoundingClientRect().right > innerWidth + 1
      }).map(each => each.outerHTML.slice(0, 120))`,
    )
    expect(beyond).toEqual([])
    expect(
      await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
    ).toBeLessThanOrEqual(0)

    const flat = await page.evaluate(
      `[...document.querySelectorAll("math, svg")].filter(each => {
        const { width, height } = each.getBoundingClientRect()
        return width < 2 || height < 4
      }).map(each => each.outerHTML.slice(0, 160))`,
    )
    expect(flat).toEqual([])
    expect(await page.evaluate(`document.querySelectorAll("merror, .temml-error").length`)).toBe(0)
    if (name === "keys") {
      const drawn = await page.evaluate(
        `document.querySelectorAll("figure.picture > svg[aria-label]").length`,
      )
      expect(drawn).toBeGreaterThan(0)
    }

    await page.evaluate(axe)
    const found = await page.evaluate(
      `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")))`,
    )
    expect(found).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })
})
