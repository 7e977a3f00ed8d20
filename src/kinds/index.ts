import type { Registry } from "../core/problem.ts"

/** Every kind by name, loaded when a problem asks for it. */
export const kinds: Registry = {
  harris: () => import("./vision/harris.ts"),
  rnn: () => import("./sequence/rnn.ts"),
  kl: () => import("./probability/kl.ts"),
  bayes: () => import("./probability/bayes.ts"),
  choice: () => import("./quiz/choice.ts"),
  "conv-output": () => import("./network/conv-output.ts"),
  attention: () => import("./attention/attention.ts"),
  "segmentation-metrics": () => import("./detection/segmentation-metrics.ts"),
  "sift-dog": () => import("./vision/sift-dog.ts"),
  "positional-encoding": () => import("./attention/positional-encoding.ts"),
}
