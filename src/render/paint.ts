import { Chalk } from "chalk"

/** How many colours a terminal has: none, 16, 256, or all of them. */
export type ColorLevel = 0 | 1 | 2 | 3
/** Whether there are colours, 16 of them unless it is said how many. */
export type Color = boolean | ColorLevel

/** The few ways in which something stands out; without colour they change nothing. */
export interface Paint {
  color: boolean
  /** Whether there are colours enough for `shade`. */
  shades: boolean
  title(text: string): string
  heading(text: string): string
  name(text: string): string
  faint(text: string): string
  mark(text: string): string
  error(text: string): string
  warning(text: string): string
  good(text: string): string
  hint(text: string): string
  /** What is pointed out in a picture. */
  spot(text: string): string
  /** One of several curves. */
  series(text: string, index: number): string
  /** On a ground as strong as a share from −1 to 1 says, in one colour below 0 and another above. */
  shade(text: string, share: number): string
}

export function paintIn(color: Color): Paint {
  const level = typeof color === "number" ? color : color ? 1 : 0
  const chalk = new Chalk({ level })
  const lines = [chalk.cyan, chalk.magenta, chalk.green, chalk.blue, chalk.red, chalk.gray]
  return {
    color: level > 0,
    shades: level > 1,
    title: text => chalk.bold(text),
    heading: text => chalk.bold.cyan(text),
    name: text => chalk.bold(text),
    faint: text => chalk.dim(text),
    mark: text => chalk.bold.yellow.underline(text),
    error: text => chalk.bold.red(text),
    warning: text => chalk.bold.yellow(text),
    good: text => chalk.green(text),
    hint: text => chalk.cyan(text),
    spot: text => chalk.bold.yellow(text),
    series: (text, index) => (lines[index % lines.length] ?? chalk)(text),
    shade: (text, share) => {
      const ramp = share < 0 ? ramps.below : ramps.above
      const step = Math.round(Math.min(1, Math.abs(share)) * (ramp.length - 1))
      const [hex, code] = ramp[step] ?? ramp[0]
      const ground = level > 2 ? chalk.bgHex(hex) : chalk.bgAnsi256(code)
      return ground.hex(step > darkFrom ? "#ffffff" : "#000000")(text)
    },
  }
}

/**
 * Blue and brown in steps of equal lightness (OKLCH, 0.975 to 0.475), and what comes nearest among 256
 * colours without a change of hue. They are the same on dark and on light terminals, with black or
 * white text on each at a contrast of at least 4.5.
 */
const ramps = {
  above: [
    ["#f4f7fb", 231],
    ["#cfddee", 189],
    ["#abc3e1", 153],
    ["#87a9d4", 110],
    ["#648fc6", 68],
    ["#4175b7", 26],
    ["#175ba8", 25],
  ],
  below: [
    ["#faf6f3", 231],
    ["#ebd6ce", 224],
    ["#dbb8a9", 216],
    ["#ca9a84", 173],
    ["#b87c61", 166],
    ["#a65e3d", 130],
    ["#934012", 94],
  ],
} as const
/** Steps above this one have white text. */
const darkFrom = 4
