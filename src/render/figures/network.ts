import type { NetworkFigure } from "../../core/blocks.ts"
import { plainOf } from "../inline.ts"
import { padEnd, shorten, visible, width, wrapWords } from "../plain.ts"
import { type Look, listed, note } from "./look.ts"
import { drawnNet, type Edge } from "./network-drawing.ts"

/** Longer lists are cut: units, what leads to each of them, and columns of a name. */
const most = { units: 12, edges: 8, name: 24 }

/** Units in columns joined by lines; weights on the lines, or in a list below if some have no room. */
export function networkLines({ layers, edges: given }: NetworkFigure, look: Look): string[] {
  const edges = given.map(
    ({ from, to, label }): Edge => ({
      from,
      to,
      label: label === undefined ? "" : plainOf(label, look.precision),
    }),
  )
  const net = drawnNet(layers, edges, look)
  if (!net) return [...layerLines(layers, look), ...edgeLines(edges, look)]
  const undrawn = net.undrawn.map(({ from, to, label }) => {
    const edge = `${nameText(from)} → ${nameText(to)}`
    return label === "" || !net.labelled ? edge : `${edge} (${label})`
  })
  return [
    ...net.lines,
    ...note(undrawn.length > 0 ? `Not in the picture: ${listed(undrawn)}.` : "", look),
    ...(net.labelled ? [] : ["", ...edgeLines(edges, look)]),
  ]
}

function layerLines(layers: NetworkFigure["layers"], { limit }: Look): string[] {
  const texts = layers.map(units => `(${listed(units.map(nameText), most.edges)})`)
  return wrapWords(texts.join(" → "), limit)
}

/** Each unit with what leads to it. */
function edgeLines(edges: readonly Edge[], { limit, paint }: Look): string[] {
  const targets = [...new Set(edges.map(({ to }) => to))]
  const shown = targets.slice(0, most.units).map(target => ({
    name: shorten(nameText(target), Math.floor(limit / 3)),
    from: edges
      .filter(({ to }) => to === target)
      .map(({ from, label }) => (label === "" ? nameText(from) : `${nameText(from)}: ${label}`)),
  }))
  const widest = Math.max(0, ...shown.map(({ name }) => width(name)))
  const lines = shown.flatMap(({ name, from }) => {
    // What belongs together is not torn apart.
    const sources = from.map(text => text.replaceAll(" ", "\u00a0"))
    const told = wrapWords(listed(sources, most.edges), Math.max(8, limit - widest - 3))
    return told.map((line, i) =>
      i === 0 ? `${paint.name(padEnd(name, widest))} ← ${line}` : " ".repeat(widest + 3) + line,
    )
  })
  const more = targets.length - shown.length
  return more > 0 ? [...lines, `… and ${more} more units`] : lines
}

function nameText(name: string): string {
  return shorten(visible(name), most.name)
}
