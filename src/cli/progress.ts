/** Runs shorter than this are over before anybody wonders. */
const leastSteps = 100
const everyMs = 100

/** A line that counts up where a person waits for a long run: on a terminal that shows nothing else. */
export class Progress {
  readonly #total: number
  readonly #noun: string
  readonly #shown: boolean
  #done = 0
  #next = 0

  constructor(total: number, noun: string) {
    this.#total = total
    this.#noun = noun
    this.#shown = total > leastSteps && process.stderr.isTTY && !process.stdout.isTTY
  }

  step(): void {
    this.#done += 1
    if (!this.#shown || Date.now() < this.#next) return
    this.#next = Date.now() + everyMs
    process.stderr.write(`\r${this.#done} of ${this.#total} ${this.#noun}`)
  }

  /** Makes room for what is printed to the same terminal. */
  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K")
  }
}
