import { isJsonObject, type Json, type JsonObject } from '@runtimo/capabilities'

/** As for `import` in Node, without what command lines may add. */
const conditions = new Set(['node', 'import', 'module-sync', 'default'])
const maxDepth = 16

/** The files by which a package may be entered, as its package.json names them; the first that exists counts. */
export function packageTargets(manifest: JsonObject): readonly string[] {
  const { exports, main } = manifest
  if (exports !== undefined && exports !== null) {
    const target = exportTarget(isJsonObject(exports) && '.' in exports ? exports['.'] : exports)
    return target === undefined ? [] : [target]
  }
  if (typeof main === 'string' && main !== '') return [main, `${main}.js`, `${main}/index.js`]
  return indexFiles
}

export const indexFiles: readonly string[] = ['index.js', 'index.mjs', 'index.cjs', 'index.ts', 'index.mts']

function exportTarget(target: Json | undefined, depth = 0): string | undefined {
  if (depth > maxDepth) return undefined
  if (typeof target === 'string') return target.startsWith('./') ? target : undefined
  if (Array.isArray(target)) return first(target, depth)
  if (!isJsonObject(target)) return undefined
  const chosen = Object.entries(target).filter(([condition]) => conditions.has(condition))
  return first(
    chosen.map(([, value]) => value),
    depth,
  )
}

function first(targets: readonly Json[], depth: number): string | undefined {
  for (const target of targets) {
    const found = exportTarget(target, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
