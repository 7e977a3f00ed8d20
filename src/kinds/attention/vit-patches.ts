// Dosovitskiy et al. (2021): an H×W×C image becomes HW/P² patches of P²·C numbers, each projected to d; a class
// token stands before them. Attention entries are those of one head's n×n matrix. Masking as in masked
// autoencoders (He et al., 2022): of N patches ⌊(1 − ratio)·N⌋ stay visible.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve, type Vary } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import { count, countable, type Size, size, symbolsIn } from "../../core/sizes.ts"
import { mustBe } from "../../core/words.ts"
import { counted, countLine } from "../../math/counts.ts"

const side = size("a size")

const given = z
  .strictObject({
    image: z
      .tuple([side, side, side], {
        error: ({ input }) => mustBe("a list [height, width, channels]", input),
      })
      .meta({ title: "sizes", description: "[height, width, channels], [H, W, C]" }),
    patch: size("pixels along a side of a patch, P"),
    d: size("numbers that a patch is projected to"),
    class_token: field.flag("whether a class token stands before the patches").default(true),
    bias: field.flag("whether the projection has a bias").default(true),
    mask_ratio: field
      .number("share of the patches that is masked; the visible ones are rounded down", {
        min: 0,
        max: 1,
      })
      .optional(),
    bytes: size("bytes of an attention entry; asks for the memory too").optional(),
  })
  .check(
    rule.across<Given>(["image", "patch"], ({ image, patch }) =>
      image.slice(0, 2).flatMap((length, i) => {
        if (typeof length !== "number" || typeof patch !== "number" || length % patch === 0)
          return []
        const message = `is ${length}, which patches of ${patch} do not fill`
        const hint = `cut to ${Math.floor(length / patch) * patch} or padded to ${Math.ceil(length / patch) * patch} it would be`
        return { path: ["image", i], code: "size", message, hint }
      }),
    ),
    rule.across<Given>(["mask_ratio", "image", "patch"], ({ mask_ratio, image, patch }) => {
      const [symbol] = symbolsIn([image[0], image[1], patch])
      if (mask_ratio === undefined || symbol === undefined) return undefined
      const message = `needs all sizes in numbers, but one is \`${symbol}\``
      return { path: ["mask_ratio"], code: "conflict", message }
    }),
    countable<Given>(["image", "patch", "d", "bytes"], given => {
      const { patches, patchDim, projection } = formulasOf(given)
      const letters = lettersOf(given)
      const n = counted(`${patches} + 1`, letters)
      const p = counted(patchDim, letters)
      return [counted("n^2*b", { n, b: letters.b }), counted(projection, { ...letters, p })]
    }),
  )

interface Given {
  image: [Size, Size, Size]
  patch: Size
  d: Size
  class_token: boolean
  bias: boolean
  mask_ratio?: number | undefined
  bytes?: Size | undefined
}

function lettersOf({ image: [H, W, C], patch, d, bytes }: Given) {
  return { H, W, C, P: patch, d, b: bytes ?? 1 }
}

function formulasOf({ class_token, bias }: Given) {
  return {
    patches: "H*W/P^2",
    patchDim: "P^2*C",
    tokens: class_token ? "N + 1" : "N",
    projection: bias ? "p*d + d" : "p*d",
  }
}

const answers = (given: Given) => {
  const {
    image: [H, W, C],
    patch,
    d,
    mask_ratio,
    bytes,
  } = given
  const area = [H, W, patch]
  return {
    patches: count("number of patches", area),
    ...(mask_ratio !== undefined && {
      masked: answer.integer("patches that are masked", { min: 0 }),
      visible: answer.integer("patches that are not", { min: 0, aside: true }),
    }),
    patch_dim: count("numbers in a patch", [patch, C]),
    tokens: count("tokens of the transformer", area),
    projection_params: count("parameters of the projection", [patch, C, d], { aside: true }),
    attention_entries: count("entries of an attention matrix", area),
    ...(bytes !== undefined && {
      attention_bytes: count("bytes of an attention matrix", [...area, bytes]),
    }),
  }
}

const slips: Slips<typeof given> = {
  "the class token is left out": ({ class_token }) =>
    class_token ? { class_token: false } : undefined,
  "a class token is counted": ({ class_token }) =>
    class_token ? undefined : { class_token: true },
  "the bias is left out": ({ bias }) => (bias ? { bias: false } : undefined),
  "a bias is counted": ({ bias }) => (bias ? undefined : { bias: true }),
  "the masked share is taken for the visible one": ({ mask_ratio }) =>
    mask_ratio === undefined ? undefined : { mask_ratio: 1 - mask_ratio },
}

