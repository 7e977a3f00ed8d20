import { lowerLimits, type Role, subscripts, superscripts } from "./latex-symbols.ts"

/** How tightly a piece holds together; what is looser than its place gets parentheses. */
export const tight = { relation: 0, sum: 1, quotient: 2, product: 3, power: 4, atom: 5 }

export interface Piece {
  text: string
  level: number
}

export interface Item extends Piece {
  role: Role
  /** A space stands before it in the source. */
  spaced: boolean
  scripted?: boolean
}

export function atom(text: string) {
  return { text, role: "atom" as const, level: tight.atom }
}

export function sign(text: string, before: Item | undefined): Omit<Item, "spaced"> {
  const role = signRoles[text]
  if (text === "|") return { ...atom(text), role: before && endsValue(before) ? "close" : "open" }
  if (text === "'") return { ...atom("′"), role: "close" }
  if (text === "-") return { ...atom("−"), role: "binary" }
  return { ...atom(text), role: role ?? "atom" }
}

const signRoles: Readonly<Record<string, Role>> = {
  "+": "binary",
  "*": "times",
  "/": "times",
  "=": "relation",
  "<": "relation",
  ">": "relation",
  ":": "punctuation",
  ",": "punctuation",
  ";": "punctuation",
  "(": "open",
  "[": "open",
  ")": "close",
  "]": "close",
  "!": "close",
  "~": "space",
}

export function matrix(name: string, rows: readonly (readonly string[])[]): string {
  const gap = rows.flat().some(cell => cell.includes(" ")) ? "  " : " "
  if (name === "cases") return `{ ${rows.map(row => row.join(" ")).join("; ")}`
  if (name === "aligned") return rows.map(row => row.join(" ")).join("; ")
  const inside = rows.map(row => row.join(gap)).join("; ")
  return name === "vmatrix" ? `det [${inside}]` : `[${inside}]`
}

export function quotient(above: Piece, below: Piece): Omit<Item, "spaced"> {
  // ∂L/∂w needs no brackets to be understood, a/(bc) does.
  const differential = /^[∂Δ][\p{L}\p{N}\p{Lm}_⁽⁾]+$/u.test(below.text)
  const bottom = differential ? below.text : within(below, tight.power)
  const text = `${within(above, tight.quotient)}/${bottom}`
  return { text, role: "atom", level: tight.quotient }
}

export function accented(piece: Piece, accent: string, name: string): Omit<Item, "spaced"> {
  if (piece.text.length > 1) return atom(`${name}(${piece.text})`)
  return atom((piece.text + accent).normalize("NFC"))
}

export function raised(base: Item, piece: Piece): Item {
  const script = piece.text.replaceAll(" ", "").replaceAll("−", "-")
  if (script === "T" || script === "⊤") return scripted(base, "ᵀ")
  if (script === "′" || script === "∘" || script === "*") {
    return scripted(base, script === "∘" ? "°" : script)
  }
  const small = spelled(script, superscripts)
  if (small !== undefined) return scripted(base, small)
  return scripted(base, `^${piece.level === tight.atom ? piece.text : `(${piece.text})`}`)
}

function scripted(base: Item, script: string): Item {
  const text = base.role === "atom" ? within(base, tight.atom) : base.text
  const level = base.role === "close" ? base.level : tight.power
  return { ...base, text: text + script, level, scripted: true }
}

/** Indices become small; names stay as the YAML has them: `W_Q`, `b_h`. */
export function lowered(base: Item, piece: Piece): Item {
  const script = piece.text.replaceAll(" ", "").replaceAll("−", "-")
  const limits = base.role === "big" || (base.role === "function" && script.length === 1)
  const index = limits || isIndex(script)
  const small = index ? spelled(script, limits ? lowerLimits : subscripts) : undefined
  if (small !== undefined) return { ...base, text: base.text + small, scripted: true }
  const compound = !/^[\p{L}\p{N}_.′*]*$/u.test(piece.text)
  const text = `${base.text}_${compound ? `(${piece.text})` : piece.text}`
  return { ...base, text, role: base.role === "atom" ? "word" : base.role, scripted: true }
}

