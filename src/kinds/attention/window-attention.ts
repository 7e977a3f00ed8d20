// Liu et al. (2021), Swin Transformer, equations (1) and (2): attention over all h·w tokens takes
// 4hwC² + 2(hw)²C multiplications, within windows of M×M tokens 4hwC² + 2M²hwC (softmax left out).
// Entries are those of the attention matrices of one head; windows do not overlap and fill the map.
import * as z from "zod"
import { math, text } from "../../core/blocks.ts"
import { defineKind, type Question, type Solve, type Vary } from "../../core/kind.ts"
import { ratio } from "../../core/number.ts"
import * as rule from "../../core/rules.ts"
import { count, countable, countRatio, type Size, size } from "../../core/sizes.ts"
import { counted, countLine, sizeRich } from "../../math/counts.ts"

const given = z
  .strictObject({
    height: size("tokens from top to bottom, h"),
    width: size("tokens from left to right, w"),
    window: size("tokens along a side of a window, M"),
    channels: size("numbers in a token, C; asks for the multiplications too").optional(),
  })
  .check(
    fitted("height"),
    fitted("width"),
    countable<Given>(["height", "width", "window", "channels"], given => [
      counted("4*h*w*C^2 + 2*(h*w)^2*C", lettersOf(given)),
    ]),
  )

interface Given {
  height: Size
  width: Size
  window: Size
  channels?: Size | undefined
}

/** The paper's letters. */
function lettersOf({ height, width, window, channels }: Given) {
  return { h: height, w: width, M: window, C: channels ?? 1 }
}

/** Windows fill the map without a rest; of symbols that is taken for granted. */
function fitted(name: "height" | "width") {
  return rule.across<Given>([name, "window"], given => {
    const [side, M] = [given[name], given.window]
    if (typeof side !== "number" || typeof M !== "number" || side % M === 0) return undefined
    const message = `is ${side}, which windows of ${M} do not fill`
    const hint = `padded it would be ${Math.ceil(side / M) * M}`
    return { path: [name], code: "size", message, hint }
  })
}

const answers = ({ height, width, window, channels }: Given) => {
  const map = [height, width]
  const all = [...map, window]
  return {
    global_entries: count("entries of the attention matrix over all tokens", map),
    windows: count("number of windows", all),
    entries_per_window: count("entries of one window's attention matrix", [window]),
    window_entries: count("entries of all windows' attention matrices", all),
    ratio: countRatio("global over window entries", all, { aside: true }),
    ...(channels !== undefined && {
      global_flops: count("multiplications over all tokens, equation (1)", [...map, channels], {
        aside: true,
      }),
      window_flops: count("multiplications within windows, equation (2)", [...all, channels]),
    }),
  }
}

const question: Question<typeof given> = ({ height, width, window, channels }) => {
  const map = math`${height} \times ${width}`
  const cost =
    channels === undefined
      ? ""
      : text`, and the multiplications that each takes with ${channels} channels`
  return text`A feature map has ${map} tokens. How many entries do the attention matrices have if every token attends to every token, and how many within windows of ${math`${window} \times ${window}`} tokens? Give the number of windows, the entries of one${cost === "" ? " and" : ","} how many times fewer there are in all${cost}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const letters = lettersOf(given)
  const { h, w, M } = letters
  const of = (formula: string) => counted(formula, letters)
  const whole = work.answer("global_entries", of("(h*w)^2"), {
    "only the tokens are counted": of("h*w"),
  })
  work.step("Attention over all tokens", () => [
    text`Each of the h·w tokens attends to all of them:`,
    countLine(math`\mathit{global}`, "(h*w)^2", { h, w }, whole),
  ])

  const windows = work.answer("windows", of("h*w/M^2"), {
    "the map is divided by the side of a window": of("h*w/M"),
  })
  const each = work.answer("entries_per_window", of("M^4"), {
    "only the tokens of a window are counted": of("M^2"),
  })
  const sizes = { n: windows, m: each }
  const local = work.answer("window_entries", counted("n*m", sizes), {
    "one window is counted": each,
  })
  work.step("Attention within windows", () => [
    text`Each of the M² tokens of a window attends to all of that window:`,
    countLine(math`\mathit{windows}`, "h*w/M^2", { h, w, M }, windows),
    countLine(math`\mathit{each}`, "(M^2)^2", { M }, each),
    math`\mathit{within} = \mathit{windows} \cdot \mathit{each} = ${sizeRich(windows)} \cdot ${sizeRich(each)} = ${sizeRich(local)}`,
    text`In all M²·h·w: linear in the number of tokens while M stays.`,
  ])

  const over = (a: Size, b: Size) =>
    typeof a === "number" && typeof b === "number" ? ratio(a, b) : String(counted("a/b", { a, b }))
  const saved = work.answer("ratio", over(whole, local), {
    "numerator and denominator are swapped": over(local, whole),
  })
  work.step("Ratio", () => [
    math`\mathit{ratio} = \frac{${sizeRich(whole)}}{${sizeRich(local)}} = ${typeof saved === "string" ? sizeRich(saved) : saved}`,
    ...(typeof saved === "string" ? [] : [text`It is also h·w/M², the number of windows.`]),
  ])
  if (given.channels === undefined) return

  const cost = (entries: Size) => {
    const all = { ...letters, E: entries }
    return {
      value: counted("4*h*w*C^2 + 2*E*C", all),
      slips: {
        "the projections are left out": counted("2*E*C", all),
        "only the scores are counted, not their product with V": counted("4*h*w*C^2 + E*C", all),
        "the projection after the heads is left out": counted("3*h*w*C^2 + 2*E*C", all),
      },
    }
  }
  const [global, within] = [cost(whole), cost(local)]
  const globalFlops = work.answer("global_flops", global.value, global.slips)
  const windowFlops = work.answer("window_flops", within.value, within.slips)
  work.step("Multiplications", () => [
    text`Q, K, V and the last projection take h·w·C² each, whatever the number of heads; the scores and their product with V take one for each channel of the E entries.`,
    countLine(math`\Omega`, "4*h*w*C^2 + 2*E*C", { h, w, C: letters.C, E: whole }, globalFlops),
    countLine(math`\Omega_M`, "4*h*w*C^2 + 2*E*C", { h, w, C: letters.C, E: local }, windowFlops),
  ])
}

/** Windows of another side, and maps that they fill. */
const vary: Vary<typeof given> = ({ height, width, window, channels }, draw) => {
  if ([height, width, window].some(each => typeof each !== "number")) return {}
  const M = draw.integer(3, 12)
  const side = () => M * draw.integer(2, 12)
  return {
    height: side(),
    width: side(),
    window: M,
    ...(typeof channels === "number" && { channels: 16 * draw.integer(2, 12) }),
  }
}

export default defineKind({
  name: "window-attention",
  topic: "attention",
  title: "Attention within windows",
  given,
  answers,
  question,
  solve,
  vary,
})
