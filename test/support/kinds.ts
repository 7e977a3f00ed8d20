import { kinds as all } from "../../src/kinds/index.ts"

/** The registry; with KINDS=iou,nms in the environment these kinds alone, for who writes them. */
const names = process.env.KINDS?.split(",") ?? []

const unknown = names.filter(name => !Object.hasOwn(all, name))
if (unknown.length > 0) throw new Error(`KINDS: no kind ${unknown.join(", ")}`)

export const kinds: typeof all =
  names.length === 0
    ? all
    : Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
