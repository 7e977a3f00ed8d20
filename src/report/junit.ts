import type { SubmissionReport } from "../core/feedback.ts"
import { pointsNumber } from "../render/points.ts"
import { type Check, checksOf } from "./checks.ts"
import { relativePath, tameXml } from "./safe.ts"
import type { ReportWriter, Write } from "./writer.ts"

/**
 * JUnit XML as GitLab and GitHub's readers take it: a suite for each sheet with its own counts, a
 * case for each answer. A missing answer is a failure; one that was not asked is skipped.
 */
export function junitReport(write: Write): ReportWriter {
  let root: string | undefined
  return {
    begin(meta) {
      root = meta.root
      write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dlcheck" time="0">\n')
    },
    submission(report) {
      write(suite(report, relativePath(report.file, root)))
    },
    end() {
      write("</testsuites>\n")
    },
  }
}

function suite(report: SubmissionReport, file: string): string {
  const { student, points, outOf } = report
  const checks = checksOf(report)
  const count = (outcome: Check["outcome"]) =>
    checks.filter(check => check.outcome === outcome).length
  const open = tag("testsuite", {
    name: `${student} (${file})`,
    file,
    tests: checks.length,
    failures: count("failed"),
    errors: count("ungraded"),
    skipped: count("unasked"),
    time: 0,
  })
  const properties = [
    ...(points ? [["points", pointsNumber(points)] as const] : []),
    ["out_of", pointsNumber(outOf)] as const,
  ].map(([name, value]) => `      ${tag("property", { name, value }, "/")}\n`)
  return [
    `  ${open}\n`,
    `    <properties>\n${properties.join("")}    </properties>\n`,
    ...checks.map(check => testcase(check, file)),
    "  </testsuite>\n",
  ].join("")
}

/** The file in `classname` keeps the names of a class apart: readers drop what is named twice. */
function testcase({ name, outcome, type, message, remark, place }: Check, file: string): string {
  const line = place && { line: place.line }
  const attributes = { classname: file, name, file, ...line, time: 0 }
  const body = (() => {
    switch (outcome) {
      case "passed":
        return remark === "" ? "" : `<system-out>${tameXml(message)}</system-out>`
      case "unasked":
        return tag("skipped", { message }, "/")
      case "failed":
        return `${tag("failure", { type, message })}${tameXml(message)}</failure>`
      case "ungraded":
        return `${tag("error", { type, message })}${tameXml(message)}</error>`
      default:
        return outcome satisfies never
    }
  })()
  if (body === "") return `    ${tag("testcase", attributes, "/")}\n`
  return `    ${tag("testcase", attributes)}\n      ${body}\n    </testcase>\n`
}

function tag(name: string, attributes: Record<string, string | number>, end = ""): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${tameXml(String(value))}"`,
  )
  return `<${name}${pairs.join("")}${end}>`
}
