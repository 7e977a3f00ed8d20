/** A line of LaTeX for `aligned`: the first equals sign outside of braces and matrices is where lines meet. */
export function aligned(line: string): string {
  let depth = 0
  for (const { 0: sign, index } of line.matchAll(/\\begin\{[a-z]+\}|\\end\{[a-z]+\}|\\.|[{}=]/gs)) {
    if (sign === "{" || sign.startsWith("\\begin")) depth += 1
    else if (sign === "}" || sign.startsWith("\\end")) depth -= 1
    else if (sign === "=" && depth === 0) return `${line.slice(0, index)}&${line.slice(index)}`
  }
  return `&${line}`
}
