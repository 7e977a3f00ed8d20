import { math } from "./blocks.ts"
import * as field from "./fields.ts"

/** Logarithms to a base that the givens choose. */

const bases = ["e", 2, 10] as const
export type Base = (typeof bases)[number]

export const logarithms = {
  e: {
    take: Math.log,
    raise: Math.exp,
    base: math`e`,
    symbol: math`\ln`,
    words: "natural logarithm",
  },
  2: {
    take: Math.log2,
    raise: (x: number) => 2 ** x,
    base: math`2`,
    symbol: math`\log_2`,
    words: "logarithm to base 2",
  },
  10: {
    take: Math.log10,
    raise: (x: number) => 10 ** x,
    base: math`10`,
    symbol: math`\log_{10}`,
    words: "logarithm to base 10",
  },
}

export function logField() {
  return field.oneOf("base of the logarithm", bases).default("e")
}

interface Logged {
  log: Base
}

/** The other bases, as mistakes. */
export const otherBases = {
  "the natural logarithm is taken": ({ log }: Logged) => other(log, "e"),
  "the logarithm is taken to base 2": ({ log }: Logged) => other(log, 2),
  "the logarithm is taken to base 10": ({ log }: Logged) => other(log, 10),
}

function other(log: Base, base: Base): Logged | undefined {
  return log === base ? undefined : { log: base }
}
