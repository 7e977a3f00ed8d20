import { readFileSync, statSync } from "node:fs"
import { CsvError, parse } from "csv-parse/sync"

interface Refusal {
  why: string
  hint: string
}

const heads = ["student", "id", "student_id", "sid", "username"]
const mostBytes = 16 * 1024 * 1024

/** The students of a CSV file, in its order: the column of their ids, else the first. */
export function readRoster(path: string): { students: string[] } | Refusal {
  const rows = rowsOf(path)
  if ("why" in rows) return rows
  const [first = []] = rows
  const names = first.map(name => name.trim().toLowerCase().replaceAll(" ", "_"))
  const column = names.findIndex(name => heads.includes(name))
  const body = column === -1 ? rows : rows.slice(1)
  const students = body
    .map(row => (row[Math.max(0, column)] ?? "").trim())
    .filter(student => student !== "")
  if (students.length === 0) return { why: "it names no student", hint: "one student a line" }
  const twice = students.find((student, i) => students.indexOf(student) < i)
  if (twice !== undefined) {
    return { why: `\`${twice}\` stands in it twice`, hint: "each student needs an id of their own" }
  }
  return { students }
}

function rowsOf(path: string): string[][] | Refusal {
  try {
    if ((statSync(path).size ?? 0) > mostBytes) {
      return { why: "it is larger than 16 MiB", hint: "a roster has one line a student" }
    }
    return parse(readFileSync(path), {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    })
  } catch (error) {
    if (error instanceof CsvError) return { why: error.message, hint: "save it as CSV in UTF-8" }
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error)
    return { why: code === "ENOENT" ? "there is no such file" : code, hint: "check the path" }
  }
}
