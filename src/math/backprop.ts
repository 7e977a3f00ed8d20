import type { Vector } from "../core/types.ts"
import { type Activation, activationOf, softmax } from "./activation.ts"
import { slopeMistakes, valueMistakes } from "./activation-slips.ts"
import {
  type Group,
  type Learned,
  learned,
  leaving,
  type Net,
  type Parameter,
  type Use,
} from "./backprop-net.ts"
import { entry, sum } from "./linear.ts"

/** What is known so far, by the name of an input or unit. */
export interface Known {
  a: Map<string, number>
  z: Map<string, number>
  delta: Map<string, number>
}

/** The numbers of a group's units, and what usual mistakes take for them. */
export interface Worked {
  value: number[]
  slips: Record<string, number[]>
}

/** z = Σ w·a + b */
export function preactivations({ units, layer }: Group, { a, z }: Known): Worked {
  const biases = units.map(({ bias }) => (bias ? [bias.value] : []))
  const products = (of: (from: string) => number) =>
    units.map(({ sources }) => sources.map(({ from, value }) => value * of(from)))
  const withBias = (terms: readonly Vector[]) =>
    terms.map((own, i) => settled([...own, ...entry(biases, i)]))
  const plain = products(from => at(a, from))
  const [from = []] = units.map(({ sources }) => sources)
  const isSquare = layer && units.length === from.length && units.length > 1
  const turned = () =>
    from.map((_, i) =>
      units.map(({ sources }, j) => entry(sources, i).value * at(a, entry(from, j).from)),
    )
  return {
    value: withBias(plain),
    slips: {
      ...(units.some(({ bias }) => bias) && { "the bias is left out": plain.map(settled) }),
      ...(units.some(({ sources }) => sources.some(each => z.has(each.from))) && {
        "the z of the units before stand in for their a": withBias(
          products(from => z.get(from) ?? at(a, from)),
        ),
      }),
      ...(isSquare && { "W is transposed": withBias(turned()) }),
    },
  }
}

/** A sum, 0 where its terms cancel but for the last digits of a double: 0.3 − 0.4 + 0.1. */
function settled(terms: Vector): number {
  const total = sum(terms)
  const largest = Math.max(...terms.map(Math.abs))
  return Math.abs(total) <= 4 * Number.EPSILON * largest ? 0 : total
}

/** a = f(z) */
export function activated(group: Group, z: Vector): Worked {
  if (group.activation === "softmax") {
    return {
      value: softmax(z),
      slips: { "the exponentials are not divided by their sum": z.map(Math.exp) },
    }
  }
  const { activation, alpha } = group
  return {
    value: z.map(curveOf(group).f),
    slips: {
      ...(activation !== "linear" && { "the activation is left out": [...z] }),
      ...byName(z.map(each => valueMistakes(activation, each, alpha))),
    },
  }
}

export type LossName = "half-squared" | "squared" | "bce" | "cross-entropy"

/** A loss of outputs a and targets y, summed over the outputs. */
export const losses: Readonly<
  Record<LossName, { term(a: number, y: number): number; slope(a: number, y: number): number }>
> = {
  "half-squared": { term: (a, y) => (a - y) ** 2 / 2, slope: (a, y) => a - y },
  squared: { term: (a, y) => (a - y) ** 2, slope: (a, y) => 2 * (a - y) },
  bce: {
    term: (a, y) => -share(y, Math.log(a)) - share(1 - y, Math.log(1 - a)),
    slope: (a, y) => -share(y, 1 / a) + share(1 - y, 1 / (1 - a)),
  },
  "cross-entropy": {
    term: (a, y) => -share(y, Math.log(a)),
    slope: (a, y) => -share(y, 1 / a),
  },
}

/** What has no share counts for nothing, however large it is. */
function share(of: number, value: number): number {
  return of === 0 ? 0 : of * value
}

/** Where the loss and the last activation belong together, ∂L/∂z is a − y. */
export function isMatched({ activation }: Group, loss: LossName): boolean {
  return (
    (activation === "softmax" && loss === "cross-entropy") ||
    (activation === "sigmoid" && loss === "bce")
  )
}

