import type Fraction from "fraction.js"
import type { Unreadable } from "./number.ts"

/** (n) */
export type Vector = readonly number[]
/** (rows, cols), row-major */
export type Grid = readonly Vector[]
/** (m, rows, cols) */
export type Stack = readonly Grid[]
/** (n, m, rows, cols) */
export type Tensor = readonly Stack[]

/** A found point: its fields by name. */
export type Point = Readonly<Record<string, number | string>>

export type AnswerType =
  | "number"
  | "integer"
  | "ratio"
  | "vector"
  | "grid"
  | "stack"
  | "record"
  | "choice"
  | "set"
  | "list"
  | "points"
  | "shape"
  | "shapes"
  | "labels"
  | "table"
  | "expression"
  | "text"

/** What a record's entries are. */
export type RecordOf = "number" | "integer" | "ratio" | "vector" | "grid"

/** Every value an answer can have. */
export type AnswerValue =
  | number
  | bigint
  | string
  | Fraction
  | Vector
  | Grid
  | Stack
  | Tensor
  | readonly string[]
  | readonly (number | string)[]
  | readonly (readonly (number | string)[])[]
  | readonly Point[]
  | Readonly<
      Record<string, number | Fraction | Vector | Grid | string | boolean | readonly string[]>
    >

/** What the grader, the key and the help need to know of an answer besides its value. */
export interface Declared {
  label: string
  unit?: string
  /** Exists only where its input does; otherwise a solver must answer it. */
  optional?: boolean
  /** The admissible range of every number in it. */
  min?: number
  max?: number
  /** A symmetric grid: entries across the diagonal are one entry. */
  mirrored?: boolean
  /** Angles are compared modulo this. */
  period?: number
  /** The value depends on the base of a logarithm. */
  log?: boolean
  /** How ticked options are counted, where the kind lets an author choose; or a list that is put in order. */
  scoring?: "all-or-nothing" | "per-option" | "net-correct" | "ordering"
  /** Of a record of numbers: the names of those that are counts, compared exactly. */
  counts?: readonly string[]
  /** Entries of very different sizes: each is measured by itself, as in a record. */
  separate?: boolean
  /** Every entry is 0 or 1: a verdict of a single one would tell it. */
  binary?: boolean
  /** The names of a record or of labels are themselves asked, and are not told. */
  open?: boolean
  /** Of words: whether a text, at its place in the answer, says what is right. */
  accepts?: (written: string, index: readonly At[]) => boolean
  /** Of expressions: how they are read, and when two are equal. */
  comparison?: Comparison
  /** Nothing later uses it. */
  aside?: boolean
}

/** How expressions are graded: by their values, in whatever form they are written. */
export interface Comparison {
  /** Why a text is no expression in the asked variables; nothing where it is one. */
  refuses(written: string): Unreadable | undefined
  /** Whether a text has the value of `key` wherever that is defined, up to a share of it. */
  same(written: string, key: string, allowed?: number): boolean
}

/** The declaration of one answer; `V` is the type of its value. */
export interface Answer<V extends AnswerValue = AnswerValue> extends Declared {
  type: AnswerType
  /** Of a record: what its entries are. */
  of?: RecordOf
  /** Of choice, set, labels and table: what may be written. */
  options?: readonly string[]
  /** Of points: the fields that name a point; the order in which points are listed. */
  key?: readonly string[]
  sort?: readonly string[]
  /** Only for the type checker. */
  readonly value?: V
}

export type Answers = Readonly<Record<string, Answer>>
export type ValueOf<A> = A extends Answer<infer V> ? V : never

/** Where a piece of an answer belongs: an index of its outermost dimension, or a name. */
export type At = number | string

/** One piece of an answer, handed over by the solver in the order of the work. */
export interface Handed {
  name: string
  /** Absent when the answer comes whole. */
  at?: At
  value: AnswerValue
  /** The value under each slip that changes this formula, by the slip's words. */
  slips: Readonly<Record<string, AnswerValue>>
  /** The old value, where the piece is an old value plus a step. */
  from?: AnswerValue
}

/** Replaces a piece by another value: a student's own, or a slip's. `undefined` keeps it. */
export type Pin = (handed: Handed) => AnswerValue | undefined
