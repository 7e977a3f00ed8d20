import * as z from "zod"
import type { Draw } from "./draw.ts"
import type { Written, WrittenList, WrittenMap, WrittenScalar } from "./source.ts"

/**
 * Redraws the numbers of givens, each in the look of the one it replaces: whole or with as many
 * decimals, of its size and sign. Zeros, labels and options stay; what sums to 1 does so again;
 * what mirrors itself across the diagonal stays a mirror. `sizes` says whether whole numbers that
 * steer a computation (a stride, a count) are redrawn too. Numbers in `fixed` stay.
 */
export function varied(
  written: Written,
  schema: z.ZodType,
  draw: Draw,
  { sizes, fixed }: { sizes: boolean; fixed: ReadonlySet<string> },
): Written {
  return new Varying(draw, sizes, fixed).value(written, schema)
}

/** Plain data as if it had been written so. */
export function writtenOf(data: unknown): Written {
  const nowhere = { start: 0, end: 0 }
  if (Array.isArray(data)) return { type: "list", items: data.map(writtenOf), ...nowhere }
  if (typeof data === "object" && data !== null) {
    const entries = Object.entries(data).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, key: nowhere, value: writtenOf(value) }],
    )
    return { type: "map", entries, ...nowhere }
  }
  const value = typeof data === "string" || typeof data === "boolean" ? data : Number(data)
  return { type: "scalar", text: String(data), value, quoted: typeof data === "string", ...nowhere }
}

/** What the bricks of `core/fields.ts` call themselves, by how their numbers are redrawn. */
const titles = {
  kept: [
    "label",
    "list of labels",
    "label or list of labels",
    "text",
    "true or false",
    "grid of 0 and 1",
    "vector of 0 and 1",
    "none, causal or grid of 0 and 1",
    "grid of places",
  ],
  sizes: [
    "whole number",
    "whole number or pair",
    "list of whole numbers",
    "size",
    "pair of sizes",
    "sizes",
  ],
  shares: ["distribution", "distribution or distributions"],
  near: ["step of a noise schedule"],
}

class Varying {
  readonly #draw: Draw
  readonly #sizes: boolean
  readonly #fixed: ReadonlySet<string>
  /** By field and text, the numbers that were drawn for the fields of records. */
  readonly #known: Map<string, string> | undefined

  constructor(draw: Draw, sizes: boolean, fixed: ReadonlySet<string>, known?: Map<string, string>) {
    this.#draw = draw
    this.#sizes = sizes
    this.#fixed = fixed
    this.#known = known
  }

