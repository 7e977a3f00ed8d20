import {
  inputsOf,
  isList,
  type LayerGiven,
  layerName,
  type NetworkGiven,
  outputsOf,
  targetsOf,
  type UnitGiven,
  weightOf,
} from "./backprop.ts"
import type { Complaint } from "./complaints.ts"
import { suggest } from "./diagnostic.ts"
import { across, misfit } from "./rules.ts"
import { plural, quoted, short } from "./words.ts"

/** What must hold of a network before anything can go through it. */
export function feedsForward<G extends NetworkGiven>() {
  return [
    across<G>(["inputs", "units"], ({ inputs, units }) => {
      if (inputsOf({ inputs }).length === 0) {
        return { path: ["inputs"], message: "holds no input: give each a name and a value" }
      }
      return units ? [...ownNames(inputs, units), ...sources(inputs, units), ...shared(units)] : []
    }),
    across<G>(["inputs", "layers"], ({ inputs, layers }) => (layers ? chain(inputs, layers) : [])),
    across<G>(["units", "layers"], softmaxes),
    across<G>(["units", "layers", "target"], ({ units, layers, target }) =>
      units || layers ? misaimed(target, outputsOf({ units, layers }), units) : undefined,
    ),
  ]
}

/** Each name stands for one thing. */
function ownNames(inputs: NetworkGiven["inputs"], units: readonly UnitGiven[]): Complaint[] {
  const names = units.map(({ name }) => name)
  const entering = new Set(inputsOf({ inputs }).map(([name]) => name))
  return names.flatMap((name, i) => {
    const first = names.indexOf(name)
    const taken = entering.has(name) ? "an input" : first < i ? `unit ${first + 1}` : undefined
    if (taken === undefined) return []
    const message = `is \`${name}\`, which is ${taken} already: each name stands for one thing`
    const hint = `choose another name for unit ${i + 1}`
    return [{ path: ["units", i, "name"], code: "duplicate", message, hint }]
  })
}

/** A unit takes from inputs and from units before it. */
function sources(inputs: NetworkGiven["inputs"], units: readonly UnitGiven[]): Complaint[] {
  const entering = inputsOf({ inputs }).map(([name]) => name)
  const names = units.map(({ name }) => name)
  return units.flatMap((unit, i) => {
    const from = Object.keys(unit.inputs)
    if (from.length === 0) {
      const message = `of \`${unit.name}\` holds no source`
      const hint = "name what it takes from, each with its weight: `inputs: { x1: 0.5 }`"
      return [{ path: ["units", i, "inputs"], message, hint }]
    }
    return from.flatMap((source): Complaint[] => {
      if (entering.includes(source) || names.slice(0, i).includes(source)) return []
      const path = ["units", i, "inputs", source]
      if (!names.includes(source)) {
        const hint = suggest(source, [...entering, ...names.slice(0, i)])
        return [{ path, code: "unknown-name", message: "is neither an input nor a unit", hint }]
      }
      const round = pathBetween(unit.name, source, units)
      if (round) {
        const message = `closes a cycle, ${[...round, unit.name].join(" → ")}: a feed-forward network has none`
        const hint = "a unit takes from inputs of the network and from units before it"
        return [{ path, code: "cycle", message, hint }]
      }
      const message = `is a unit that comes after \`${unit.name}\``
      const hint = "list every unit after the units that it takes from"
      return [{ path, code: "order", message, hint }]
    })
  })
}

/** The units on a way from one to another. */
function pathBetween(from: string, to: string, units: readonly UnitGiven[]): string[] | undefined {
  const seen = new Set([from])
  const ways = [[from]]
  for (let way = ways.shift(); way; way = ways.shift()) {
    const last = way.at(-1) ?? from
    if (last === to) return way
    for (const { name, inputs } of units) {
      if (seen.has(name) || !Object.hasOwn(inputs, last)) continue
      seen.add(name)
      ways.push([...way, name])
    }
  }
  return undefined
}

