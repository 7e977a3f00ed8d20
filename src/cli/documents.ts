import type { Page } from "../render/page.ts"

export interface DocumentOptions {
  /** Significant digits. */
  digits?: number
  /** The heading of a document of several pages. */
  title?: string
}

interface DocumentFormat {
  /** What its files end in. */
  ending: string
  write: (pages: readonly Page[], options: DocumentOptions) => Promise<string>
}

/** Ways to write pages into one document; each loads the renderer it needs. */
export const documentFormats = {
  markdown: {
    ending: "md",
    async write(pages, options) {
      const { renderMarkdown } = await import("../render/markdown.ts")
      const texts = await Promise.all(pages.map(page => renderMarkdown(page, options)))
      return `${texts.map(text => text.trimEnd()).join("\n\n---\n\n")}\n`
    },
  },
  html: {
    ending: "html",
    async write(pages, options) {
      const { renderHtml } = await import("../render/html.ts")
      return renderHtml(pages, options)
    },
  },
  latex: {
    ending: "tex",
    async write(pages, options) {
      const { renderLatex } = await import("../render/latex.ts")
      return renderLatex(pages, options)
    },
  },
} as const satisfies Record<string, DocumentFormat>