/** ∂a/∂z of each unit by itself. */
export function slopesOf(group: Group, z: Vector, a: Vector): number[] {
  if (group.activation === "softmax") return a.map(p => p * (1 - p))
  const { slope } = curveOf(group)
  return z.map((each, i) => slope(each, entry(a, i)))
}

/** ∂L/∂z from ∂L/∂a of a group's units. */
export function through(group: Group, z: Vector, a: Vector, above: Vector): number[] {
  if (group.activation !== "softmax") {
    return slopesOf(group, z, a).map((slope, i) => slope * entry(above, i))
  }
  const common = sum(above.map((g, i) => g * entry(a, i)))
  return a.map((p, i) => p * (entry(above, i) - common))
}

const left = "the derivative of the activation is left out"

/** What usual mistakes make of ∂L/∂a on its way through the activation. */
export function throughMistakes(
  group: Group,
  z: Vector,
  a: Vector,
  above: Vector,
): Record<string, number[]> {
  const { activation, alpha } = group
  if (activation === "linear") return {}
  if (activation === "softmax") {
    const diagonal = a.map((p, i) => p * (1 - p) * entry(above, i))
    return { [left]: [...above], "of the softmax only ∂a_i/∂z_i is used": diagonal }
  }
  const slopes = byName(z.map((each, i) => slopeMistakes(activation, each, entry(a, i), alpha)))
  const wrong = Object.entries(slopes).map(([slip, values]) => [
    slip,
    values.map((slope, i) => slope * entry(above, i)),
  ])
  return { [left]: [...above], ...Object.fromEntries(wrong) }
}

/** ∂L/∂a of hidden units: the sum over the units that they feed, w·δ. */
export function passedBack(
  net: Net,
  { units, layer }: Group,
  { a, delta }: Known,
  rate: number | undefined,
): Worked {
  const paths = units.map(({ name }) =>
    leaving(net, name).map(({ unit, edge }) => ({ unit, edge, delta: at(delta, unit.name) })),
  )
  type Path = (typeof paths)[number][number]
  const sums = (of: (path: Path) => number, choose = (all: Path[]) => all) =>
    paths.map(all => sum(choose(all).map(of)))
  const weighted = ({ edge, delta }: Path) => edge.value * delta
  const next = net.groups.find(each => each.layer?.place === (layer?.place ?? 0) + 1)
  const isSquare = layer && units.length > 1 && next?.units.length === units.length
  return {
    value: sums(weighted),
    slips: {
      "the weights are left out on the way back": sums(({ delta }) => delta),
      ...(paths.some(({ length }) => length > 1) && {
        "only the first path back is counted": sums(weighted, all => all.slice(0, 1)),
        "only the last path back is counted": sums(weighted, all => all.slice(-1)),
      }),
      ...(isSquare && {
        "W is not transposed on the way back": units.map((_, i) =>
          sum(
            entry(next.units, i).sources.map(
              ({ value }, j) => value * at(delta, entry(next.units, j).name),
            ),
          ),
        ),
      }),
      ...(rate !== undefined && {
        "the updated weights are used on the way back": sums(
          ({ edge, delta }) => (edge.value - rate * delta * at(a, edge.from)) * delta,
        ),
      }),
    },
  }
}

/** ∂L/∂w = δ·a of the source, ∂L/∂b = δ, summed over the places where a parameter is used. */
export function gradientOf(parameter: Parameter, known: Known): Learned {
  return learned(parameter, uses => sum(uses.map(use => partOf(use, known))))
}

/** What one place of a parameter adds to its gradient. */
export function partOf({ unit, edge }: Use, { a, delta }: Known): number {
  return at(delta, unit.name) * (edge ? at(a, edge.from) : 1)
}

