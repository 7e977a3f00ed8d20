import type { Problem } from "../core/problem.ts"

/** Runs a solver; should it throw, the report of our bug names the problem. */
export function solving<T>(problem: Problem, solver: (problem: Problem) => T): T {
  try {
    return solver(problem)
  } catch (cause) {
    const { source, written } = problem.origin
    throw new Error(`while solving ${source.file}:${source.place(written).line}`, { cause })
  }
}
