import { type Block, type Cell, grid, join, math, type Rich, table, text } from "../core/blocks.ts"
import { symbolOf } from "../core/expression-rich.ts"
import type { Problem } from "../core/problem.ts"
import { secretPaths, withoutSecrets } from "../core/secrets.ts"
import { entry } from "../core/source.ts"
import type { Vector } from "../core/types.ts"
import { isGrid, isVector } from "./shapes.ts"

/** The givens as a solution shows them: settings in the heading, numbers below it. */
export interface Given {
  setting: Rich[]
  blocks: Block[]
}

/** Longer words belong to the question or to a step, which show them. */
const longest = 40
/** Longer vectors stand in a row of their own. */
const inline = 16

export function givenOf(problem: Problem): Given {
  // Where there are secrets, at any depth, a step shows the field with them.
  const secret = new Set(secretPaths(problem.kind).map(([name]) => name))
  return collected(
    problem,
    Object.entries(problem.given).filter(([name]) => !secret.has(name)),
  )
}

/** The givens as a paper without steps shows them: all but the secrets, long texts included. */
export function paperGivenOf(problem: Problem): Block[] {
  const open = Object.entries(withoutSecrets(problem.kind, problem.given))
  const texts = open.flatMap(([name, value]) => wordsIn(name, value) ?? [])
  const others = open.filter(([name, value]) => wordsIn(name, value) === undefined)
  return [...texts, ...collected(problem, others).blocks]
}

function collected(problem: Problem, fields: readonly (readonly [string, unknown])[]): Given {
  const given: Given = { setting: [], blocks: [] }
  const typed = entry(problem.origin.written, "given")?.value
  for (const [name, value] of fields) {
    if (value === undefined || name === "question") continue
    // A default is part of the question where it matters; in the heading it would be noise.
    if (typeof value !== "object" && !entry(typed, name)) continue
    add(given, name, value)
  }
  // Lines first, so that grids can stand side by side.
  const isLine = (block: Block) => "mode" in block
  const lines = given.blocks.filter(isLine)
  return { ...given, blocks: [...lines, ...given.blocks.filter(block => !isLine(block))] }
}

function add(given: Given, name: string, value: unknown): void {
  if (typeof value === "number" || typeof value === "bigint") {
    given.setting.push(math`${symbol(name)} = ${value}`)
  } else if (typeof value === "boolean") {
    given.setting.push(text`${name}: ${value ? "yes" : "no"}`)
  } else if (typeof value === "string") {
    if (value.length <= longest) given.setting.push(text`${name}: ${value}`)
  } else if (Array.isArray(value)) addList(given, name, value)
  else if (typeof value === "object" && value !== null) addMap(given, name, value)
}

function addList({ blocks, setting }: Given, name: string, list: readonly unknown[]): void {
  if (isVector(list)) {
    blocks.push(list.length > inline ? grid(symbol(name), [list]) : math`${symbol(name)} = ${list}`)
  } else if (isGrid(list)) blocks.push(grid(symbol(name), list))
  else if (isLabels(list)) blocks.push(...labelLines(name, list))
  else if (isLabelGrid(list)) blocks.push(grid(name, list))
  else if (isFlat(list)) blocks.push(recordTable(name, list))
  else for (const [i, each] of list.entries()) add({ blocks, setting }, `${name}[${i + 1}]`, each)
}

/** Names in one line; sentences each in their own. */
function labelLines(name: string, list: readonly string[]): Rich[] {
  if (!list.some(each => each.includes(" "))) return [text`${name}: ${list.join(", ")}`]
  return list.map((each, i) => text`${name} ${i + 1}: ${each}`)
}

function addMap(given: Given, name: string, map: object): void {
  const entries = Object.entries(map)
  if (entries.some(([, each]) => typeof each === "string" && each.length > longest)) return
  if (entries.every(([, each]) => typeof each === "number")) {
    given.blocks.push(numbersLine(name, entries))
    return
  }
  if (entries.every(([, each]) => typeof each !== "object")) {
    given.blocks.push(text`${name}: ${entries.map(([key, each]) => `${key} ${each}`).join(", ")}`)
    return
  }
  const rows: readonly unknown[] = entries.map(([, each]) => each)
  if (isGrid(rows)) {
    given.blocks.push(grid(name, rows, { rows: entries.map(([key]) => key) }))
    return
  }
  // Maps of texts, such as the options of a question, are shown by the step that needs them.
  if (rows.some(each => isText(each))) return
  const inner: Given = { setting: [], blocks: given.blocks }
  for (const [key, each] of entries) add(inner, `${name}.${key}`, each)
  if (inner.setting.length > 0) given.blocks.push(...inner.setting)
}

