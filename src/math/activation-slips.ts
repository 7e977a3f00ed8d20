import { type ActivationName, activationOf, activations, selu, softplus } from "./activation.ts"
import { normal } from "./gelu.ts"

type Mistakes = Readonly<Record<string, number>>

/** SELU without its lambda. */
const unscaled = activationOf("elu", selu.alpha)

/** What usual mistakes take for f(x). */
export function valueMistakes(name: ActivationName, x: number, alpha = 1): Mistakes {
  const share = shareOf(name, x)
  return {
    ...(share !== undefined && { "the factor x is left out": share }),
    ...(name === "sigmoid" && {
      "the exponent of the sigmoid has lost its minus sign": activations.sigmoid(-x),
    }),
    ...(name === "elu" && {
      "alpha does not multiply the −1": x > 0 ? x : alpha * Math.exp(x) - 1,
    }),
    ...(name === "selu" && { "lambda is left out": unscaled.f(x) }),
    ...(name === "softsign" && { "the bars around x are left out": x / (1 + x) }),
  }
}

/** What usual mistakes take for f′(x), `value` being f(x). */
export function slopeMistakes(name: ActivationName, x: number, value: number, alpha = 1): Mistakes {
  const curve = activationOf(name, alpha)
  const share = shareOf(name, x)
  const isSmooth = name === "sigmoid" || name === "tanh" || name === "softplus"
  return {
    ...(isSmooth && {
      "the derivative is taken at the value instead of at x": curve.slope(value, curve.f(value)),
    }),
    ...(share !== undefined && { "the second term of the product rule is left out": share }),
    ...(name === "sigmoid" && { "the factor 1 − σ of the derivative is left out": value }),
    ...(name === "tanh" && { "tanh is not squared in its derivative": 1 - value }),
    ...(name === "softsign" && {
      "the denominator of the derivative is not squared": 1 / (1 + Math.abs(x)),
    }),
    ...(name === "elu" && {
      "the value stands in for the derivative below 0": x > 0 ? 1 : value,
    }),
    ...(name === "selu" && {
      "lambda is left out": unscaled.slope(x, unscaled.f(x)),
    }),
  }
}

/** The factor that x has in activations of the form x·share(x). */
function shareOf(name: ActivationName, x: number): number | undefined {
  switch (name) {
    case "gelu":
      return normal(x)
    case "gelu-tanh":
    case "gelu-sigmoid":
    case "silu":
    case "mish":
      return x === 0
        ? name === "mish"
          ? Math.tanh(softplus(0))
          : 0.5
        : activationOf(name).f(x) / x
    default:
      return undefined
  }
}
