import pluralize from "pluralize"
import { isReadable, noise, readNumber } from "./number.ts"

// When a short answer says the same as an accepted one. Spelling is forgiven, meaning is not: the
// whole answer is compared, never a part of it, so that a list of guesses matches nothing.

/** A number that is accepted, perhaps with room and with a unit that may be left out. */
export interface AcceptedNumber {
  number: number
  tolerance?: { rel?: number | undefined; abs?: number | undefined } | undefined
  unit?: string | undefined
}

export type Accepted = string | AcceptedNumber

/** Whether a text says one of the accepted things; `optional` words may be there or not. */
export function accepting(
  accept: readonly Accepted[],
  optional: readonly string[] = [],
): (written: string) => boolean {
  const texts = accept.filter(each => typeof each === "string")
  const phrases = texts.map(each => phraseOf(each, optional))
  const numbers = accept.flatMap(each => (typeof each === "string" ? numberLike(each) : [each]))
  const says = (written: string) => {
    const phrase = phraseOf(written, optional)
    return (
      phrases.some(each => sameWords(phrase, each)) ||
      numbers.some(each => sameNumber(written, each))
    )
  }
  return written => {
    if (written.length > longest) return false
    if (says(written)) return true
    const parts = written.split(several).filter(part => phraseOf(part, optional).length > 0)
    return parts.length > 1 && parts.every(says)
  }
}

/** A short answer is no essay, and long texts take long to compare. */
const longest = 300

/** Whether a text has no words but those that do not count. */
export function saysNothing(text: string, optional: readonly string[] = []): boolean {
  return phraseOf(text, optional).length === 0
}

/** The same may be said twice, and then both must be right: "RPN (region proposal network)". */
const several = /[(),;=/]|\bor\b|\baka\b|\bi\.e\./

/** The words and signs that count, each in one spelling. */
function phraseOf(text: string, optional: readonly string[]): string[] {
  const skipped = optional.flatMap(tokensOf)
  const all = tokensOf(text).filter(word => !skipped.includes(word))
  const words = all.filter(word => !articles.has(word))
  const first = words.findIndex(word => !openings.has(word))
  // A lone "A" is no article.
  return first < 0 ? all : words.slice(first)
}

const articles: ReadonlySet<string> = new Set(["a", "an", "the"])

