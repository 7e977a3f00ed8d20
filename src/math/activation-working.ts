import { type Inline, join, math, type Rich, text } from "../core/blocks.ts"
import {
  type ActivationName,
  activations,
  type Side,
  selu,
  softplus,
  standardAlpha,
} from "./activation.ts"
import { density, normal } from "./gelu.ts"

/** A piece of an activation's curve, up to a corner. */
interface Piece {
  upTo?: number
  /** What needs no working: it is a constant, or x itself. */
  plain?: "both" | "slope"
  value(x: Inline, of: Others): Rich
  slope(x: Inline, of: Others): Rich
}

/** What else stands in a formula, by symbol or by value: f(x), alpha and up to two shorthands. */
interface Others {
  f: Inline
  alpha: Inline
  s: Inline
  t: Inline
}

/** A part of a formula that has a letter of its own. */
interface Shorthand {
  letter: Rich
  formula(x: Inline): Rich
  value(x: number): number
}

interface Curve {
  pieces: readonly [Piece, ...Piece[]]
  s?: Shorthand
  t?: Shorthand
}

const zero: Piece = { plain: "both", value: () => math`0`, slope: () => math`0` }
const same: Piece = { plain: "both", value: x => math`${x}`, slope: () => math`1` }
const level = (value: Rich): Piece => ({ plain: "both", value: () => value, slope: () => math`0` })

/** −x; of a number the number itself, so that e^{−x} is e¹ at −1. */
function negative(x: Inline): Inline {
  return typeof x === "number" ? -x : math`-${x}`
}

const sigmoidOf = (factor?: number): Shorthand => ({
  letter: math`s`,
  formula: x => math`\sigma(${factor === undefined ? math`${x}` : math`${factor} \cdot ${x}`})`,
  value: x => activations.sigmoid((factor ?? 1) * x),
})