const question: Question<typeof given> = ({ image: [H, W, C], patch, d, ...given }) => {
  const masked =
    given.mask_ratio === undefined
      ? ""
      : text`, how many are masked at a ratio of ${given.mask_ratio} (the visible patches are rounded down)`
  const memory =
    given.bytes === undefined ? "" : text` and, at ${given.bytes} bytes each, its memory`
  return text`An image of ${math`${H} \times ${W} \times ${C}`} is cut into patches of ${math`${patch} \times ${patch}`} pixels, which are projected to ${d} numbers${given.bias ? " with a bias" : " without a bias"}; ${given.class_token ? "a class token stands before them" : "there is no class token"}. Give the number of patches${masked}, the numbers in a patch, the tokens, the parameters of the projection, and the entries of an attention matrix${memory}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { mask_ratio } = given
  const { H, W, C, P, d, b } = lettersOf(given)
  const formulas = formulasOf(given)
  const area = { H, W, P }

  const patches = work.answer("patches", counted(formulas.patches, area), {
    "the side of a patch is not squared": counted("H*W/P", area),
    "one side of the image is counted": counted("H/P", area),
    "the two sides are added": counted("H/P + W/P", area),
  })
  work.step("Patches", () => [countLine(math`N`, formulas.patches, area, patches)])

  if (mask_ratio !== undefined && typeof patches === "number") {
    const kept = Math.floor(patches * (1 - mask_ratio) + nothing * patches)
    const hidden = patches * mask_ratio + nothing * patches
    const ways = hidden % 1 < 0.5 ? "down or half up" : "down"
    const masked = work.answer("masked", patches - kept, {
      [`the masked patches are rounded ${ways} instead of the visible ones`]: Math.floor(hidden),
    })
    const visible = work.answer("visible", patches - masked)
    work.step("Masked patches", () => [
      text`The visible patches are rounded down, the others are masked.`,
      math`\mathit{visible} = \lfloor (1 - ${mask_ratio}) \cdot ${patches} \rfloor = ${visible}`,
      math`\mathit{masked} = ${patches} - ${visible} = ${masked}`,
    ])
  }

  const patchDim = work.answer("patch_dim", counted(formulas.patchDim, { P, C }), {
    "the channels are left out": counted("P^2", { P }),
    "the side of a patch is not squared": counted("P*C", { P, C }),
  })
  const sizes = { p: patchDim, d }
  const tokens = work.answer("tokens", counted(formulas.tokens, { N: patches }))
  work.step("Tokens", () => [
    text`A patch is ${given.image[2] === 1 ? "one channel" : "all channels"} of P×P pixels in a row${given.class_token ? "; the class token is one more token" : ""}.`,
    countLine(math`p`, formulas.patchDim, { P, C }, patchDim),
    countLine(math`n`, formulas.tokens, { N: patches }, tokens),
  ])

  const projection = work.answer("projection_params", counted(formulas.projection, sizes), {
    "a matrix for every patch is counted": counted(`N*(${formulas.projection})`, {
      ...sizes,
      N: patches,
    }),
  })
  work.step("Projection", () => [
    text`One p×d matrix${given.bias ? " and a bias of d" : ""}, shared by all patches.`,
    countLine(math`\mathit{projection}`, formulas.projection, sizes, projection),
  ])

  const entries = work.answer("attention_entries", counted("n^2", { n: tokens }), {
    "only a row of the matrix is counted": tokens,
  })
  const memory =
    given.bytes === undefined
      ? undefined
      : work.answer("attention_bytes", counted("E*b", { E: entries, b }))
  work.step("Attention matrix", () => [
    text`Each of the n tokens attends to all n; every head of every layer has such a matrix.`,
    countLine(math`E`, "n^2", { n: tokens }, entries),
    ...(memory === undefined
      ? []
      : [countLine(math`\mathit{bytes}`, "E*b", { E: entries, b }, memory)]),
  ])
}

/** What floating point may take from a whole number of patches. */
const nothing = 1e-12

/** Patches of another side, and images that they fill. */
const vary: Vary<typeof given> = ({ image: [H, W, C], patch, d }, draw) => {
  if ([H, W, C, patch, d].some(each => typeof each !== "number")) return {}
  const P = draw.pick([4, 8, 14, 16, 20, 32])
  return {
    image: [P * 2 * draw.integer(2, 9), P * 2 * draw.integer(2, 9), C],
    patch: P,
    d: 64 * draw.integer(2, 16),
  }
}

export default defineKind({
  name: "vit-patches",
  topic: "attention",
  title: "Patches of a vision transformer",
  given,
  answers,
  slips,
  question,
  solve,
  vary,
})