  value(written: Written, schema: unknown): Written {
    const title = titleOf(schema)
    if (title !== undefined && titles.kept.includes(title)) return written
    if (title !== undefined && titles.near.includes(title)) return this.#near(written)
    if (title === "grid of labels") return this.#labels(written)
    if (title === "box") return this.#box(written)
    if (title !== undefined && titles.shares.includes(title)) return this.#shares(written)
    if (title !== undefined && titles.sizes.includes(title)) {
      return this.#sizes ? mapScalars(written, scalar => this.#size(scalar)) : written
    }
    const inner = unwrapped(schema)
    if (written.type === "map" && (inner instanceof z.ZodObject || inner instanceof z.ZodRecord)) {
      return this.#fields(written, inner)
    }
    if (inner instanceof z.ZodUnion) return this.value(written, optionFor(inner, written))
    if (inner instanceof z.ZodLiteral || inner instanceof z.ZodBoolean) return written
    const element = inner instanceof z.ZodArray ? titleOf(inner.element) : undefined
    if (element !== undefined && titles.near.includes(element)) return this.#near(written)
    const isRecords = written.type === "list" && written.items.some(({ type }) => type === "map")
    if (isRecords && inner instanceof z.ZodArray) {
      // Coordinates that agree, such as those of a rectangle's corners, go on agreeing.
      const agreeing = new Varying(this.#draw, this.#sizes, this.#fixed, new Map())
      const items = written.items.map(item => agreeing.value(item, inner.element))
      return { ...written, items }
    }
    if (written.type === "list" && isMirrored(written)) return this.#mirrored(written)
    return mapScalars(written, scalar => this.#number(scalar))
  }

  #fields(written: WrittenMap, schema: z.ZodObject | z.ZodRecord): WrittenMap {
    const entries = written.entries.map(each => {
      const field = schema instanceof z.ZodObject ? schema.shape[each.name] : schema.valueType
      return field ? { ...each, value: this.#agreed(each.name, each.value, field) } : each
    })
    return { ...written, entries }
  }

  #agreed(name: string, written: Written, schema: unknown): Written {
    if (!this.#known || written.type !== "scalar" || typeof written.value !== "number") {
      return this.value(written, schema)
    }
    const key = `${name}: ${written.text}`
    const known = this.#known.get(key)
    if (known !== undefined) return withText(written, known)
    const drawn = this.value(written, schema)
    if (drawn.type === "scalar") this.#known.set(key, drawn.text)
    return drawn
  }

  /** Another number of the same look. */
  #number(scalar: WrittenScalar): WrittenScalar {
    if (this.#keeps(scalar)) return scalar
    const look = lookOf(scalar.text)
    if (!look) return scalar
    const { sign, whole, places } = look
    const unit = 10 ** -places
    const size = Number(whole)
    // What is below 1 stays so, small whole numbers stay digits, and larger ones keep their size.
    const small = size < 1 || (places === 0 && size < 10)
    const [low, high] = small
      ? [unit, size < 1 ? 1 - unit : Math.min(9, Math.max(3, 2 * size))]
      : [0.5 * size, 1.5 * size]
    const steps = this.#draw.integer(Math.ceil(low / unit), Math.floor(high / unit))
    return withText(scalar, sign + fixedText(steps, places))
  }

  /** Numbers of about the same size; what ascends goes on ascending. */
  #near(written: Written): Written {
    const near = mapScalars(written, scalar => {
      const look = this.#keeps(scalar) ? undefined : lookOf(scalar.text)
      if (!look) return scalar
      const unit = 10 ** -look.places
      const steps = Number(look.whole) / unit
      const [low, high] = [Math.max(1, Math.ceil(0.6 * steps)), Math.floor(1.5 * steps)]
      return withText(scalar, look.sign + fixedText(this.#draw.integer(low, high), look.places))
    })
    if (near.type !== "list" || written.type !== "list") return near
    const value = (item: Written | undefined) => (item?.type === "scalar" ? Number(item.text) : 0)
    const ascends = written.items.every((item, i) => value(item) >= value(written.items[i - 1]))
    return ascends ? { ...near, items: near.items.toSorted((a, b) => value(a) - value(b)) } : near
  }

  /** A size close by: a power of two stays one, and round numbers stay round. */
  #size(scalar: WrittenScalar): WrittenScalar {
    if (this.#keeps(scalar)) return scalar
    const size = Number(scalar.text)
    if (!Number.isSafeInteger(size) || size < 0) return scalar
    if (size === 0) return withText(scalar, String(this.#draw.pick([0, 0, 1])))
    if (size > 8 && Number.isInteger(Math.log2(size))) {
      return withText(scalar, String(size * this.#draw.pick([0.5, 1, 2])))
    }
    const round = 10 ** (/0*$/.exec(scalar.text)?.[0].length ?? 0)
    const steps = size / round
    const [low, high] = [Math.max(1, Math.ceil(steps / 2)), Math.max(2, Math.floor(steps * 1.6))]
    return withText(scalar, String(this.#draw.integer(low, high) * round))
  }

  /** Probabilities in the units of the most precise of them; what is 0 stays 0. */
  #shares(written: Written): Written {
    if (written.type !== "list") return written
    if (written.items.some(({ type }) => type === "list")) {
      return { ...written, items: written.items.map(item => this.#shares(item)) }
    }
    const texts = written.items.map(item => (item.type === "scalar" ? item.text.trim() : ""))
    const fractions = texts.map(text => /^(\d+)(?:\/(\d+))?$/.exec(text))
    const exact = fractions.every(match => match) && texts.some(text => text.includes("/"))
    const places = Math.max(1, ...texts.map(text => /\.(\d+)$/.exec(text)?.[1]?.length ?? 0))
    const isPlain = texts.every(text => /^\d*\.?\d+$|^\d+\.?$/.test(text))
    if ((!exact && !isPlain) || texts.some(text => this.#fixed.has(text))) return written
    const units = exact
      ? fractions.reduce((all, match) => lcm(all, Number(match?.[2] ?? 1)), 1)
      : 10 ** places
    const shown = texts.map(text => Number(text.split("/")[0]) > 0)
    const count = shown.filter(Boolean).length
    if (units < count || units > 1e6 || count < 2) return written
    const parts = this.#draw.parts(units, count)
    const items = written.items.map((item, i) => {
      if (!shown[i] || item.type !== "scalar") return item
      const part = parts.pop() ?? 0
      return withText(item, exact ? `${part}/${units}` : fixedText(part, places))
    })
    return { ...written, items }
  }

  /** A box that is moved and stretched a little, so that it still lies about where it lay. */
  #box(written: Written): Written {
    const numbers = written.type === "list" ? written.items.map(numberOf) : []
    const [a = 0, b = 0, c = 0, d = 0] = numbers
    if (written.type !== "list" || numbers.length !== 4) return written
    const items = written.items.map((item, i) => {
      if (item.type !== "scalar" || item.quoted || this.#fixed.has(item.text)) return item
      const places = /\.(\d+)$/.exec(item.text)?.[1]?.length ?? 0
      const reach = (i % 2 === 0 ? Math.abs(c - a) : Math.abs(d - b)) * stretch * 10 ** places
      const steps = Math.round((numbers[i] ?? 0) * 10 ** places)
      const most = Math.max(1, Math.floor(reach))
      const moved = steps + this.#draw.integer(-most, most)
      return withText(item, (moved < 0 ? "-" : "") + fixedText(Math.abs(moved), places))
    })
    return { ...written, items }
  }

  /** A third of the labels, by chance, become other ones that occur. */
  #labels(written: Written): Written {
    const found = new Map<string, WrittenScalar>()
    mapScalars(written, scalar => {
      found.set(scalar.text, scalar)
      return scalar
    })
    const all = [...found.values()]
    return mapScalars(written, scalar => {
      if (this.#draw.integer(1, 3) > 1) return scalar
      const { text, value, quoted } = this.#draw.pick(all)
      return { ...scalar, text, value, quoted }
    })
  }

  /** A square grid of which only one half is drawn. */
  #mirrored(written: WrittenList): WrittenList {
    const rows = rowsOf(written).map(row =>
      row.map(cell => mapScalars(cell, each => this.#number(each))),
    )
    const items = written.items.map((item, i) =>
      item.type === "list"
        ? {
            ...item,
            items: item.items.map((cell, j) => rows[Math.min(i, j)]?.[Math.max(i, j)] ?? cell),
          }
        : item,
    )
    return { ...written, items }
  }

  #keeps({ text, quoted, value }: WrittenScalar): boolean {
    return quoted || typeof value !== "number" || value === 0 || this.#fixed.has(text)
  }
}

/** The number as its sign, its digits and its decimals; nothing for other notations. */
function lookOf(text: string) {
  const [, sign = "", whole = "", decimals = ""] = /^([-+]?)(\d*(?:\.(\d*))?)$/.exec(text) ?? []
  return whole === "" || whole === "." ? undefined : { sign, whole, places: decimals.length }
}

function fixedText(steps: number, places: number): string {
  const digits = String(steps).padStart(places + 1, "0")
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

function mapScalars(written: Written, change: (scalar: WrittenScalar) => WrittenScalar): Written {
  switch (written.type) {
    case "scalar":
      return change(written)
    case "list":
      return { ...written, items: written.items.map(item => mapScalars(item, change)) }
    case "map":
      return {
        ...written,
        entries: written.entries.map(each => ({ ...each, value: mapScalars(each.value, change) })),
      }
    default:
      return written satisfies never
  }
}

function withText(scalar: WrittenScalar, text: string): WrittenScalar {
  return { ...scalar, text, value: Number.isNaN(Number(text)) ? text : Number(text) }
}

function isMirrored(written: WrittenList): boolean {
  const rows = rowsOf(written)
  const textAt = (i: number, j: number) => {
    const cell = rows[i]?.[j]
    return cell?.type === "scalar" ? Number(cell.text) : Number.NaN
  }
  return (
    rows.length > 1 &&
    rows.every(
      (row, i) => row.length === rows.length && row.every((_, j) => textAt(i, j) === textAt(j, i)),
    )
  )
}

function rowsOf({ items }: WrittenList): Written[][] {
  return items.map(item => (item.type === "list" ? item.items : []))
}

function titleOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined
  const title = schema.meta()?.title
  if (title !== undefined) return title
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return titleOf(schema.unwrap())
  }
  return schema instanceof z.ZodPipe ? (titleOf(schema.out) ?? titleOf(schema.in)) : undefined
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return unwrapped(schema.unwrap())
  }
  if (!(schema instanceof z.ZodPipe)) return schema
  return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in)
}

/** The option of a union that something written in this form is most likely of. */
function optionFor(union: z.ZodUnion, written: Written): unknown {
  const options = union.options.map(unwrapped)
  const names = written.type === "map" ? written.entries.map(({ name }) => name) : []
  const fitting = options.find(option => {
    if (written.type === "map") {
      return (
        option instanceof z.ZodRecord ||
        (option instanceof z.ZodObject && names.every(name => name in option.shape))
      )
    }
    if (written.type === "list") return option instanceof z.ZodArray || option instanceof z.ZodTuple
    return option instanceof z.ZodLiteral && option.values.has(written.value as never)
  })
  return fitting ?? options.find(option => !(option instanceof z.ZodLiteral))
}

function numberOf(written: Written): number {
  return written.type === "scalar" ? Number(written.text) : Number.NaN
}

/** By how much of its side the edge of a box may move. */
const stretch = 0.2

function lcm(a: number, b: number): number {
  const gcd = (x: number, y: number): number => (y === 0 ? x : gcd(y, x % y))
  return (a / gcd(a, b)) * b
}
