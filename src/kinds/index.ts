import type { Registry } from "../core/problem.ts"

/** Every kind by name, loaded when a problem asks for it; by topic and name. */
export const kinds: Registry = {
  attention: () => import("./attention/attention.ts"),
  "positional-encoding": () => import("./attention/positional-encoding.ts"),
  "segmentation-metrics": () => import("./detection/segmentation-metrics.ts"),
  "conv-output": () => import("./network/conv-output.ts"),
  bayes: () => import("./probability/bayes.ts"),
  kl: () => import("./probability/kl.ts"),
  choice: () => import("./quiz/choice.ts"),
  rnn: () => import("./sequence/rnn.ts"),
  harris: () => import("./vision/harris.ts"),
  "sift-dog": () => import("./vision/sift-dog.ts"),
}
