import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { keys } from "../src/cli/key.ts"
import { readRoster } from "../src/cli/roster.ts"
import { Variants } from "../src/cli/variants.ts"
import { gradeProblem, prepare } from "../src/core/grade.ts"
import { run } from "../src/core/solve.ts"
import { loadSubmission } from "../src/core/submission.ts"
import { kinds } from "./support/kinds.ts"
import { problemsOf, shippedProblems, valuesOf } from "./support/problems.ts"

// Variants: other numbers in the same look, as fit for an exam as their model.

const count = Number(process.env.VARIANTS ?? 25)
const problems = await shippedProblems()

/** What cannot be drawn again: the author's words are the problem. */
const worded = ["quiz"]

const models = await Promise.all(
  Object.entries(kinds).map(async ([name, load]) => {
    const { topic } = (await load()).default
    return { name, topic, own: problems.filter(({ kind }) => kind.name === name) }
  }),
)

describe(`${count} variants`, () => {
  test.each(models.filter(({ topic }) => !worded.includes(topic)))(
    "of $name solve, keep the laws and earn full marks",
    { timeout: 120_000 },
    async ({ name, own }) => {
      const made = []
      for (const problem of own) {
        if (made.length > 0) break
        const variants = new Variants(problem, "laws")
        for (let i = 0; i < count; i++) {
          const variant = await variants.of(`s${i}`)
          if ("objections" in variant) break
          made.push(variant.problem)
        }
        if (made.length < count) made.length = 0
      }
      expect(made.length, `no problem of ${name} has ${count} variants`).toBe(count)
      for (const problem of made) {
        const marking = prepare(problem)
        const values = valuesOf(marking.key)
        expect(valuesOf(run(problem))).toEqual(values)
        expect(outOfRange(marking.key)).toEqual([])
        const text = await keys.data.yaml([marking])
        const { sheets } = await loadSubmission("key.yaml", text, new Map([[problem.id, marking]]))
        const sheet = sheets.get(problem.id)
        expect(
          sheet && gradeProblem(marking, sheet).points.equals(marking.shares.total),
          text,
        ).toBe(true)
      }
    },
  )
})