/** Numbers by name in one line: `values: x = 3, y = −2`; no number is another one. */
function numbersLine(name: string, entries: readonly (readonly [string, number])[]): Rich {
  const values = entries.map(([key, each]) =>
    /^\d/.test(key) ? math`${key} \to ${each}` : math`${symbolOf(key)} = ${each}`,
  )
  return { mode: "text", strings: [`${name}: `, ...values.slice(1).map(() => ", "), ""], values }
}

/** Long words by name, each on its own line; nothing for what is no map or list of such. */
function wordsIn(name: string, value: unknown): Block[] | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const entries = Object.entries(value)
  const texts = entries.flatMap(([key, each]) => {
    const words = typeof each === "string" ? each : soleText(each)
    return words === undefined
      ? []
      : [[Array.isArray(value) ? String(Number(key) + 1) : key, words]]
  })
  if (texts.length === 0 || texts.length < entries.length) return undefined
  const long = texts.some(([, words = ""]) => words.length > longest)
  return Array.isArray(value) && !long ? undefined : [table([name, ""], texts)]
}

/** The text of a record that is otherwise secret. */
function soleText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const fields = Object.values(value).filter(each => each !== undefined)
  return fields.length === 1 && typeof fields[0] === "string" ? fields[0] : undefined
}

/** A name as formulas write it, where it is a symbol: `W_xh` as in the steps. */
function symbol(name: string): Rich {
  const [, letter, index] = /^([A-Za-z])(?:_([A-Za-z0-9]+))?$/.exec(name) ?? []
  if (letter === undefined) return math`${name}`
  const latex = index === undefined ? letter : `${letter}_{${index}}`
  return { mode: "math", strings: [latex], values: [] }
}

type Flat = string | number | boolean | undefined
type RecordCell = Flat | Vector | Readonly<Record<string, Flat | Named>>
/** A number with a name of its own, as authors give weights. */
type Named = Readonly<{ name: string; value: number }>

function recordTable(name: string, records: readonly Record<string, RecordCell>[]): Block {
  const names = [...new Set(records.flatMap(Object.keys))]
  const cells = records.map(record => names.map(name => cellOf(record[name])))
  // A long grid is cut; a table is not.
  return records.length > longestGrid
    ? table(
        [name, ...names],
        cells.map((row, i) => [i + 1, ...row]),
      )
    : grid(name, cells, { columns: names })
}

function cellOf(value: RecordCell): Cell {
  if (typeof value === "boolean") return value ? "yes" : "no"
  if (typeof value !== "object") return value ?? null
  if (isVector(value)) return value
  const fields = Object.entries(value)
  const parts = isNamed(value)
    ? [math`${value.name} = ${value.value}`]
    : fields.map(([name, each]) =>
        typeof each === "object"
          ? math`${name}\text{: }${each.name} = ${each.value}`
          : math`${name}\text{: }${each === undefined || typeof each === "boolean" ? String(each) : each}`,
      )
  return join(parts, ",\\; ")
}

function isNamed(value: object): value is Named {
  return "name" in value && "value" in value && Object.keys(value).length === 2
}

const longestGrid = 12

function isLabels(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === "string")
}

function isLabelGrid(value: unknown): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.length > 0 && value.every(isLabels)
}

/** Longer vectors in a record stand by themselves. */
const longestCell = 6

function isFlat(value: readonly unknown[]): value is readonly Record<string, RecordCell>[] {
  return value.every(each => isPlainMap(each) && Object.values(each).every(isCell))
}

function isCell(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true
  if (Array.isArray(value)) return isVector(value) && value.length <= longestCell
  return Object.values(value).every(
    each => typeof each !== "object" || (isPlainMap(each) && isNamed(each)),
  )
}

function isPlainMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** A map with words in it that are too long for a line of values. */
function isText(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).some(each => typeof each === "string" && each.length > longest)
  )
}
