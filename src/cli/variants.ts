import { createHmac } from "node:crypto"
import { type Model, modelOf, objectionTo } from "../core/accept.ts"
import { Draw } from "../core/draw.ts"
import { loadProblems, type Problem } from "../core/problem.ts"
import { run } from "../core/solve.ts"
import { Source, type Written, type WrittenMap } from "../core/source.ts"
import { varied, writtenOf } from "../core/vary.ts"
import { kinds } from "../kinds/index.ts"
import { problemText } from "../render/problem-text.ts"

/** A problem with other numbers, and the YAML that says so. */
export interface Variant {
  problem: Problem
  text: string
}

/** So many draws may fail before it is said what could not be met. */
const patience = 200

/** Draws variants of one problem; the same seed and student give the same variant, for ever. */
export class Variants {
  readonly #model: Model
  readonly #seed: string
  readonly #fixed: ReadonlySet<string>
  readonly #dropped: ReadonlySet<string>

  /** `titles` says whether the author's titles and sources are true of other numbers too. */
  constructor(problem: Problem, seed: string, titles = false) {
    this.#dropped = new Set(["expect", "id", ...(titles ? [] : ["title", "source"])])
    this.#model = modelOf(problem, run(problem))
    this.#seed = seed
    this.#fixed = numbersOf(problem.question ?? "")
  }

  /** The variant of a student, or why none was found. */
  async of(student: string): Promise<Variant | { objections: readonly string[] }> {
    const { problem } = this.#model
    const draw = drawFor(this.#seed, student, problem.id)
    const objections = new Map<string, number>()
    for (let attempt = 0; attempt < patience; attempt++) {
      // Sizes are harder to change than numbers: every other draw leaves them.
      const written = this.#drawn(draw, attempt % 2 === 0)
      const text = problemText(written, [`variant of ${problem.id} for ${student}`])
      const objection = await this.#tried(text)
      if (typeof objection !== "string") return { problem: objection, text }
      objections.set(objection, (objections.get(objection) ?? 0) + 1)
    }
    const often = [...objections].sort(([, a], [, b]) => b - a)
    return { objections: often.slice(0, 3).map(([words]) => words) }
  }

  #drawn(draw: Draw, sizes: boolean): Written {
    const { problem } = this.#model
    const { written } = problem.origin
    if (written.type !== "map") throw new Error("a problem is a map")
    const entries = written.entries
      .filter(({ name }) => !this.#dropped.has(name))
      .map(each =>
        each.name === "given" ? { ...each, value: this.#givens(each.value, draw, sizes) } : each,
      )
    const id = { name: "id", key: { start: 0, end: 0 }, value: writtenOf(problem.id) }
    const [kind, ...rest] = entries
    return { ...written, entries: kind ? [kind, id, ...rest] : [id] } satisfies WrittenMap
  }

  #givens(given: Written, draw: Draw, sizes: boolean): Written {
    const { kind, given: values } = this.#model.problem
    if (!kind.vary) return varied(given, kind.given, draw, { sizes, fixed: this.#fixed })
    const changed = writtenOf(kind.vary(values as never, draw))
    if (given.type !== "map" || changed.type !== "map") return given
    const kept = given.entries.filter(
      ({ name }) => !changed.entries.some(each => each.name === name),
    )
    return { ...given, entries: [...kept, ...changed.entries] }
  }

  /** The problem of a text, or what there is to object to it. */
  async #tried(text: string): Promise<Problem | string> {
    const { problems, diagnostics } = await loadProblems(new Source("variant.yaml", text), kinds)
    const [variant] = problems
    if (!variant) return diagnostics[0]?.message ?? "it cannot be read"
    const key = run(variant)
    return objectionTo(variant, key, this.#model) ?? variant
  }
}

/** Numbers that an author's own words name must not change under them. */
function numbersOf(question: string): Set<string> {
  return new Set(question.match(/-?\d+(?:\.\d+)?/g) ?? [])
}

/** Chance from a keyed hash: of the seed, the student and the problem, and of nothing else. */
function drawFor(seed: string, student: string, problem: string): Draw {
  let [block, at, count] = [Buffer.alloc(0), 0, 0]
  return new Draw(() => {
    if (at >= block.length) {
      const name = JSON.stringify([student, problem, count++])
      block = createHmac("sha256", seed).update(name).digest()
      at = 0
    }
    at += 4
    return block.readUInt32BE(at - 4)
  })
}
