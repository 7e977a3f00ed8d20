import {
  accented,
  atom,
  type Item,
  joined,
  lowered,
  matrix,
  type Piece,
  quotient,
  raised,
  sign,
  tight,
  within,
} from "./latex-pieces.ts"
import {
  accents,
  environments,
  faceCommands,
  structures,
  symbols,
  wordCommands,
} from "./latex-symbols.ts"

/** Every command a formula may use. */
export const knownCommands: ReadonlySet<string> = new Set([
  ...Object.keys(symbols),
  ...wordCommands,
  ...faceCommands,
  ...Object.keys(accents),
  ...structures,
])

/** The commands and environments of a formula that have no picture here. */
export function unknownCommands(latex: string): string[] {
  const commands = [...latex.matchAll(/\\([a-zA-Z]+|.)/gs)].map(([, name = ""]) => name)
  const named = [...latex.matchAll(/\\begin\{([^}]*)\}/g)].map(([, name = ""]) => name)
  return [
    ...commands.filter(name => !knownCommands.has(name)),
    ...named.filter(name => !environments.includes(name)),
  ]
}

/** Whether a formula that an author typed can be shown: known commands, braces that match. */
export function isReadable(latex: string): boolean {
  let depth = 0
  for (const [sign] of latex.matchAll(/\\.|[{}]/gs)) {
    if (sign === "{") depth += 1
    if (sign === "}") depth -= 1
    if (depth < 0 || depth > 16) return false
  }
  return depth === 0 && unknownCommands(latex).length === 0
}

/** A formula for a terminal: `\frac{a}{b}` is a/b, `h_{t-1}` is hₜ₋₁, `W_{xh}` is W_xh. */
export function latexText(latex: string): string {
  return new Reader(latex).all().text.trim()
}

class Reader {
  readonly #source: string
  #at = 0
  #nameEnd = 0

  constructor(source: string) {
    this.#source = source
  }

  all(): Piece {
    return joined(this.#items(() => false))
  }

  /** Items up to a place that `ends`, or to the closing brace of the group. */
  #items(ends: (rest: string) => boolean): Item[] {
    const items: Item[] = []
    for (;;) {
      // After a command a space only ends its name.
      const ending = this.#at === this.#nameEnd
      const spaced = this.#skip(/\s*/y) !== "" && !ending
      const rest = this.#source.slice(this.#at)
      if (rest === "" || rest.startsWith("}") || ends(rest)) return items
      const script = this.#skip(/[\^_]/y)
      if (script === "") {
        items.push({ ...this.#item(items.at(-1)), spaced })
        continue
      }
      const base = items.pop() ?? { text: "", role: "atom", level: tight.atom, spaced }
      const piece = this.#argument()
      items.push(script === "^" ? raised(base, piece) : lowered(base, piece))
    }
  }

  #item(before: Item | undefined): Omit<Item, "spaced"> {
    const number = this.#skip(/\d+(?:\.\d+)?/y)
    if (number !== "") return atom(number)
    const command = this.#skip(/\\(?:[a-zA-Z]+|.)/sy).slice(1)
    if (command !== "") {
      this.#nameEnd = this.#at
      return this.#command(command)
    }
    if (this.#source[this.#at] === "{") return { role: "atom", ...this.#argument() }
    return sign(this.#skip(/./suy), before)
  }

  #command(name: string): Omit<Item, "spaced"> {
    const known = Object.hasOwn(symbols, name) ? symbols[name] : undefined
    if (known) return { text: known[0], role: known[1], level: tight.atom }
    if (wordCommands.includes(name)) return { ...atom(this.#words()), role: "word" }
    if (name === "operatorname") return { ...this.#argument(), role: "function" }
    if (faceCommands.includes(name)) {
      const face = this.#argument()
      return { ...face, role: face.text.length > 1 ? "word" : "atom" }
    }
    const accent = Object.hasOwn(accents, name) ? accents[name] : undefined
    if (accent !== undefined) return accented(this.#argument(), accent, name)
    switch (name) {
      case "frac":
      case "dfrac":
      case "tfrac":
        return quotient(this.#argument(), this.#argument())
      case "sqrt":
        return { text: `√${within(this.#argument(), tight.atom)}`, role: "atom", level: tight.atom }
      case "binom":
        return atom(`C(${this.#argument().text}, ${this.#argument().text})`)
      case "left":
      case "right": {
        const bracket = this.#skip(/\s*(?:\\[a-zA-Z]+|\\?.)/y).trim()
        const text = bracket === "." ? "" : latexText(bracket)
        return { text, role: name === "left" ? "open" : "close", level: tight.atom }
      }
      case "begin":
        return this.#environment()
      default:
        // Not listed: a test over every kind finds it; a reader still sees its name.
        return { ...atom(name), role: "word" }
    }
  }

  /** `{…}`, or the next sign or command. */
  #argument(): Piece {
    this.#skip(/\s*/y)
    if (this.#skip(/\{/y) === "") {
      const digit = this.#skip(/\d/y)
      return digit === "" ? joined([{ ...this.#item(undefined), spaced: false }]) : atom(digit)
    }
    const items = this.#items(() => false)
    this.#skip(/\}/y)
    return joined(items)
  }

  #words(): string {
    const raw = this.#skip(/\s*\{(?:[^{}\\]|\\.|\{\})*\}/sy)
      .trim()
      .slice(1, -1)
    return raw.replace(/\\(textbackslash|.)(?:\{\})?/gs, (_, sign: string) =>
      sign === "textbackslash" ? "\\" : sign,
    )
  }

  #environment(): Omit<Item, "spaced"> {
    const name = this.#skip(/\s*\{[^}]*\}/y)
      .trim()
      .slice(1, -1)
    const rows: string[][] = [[]]
    for (;;) {
      const cell = this.#items(rest => /^(?:&|\\\\|\\end\b)/.test(rest))
      rows.at(-1)?.push(joined(cell).text)
      const mark = this.#skip(/&|\\\\|\\end\s*\{[^}]*\}|\}/y)
      if (mark === "\\\\") rows.push([])
      else if (mark !== "&") break
    }
    return atom(
      matrix(
        name,
        rows.filter(row => row.some(cell => cell !== "")),
      ),
    )
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)?.[0] ?? ""
    this.#at += found.length
    return found
  }
}
