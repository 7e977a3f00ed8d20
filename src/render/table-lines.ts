import Table from "cli-table3"
import { type Column, gap, layOut, type Part, type TableStyle } from "./columns.ts"

/** A table with its head and a line below it, without a frame. */
export function tableLines(columns: readonly Column[], style: TableStyle): string[] {
  return layOut(columns, style).flatMap((part, i) => [
    ...(i > 0 ? [""] : []),
    ...partLines(part, style),
  ])
}

function partLines({ widths, numeric, head, rows }: Part, { faint }: TableStyle): string[] {
  const table = new Table({
    chars: frameless,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: [...widths],
    colAligns: numeric.map(each => (each ? "right" : "left")),
  })
  if (head) {
    table.push(cellsOf(head))
    table.push(widths.map(each => faint("─".repeat(each))))
  }
  for (const row of rows) table.push(cellsOf(row))
  return table
    .toString()
    .split("\n")
    .map(line => line.trimEnd())
}

function cellsOf(row: readonly (readonly string[])[]): string[] {
  return row.map(lines => lines.join("\n"))
}

const frameless = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map(name => [name, ""]),
)
Object.assign(frameless, { middle: gap })
