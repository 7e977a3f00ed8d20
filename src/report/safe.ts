import { escapeMarkdown } from "../render/markdown-text.ts"
import { visible } from "../render/plain.ts"

/**
 * Text from a file as it may stand in an output of a CI job: on one line, nothing in it steers a
 * terminal, and nothing reads as a workflow command (`::error::`, `##[error]`), wherever it stands.
 */
export function tame(text: string): string {
  return visible(text)
    .replace(/:(?=:)/g, ": ")
    .replaceAll("##[", "## [")
}

/** Such text in Markdown: no markup, no HTML, no link, nobody is notified. */
export function tameMarkdown(text: string): string {
  return unlinked(escapeMarkdown(tame(text)))
}

/** Such text in HTML among Markdown. */
export function tameHtml(text: string): string {
  return unlinked(tameXml(text))
}

/** Such text in XML 1.0, also between quotes; `]]>` ends nothing without its `>`. */
export function tameXml(text: string): string {
  return tame(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, sign => entities[sign] ?? sign)
}

/** GitHub makes links of addresses, and of names behind an `@`. */
function unlinked(escaped: string): string {
  return escaped
    .replaceAll("@", "&#64;")
    .replaceAll("://", ":&#47;&#47;")
    .replace(/\bwww\./gi, match => `${match.slice(0, -1)}&#46;`)
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** A path as readers of a repository expect it: relative, with forward slashes. */
export function relativePath(file: string, root?: string): string {
  const path = file.replaceAll("\\", "/")
  const folder = root?.replaceAll("\\", "/").replace(/\/*$/, "/")
  const inside = folder !== undefined && path.startsWith(folder) ? path.slice(folder.length) : path
  return inside.replace(/^(?:\.?\/)+/, "")
}