/** Weights of one name are one weight, and have one value. */
function shared(units: readonly UnitGiven[]): Complaint[] {
  const known = new Map<string, number>()
  return units.flatMap((unit, i) => {
    const weights = Object.entries(unit.inputs).map(
      ([source, given]) =>
        [["units", i, "inputs", source], weightOf(given, `w_${source}_${unit.name}`)] as const,
    )
    const bias = unit.bias === undefined ? [] : [weightOf(unit.bias, `b_${unit.name}`)]
    const all = [...weights, ...bias.map(each => [["units", i, "bias"], each] as const)]
    return all.flatMap(([path, { key, value }]): Complaint[] => {
      const before = known.get(key)
      if (before === undefined) known.set(key, value)
      if (before === undefined || before === value) return []
      const message = `has the name \`${key}\` of another weight, but the value ${short(value)} instead of ${short(before)}`
      const hint = "weights of one name are one weight; give the same value, or another name"
      return [{ path: [...path], code: "duplicate", message, hint }]
    })
  })
}

/** Each layer takes as many numbers as the one before it has units. */
function chain(inputs: NetworkGiven["inputs"], layers: readonly LayerGiven[]): Complaint[] {
  const names = layers.map(layerName)
  return layers.flatMap((layer, i) => {
    const before = layers[i - 1]
    const has = (n: number) =>
      before
        ? `${wordOf(before, i - 1)} has ${plural(n, "unit")}`
        : `there ${n === 1 ? "is" : "are"} ${plural(n, "input")}`
    const arriving = before ? before.W.length : inputsOf({ inputs }).length
    const complaints = [
      misfit("W", "column", layer.W[0]?.length, arriving, n => `${has(n)}: one column for each`),
      misfit("b", "number", layer.b?.length, layer.W.length, n => `\`W\` has ${plural(n, "row")}`),
    ]
    const first = names.indexOf(layerName(layer, i))
    return [
      ...complaints.flatMap(each => {
        if (!each) return []
        const message = `of ${wordOf(layer, i)} ${each.message}`
        const hint =
          "W has a row for each unit of its layer and a column for each number that arrives"
        return [{ ...each, message, path: ["layers", i, ...each.path], hint }]
      }),
      ...(first < i
        ? [
            {
              path: ["layers", i, "name"],
              code: "duplicate",
              message: `is \`${names[i]}\`, the name of layer ${first + 1} already`,
            },
          ]
        : []),
    ]
  })
}

function wordOf({ name }: LayerGiven, i: number): string {
  return name === undefined ? `layer ${i + 1}` : `layer ${i + 1} (\`${name}\`)`
}

/** Softmax shares 1 among several units; among named ones these are outputs. */
function softmaxes({ units, layers }: Pick<NetworkGiven, "units" | "layers">): Complaint[] {
  const sharing = (units ?? []).filter(({ activation }) => activation === "softmax")
  const outputs = outputsOf({ units })
  const alone = "has softmax for itself alone, which is always 1: softmax needs two units or more"
  const instead = "for two classes take two units, or one with sigmoid and `loss: bce`"
  const ofUnits = (units ?? []).flatMap((unit, i): Complaint[] => {
    if (unit.activation !== "softmax") return []
    const path = ["units", i, "activation"]
    const feeds = units?.find(({ inputs }) => Object.hasOwn(inputs, unit.name))
    if (!outputs.includes(unit.name) && feeds) {
      const message = `is softmax, but \`${unit.name}\` feeds \`${feeds.name}\`: named units can have it only at the output`
      return [{ path, message, hint: "give the network as `layers`" }]
    }
    if (sharing.length > 1) return []
    return [{ path, message: `of \`${unit.name}\` ${alone}`, hint: instead }]
  })
  const ofLayers = (layers ?? []).flatMap((layer, i): Complaint[] =>
    layer.activation === "softmax" && layer.W.length === 1
      ? [
          {
            path: ["layers", i, "activation"],
            message: `of ${wordOf(layer, i)} ${alone}`,
            hint: instead,
          },
        ]
      : [],
  )
  return [...ofUnits, ...ofLayers]
}

