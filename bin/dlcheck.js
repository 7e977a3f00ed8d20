#!/usr/bin/env node
"use strict"

// Starts what the build left in dist/cli, with the code cache that lies beside each file there.
// CommonJS, because starting Node's ES module loader costs about a tenth of a bare start.

const { isAscii } = require("node:buffer")
const { readFileSync } = require("node:fs")
const { join } = require("node:path")
const { Script } = require("node:vm")
const { crc32 } = require("node:zlib")

const folder = join(__dirname, "..", "dist", "cli")
const scripts = new Map()
const modules = new Map()

/** V8 refuses a cache of another version or of other flags; a damaged one would crash it. */
const readCache = (path, source) => {
  try {
    const file = readFileSync(path)
    const code = file.subarray(0, -4)
    return file.readUInt32LE(code.length) === crc32(code, crc32(source)) ? code : undefined
  } catch {
    return undefined
  }
}

const compile = name => {
  const path = join(folder, name)
  const source = readFileSync(path)
  // latin1 is read faster; esbuild leaves regular expressions and tagged templates in UTF-8.
  const text = isAscii(source) ? source.latin1Slice() : source.utf8Slice()
  const script = new Script(text, {
    filename: join("dist", "cli", name), // relative: the cache keeps the name it was made under
    cachedData: readCache(`${path}.cache`, source),
  })
  scripts.set(path, script)
  return script.runInThisContext()
}

const atStart = compile("start.js")

const load = id => {
  if (!id.startsWith("./")) return require(id)
  const known = modules.get(id)
  if (known) return known.exports
  const module = { exports: {} }
  modules.set(id, module)
  const body = atStart[id] ?? compile(id)
  body(module.exports, load, module)
  return module.exports
}

const { main } = load("./main.js")

if (require.main === module) {
  main(process.argv.slice(2)).then(
    code => {
      process.exitCode = code
    },
    error => {
      console.error(error)
      process.exitCode = 70
    },
  )
} else {
  module.exports = { main, scripts }
}
