import { Chalk } from "chalk"

/** The few ways in which something stands out; without colour they change nothing. */
export interface Paint {
  color: boolean
  title(text: string): string
  heading(text: string): string
  name(text: string): string
  faint(text: string): string
  mark(text: string): string
  error(text: string): string
  warning(text: string): string
  good(text: string): string
  hint(text: string): string
}

export function paintIn(color: boolean): Paint {
  const chalk = new Chalk({ level: color ? 1 : 0 })
  return {
    color,
    title: text => chalk.bold(text),
    heading: text => chalk.bold.cyan(text),
    name: text => chalk.bold(text),
    faint: text => chalk.dim(text),
    mark: text => chalk.bold.yellow.underline(text),
    error: text => chalk.bold.red(text),
    warning: text => chalk.bold.yellow(text),
    good: text => chalk.green(text),
    hint: text => chalk.cyan(text),
  }
}
