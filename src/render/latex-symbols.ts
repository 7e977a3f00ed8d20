/**
 * The LaTeX that formulas may be made of. Whatever is not listed here has no picture in a terminal
 * and must not be used in a kind.
 */

export type Role =
  | "atom"
  | "word"
  | "binary"
  | "times"
  | "relation"
  | "punctuation"
  | "open"
  | "close"
  | "function"
  | "big"
  | "space"

/** Commands without arguments: what they look like, and how they stand among others. */
export const symbols: Readonly<Record<string, readonly [text: string, role: Role]>> = {
  ...named(
    "atom",
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω",
  ),
  ...named(
    "atom",
    "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω",
  ),
  ...named(
    "atom",
    "infty ∞ partial ∂ nabla ∇ ell ℓ emptyset ∅ varnothing ∅ ldots … dots … cdots ⋯ vdots ⋮ top ⊤ bot ⊥ prime ′ degree ° forall ∀ exists ∃ star ⋆ bullet •",
  ),
  ...named(
    "binary",
    "pm ± mp ∓ odot ⊙ otimes ⊗ oplus ⊕ circ ∘ ast ∗ cup ∪ cap ∩ setminus ∖ wedge ∧ vee ∨",
  ),
  ...named("times", "cdot · times × div ÷"),
  ...named(
    "relation",
    "le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ equiv ≡ sim ∼ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ to → rightarrow → Rightarrow ⇒ implies ⇒ iff ⇔ leftarrow ← gets ← mapsto ↦ mid | parallel ‖ Vert ‖ ll ≪ gg ≫ colon :",
  ),
  ...named("open", "lfloor ⌊ lceil ⌈ lbrace { lbrack [ langle ⟨ lvert | lVert ‖"),
  ...named("close", "rfloor ⌋ rceil ⌉ rbrace } rbrack ] rangle ⟩ rvert | rVert ‖"),
  ...named("big", "sum Σ prod ∏ int ∫ bigcup ⋃ bigcap ⋂"),
  ...Object.fromEntries(
    "det ln log exp max min arg sin cos tan arcsin arccos arctan tanh sinh cosh dim ker sup inf lim Pr gcd deg"
      .split(" ")
      .map(name => [name, [name, "function"] as const]),
  ),
  ...Object.fromEntries([",", ":", ";", " ", ">"].map(name => [name, [" ", "space"] as const])),
  "!": ["", "space"],
  quad: ["  ", "space"],
  qquad: ["    ", "space"],
  ...Object.fromEntries([..."%_#&$"].map(sign => [sign, [sign, "atom"] as const])),
  "{": ["{", "open"],
  "}": ["}", "close"],
  "|": ["‖", "atom"],
  textbackslash: ["\\", "atom"],
}

/** Commands whose argument is words, spaces and all. */
export const wordCommands = ["text", "textbf", "textit", "textrm", "mbox"]

/** Commands that change the face of their argument; a terminal has only one. */
export const faceCommands = [
  "mathrm",
  "mathit",
  "mathbf",
  "mathsf",
  "mathtt",
  "mathcal",
  "mathbb",
  "boldsymbol",
  "operatorname",
]

/** Signs above a letter. */
export const accents: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  widetilde: "\u0303",
  dot: "\u0307",
  vec: "\u20d7",
}

/** Everything else that the terminal knows. */
export const structures = [
  "frac",
  "dfrac",
  "tfrac",
  "sqrt",
  "binom",
  "left",
  "right",
  "begin",
  "end",
  "\\",
]

export const environments = ["bmatrix", "pmatrix", "vmatrix", "matrix", "cases", "aligned"]

export const superscripts = pairs(
  "0123456789+-=()abcdefghijklmnoprstuvwxyz",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)

/** Digits and the letters that count things; other letters name things and keep their size. */
export const subscripts = pairs("0123456789+-=()ijklmnst,", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₗₘₙₛₜ,")

/** Below a sum or a function, where nothing is named, every letter may be small that can be. */
export const lowerLimits = pairs(
  "0123456789+-=()aehijklmnoprstuvx,",
  "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,",
)

function pairs(signs: string, scripts: string): ReadonlyMap<string, string> {
  const above = [...scripts]
  return new Map([...signs].map((sign, i) => [sign, above[i] ?? sign]))
}

function named(role: Role, list: string): Record<string, readonly [string, Role]> {
  const words = list.split(" ")
  return Object.fromEntries(
    words.flatMap((name, i) => (i % 2 === 0 ? [[name, [words[i + 1] ?? "", role] as const]] : [])),
  )
}
