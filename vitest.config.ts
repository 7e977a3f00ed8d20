import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Laws over the problems of one kind; a shared machine may be slow.
    testTimeout: 60_000,
    reporters: ["default", "./test/support/closing-line.ts"],
    // A snapshot that is missing must fail: written on the fly it proves nothing. `vitest -u` writes it.
    update: "none",
  },
})