/** What usual mistakes take for the gradients, parameter by parameter. */
export function gradientMistakes(
  { parameters, groups }: Net,
  known: Known,
): Record<string, Record<string, Learned>> {
  const { a, z, delta } = known
  const by =
    (of: (use: Use) => number, choose = (uses: readonly Use[]) => uses) =>
    () =>
      Object.fromEntries(
        parameters.map(parameter => [
          parameter.key,
          learned(parameter, uses => sum(choose(uses).map(of))),
        ]),
      )
  const own = (use: Use) => partOf(use, known)
  const hasBias = parameters.some(({ isBias }) => isBias)
  const isDeep = groups.length > 1
  return lazily({
    "the activation of the source is left out": by(({ unit }) => at(delta, unit.name)),
    "the weight stands in for the activation of its source": by(use =>
      use.edge ? at(delta, use.unit.name) * use.edge.value : own(use),
    ),
    "the unit's own activation stands in for that of the source": by(use =>
      use.edge ? at(delta, use.unit.name) * at(a, use.unit.name) : own(use),
    ),
    ...(isDeep && {
      "the z of the source stands in for its a": by(use =>
        use.edge
          ? at(delta, use.unit.name) * (z.get(use.edge.from) ?? at(a, use.edge.from))
          : own(use),
      ),
    }),
    ...(hasBias && {
      "the biases get no gradient": by(use => (use.edge ? own(use) : 0)),
      "the gradient of a bias is multiplied by the bias": by(use =>
        use.edge ? own(use) : own(use) * (use.unit.bias?.value ?? 0),
      ),
    }),
    ...(parameters.some(({ uses }) => uses.some(({ length }) => length > 1)) && {
      "only the first place of a shared weight is counted": by(own, uses => uses.slice(0, 1)),
      "only the last place of a shared weight is counted": by(own, uses => uses.slice(-1)),
    }),
  })
}

/** Values that are made when they are looked at: most runs look at none. */
export function lazily<V>(makers: Readonly<Record<string, () => V>>): Record<string, V> {
  const values: Record<string, V> = {}
  for (const [name, get] of Object.entries(makers)) {
    Object.defineProperty(values, name, { get, enumerable: true })
  }
  return values
}

/** Whether nothing goes on from a group. */
export function isOutput({ outputs }: Net, { units }: Group): boolean {
  return units.every(({ name }) => outputs.includes(name))
}

/** ∂L/∂a of a group of outputs, and ∂L/∂z once it is known; with a matching softmax only the latter. */
export function outputErrors(
  group: Group,
  loss: LossName,
  { z, a, y, count }: { z: Vector; a: Vector; y: Vector; count: number },
): { above: Worked | undefined; delta: (above: Vector | undefined) => Worked } {
  const { slope } = losses[loss]
  const errors = a.map((each, i) => (each - entry(y, i)) / count)
  const above = a.map((each, i) => slope(each, entry(y, i)) / count)
  const turned = "the sign of the error is turned round"
  const again = "the derivative of the activation is multiplied in once more"
  const squeezed = errors.map((error, i) => error * entry(slopesOf(group, z, a), i))
  if (isMatched(group, loss) && group.activation === "softmax") {
    const delta = {
      value: errors,
      slips: {
        [turned]: errors.map(error => -error),
        [again]: squeezed,
        "only the derivative of the loss is taken": above,
      },
    }
    return { above: undefined, delta: () => delta }
  }
  const opposite = above.map(each => -each)
  return {
    above: {
      value: above,
      slips: {
        [turned]: opposite,
        ...(loss === "bce" &&
          y.some(each => each < 1) && {
            "the terms of 1 − y are left out": a.map(
              (each, i) => losses["cross-entropy"].slope(each, entry(y, i)) / count,
            ),
          }),
      },
    },
    delta: (back = above) => {
      // Where a is 0 or 1 to the last digit the product is 0·∞, and only the difference is a number.
      const own = back.every((each, i) => each === above[i])
      const shortened = own && isMatched(group, loss)
      return {
        value: shortened ? errors : through(group, z, a, back),
        slips: {
          [turned]: through(group, z, a, opposite),
          ...(isMatched(group, loss)
            ? { [again]: squeezed, [left]: [...back] }
            : throughMistakes(group, z, a, back)),
        },
      }
    },
  }
}

export function curveOf({ activation, alpha }: Group): Activation {
  return activationOf(activation === "softmax" ? "linear" : activation, alpha)
}

/** The number that has come to stand at a name. */
export function at(values: ReadonlyMap<string, number>, name: string): number {
  return values.get(name) ?? Number.NaN
}

/** Values by slip for each number as lists by slip. */
export function byName(all: readonly Readonly<Record<string, number>>[]): Record<string, number[]> {
  const names = Object.keys(all[0] ?? {})
  return Object.fromEntries(names.map(name => [name, all.map(each => each[name] ?? Number.NaN)]))
}
