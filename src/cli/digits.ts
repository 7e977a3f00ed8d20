import { InvalidArgumentError } from "commander"

/** Reads the option `--digits`. */
export function digitsOf(text: string): number {
  const digits = Number(text)
  if (/^\d+$/.test(text) && digits >= 1 && digits <= 15) return digits
  throw new InvalidArgumentError("It must be a whole number from 1 to 15.")
}
