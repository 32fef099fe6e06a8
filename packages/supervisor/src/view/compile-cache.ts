import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Mount } from '@runtimo/worker'
import { readNames } from '../telemetry/read-text.ts'

export interface CompileCacheView {
  readonly mounts: readonly Mount[]
  readonly env: { readonly NODE_COMPILE_CACHE: string }
}

/** In no workspace, which cannot be the root itself: no mount point has to be made on the host. */
const place = '/.runtimo/compile-cache'

/**
 * Our own compile cache, for workers to read: code that was compiled once is not compiled again. Node keeps
 * a folder for each of its versions, sets of flags and uids, with files that only this uid reads: a job with
 * another uid gets ours under its own name, id-mapped. Undefined: there is none, or it would be of no use.
 */
export function compileCacheView(uid: number, isIdMapped: boolean): CompileCacheView | undefined {
  const cache = process.env['NODE_COMPILE_CACHE']
  const own = process.geteuid?.() ?? 0
  if (cache === undefined || cache === '' || (uid !== own && !isIdMapped)) return undefined
  const start = `${process.version}-${process.arch}-`
  const mounts = readNames('/', cache)
    .filter((name) => name.startsWith(start) && name.endsWith(`-${own}`))
    .map((name): Mount => {
      const target = join(place, name.replace(/\d+$/u, String(uid)))
      const source = realpathSync(join(cache, name))
      return { source, target, type: 'directory', access: 'read', isIdMapped: uid !== own }
    })
  return mounts.length === 0 ? undefined : { mounts, env: { NODE_COMPILE_CACHE: place } }
}