function outOfRange({ answers }: ReturnType<typeof run>): string[] {
  return [...answers.values()].flatMap(({ name, answer, value }) => {
    const { min = -Infinity, max = Infinity } = answer
    return numbersIn(value).some(x => x < min - 1e-12 || x > max + 1e-12) ? [name] : []
  })
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

const harris = `
kind: harris
id: window
title: A window
given:
  Ix: [[4, -7, 6.5], [8, 0, 7], [8, 6, 5]]
  Iy: [[4, 8, 8], [8, 6, 7], [6, 6, -4]]
  k: 0.04
expect: { det: 1 }`

describe("a variant", async () => {
  const [model] = await problemsOf(harris)
  if (!model) throw new Error("no model")
  const of = async (seed: string, student: string) => {
    const variant = await new Variants(model, seed).of(student)
    if ("objections" in variant) throw new Error(variant.objections.join())
    return variant
  }

  test("keeps the look of every number: decimals, sign, zeros and size", async () => {
    for (let i = 0; i < 20; i++) {
      const { problem, text } = await of("look", `s${i}`)
      const { Ix, Iy, k } = problem.given as { Ix: number[][]; Iy: number[][]; k: number }
      expect(Math.sign(Ix[0]?.[1] ?? 0)).toBe(-1)
      expect(Math.sign(Iy[2]?.[2] ?? 0)).toBe(-1)
      expect(Ix[1]?.[1]).toBe(0)
      expect(text).toMatch(/Ix: \[\[\d, -\d, \d\.\d\], /)
      expect(text).toMatch(/k: 0\.\d\d /)
      expect(k).toBeGreaterThan(0)
      expect(text).not.toContain("expect")
      expect(problem.id).toBe("window")
    }
  })

  test("depends on the seed, the student and the problem, and on nothing else", async () => {
    const first = await of("a", "s1")
    expect((await of("a", "s1")).text).toBe(first.text)
    expect((await of("b", "s1")).text).not.toBe(first.text)
    expect((await of("a", "s2")).text.replace("s2", "s1")).not.toBe(first.text)
  })

  test("leaves alone what the author's own words name", async () => {
    const [worded] = await problemsOf(
      `${harris}\nquestion: With k = 0.04 and a corner value of 6.5, what is R?`,
    )
    if (!worded) throw new Error("no model")
    const variant = await new Variants(worded, "words").of("s1")
    expect("text" in variant && variant.text).toMatch(/k: 0\.04 /)
    expect("text" in variant && variant.text).toContain("6.5")
  })

  test("is refused in words where the mistakes could not show", async () => {
    const [tiny] = await problemsOf("kind: harris\ngiven: { Ix: [[0]], Iy: [[0]], k: 0.04 }")
    if (!tiny) throw new Error("no model")
    const { objections } = (await new Variants(tiny, "x").of("s1")) as { objections?: string[] }
    expect(objections ?? []).toEqual([])
  })
})

describe("dlcheck generate", () => {
  const folder = mkdtempSync(join(tmpdir(), "dlcheck-"))
  afterAll(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, "window.yaml"), harris)
  writeFileSync(
    join(folder, "exam.yaml"),
    `title: Midterm\nproblems:\n  - { use: window.yaml, points: 7.5 }\n  - { use: ${resolve("problems/probability/fruit.yaml")} }\n`,
  )
  writeFileSync(join(folder, "roster.csv"), '\ufeffname,student\n"Ada, L.",ada\nAlan,alan\n\n')
  const generate = (out: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      [resolve("bin/dlcheck.js"), "generate", "exam.yaml", "--out", out, ...args],
      { cwd: folder, encoding: "utf8" },
    )
  const files = (out: string) =>
    readdirSync(join(folder, out), { recursive: true, encoding: "utf8" })
      .filter(name => statSync(join(folder, out, name)).isFile())
      .toSorted()
  const contents = (out: string) =>
    Object.fromEntries(
      files(out).map(name => [name, readFileSync(join(folder, out, name), "utf8")]),
    )

  const usual = [
    "--seed",
    "s",
    "--roster",
    "roster.csv",
    "--keys",
    "yaml,markdown",
    "--sheets",
    "yaml",
  ]

  test("writes an exam, its papers and its keys for every student", { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = generate("one", ...usual)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toBe("2 problems for 2 students in one\n")
    expect(files("one")).toEqual([
      ".dlcheck-run",
      ...["ada", "alan"].flatMap(student => [
        `${student}/answers.yaml`,
        `${student}/exam.yaml`,
        `${student}/problems/fruit.yaml`,
        `${student}/problems/window.yaml`,
      ]),
      ...["ada.md", "ada.yaml", "alan.md", "alan.yaml"].map(name => `keys/${name}`),
    ])
    const graded = spawnSync(
      process.execPath,
      [
        resolve("bin/dlcheck.js"),
        "grade",
        "one/keys/ada.yaml",
        "--problems",
        "one/ada/exam.yaml",
        "--format",
        "json",
      ],
      { cwd: folder, encoding: "utf8" },
    )
    expect(JSON.parse(graded.stdout)).toMatchObject({ points: 11.5, out_of: 11.5 })
  })

  test("the same seed gives the same bytes; what is missing is done again", {
    timeout: 60_000,
  }, () => {
    const before = contents("one")
    generate("two", ...usual)
    expect(contents("two")).toEqual(before)
    rmSync(join(folder, "one/keys/alan.md"))
    rmSync(join(folder, "one/ada"), { recursive: true })
    expect(generate("one", ...usual)).toMatchObject({ status: 0 })
    expect(contents("one")).toEqual(before)
    expect(generate("one", ...usual).stdout).toBe(
      "2 problems for 2 students in one, 2 of them by an earlier run\n",
    )

    const other = generate("one", "--seed", "t", "--roster", "roster.csv")
    expect(other.status).toBe(2)
    expect(other.stderr).toContain("`one` holds variants of other problems, or of another seed")
    expect(contents("one")).toEqual(before)
    generate("three", "--seed", "t", "--count", "1")
    expect(contents("three")["1/problems/window.yaml"]).not.toBe(before["ada/problems/window.yaml"])
  })

  test("usage that cannot be meant", { timeout: 60_000 }, () => {
    expect(generate("four", "--seed", "s").stderr).toContain("give either `--count` or `--roster`")
    expect(generate("four", "--seed", "s", "--count", "0").stderr).toContain("`--count` must be")
    expect(generate("four", "--seed", "s", "--roster", "none.csv").stderr).toContain(
      "there is no such file",
    )
    expect(generate("four", "--seed", "s", "--count", "1", "--keys", "doc").stderr).toContain(
      "It must be one or more of",
    )
  })

  test("a roster is read by its column of ids, and no id stands in it twice", () => {
    const read = (text: string) => {
      writeFileSync(join(folder, "r.csv"), text)
      return readRoster(join(folder, "r.csv"))
    }
    expect(read("s1\ns2\n")).toEqual({ students: ["s1", "s2"] })
    expect(read("Name,Student ID\nA,7\nB,8\n")).toEqual({ students: ["7", "8"] })
    expect(read("student\nx\nx\n")).toMatchObject({ why: "`x` stands in it twice" })
    expect(read('student\n"x\n')).toHaveProperty("why")
    expect(read("")).toMatchObject({ why: "it names no student" })
  })
})
