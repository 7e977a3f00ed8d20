import type { Layer } from "../core/cnn-layers.ts"
import type { Vector } from "../core/types.ts"
import type { Axis } from "./axes.ts"
import { hasWindow, type Passed, seesAll, sources, windowsOf } from "./cnn-layers.ts"
import {
  fieldAfter,
  fieldMistakes,
  jumpAfter,
  jumpMistakes,
  type Reach,
} from "./receptive-field.ts"

// What a cell sees of the input, layer by layer and along both axes: 0 is down, 1 right.

export type Along = (axis: 0 | 1) => number
export type Both<T> = readonly [T, T]

/** What a layer makes of what its input's cells see, and under each mistake. */
export interface Widened {
  windows: Both<Axis> | undefined
  /** The whole input, from here on. */
  all: boolean
  /** Counted backwards from one cell, because of a transposed convolution. */
  backwards: boolean
  field: Along
  fieldSlips: Readonly<Record<string, Along>>
  jump: Along
  jumpSlips: Readonly<Record<string, Along>>
}

/** Follows the layers of a network on an input of these sizes. */
export class Widening {
  readonly #whole: Along
  readonly #passed: Both<Passed>[] = []
  #all = false

  constructor(input: Vector) {
    const [height = 1, width = height] = input.slice(-2)
    this.#whole = axis => (axis === 0 ? height : width)
  }

  after(layer: Layer, input: Vector, before: Both<Reach>): Widened {
    const windows = hasWindow(layer) ? windowsOf(layer, input) : undefined
    const transposed = layer.type === "transposed-conv"
    if (windows) {
      const [down, right] = windows
      this.#passed.push([
        { ...down, transposed },
        { ...right, transposed },
      ])
    }
    this.#all ||= seesAll(layer)
    const passed = [...this.#passed]
    const backwards = passed.some(([down]) => down.transposed)
    const own = { windows, all: this.#all, backwards }
    if (this.#all) {
      return { ...own, field: this.#whole, jump: this.#whole, fieldSlips: {}, jumpSlips: {} }
    }
    const by =
      (formula: typeof fieldAfter, kept: keyof Reach): Along =>
      axis =>
        windows ? formula(before[axis], windows[axis]) : before[axis][kept]
    const under = (mistakes: typeof fieldMistakes, kept: keyof Reach) =>
      Object.fromEntries(
        windows && !backwards
          ? Object.entries(mistakes).map(([slip, wrong]) => [slip, by(wrong, kept)])
          : [],
      )
    const counted: Along = axis =>
      passed.reduceRight((count, each) => sources(count, each[axis]), 1)
    return {
      ...own,
      field: windows && backwards ? counted : by(fieldAfter, "field"),
      fieldSlips: under(fieldMistakes, "field"),
      jump: by(transposed ? ({ jump }, { s }) => jump / s : jumpAfter, "jump"),
      jumpSlips: under(jumpMistakes, "jump"),
    }
  }
}
