// The receptive field along one axis: r = r_before + (k' − 1)·j_before, j = j_before·s, from r = j = 1.

/** What one cell of a map sees of the input, and how far apart its neighbours are there. */
export interface Reach {
  field: number
  jump: number
}

/** A window along one axis, by the letters of the textbooks; dilated, the kernel covers `span`. */
export interface Reaching {
  k: number
  s: number
  span: number
}

type Formula = (before: Reach, window: Reaching) => number
type Mistakes = Readonly<Record<string, Formula>>

export const fieldAfter: Formula = ({ field, jump }, { span }) => field + (span - 1) * jump

export const fieldMistakes: Mistakes = {
  "every stride counts as 1": ({ field }, { span }) => field + span - 1,
  "the stride of the layer itself counts already": ({ field, jump }, { span, s }) =>
    field + (span - 1) * jump * s,
  "the dilation is left out": ({ field, jump }, { k }) => field + (k - 1) * jump,
  "the kernel is not reduced by 1": ({ field, jump }, { span }) => field + span * jump,
  "only the layer itself is looked at": (_, { span }) => span,
  "the kernels are multiplied": ({ field }, { span }) => field * span,
}

export const jumpAfter: Formula = ({ jump }, { s }) => jump * s

export const jumpMistakes: Mistakes = {
  "the strides are added": ({ jump }, { s }) => jump + s,
  "only the layer itself is looked at": (_, { s }) => s,
}
