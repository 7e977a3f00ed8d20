import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    // A snapshot that is missing must fail: written on the fly it proves nothing. `vitest -u` writes it.
    update: "none",
  },
})
