import type * as z from "zod"
import type { Rich, Step } from "./blocks.ts"
import type { Draw } from "./draw.ts"
import type { Answer, Answers, AnswerValue, At, Tensor, ValueOf, Vector } from "./types.ts"

/**
 * Mistakes in reading the givens: each makes changed givens, for which the solver runs again, or
 * nothing where it cannot happen. The name completes "this is what comes out if …".
 */
export type Slips<G extends z.ZodType> = Readonly<
  Record<string, (given: z.output<G>) => Partial<z.output<G>> | undefined>
>

/** Solves valid givens in one pass, saying what it computes. Never throws for valid givens. */
export type Solve<G extends z.ZodType, A> = (given: z.output<G>, work: Work<AnswersOf<A>>) => void

/**
 * Redraws givens for a variant where it takes more than other numbers of the same look. The fields
 * it returns replace those of the model; the others stay as they are.
 */
export type Vary<G extends z.ZodType> = (given: z.output<G>, draw: Draw) => Partial<z.input<G>>

/** The default wording of the question, made from the givens. */
export type Question<G extends z.ZodType> = (given: z.output<G>) => Rich

/** The declared answers, whether written as a record or made from the givens. */
export type AnswersOf<A> = A extends (given: never) => infer R ? R : A

/** Where a solver leaves what it computes, and gets back what to go on with. */
export interface Work<A> {
  /** A step of the solution; its blocks are made only when someone will read them. */
  step(title: string, blocks: () => Step["blocks"]): void

  /**
   * Hands over a whole answer and returns the value later lines must use.
   * `slips` are the values a misremembered formula gives, by words that complete "… if …";
   * `from` is the old value, where the answer is an old value plus a step.
   */
  answer<N extends keyof A & string, const V extends ValueOf<NonNullable<A[N]>>>(
    name: N,
    value: V,
    slips?: Readonly<Record<string, ValueOf<NonNullable<A[N]>>>>,
    more?: { from?: ValueOf<NonNullable<A[N]>> },
  ): Widened<V>

  /** The same for one row or entry of an answer that grows step by step. */
  part<N extends keyof A & string, const V extends PieceOf<ValueOf<NonNullable<A[N]>>>>(
    name: N,
    at: At,
    value: V,
    slips?: Readonly<Record<string, PieceOf<ValueOf<NonNullable<A[N]>>>>>,
    more?: { from?: PieceOf<ValueOf<NonNullable<A[N]>>> },
  ): Widened<V>
}

/** One row of a grid, one entry of a vector or record. */
export type PieceOf<V> = V extends readonly (infer E)[]
  ? E
  : V extends Readonly<Record<string, infer E>>
    ? E
    : never

/** Keeps the shape of a literal value (a 2×2 stays one), not its numbers. */
export type Widened<V> = V extends number
  ? number
  : V extends readonly unknown[]
    ? { readonly [I in keyof V]: Widened<V[I]> }
    : V

/** A kind as the pipeline sees it: the types of its givens and answers are forgotten. */
export interface Kind {
  name: string
  topic: string
  /** One line for lists and headings. */
  title: string
  given: z.ZodType
  answers: (given: never) => Answers
  slips: Readonly<Record<string, (given: never) => object | undefined>>
  question: (given: never) => Rich
  solve: (given: never, work: Work<Answers>) => void
  vary?: (given: never, draw: Draw) => object
}

interface Definition<G extends z.ZodType, A> {
  name: string
  topic: string
  title: string
  given: G
  answers: A
  slips?: Slips<G>
  question: Question<G>
  solve: Solve<G, A>
  vary?: Vary<G>
}

/** Puts the parts of a kind together; the only place where their types are let go. */
export function defineKind<
  G extends z.ZodType,
  A extends Answers | ((given: z.output<G>) => object),
>(definition: Definition<G, A>): Kind {
  const { answers, slips = {} } = definition
  return {
    ...definition,
    answers: typeof answers === "function" ? answers : () => answers,
    slips,
  } as Kind
}

type Options<V extends AnswerValue> = Omit<Answer<V>, "type" | "label" | "options" | "value">

function maker<V extends AnswerValue>(type: Answer["type"]) {
  return (label: string, options: Options<V> = {}): Answer<V> => ({ type, label, ...options })
}

/** A real number. */
export const number = maker<number>("number")
/** A whole number, compared exactly; a bigint where it may pass 2⁵³. */
export const integer = maker<number>("integer")
/** An exact fraction, shown `29/72 ≈ 0.4028`. */
export const ratio = maker<import("fraction.js").default>("ratio")
export const vector = maker<Vector>("vector")
/** (rows, cols) */
export const grid = maker<readonly Vector[]>("grid")
/** (m, rows, cols) */
export const stack = maker<readonly (readonly Vector[])[]>("stack")
/** (n, m, rows, cols): a batch of stacks */
export const tensor = maker<Tensor>("stack")
/** The sizes of an array: whole numbers or symbols. */
export const shape = maker<readonly (number | string)[]>("shape")
export const shapes = maker<readonly (readonly (number | string)[])[]>("shapes")
/** Labels or indices whose order matters. */
export const list = maker<readonly (number | string)[]>("list")
export const text = maker<string>("text")
/** Words by name. */
export const texts = maker<Readonly<Record<string, string>>>("labels")

/** Numbers by name, in the order of the givens. */
export const record = maker<Readonly<Record<string, number>>>("record")

/** Exact fractions by name. */
export function ratios(
  label: string,
  options: Options<AnswerValue> = {},
): Answer<Readonly<Record<string, import("fraction.js").default>>> {
  return { type: "record", of: "ratio", label, ...options }
}

/** One label out of `options`. */
export function choice<const O extends readonly string[]>(
  label: string,
  options: O,
  more: Options<O[number]> = {},
): Answer<O[number]> {
  return { type: "choice", label, options, ...more }
}

/** All the items in their order; what is placed no better than by chance earns nothing. */
export function ordering(
  label: string,
  items: readonly string[],
  more: Options<readonly string[]> = {},
): Answer<readonly string[]> {
  return { type: "list", label, options: items, scoring: "ordering", ...more }
}

/** Labels without an order. */
export function set(
  label: string,
  options: readonly string[],
  more: Options<readonly string[]> = {},
): Answer<readonly string[]> {
  return { type: "set", label, options, ...more }
}

/** A label for each name. */
export function labels(
  label: string,
  options: readonly string[],
  more: Options<Readonly<Record<string, string>>> = {},
): Answer<Readonly<Record<string, string>>> {
  return { type: "labels", label, options, ...more }
}

/** A set of labels for each name. */
export function table(
  label: string,
  options: readonly string[],
  more: Options<Readonly<Record<string, readonly string[]>>> = {},
): Answer<Readonly<Record<string, readonly string[]>>> {
  return { type: "table", label, options, ...more }
}

/** Found points without an order; `key` are the fields that name one, `sort` how they are listed. */
export function points<P extends Readonly<Record<string, number | string>>>(
  label: string,
  layout: { key: readonly (keyof P & string)[]; sort: readonly (keyof P & string)[] },
  more: Options<readonly P[]> = {},
): Answer<readonly P[]> {
  return { type: "points", label, ...layout, ...more }
}