function tokensOf(text: string): string[] {
  const plain = text
    .replaceAll("≠", " not = ")
    .normalize("NFKD")
    .replaceAll("\u0338", " not ")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[α-ω]/g, letter => greek[letter.charCodeAt(0) - firstGreek] ?? letter)
    .replace(/[∞‖∥≤≥→×·∗⋅&−–—‐‑√]/g, sign => signs[sign] ?? sign)
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, "")
    .replace(/(?<=\d)\s*(?:x|by)\s*(?=\d)/g, "x")
    .replace(/\bper ?cent\b/g, "%")
    .replace(/\b(?:minus|negative) (?=inf)/g, "-")
    .replace(/\binf(?:inity|inite|ty)\b/g, "inf")
    .replaceAll("->", " to ")
    .replace(/-/g, joinsWords)
    .replace(/['’‘]/g, "")
    .replace(/(?<!\d)\.|\.(?!\d)|[",:;!?$\\_^{}“”`]/g, " ")
    .replaceAll("[", "(")
    .replaceAll("]", ")")
  return (plain.match(/[\p{L}\p{N}.]+|\S/gu) ?? []).map(spelling)
}

/** A hyphen beside a word of two letters or more is a space, any other a minus. */
function joinsWords(sign: string, at: number, text: string): string {
  const before = text.slice(0, at).match(/[\p{L}\p{N}]+$/u)?.[0] ?? ""
  const after = text.slice(at + 1).match(/^[\p{L}\p{N}]+/u)?.[0] ?? ""
  const isHyphen = before !== "" && after !== "" && /\p{L}{2}/u.test(`${before} ${after}`)
  return isHyphen ? " " : sign
}

const firstGreek = "α".charCodeAt(0)
const greek =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega".split(
    " ",
  )

const signs: Readonly<Record<string, string>> = {
  "∞": "inf",
  "‖": "||",
  "∥": "||",
  "≤": "<=",
  "≥": ">=",
  "→": " to ",
  "×": "x",
  "·": "*",
  "∗": "*",
  "⋅": "*",
  "&": " and ",
  "−": "-",
  "–": "-",
  "—": "-",
  "‐": "-",
  "‑": "-",
  "√": "sqrt",
}

const numberWords = "zero one two three four five six seven eight nine ten eleven twelve".split(" ")

/** One spelling of a word: the singular, British and American alike, figures for small numbers. */
function spelling(word: string): string {
  const figure = numberWords.indexOf(word)
  if (figure >= 0) return String(figure)
  if (!/^[a-z]{4,}$/.test(word)) return word
  return pluralize
    .singular(word)
    .replaceAll("z", "s")
    .replace(/(?<=[a-z]{3})our(?=(?:ed|ing|hood)?$)/, "or")
    .replace(/(?<=[bt])re$/, "er")
    .replace(/ll(?=(?:ed|ing|er)$)/, "l")
    .replace(/^grey/, "gray")
}

pluralize.addIrregularRule("axis", "axes")
pluralize.addIrregularRule("bias", "biases")

/** What an answer may begin with: "it is called …", "by …", "because of …". */
const openings: ReadonlySet<string> = new Set(
  tokensOf(
    "it is are its they this that these those be called named by via using with use because of",
  ),
)

/** Spaces and hyphens do not count; one slip of the pen in a long word does not either. */
function sameWords(written: readonly string[], accepted: readonly string[]): boolean {
  if (accepted.length === 0) return false
  if (joined(written) === joined(accepted)) return true
  if (written.length !== accepted.length) return false
  const [first, ...others] = accepted.flatMap((word, i) =>
    word === written[i] ? [] : [[word, written[i] ?? ""] as const],
  )
  return first !== undefined && others.length === 0 && isMisspelt(...first)
}

function joined(words: readonly string[]): string {
  return words.join(" ").replace(/(?<!\d) | (?!\d)/g, "")
}

/** As short a word may hold a slip of the pen; in a shorter one a letter makes another word. */
const longWord = 6

/**
 * Whether a word is another with one letter wrong, missing, added, or two neighbours swapped. The
 * first letter must be right: "asymmetric" is not "symmetric".
 */
function isMisspelt(word: string, written: string): boolean {
  if (Math.min(word.length, written.length) < longWord || word[0] !== written[0]) return false
  if (!/^[a-z]+$/.test(word) || !/^[a-z]+$/.test(written)) return false
  const [longer, shorter] = word.length >= written.length ? [word, written] : [written, word]
  if (longer.length - shorter.length > 1) return false
  let at = 0
  while (at < shorter.length && longer[at] === shorter[at]) at += 1
  if (longer.length > shorter.length) return longer.slice(at + 1) === shorter.slice(at)
  const isSwapped = longer[at] === shorter[at + 1] && longer[at + 1] === shorter[at]
  return (
    longer.slice(at + 1) === shorter.slice(at + 1) ||
    (isSwapped && longer.slice(at + 2) === shorter.slice(at + 2))
  )
}

function numberLike(text: string): AcceptedNumber[] {
  const read = readNumber(text)
  return isReadable(read) ? [{ number: read.value }] : []
}

function sameNumber(written: string, { number, tolerance = {}, unit }: AcceptedNumber): boolean {
  const x = numberIn(written, unit)
  if (x === undefined || !Number.isFinite(x) || !Number.isFinite(number)) return x === number
  const room = Math.max((tolerance.rel ?? 0) * Math.abs(number), tolerance.abs ?? 0)
  return Math.abs(x - number) <= room + noise(number, 0)
}

/** A number as words around it say it: "about 400 million", "15 per cent", "12 px". */
function numberIn(written: string, unit: string | undefined): number | undefined {
  const plain = written
    .trim()
    .toLowerCase()
    .replace(/^(?:(?:about|around|approximately|approx\.?|roughly|circa|ca\.?)\s|[~≈]\s*)/, "")
    .replace(/\s*per ?cent$/, "%")
    .replace(/(?<=\d)[, ](?=\d{3}(?!\d))/g, "")
  const bare = unit === undefined ? plain : withoutUnit(plain, unit.toLowerCase())
  const [, amount = bare, word = ""] =
    bare.match(/^(.+?)\s*(thousand|million|billion|k|m|bn|b)$/) ?? []
  const figure = numberWords.indexOf(amount)
  const read = readNumber(figure >= 0 ? String(figure) : amount)
  return isReadable(read) ? read.value * (scales[word] ?? 1) : undefined
}

function withoutUnit(text: string, unit: string): string {
  const forms = [pluralize.plural(unit), unit, pluralize.singular(unit)]
  const form = forms.find(each => text.endsWith(each))
  return form === undefined ? text : text.slice(0, -form.length).trim()
}

const scales: Readonly<Record<string, number>> = {
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  m: 1e6,
  billion: 1e9,
  bn: 1e9,
  b: 1e9,
}
