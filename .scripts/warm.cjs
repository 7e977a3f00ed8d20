"use strict"

// Run by the build: warm.cjs <folder with bin and dist> <problem...>
// Solves the problems and writes the code cache of whatever was loaded and has none yet.

const { existsSync, readFileSync, writeFileSync } = require("node:fs")
const { join } = require("node:path")
const { crc32 } = require("node:zlib")

const [base, ...problems] = process.argv.slice(2)
const { main, scripts } = require(join(base, "bin", "dlcheck.js"))

process.on("exit", () => {
  for (const [path, script] of scripts) {
    if (existsSync(`${path}.cache`)) continue
    const code = script.createCachedData()
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(code, crc32(readFileSync(path))))
    writeFileSync(`${path}.cache`, Buffer.concat([code, sum]))
  }
})

main(["solve", ...problems])