/** `t-1`, `ij`, `1,2`; but `in` and `min` are words. */
function isIndex(script: string): boolean {
  return script
    .split(/[-+=(),]|\d+/)
    .every(letters => /^(?:[ijklmnt]{0,2}|s)$/.test(letters) && letters !== "in")
}

function spelled(script: string, signs: ReadonlyMap<string, string>): string | undefined {
  const all = [...script].map(each => signs.get(each))
  return script !== "" && all.every(each => each !== undefined) ? all.join("") : undefined
}

export function within({ text, level }: Piece, least: number): string {
  return level < least ? `(${text})` : text
}

/** Items in a row, with the spaces that people put between them. */
export function joined(items: readonly Item[]): Piece {
  const [only] = items
  if (only && items.length === 1)
    return { text: only.text, level: only.role === "big" ? tight.sum : only.level }
  let text = ""
  for (const [i, item] of items.entries()) {
    const [before, after] = [items[i - 1], items[i + 1]]
    text += before ? gap(before, item, items[i - 2]) : ""
    const unclear = touches(before, after) || (item.text.startsWith("−") && isSign(before))
    text += item.level === tight.quotient && unclear ? `(${item.text})` : item.text
  }
  return { text: text.replace(/ +$/, ""), level: levelOf(items) }
}

/** Whether a quotient stands where its end could not be seen. */
function touches(before: Item | undefined, after: Item | undefined): boolean {
  const factor = (item: Item | undefined) =>
    item !== undefined && ["atom", "word", "open", "function", "big", "space"].includes(item.role)
  const bound = before !== undefined && (endsValue(before) || before.role === "function")
  return bound || before?.text === "/" || factor(after)
}

function isSign(item: Item | undefined): boolean {
  return item?.role === "binary" || item?.role === "times"
}

function endsValue(item: Item): boolean {
  return item.role === "atom" || item.role === "word" || item.role === "close"
}

function gap(before: Item, item: Item, earlier: Item | undefined): string {
  if (before.role === "space" || item.role === "space") return ""
  if (item.role === "punctuation" || item.role === "close" || before.role === "open") return ""
  if (before.role === "punctuation") return " "
  if (item.role === "relation" || before.role === "relation") return " "
  if (item.role === "binary") return endsValue(before) ? " " : ""
  if (before.role === "binary") return earlier && endsValue(earlier) ? " " : ""
  if (item.role === "times" || before.role === "times") return ""
  if (before.role === "function") {
    return item.role === "open" || item.level === tight.quotient ? "" : " "
  }
  if (before.role === "big") return before.scripted ? " " : ""
  if (item.role === "function" || item.role === "big") return " "
  if (item.role === "open") return item.spaced && before.role !== "word" ? " " : ""
  if (before.role === "word" || item.role === "word")
    return / $/.test(before.text) || /^ /.test(item.text) ? "" : " "
  return item.spaced ? " " : ""
}

/** The loosest thing outside of brackets. */
function levelOf(items: readonly Item[]): number {
  let depth = 0
  let level = tight.atom
  for (const [i, item] of items.entries()) {
    if (item.role === "open") depth += 1
    if (item.role === "close") depth -= 1
    if (depth > 0 || item.role === "close") continue
    level = Math.min(level, itemLevel(item, items[i - 1]))
  }
  return level
}

function itemLevel(item: Item, before: Item | undefined): number {
  switch (item.role) {
    case "relation":
    case "punctuation":
      return tight.relation
    case "binary":
      return before && endsValue(before) ? tight.sum : tight.product
    case "big":
      return tight.sum
    case "times":
      return item.text === "/" ? tight.quotient : tight.product
    default:
      return before === undefined ? item.level : Math.min(item.level, tight.product)
  }
}
