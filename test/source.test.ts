import { describe, expect, test } from "vitest"
import { locate, Source, toData } from "../src/core/source.ts"

function readOne(text: string) {
  const source = new Source("a.yaml", text)
  const [document] = source.documents
  return { source, written: document?.written, complaints: document?.diagnostics ?? [] }
}

describe("a source", () => {
  test("keeps what was written and says where", () => {
    const { source, written } = readOne("title: x\ngiven:\n  P: [0.500, 1/3]\n")
    if (!written) throw new Error("nothing was read")
    expect(toData(written)).toMatchObject({ given: { P: [0.5, "1/3"] } })
    const span = locate(written, ["given", "P", 0])
    expect(source.text.slice(span.start, span.end)).toBe("0.500")
    expect(source.place(span)).toMatchObject({
      line: 3,
      column: 7,
      endColumn: 12,
      text: "  P: [0.500, 1/3]",
    })
  })

  test("points at the closest ancestor of what was not written, or at a name", () => {
    const { source, written } = readOne("given:\n  Ix: [[1]]\n")
    if (!written) throw new Error("nothing was read")
    expect(source.place(locate(written, ["given", "Iy", 0])).line).toBe(2)
    expect(source.place(locate(written, ["given", "Ix"], true))).toMatchObject({
      column: 3,
      endColumn: 5,
    })
  })

  test("follows aliases, and refuses those that never end", () => {
    const shared = readOne("a: &g [1, 2]\nb: *g\n")
    expect(shared.written && toData(shared.written)).toMatchObject({ b: [1, 2] })
    expect(readOne("a: &g [*g]").complaints.map(({ code }) => code)).toEqual(["alias"])
  })

  test("takes No, on and null-like words as YAML 1.2 does", () => {
    const { written } = readOne("[No, on, ~, null, 0o17, 1_000, .inf]")
    expect(written && toData(written)).toEqual(["No", "on", null, null, 15, "1_000", ".inf"])
  })

  test("a key of __proto__ is a key like any other", () => {
    const { written } = readOne("__proto__: { polluted: true }")
    const data = written && toData(written)
    expect(Object.keys(data ?? {})).toEqual(["__proto__"])
    expect(Reflect.get({}, "polluted")).toBeUndefined()
  })

  test("cuts the line that a message shows where it is very long", () => {
    const { source, written } = readOne(`a: [${"1, ".repeat(1000)}2]`)
    if (!written) throw new Error("nothing was read")
    const place = source.place(locate(written, ["a", 900]))
    expect(place.column).toBe(5 + 900 * 3)
    expect(place.text.length).toBeLessThanOrEqual(400)
    expect(place.text[place.column - 1 - place.offset]).toBe("1")
  })
})
