import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { bin } from "./support/dlcheck.ts"

// Each sheet below fixtures/submissions says in its comments what it gets: in the first line its
// points and the exit code; behind an answer its verdict, points and the code of the reason; where
// a complaint points, `error[code]`. What has no comment must be missing and cost no complaint.

interface Judged {
  name: string
  verdict: string
  points: number
  out_of: number
  line: number | null
  reason?: { code: string }
}

const root = "fixtures/submissions"
const sheets = readdirSync(root).flatMap(folder =>
  readdirSync(join(root, folder, "answers")).map(name => ({ folder, name })),
)

describe.each(sheets)("$folder/$name", ({ folder, name }) => {
  const cwd = join(root, folder)
  const lines = readFileSync(join(cwd, "answers", name), "utf8").split("\n")
  const args = ["grade", join("answers", name), "--feedback", "full", "--format", "json"]
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: "utf8" })
  const { submissions } = JSON.parse(stdout)

  test("earns what its first line says", () => {
    const [points, outOf, code] = lines[0]?.match(/[\d.]+/g) ?? []
    expect(submissions.length).toBe(1)
    const [{ points: earned, out_of }] = submissions
    expect([Math.round(earned * 100) / 100, out_of, status].map(String)).toEqual([
      points,
      outOf,
      code,
    ])
  })

  test("gets the verdicts that it says, and no others", () => {
    const judged: Judged[] = submissions[0].problems.flatMap(
      ({ answers }: { answers: Judged[] }) => answers,
    )
    const found = judged
      .filter(({ verdict }) => verdict !== "missing")
      .map(({ line, verdict, points, out_of, reason }) => {
        const earned = Math.round(points * 100) / 100
        return `${line ?? ""}: ${verdict} ${earned}/${out_of}${reason ? ` ${reason.code}` : ""}`
      })
    const said = lines.flatMap((line, i) => {
      const at = line.startsWith("#") ? "" : i + 1
      const comment = line.slice(line.lastIndexOf("#") + 1)
      const verdicts = comment.matchAll(/([a-z]+) (-?[\d.]+\/\d+)(?: (?!error|warning)([a-z-]+))?/g)
      return [...verdicts].map(([all]) => `${at}: ${all}`)
    })
    expect(found.toSorted()).toEqual(said.toSorted())
    for (const { verdict, points } of judged) if (verdict === "missing") expect(points).toBe(0)
  })

  test("is complained about where it says", () => {
    const found = submissions[0].diagnostics.map(
      ({ line, code }: { line: number; code: string }) => `${line}: ${code}`,
    )
    const said = lines.flatMap((line, i) =>
      [...line.matchAll(/(?:error|warning)\[([a-z-]+)\]/g)].map(([, code]) => `${i + 1}: ${code}`),
    )
    expect([...new Set(found)].toSorted()).toEqual(said.toSorted())
  })
})