/** Targets are those of the outputs. */
function misaimed(
  target: NetworkGiven["target"],
  outputs: readonly string[],
  units: readonly UnitGiven[] | undefined,
): Complaint | Complaint[] | undefined {
  const path = ["target"]
  const there = `the network has ${plural(outputs.length, "output")}${units ? `, ${quoted(outputs, "and")}` : ""}`
  // A cycle has no output; that is complained about elsewhere.
  if (outputs.length === 0) return undefined
  if (typeof target === "number" || isList(target)) {
    const count = typeof target === "number" ? 1 : target.length
    if (count === outputs.length) return undefined
    const found = typeof target === "number" ? "is one number" : `has ${plural(count, "number")}`
    return { path, code: "shape", message: `${found}, but ${there}` }
  }
  if (!units)
    return { path, message: `must be a list of ${plural(outputs.length, "number")}: ${there}` }
  const names = Object.keys(target)
  const missing = outputs.filter(name => !names.includes(name))
  return [
    ...missing.map(name => ({
      path,
      code: "missing-field",
      message: `lacks \`${name}\`, which feeds no other unit and so is an output`,
    })),
    ...names.flatMap((name): Complaint[] => {
      if (outputs.includes(name)) return []
      const feeds = units.find(({ inputs }) => Object.hasOwn(inputs, name))
      if (units.some(unit => unit.name === name) && feeds) {
        const message = `is no output: it feeds \`${feeds.name}\``
        return [{ path: [...path, name], code: "unknown-name", message }]
      }
      const hint = suggest(name, outputs)
      return [{ path: [...path, name], code: "unknown-name", message: "is no output", hint }]
    }),
  ]
}

type Aimed = NetworkGiven & { loss: string; reduce: "sum" | "mean" }

/** The loss, the last activation and the target belong together. */
export function suitsLoss<G extends Aimed>() {
  return [
    across<G>(["units", "layers"], unusedAlphas),
    across<G>(["units", "layers", "loss"], ({ loss, ...net }) => {
      const wanted = { bce: "sigmoid", "cross-entropy": "softmax" }[loss]
      return lastActivations(net).flatMap(({ path, activation }) => {
        if (wanted === undefined || activation === wanted) return []
        const message = `must be ${wanted} at an output with the loss ${loss}, but it is ${activation}`
        const other = { sigmoid: "bce", softmax: "cross-entropy" }[activation] ?? "half-squared"
        return [{ path, code: "conflict", message, hint: `or give \`loss: ${other}\`` }]
      })
    }),
    across<G>(["loss", "target", "inputs", "units", "layers"], ({ loss, ...net }) => {
      const y = targetsOf(net)
      if ((loss !== "bce" && loss !== "cross-entropy") || y.some(Number.isNaN)) return undefined
      const path = ["target"]
      const beyond = y.find(each => each < 0 || each > 1)
      if (beyond !== undefined) {
        const message = `must lie between 0 and 1 with the loss ${loss}, but it holds ${beyond}`
        return { path, code: "range", message }
      }
      const total = y.reduce((all, each) => all + each, 0)
      if (loss === "bce" || Math.abs(total - 1) <= 1e-9) return undefined
      const message = `must sum to 1 with the loss cross-entropy, but it sums to ${short(total)}`
      const hint = "give the right class 1 and the others 0"
      return { path, code: "distribution", message, hint }
    }),
    across<G>(["loss", "reduce"], ({ loss, reduce }) => {
      if (loss !== "cross-entropy" || reduce !== "mean") return undefined
      const message = "has no part in cross-entropy, whose outputs share one target"
      return { path: ["reduce"], code: "conflict", message }
    }),
  ]
}

function unusedAlphas({ units, layers }: Pick<NetworkGiven, "units" | "layers">): Complaint[] {
  const [name, list] = units ? (["units", units] as const) : (["layers", layers ?? []] as const)
  return list.flatMap(({ activation, alpha }, i) => {
    if (alpha === undefined || activation === "leaky-relu" || activation === "elu") return []
    const message = `has no part in ${activation}`
    const hint = "leave it out; leaky-relu and elu have one"
    return [{ path: [name, i, "alpha"], code: "conflict", message, hint }]
  })
}

/** The activations of the outputs, and where they are given. */
function lastActivations({ units, layers }: Pick<NetworkGiven, "units" | "layers">) {
  const last = (layers?.length ?? 0) - 1
  const names = units ? outputsOf({ units }) : []
  const ofUnits = (units ?? []).flatMap(({ name, activation }, i) =>
    names.includes(name) ? [{ path: ["units", i, "activation"], activation }] : [],
  )
  const activation = layers?.[last]?.activation
  return activation === undefined ? ofUnits : [{ path: ["layers", last, "activation"], activation }]
}
