#!/usr/bin/env node
// Plain JavaScript: it must also run, and complain, on an old Node.
import { mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 11)) {
  console.error(`runtimo needs Node.js 24.11 or newer, and this is ${process.version} (${process.execPath}).`)
  process.exit(125)
}
// Saves the type stripping of the sources, and part of the compiling, from the second start on. Not in
// /tmp, Node's own choice: whoever makes that directory first could put his code into ours.
if (process.env.NODE_COMPILE_CACHE === undefined && process.env.NODE_DISABLE_COMPILE_CACHE === undefined) {
  const cache = makeCacheDirectory(process.env.XDG_CACHE_HOME || `${homedir()}/.cache`)
  if (cache !== undefined) {
    module.enableCompileCache(cache)
    // Workers get the same cache through their environment.
    const made = module.getCompileCacheDir()
    if (made !== undefined) process.env.NODE_COMPILE_CACHE = made
  }
}
await import('#cli')

/** Made step by step: Node's own recursive mkdir never returns where a parent cannot be made, as below /proc. */
function makeCacheDirectory(base) {
  const steps = [base, `${base}/runtimo`, `${base}/runtimo/node`]
  for (const step of steps) {
    try {
      mkdirSync(step, { mode: 0o700 })
    } catch (error) {
      if (error.code !== 'EEXIST') return undefined
    }
  }
  return steps.at(-1)
}
