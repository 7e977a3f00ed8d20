import { describe, expect, test } from "vitest"
import { type Accepted, accepting } from "../src/core/wording.ts"

// What a fair reader takes for the same short answer, and what not. Every rule has a case on each side.

interface Case {
  what: string
  accept: readonly Accepted[]
  optional?: readonly string[]
  same: readonly string[]
  other: readonly string[]
}

const cases: Case[] = [
  {
    what: "case, articles, plurals, hyphens, spaces and full stops",
    accept: ["max pooling layer"],
    same: ["Max-Pooling Layers.", "the max pooling layer", "maxpooling layer", "MAX POOLING LAYER"],
    other: ["min pooling layer", "max unpooling layer", "max pooling"],
  },
  {
    what: "a part is not the whole, nor more than it",
    accept: ["max pooling"],
    same: ["max pooling"],
    other: ["pooling", "max", "not max pooling", "no max pooling", "max pooling without stride"],
  },
  {
    what: "guesses",
    accept: ["region proposal network", "RPN"],
    same: ["RPN (region proposal network)", "region proposal network, RPN", "RPN / RPNs"],
    other: [
      "RPN, selective search",
      "RPN or selective search",
      "selective search (RPN)",
      "RPN selective search",
      "(RPN) anchors",
    ],
  },
  {
    what: "accents, ligatures and both ways of English spelling",
    accept: ["naïve normalisation of a coloured centre", "grey"],
    same: ["naive normalization of a colored center", "gray"],
    other: ["naive normalization of a center", "green"],
  },
  {
    what: "odd plurals",
    accept: ["matrix", "axis", "bias", "query", "vertex"],
    same: ["matrices", "axes", "biases", "queries", "vertices"],
    other: ["matrimony", "axle", "query key", "bia"],
  },
  {
    what: "what an answer may begin with",
    accept: ["bilinear interpolation"],
    same: [
      "by bilinear interpolation",
      "It is called bilinear interpolation.",
      "using a bilinear interpolation",
    ],
    other: ["without bilinear interpolation", "it is not bilinear interpolation", "bilinear"],
  },
  {
    what: "one slip of the pen in a long word",
    accept: ["instance normalisation", "symmetric", "encoder", "causal mask"],
    same: [
      "instance normalsation",
      "instanse normalization",
      "symetric",
      "encodder",
      "casual mask",
    ],
    other: [
      "instanse normalsation",
      "asymmetric",
      "decoder",
      "autoencoder",
      "unsymmetric",
      "instance denormalisation",
    ],
  },
  {
    what: "no slip of the pen in a short word or a symbol",
    accept: ["mean", "L2", "ReLU", "16x16"],
    same: ["mean", "l2", "relu", "16 × 16"],
    other: ["man", "meant", "L1", "ELU", "SeLU", "16x18", "1616"],
  },
  {
    what: "opposites one letter or prefix apart",
    accept: ["supervised", "increases", "minimum", "inner", "explicit"],
    same: ["supervised", "increase", "minimum"],
    other: ["unsupervised", "decreases", "maximum", "outer", "implicit"],
  },
  {
    what: "formulas",
    accept: ["N^2 - N", "p(x|y)", "255 - D", "-log D(G(z))"],
    same: ["N²−N", "n^2-n", "P(x | y)", "255-D", "−log D(G(z))", "N^{2} - N", "$N^2 - N$"],
    other: ["N^2+N", "N-N", "p(y|x)", "255 + D", "D - 255", "log D(G(z))", "-log(1 - D(G(z)))"],
  },
  {
    what: "a minus and a hyphen",
    accept: ["-inf", "self-attention"],
    same: [
      "−∞",
      "minus infinity",
      "negative infinity",
      "-infinity",
      "self attention",
      "selfattention",
    ],
    other: ["inf", "∞", "infinity", "attention", "self - cross attention"],
  },
  {
    what: "unequal is not equal",
    accept: ["x = y", "x ∈ S"],
    same: ["x=y", "x∈S"],
    other: ["x ≠ y", "x ∉ S", "x"],
  },
  {
    what: "Greek letters by their names",
    accept: ["β-VAE"],
    same: ["beta-VAE", "beta VAE", "βVAE"],
    other: ["VAE", "alpha-VAE"],
  },
  {
    what: "numbers in any notation",
    accept: ["4", { number: 0.75 }],
    same: ["4", "4.0", "four", "Four", "0.75", "75%", "3/4", "75 per cent"],
    other: ["5", "5/4", "40", "0.7", "four or five", "4, 5"],
  },
  {
    what: "numbers with room, units and large steps",
    accept: [{ number: 400_000_000, tolerance: { rel: 0.01 }, unit: "pairs" }],
    same: [
      "400 million",
      "400,000,000 pairs",
      "about 400M pairs",
      "4e8",
      "0.4 billion",
      "403 million",
    ],
    other: ["400", "410 million", "400 thousand", "400 million images"],
  },
  {
    what: "words that may be left out",
    accept: ["cross-entropy"],
    optional: ["loss", "function"],
    same: ["cross-entropy loss", "the cross entropy loss function", "crossentropy"],
    other: ["binary cross-entropy loss", "loss", "entropy loss"],
  },
  {
    what: "a letter that looks like an article",
    accept: ["A"],
    same: ["A", "a"],
    other: ["B", "the", "an"],
  },
]

describe.each(cases)("$what", ({ accept, optional, same, other }) => {
  const accepts = accepting(accept, optional)
  test.each(same.map(text => [text]))("%s is accepted", text => expect(accepts(text)).toBe(true))
  test.each(other.map(text => [text]))("%s is not", text => expect(accepts(text)).toBe(false))
})

test("a sheet that lists every answer of a bank matches none of them", () => {
  const answers = ["selective search", "RPN", "IoU", "mode collapse", "discriminator"]
  for (const separator of [", ", " ", " or ", "; ", "/", " (", " = "]) {
    const all = answers.join(separator)
    for (const each of answers) expect(accepting([each])(all)).toBe(false)
  }
})
