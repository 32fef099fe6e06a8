import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { hasCode } from '../linux/errno.ts'
import { loadFailure } from './load-failure.ts'
import type { Location } from './locate.ts'

/** Something on the disk that belongs to a capability. */
export interface CodeEntry {
  /** From the folder. */
  readonly path: string
  readonly kind: 'file' | 'link' | 'other'
}

/** More is no capability but somebody's home directory. */
export const maxEntries = 20_000

/** What belongs to others, and changes by itself. */
const skipped = new Set(['node_modules', '.git'])
const loadable = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json', '.node', '.wasm'])

/**
 * The files that a capability consists of, sorted by path: all below its folder, except in node_modules and
 * .git; of a single file itself and what can be loaded beside it, not below. Links are not followed.
 * @throws RT_LOAD_FAILED for more than 20,000, or what may not be listed
 */
export async function listCode({ entry, folder, isWholeFolder }: Location): Promise<CodeEntry[]> {
  const found: CodeEntry[] = []
  const folders = ['']
  let count = 0
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for await (const item of walk(join(folder, at))) {
      count += 1
      if (count > maxEntries) {
        const cure = 'put the capability into a folder of its own'
        throw loadFailure(folder, `expected at most ${maxEntries} files and folders, got more: ${cure}`)
      }
      const path = at === '' ? item.name : `${at}/${item.name}`
      if (item.isSocket()) continue // nothing that can be loaded; ours stand in workspaces while jobs run
      if (item.isDirectory()) {
        if (isWholeFolder && !skipped.has(item.name)) folders.push(path)
      } else if (isWholeFolder || loadable.has(extname(path)) || path === basename(entry)) {
        found.push({ path, kind: kindOf(item) })
      }
    }
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Nothing where the folder is gone: its files are then missing. */
async function* walk(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: 512 })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw loadFailure(folder, error instanceof Error ? error.message : String(error))
  }
}

function kindOf(item: Dirent): CodeEntry['kind'] {
  if (item.isSymbolicLink()) return 'link'
  return item.isFile() ? 'file' : 'other'
}
