import type { Reporter } from "vitest/node"

/** Prints `N passed, N failed` as the last line; a file that does not load counts as failed. */
export default class ClosingLine implements Reporter {
  onTestRunEnd: NonNullable<Reporter["onTestRunEnd"]> = (modules, unhandled) => {
    let passed = 0
    let failed = unhandled.length
    let skipped = 0
    for (const module of modules) {
      failed += module.errors().length
      for (const suite of module.children.allSuites()) failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === "passed") passed++
        else if (state === "failed") failed++
        else skipped++
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : ""
    // Other reporters may still print; nothing does after the exit.
    process.once("exit", () => console.log(`${passed} passed, ${failed} failed${tail}`))
  }
}