const written: Readonly<Record<ActivationName, Curve>> = {
  linear: { pieces: [same] },
  relu: { pieces: [{ ...zero, upTo: 0 }, same] },
  "leaky-relu": {
    pieces: [
      {
        upTo: 0,
        plain: "slope",
        value: (x, { alpha }) => math`${alpha} \cdot ${x}`,
        slope: (_, { alpha }) => math`${alpha}`,
      },
      same,
    ],
  },
  relu6: { pieces: [{ ...zero, upTo: 0 }, { ...same, upTo: 6 }, level(math`6`)] },
  sigmoid: {
    pieces: [
      {
        value: x => math`\frac{1}{1 + e^{${negative(x)}}}`,
        slope: (_, { f }) => math`${f} \cdot (1 - ${f})`,
      },
    ],
  },
  "hard-sigmoid": {
    pieces: [
      { ...zero, upTo: -3 },
      { upTo: 3, value: x => math`\frac{${x} + 3}{6}`, slope: () => math`\frac{1}{6}` },
      level(math`1`),
    ],
  },
  tanh: {
    pieces: [
      {
        value: x => math`\frac{e^{${x}} - e^{${negative(x)}}}{e^{${x}} + e^{${negative(x)}}}`,
        slope: (_, { f }) => math`1 - ${f}^{2}`,
      },
    ],
  },
  "hard-tanh": { pieces: [{ ...level(math`-1`), upTo: -1 }, { ...same, upTo: 1 }, level(math`1`)] },
  softsign: {
    pieces: [
      {
        value: x => math`\frac{${x}}{1 + \lvert ${x} \rvert}`,
        slope: x => math`\frac{1}{(1 + \lvert ${x} \rvert)^{2}}`,
      },
    ],
  },
  softplus: {
    pieces: [
      { value: x => math`\ln(1 + e^{${x}})`, slope: x => math`\frac{1}{1 + e^{${negative(x)}}}` },
    ],
  },
  elu: {
    pieces: [
      {
        upTo: 0,
        value: (x, { alpha }) => math`${alpha} \cdot (e^{${x}} - 1)`,
        slope: (_, { f, alpha }) => math`${f} + ${alpha}`,
      },
      same,
    ],
  },
  selu: {
    pieces: [
      {
        upTo: 0,
        value: (x, { s, t }) => math`${s} \cdot ${t} \cdot (e^{${x}} - 1)`,
        slope: (_, { f, s, t }) => math`${f} + ${s} \cdot ${t}`,
      },
      {
        plain: "slope",
        value: (x, { s }) => math`${s} \cdot ${x}`,
        slope: (_, { s }) => math`${s}`,
      },
    ],
    s: constant(math`\lambda`, selu.lambda),
    t: constant(math`\alpha`, selu.alpha),
  },
  gelu: {
    pieces: [
      {
        value: (x, { s }) => math`${x} \cdot ${s}`,
        slope: (x, { s, t }) => math`${s} + ${x} \cdot ${t}`,
      },
    ],
    s: { letter: math`s`, formula: x => math`\Phi(${x})`, value: normal },
    t: {
      letter: math`t`,
      formula: x => math`\frac{1}{\sqrt{2 \pi}} \cdot e^{-${x}^{2} / 2}`,
      value: density,
    },
  },
  "gelu-tanh": {
    pieces: [
      {
        value: (x, { t }) => math`\frac{${x}}{2} \cdot (1 + ${t})`,
        slope: (x, { t }) =>
          math`\frac{1 + ${t}}{2} + \frac{${x}}{2} \cdot (1 - ${t}^{2}) \cdot \sqrt{2 / \pi} \cdot (1 + 0.134145 \cdot ${x}^{2})`,
      },
    ],
    t: {
      letter: math`t`,
      formula: x => math`\tanh(\sqrt{2 / \pi} \cdot (${x} + 0.044715 \cdot ${x}^{3}))`,
      value: x => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
    },
  },
  "gelu-sigmoid": {
    pieces: [
      {
        value: (x, { s }) => math`${x} \cdot ${s}`,
        slope: (x, { s }) => math`${s} + 1.702 \cdot ${x} \cdot ${s} \cdot (1 - ${s})`,
      },
    ],
    s: sigmoidOf(1.702),
  },
  silu: {
    pieces: [
      {
        value: (x, { s }) => math`${x} \cdot ${s}`,
        slope: (_, { f, s }) => math`${f} + ${s} \cdot (1 - ${f})`,
      },
    ],
    s: sigmoidOf(),
  },
  "hard-swish": {
    pieces: [
      { ...zero, upTo: -3 },
      {
        upTo: 3,
        value: x => math`\frac{${x} \cdot (${x} + 3)}{6}`,
        slope: x => math`\frac{2 \cdot ${x} + 3}{6}`,
      },
      same,
    ],
  },
  mish: {
    pieces: [
      {
        value: (x, { t }) => math`${x} \cdot ${t}`,
        slope: (x, { s, t }) => math`${t} + ${x} \cdot (1 - ${t}^{2}) \cdot ${s}`,
      },
    ],
    s: sigmoidOf(),
    t: {
      letter: math`t`,
      formula: x => math`\tanh(\ln(1 + e^{${x}}))`,
      value: x => Math.tanh(softplus(x)),
    },
  },
}

function constant(letter: Rich, value: number): Shorthand {
  return { letter, formula: () => math`${value}`, value: () => value }
}

