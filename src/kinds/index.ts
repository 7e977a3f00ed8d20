import type { Registry } from "../core/problem.ts"

/** Every kind by name, loaded when a problem asks for it. */
export const kinds: Registry = {
  harris: () => import("./vision/harris.ts"),
  rnn: () => import("./sequence/rnn.ts"),
}
