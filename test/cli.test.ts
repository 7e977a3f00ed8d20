import { spawn } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { bin, dlcheck, fieldOf, files } from "./support/dlcheck.ts"

// The built program from the outside: what it prints where, and how it ends.

const window = "problems/vision/harris-window.yaml"
const windowText = readFileSync(window, "utf8")
const key = fieldOf(window, "expect")
const startOfColour = "\u001b["

describe("dlcheck", () => {
  test("prints its help where nothing is asked for", () => {
    const { status, stdout, stderr } = dlcheck([])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    for (const name of ["solve", "lint", "kinds", "new", "schema"]) expect(stdout).toContain(name)
  })

  test("knows its version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"))
    expect(dlcheck(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" })
  })

  test.each(["solve", "lint", "kinds", "new", "schema"])("%s --help has examples", name => {
    const { status, stdout, stderr } = dlcheck([name, "--help"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toContain(`dlcheck ${name} `)
    expect(stdout).toContain("Examples:")
    expect(dlcheck(["help", name]).stdout).toBe(stdout)
  })

  test.each([
    [["slove", window], "unknown command `slove`", "`solve`"],
    [["solve", window, "--formt", "json"], "unknown option `--formt`", "`--format`"],
    [["solve", window, "--only", "eigenvalue"], "no answer `eigenvalue`", "`eigenvalues`"],
    [["kinds", "haris"], "no kind `haris`", "`harris`"],
    [["new", "haris"], "no kind `haris`", "`harris`"],
    [["schema", "outptu"], "no schema of `outptu`", "`output`"],
  ])("%j names the nearest", (args, message, near) => {
    const { status, stdout, stderr } = dlcheck(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(`error: `)
    expect(stderr).toContain(message)
    expect(stderr).toContain(`did you mean ${near}?`)
  })

  test.each([
    [["solve"]],
    [["lint"]],
    [["new"]],
    [["solve", window, "--format", "pdf"]],
    [["solve", window, "--digits", "16"]],
    [["solve", window, "--digits", "2.5"]],
    [["solve", window, "--only", ","]],
    [["kinds", "harris", "rnn"]],
  ])("%j is not how it is used", args => {
    const { status, stdout, stderr } = dlcheck(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/^error: .+\n {2}= hint: .+\n$/)
  })

  test("colours what a terminal reads, and only that", () => {
    const colours = (args: string[], env: Record<string, string>) =>
      dlcheck(["solve", window, ...args], { env }).stdout.includes(startOfColour)
    expect(colours([], {})).toBe(false)
    expect(colours([], { FORCE_COLOR: "1" })).toBe(true)
    expect(colours([], { FORCE_COLOR: "0" })).toBe(false)
    expect(colours([], { NO_COLOR: "1" })).toBe(false)
    expect(colours([], { NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false)
    expect(colours(["--no-color"], { FORCE_COLOR: "1" })).toBe(false)
    expect(dlcheck(["solve", "nothing.yaml"], { env: { FORCE_COLOR: "1" } }).stderr).toContain(
      startOfColour,
    )
    expect(dlcheck(["solve", "nothing.yaml"]).stderr).not.toContain(startOfColour)
  })

  test("keeps to the width of the terminal", () => {
    const widest = (text: string) => Math.max(...text.split("\n").map(line => line.length))
    const wide = dlcheck(["solve", window], { env: { COLUMNS: "120" } }).stdout
    const usual = dlcheck(["solve", window]).stdout
    const narrow = dlcheck(["solve", window], { env: { COLUMNS: "50" } }).stdout
    expect(widest(wide)).toBeGreaterThan(80)
    expect(widest(usual)).toBeLessThanOrEqual(80)
    expect(widest(narrow)).toBeLessThanOrEqual(50)
  })

  test("ends quietly when nobody reads on", async () => {
    const child = spawn(process.execPath, [bin, "solve", "problems", "--format", "json"])
    let stderr = ""
    child.stderr.on("data", chunk => {
      stderr += chunk
    })
    child.stdout.once("data", () => child.stdout.destroy())
    const status = await new Promise(done => child.on("close", done))
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })
})

describe("solve", () => {
  test("prints the solution and nothing else", () => {
    const { status, stdout, stderr } = dlcheck(["solve", window])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toContain(String(key.R).replace("-", "−"))
    expect(stdout).toContain(String(key.verdict))
  })

  test.each(["terminal", "markdown", "json"])("reads standard input, as %s", format => {
    const piped = dlcheck(["solve", "-", "--format", format], { input: windowText })
    const named = dlcheck(["solve", window, "--format", format])
    expect({ status: piped.status, stderr: piped.stderr }).toEqual({ status: 0, stderr: "" })
    expect(piped.stdout).toBe(named.stdout.replace('"harris-window"', '"stdin"'))
  })

  test("gives an object for one problem and an array for more", () => {
    const broken = join(files("broken", { "broken.yaml": "kind: harris\n" }), "broken.yaml")
    const json = (...args: string[]) => {
      const { status, stdout } = dlcheck(["solve", ...args, "--format", "json"])
      return { status, data: JSON.parse(stdout) }
    }
    const values = (solution: { answers: Record<string, { value: unknown }> }) =>
      Object.fromEntries(Object.entries(solution.answers).map(([name, { value }]) => [name, value]))
    const { eigenvalues, ...exact } = key

    const one = json(window)
    expect(one.status).toBe(0)
    expect(values(one.data)).toMatchObject(exact)

    const two = json(window, "problems/vision/harris-weighted.yaml")
    expect(two.status).toBe(0)
    expect(two.data.map(({ problem }: { problem: string }) => problem)).toEqual([
      "harris-window",
      "harris-weighted",
    ])

    const half = json(broken, window)
    expect(half.status).toBe(2)
    expect(half.data.map(values)).toMatchObject([exact])

    expect(json(broken, "nothing.yaml")).toEqual({ status: 2, data: [] })
    expect(dlcheck(["solve", broken, "--format", "json"])).toMatchObject({ status: 2, stdout: "" })
  })

  test("solves the other files when one cannot be read", () => {
    const { status, stdout, stderr } = dlcheck(["solve", "problems/nothing.yaml", window])
    expect(status).toBe(2)
    expect(stdout).toBe(dlcheck(["solve", window]).stdout)
    expect(stderr).toContain("error[no-file]")
    expect(stderr).toContain("--> problems/nothing.yaml")
  })

  test("shows only the answers that were asked for", () => {
    const { stdout } = dlcheck(["solve", window, "--only", "verdict,R", "--format", "json"])
    expect(Object.keys(JSON.parse(stdout).answers)).toEqual(["R", "verdict"])
    const several = dlcheck(["solve", "problems/vision", "--only", "verdict", "--format", "json"])
    const ids = JSON.parse(several.stdout).map(({ kind }: { kind: string }) => kind)
    expect(new Set(ids)).toEqual(new Set(["harris"]))
  })

  test("shows as many digits as it is told to", () => {
    const rounded = (digits: string) =>
      dlcheck(["solve", window, "--only", "eigenvalues", "--digits", digits]).stdout
    const [first = 0] = key.eigenvalues as number[]
    expect(rounded("8")).toContain(String(Number(first.toPrecision(8))))
    expect(rounded("4")).not.toContain(String(Number(first.toPrecision(8))))
  })

  test("finds problems in folders and by globs, each once", () => {
    const many = files("many", {
      "b/two.yaml": windowText,
      "a/one.yml": windowText,
      "a/notes.yaml": "kind of: notes\n",
      "a/.hidden.yaml": windowText,
      "node_modules/three.yaml": windowText,
      "dlcheck.yaml": "problems: [a]\n",
      "readme.md": "kind: none\n",
    })
    const ids = (...args: string[]) => {
      const { status, stdout, stderr } = dlcheck(["solve", ...args, "--format", "json"], {
        cwd: many,
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
      return [JSON.parse(stdout)].flat().map(({ problem }) => problem)
    }
    expect(ids(".")).toEqual(["one", "two"])
    expect(ids("b", ".", "a/one.yml")).toEqual(["two", "one"])
    expect(ids("?/t*.yaml")).toEqual(["two"])
    expect(ids("**/*e.yml", "b/{two,three}.yaml")).toEqual(["one", "two"])
    expect(ids(join(many, "*/one.yml"))).toEqual(["one"])
    expect(ids("?")).toEqual(["one", "two"])
  })

  test("takes the problems of an exam in its order", () => {
    const exam = files("exam", {
      "last.yaml": windowText,
      "parts/first.yaml": windowText,
      "exam.yaml":
        "title: Final\nproblems:\n  - use: parts/first.yaml\n    points: 10\n  - use: last.yaml\n",
    })
    const ids = (path: string) =>
      JSON.parse(dlcheck(["solve", join(exam, path), "--format", "json"]).stdout).map(
        ({ problem }: { problem: string }) => problem,
      )
    expect(ids("exam.yaml")).toEqual(["first", "last"])
    expect(ids(".").toSorted()).toEqual(["first", "last"])
  })

  test("says where an exam names what it cannot use", () => {
    const exam = files("exams", {
      "last.yaml": windowText,
      "inner.yaml": "problems:\n  - use: last.yaml\n",
      "exam.yaml":
        "problems:\n  - use: lost.yaml\n  - use: exam.yaml\n  - use: inner.yaml\n  - use: last.yaml\n",
    })
    const { status, stdout, stderr } = dlcheck(["solve", "exam.yaml", "--format", "json"], {
      cwd: exam,
    })
    expect(status).toBe(2)
    expect(JSON.parse(stdout).length).toBe(1)
    const places = [...stderr.matchAll(/error\[([\w-]+)\].*\n --> (\S+)/g)].map(m => m.slice(1))
    expect(places).toEqual([
      ["no-file", "exam.yaml:2:10"],
      ["exam", "exam.yaml:3:10"],
      ["exam", "exam.yaml:4:10"],
    ])
    expect(stderr).toContain("did you mean `last.yaml`?")
  })

  test("complains about two problems with one id", () => {
    const twins = files("twins", { "a/same.yaml": windowText, "b/same.yaml": windowText })
    const { status, stderr } = dlcheck(["solve", "a", "b"], { cwd: twins })
    expect(status).toBe(2)
    expect(stderr).toContain("error[repeated-id]")
    expect(stderr).toContain("a/same.yaml")
  })

  test("writes a file whole, and never over a folder or a problem", () => {
    const out = files("out", { "problem.yaml": windowText, "old.md": "old\n" })
    const solve = (target: string) =>
      dlcheck(["solve", "problem.yaml", "--format", "markdown", "-o", target], { cwd: out })
    const printed = dlcheck(["solve", "problem.yaml", "--format", "markdown"], { cwd: out }).stdout
    for (const target of ["new.md", "old.md"]) {
      expect(solve(target)).toEqual({ status: 0, stdout: "", stderr: "" })
      expect(readFileSync(join(out, target), "utf8")).toBe(printed)
    }
    for (const target of [".", "problem.yaml", "nowhere/new.md"]) {
      const { status, stdout, stderr } = solve(target)
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
      expect(stderr).toContain(`\`${target}\``)
    }
    expect(readFileSync(join(out, "problem.yaml"), "utf8")).toBe(windowText)
    expect(readdirSync(out).toSorted()).toEqual(["new.md", "old.md", "problem.yaml"])
  })

  const given = "given:\n  Ix: [[1, 2], [3, 4]]\n  Iy: [[4, 3], [2, 1]]\n"
  test.each<[string, string, string, string]>([
    ["no YAML", "kind: [harris\n", "yaml", ":2:1"],
    ["nothing", "", "empty", ":1:1"],
    ["an empty list", "problems: []\n", "empty", ""],
    ["a list", "- kind: harris\n", "type", ":1:1"],
    ["no kind", given, "no-kind", ":1:1"],
    ["a misspelt kind", `kind: haris\n${given}`, "unknown-kind", ":1:7"],
    ["a misspelt field", `kind: harris\n${given}  kk: 0.04\n`, "unknown-field", ":5:3"],
    ["a ragged grid", `kind: harris\n${given.replace(", 4]", "]")}`, "ragged", ":3:16"],
    ["2 MiB", `kind: harris\nnotes: ${"x".repeat(2 ** 21)}\n`, "too-large", ""],
    [
      "50,000 keys",
      `kind: harris\n${Array.from({ length: 50_000 }, (_, i) => `${i}: 1\n`).join("")}`,
      "too-large",
      "",
    ],
  ])("complains about %s and points at it", (name, text, code, at) => {
    const file = `${name.replaceAll(/\W/g, "-")}.yaml`
    const { status, stdout, stderr } = dlcheck(["solve", file], {
      cwd: files("bad", { [file]: text }),
    })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(`error[${code}]: `)
    expect(stderr).toContain(`--> ${file}${at}\n`)
  })

  test.each([
    ["nothing-here", "no-problems"],
    ["*.yml", "no-match"],
    ["problm.yaml", "no-file"],
    ["no/such/folder.yaml", "no-file"],
    ["text.yaml", "encoding"],
  ])("complains about %s with a hint", (arg, code) => {
    const cwd = files("arguments", {
      "nothing-here/list.yaml": "- 1\n",
      "problem.yaml": windowText,
    })
    writeFileSync(join(cwd, "text.yaml"), Buffer.from("kind: harris", "utf16le").fill(0xff, 0, 1))
    const { status, stdout, stderr } = dlcheck(["solve", arg], { cwd })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(`error[${code}]: `)
    expect(stderr).toContain(`--> ${arg}\n`)
    expect(stderr).toContain("= hint: ")
    if (arg === "problm.yaml") expect(stderr).toContain("did you mean `problem.yaml`?")
  })
})