/** f(x) and f′(x) in symbols, and what their other letters are; by other symbols than f and x if given. */
export function formulasOf(
  name: ActivationName,
  { alpha, side = "left" }: { alpha?: number | undefined; side?: Side | "mean" } = {},
  { f, x } = { f: math`f`, x: math`x` },
): Rich[] {
  const { pieces, s, t } = written[name]
  const others = {
    f: math`${f}(${x})`,
    alpha: math`\alpha`,
    s: s?.letter ?? "",
    t: t?.letter ?? "",
  }
  const either = (of: (piece: Piece) => Rich, at: Side | "mean") => {
    if (pieces.length === 1) return of(pieces[0])
    const lines = pieces.flatMap((piece, i) => {
      const before = pieces[i - 1]
      const line = math`${of(piece)} & \text{if } ${condition(x, before?.upTo, piece.upTo, at)}`
      if (at !== "mean" || before?.upTo === undefined) return [line]
      const mean = math`\frac{${of(before)} + ${of(piece)}}{2}`
      return [math`${mean} & \text{if } ${x} = ${before.upTo}`, line]
    })
    return math`\begin{cases} ${join(lines, " \\\\ ")} \end{cases}`
  }
  const used = alpha ?? standardAlpha(name)
  return [
    math`${f}(${x}) = ${either(piece => piece.value(x, others), side === "mean" ? "left" : side)}`,
    math`${f}'(${x}) = ${either(piece => piece.slope(x, others), side)}`,
    ...[s, t].flatMap(part => (part ? [math`${part.letter} = ${part.formula(x)}`] : [])),
    ...(used === undefined ? [] : [math`\alpha = ${used}`]),
    ...(name === "gelu" ? [text`Φ is the distribution function of the standard normal.`] : []),
  ]
}

/** Where a piece holds; with "mean" its ends belong to no piece. */
function condition(
  x: Rich,
  low: number | undefined,
  high: number | undefined,
  side: Side | "mean",
): Rich {
  const [below, above] = [
    side === "right" ? math`\le` : math`<`,
    side === "left" ? math`\le` : math`<`,
  ]
  if (low === undefined) return math`${x} ${above} ${high ?? 0}`
  if (high === undefined) return side === "right" ? math`${x} \ge ${low}` : math`${x} > ${low}`
  return math`{${low}} ${below} ${x} ${above} ${high}`
}

/** What a formula needs besides its name. */
interface Setting {
  alpha?: number | undefined
  side?: Side
}

/** The shorthands of a formula with the number in them. */
export function shorthandsAt(name: ActivationName, x: number): Rich[] {
  const { s, t } = written[name]
  return [s, t].flatMap(part => {
    if (!part || name === "selu") return []
    return [math`${part.letter}(${x}) = ${part.formula(x)} = ${part.value(x)}`]
  })
}

/** f(x) with numbers in it; nothing where it is plain to see. */
export function valueWorking(
  name: ActivationName,
  x: number,
  { alpha }: Setting = {},
): Rich | undefined {
  const piece = pieceAt(name, x, "left")
  return piece.plain === "both" ? undefined : piece.value(x, othersAt(name, x, Number.NaN, alpha))
}

/** f′(x) with numbers in it, `value` being f(x); nothing where it is plain to see. */
export function slopeWorking(
  name: ActivationName,
  x: number,
  value: number,
  { alpha, side = "left" }: Setting = {},
): Rich | undefined {
  const piece = pieceAt(name, x, side)
  return piece.plain ? undefined : piece.slope(x, othersAt(name, x, value, alpha))
}

function othersAt(name: ActivationName, x: number, f: number, alpha = standardAlpha(name)): Others {
  const { s, t } = written[name]
  return { f, alpha: alpha ?? 1, s: s?.value(x) ?? 0, t: t?.value(x) ?? 0 }
}

/** Where the curve has a corner. */
export function cornersOf(name: ActivationName): number[] {
  return written[name].pieces.flatMap(({ upTo }) => (upTo === undefined ? [] : [upTo]))
}

/** Each number belongs to one piece, a corner to that on the `side` of it. */
function pieceAt(name: ActivationName, x: number, side: Side): Piece {
  const { pieces } = written[name]
  const holds = ({ upTo }: Piece) =>
    upTo === undefined || x < upTo || (x === upTo && side === "left")
  return pieces.find(holds) ?? pieces[0]
}
