import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DirectoryAttributes } from './state.ts'

/** Every directory that a path is below, the innermost first; not the root, which is never missing. */
export function ancestorPaths(path: string): string[] {
  const parent = dirname(path)
  return parent === path || parent === '/' ? [] : [parent, ...ancestorPaths(parent)]
}

/** Mode and owner of a directory, for when it must be made again; undefined when none is there to be seen. */
export function describeDirectory(path: string): DirectoryAttributes | undefined {
  try {
    const stat = lstatSync(path)
    return stat.isDirectory() ? { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid } : undefined
  } catch {
    return undefined
  }
}
