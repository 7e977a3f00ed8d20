import * as z from "zod"
import type { Complaint } from "./complaints.ts"
import * as field from "./fields.ts"
import { across } from "./rules.ts"
import { mustBe, short } from "./words.ts"

/** The fields of a region of interest on a feature map. */

const coordinate = field.number("coordinate")

export const regionFields = {
  features: field.grid("feature map, shape (rows, cols); cell (i, j) lies at y = i, x = j, from 0"),
  roi: z
    .tuple([coordinate, coordinate, coordinate, coordinate], {
      error: ({ input }) => mustBe("a list of 4 numbers, [x1, y1, x2, y2]", input),
    })
    .meta({ title: "box", description: "region [x1, y1, x2, y2] in the image" }),
  output: field.perAxis("bins of the output, [rows, cols], or one number for both", {
    min: 1,
    max: 64,
  }),
  spatial_scale: field
    .number("what coordinates are multiplied by, from the image to the feature map", { above: 0 })
    .default(1),
}

type Region = readonly [number, number, number, number]

/** A region does not end before it begins; unless `inclusive`, it does not end there either. */
export function properRegion<G extends { roi: Region }>({ inclusive }: { inclusive: boolean }) {
  return across<G>(["roi"], ({ roi: [x1, y1, x2, y2] }): Complaint[] => {
    const axes = [
      { from: x1, to: x2, at: 2, name: "x" },
      { from: y1, to: y2, at: 3, name: "y" },
    ]
    return axes.flatMap(({ from, to, at, name }) => {
      if (inclusive ? to >= from : to > from) return []
      const must = inclusive ? "at least" : "above"
      const message = `is ${name}2 and must be ${must} ${name}1 = ${short(from)}, but it is ${short(to)}`
      return {
        path: ["roi", at],
        code: "box",
        message,
        hint: "write the region as [x1, y1, x2, y2]",
      }
    })
  })
}

/** Rows and columns. */
export function perSide(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size
}
