import { execFile, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, test } from "vitest"
import { toData } from "../src/core/source.ts"
import { kinds } from "../src/kinds/index.ts"
import { bin, dlcheck, fieldOf, files, folder } from "./support/dlcheck.ts"
import { filesBelow, readSource } from "./support/problems.ts"

// The built program from the outside, where it helps to write problems and kinds.

const window = "problems/vision/harris-window.yaml"
const key = fieldOf(window, "expect")

describe("lint", () => {
  test("finds nothing in a problem that is fit", () => {
    const { status, stdout, stderr } = dlcheck(["lint", "problems/vision/harris-weighted.yaml"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toBe("1 problem: nothing to complain about\n")
  })

  // Ix and Iy change places in no sum of the window: the printed H has one entry off the diagonal.
  test.each([
    ["expect: { det: 5319 }", "expect", ":4:16"],
    ["expect: { dett: 5318 }", "unknown-answer", ":4:11"],
    ["ask: [R, verdct]", "unknown-answer", ":4:10"],
    ["ask: { R: { points: 3 } }\npoints: 4", "points", ":5:9"],
  ])("%s is found", (line, code, at) => {
    const { Ix, Iy } = fieldOf(window, "given")
    const head = `given: ${JSON.stringify({ Ix, Iy })}\nkind: harris\n\n`
    const cwd = files("lint", { "found.yaml": `${head}${line}\n` })
    const { status, stdout, stderr } = dlcheck(["lint", "found.yaml"], { cwd })
    expect(status).toBe(1)
    expect(stderr).toContain(`[${code}]: `)
    expect(stderr).toContain(`--> found.yaml${at}\n`)
    expect(stdout).toMatch(/^1 problem: .+\n$/)
  })

  test("tells what cannot be read from what was found", () => {
    expect(dlcheck(["lint", "nothing.yaml"])).toMatchObject({
      status: 2,
      stdout: "no problem could be read\n",
    })
  })
})

describe("kinds, new and schema", () => {
  const ajv = () => new Ajv2020({ strict: false })
  const data = (...args: string[]) => JSON.parse(dlcheck(args).stdout)

  test("kinds lists every kind, and tells of one what it takes and gives", () => {
    const listed = data("kinds", "--format", "json").map(({ name }: { name: string }) => name)
    expect(listed.toSorted()).toEqual(Object.keys(kinds).toSorted())

    const { given, answers, slips, example } = data("kinds", "harris", "--format", "json")
    expect(given).toContainEqual({
      name: "k",
      type: "number",
      description: "Harris constant",
      required: false,
      default: 0.04,
    })
    expect(answers.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(Object.keys(key)),
    )
    expect(slips).toContain("the trace is not squared")
    expect(dlcheck(["solve", "-"], { input: example }).status).toBe(0)
    const { stdout } = dlcheck(["kinds", "harris"])
    for (const part of ["Harris constant", "= 0.04", "the trace is not squared", example]) {
      expect(stdout).toContain(part)
    }
  })

  test("schema accepts every shipped problem, and what a misspelt field makes of it does not pass", () => {
    const accepts = ajv().compile(data("schema"))
    for (const file of filesBelow("problems", ".yaml")) {
      for (const { written } of readSource(file).documents) {
        expect(
          written && accepts(toData(written)),
          `${file}: ${ajv().errorsText(accepts.errors)}`,
        ).toBe(true)
      }
    }
    const kind = "harris"
    const rest = { given: fieldOf(window, "given"), expect: key }
    for (const wrong of [
      { kind: "haris", ...rest },
      { knid: kind, ...rest },
      { kind, gvien: {} },
    ]) {
      expect(accepts(wrong)).toBe(false)
    }
    const own = ajv().compile(data("schema", "harris"))
    expect(own({ kind, ...rest })).toBe(true)
    expect(own({ kind, ...rest, given: { Ix: 3 } })).toBe(false)
  })

  test("schema output accepts every solution", () => {
    const accepts = ajv().compile(data("schema", "output"))
    const solutions = data("solve", "problems", "--format", "json")
    expect(accepts(solutions), ajv().errorsText(accepts.errors)).toBe(true)
    expect(accepts(solutions[0])).toBe(true)
    expect(accepts({ ...solutions[0], version: 2 })).toBe(false)
  })

  test("new makes a problem of every kind that loads and solves", {
    timeout: 120_000,
  }, async () => {
    const made = join(folder, "new")
    mkdirSync(made)
    const left = Object.keys(kinds)
    const worker = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        await promisify(execFile)(process.execPath, [
          bin,
          "new",
          name,
          "-o",
          `${made}/${name}.yaml`,
        ])
      }
    }
    await Promise.all(Array.from({ length: 4 }, worker))
    const { status, stdout, stderr } = dlcheck(["solve", made, "--format", "json"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const solved = JSON.parse(stdout).map(({ kind }: { kind: string }) => kind)
    expect(solved.toSorted()).toEqual(Object.keys(kinds).toSorted())

    expect(dlcheck(["new", "harris", "-o", `${made}/harris.yaml`])).toMatchObject({ status: 2 })
    expect(dlcheck(["new", "harris"]).stdout).toBe(readFileSync(join(made, "harris.yaml"), "utf8"))
  })
})

test("npm run new-kind makes a kind that solves, once; what it throws is our bug", {
  timeout: 60_000,
}, () => {
  const copy = join(folder, "copy")
  for (const name of ["src", ".scripts", "problems/vision", "package.json"]) {
    cpSync(name, join(copy, name), { recursive: true })
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"))
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", ...args], { cwd: copy, encoding: "utf8" })
  const made = run(".scripts/new-kind.ts", "vision/optical-flow")
  expect(made).toMatchObject({ status: 0, stderr: "" })
  const lines = readFileSync(join(copy, "src/kinds/index.ts"), "utf8")
  expect(lines).toContain('  "optical-flow": () => import("./vision/optical-flow.ts"),\n')
  expect(run(".scripts/dlcheck.ts", "solve", "problems/vision/optical-flow.yaml").status).toBe(0)

  const source = join(copy, "src/kinds/vision/optical-flow.ts")
  writeFileSync(source, readFileSync(source, "utf8").replace("sum(x)", "oops"))
  const bug = run(".scripts/dlcheck.ts", "solve", "problems/vision/optical-flow.yaml")
  expect(bug).toMatchObject({ status: 70, stdout: "" })
  expect(bug.stderr).toContain("this is a bug in dlcheck")
  expect(bug.stderr).toContain("problems/vision/optical-flow.yaml")
  expect(bug.stderr).toContain("oops is not defined")

  expect(run(".scripts/new-kind.ts", "vision/optical-flow").status).toBe(2)
  expect(run(".scripts/new-kind.ts", "../Flow").status).toBe(2)
  expect(readFileSync(join(copy, "src/kinds/index.ts"), "utf8")).toBe(lines)
})
