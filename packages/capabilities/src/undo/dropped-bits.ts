import { lstatSync } from 'node:fs'
import { setIdBits } from '../backups/same-state.ts'
import type { Restoration } from './plan.ts'

/** The paths that had set-id bits and have none now, once all is restored. A directory may have one from the directory above. */
export function droppedBits(restorations: Iterable<Restoration>): ReadonlySet<string> {
  const paths = new Set<string>()
  for (const { path, target } of restorations) if (isDropped(path, target)) paths.add(path)
  return paths
}

function isDropped(path: string, target: Restoration['target']): boolean {
  if (target.kind !== 'file' && target.kind !== 'directory') return false
  const wanted = target.mode & setIdBits
  if (wanted === 0 || target.kind === 'file') return wanted !== 0
  const mode = lstatSync(path, { throwIfNoEntry: false })?.mode
  return mode !== undefined && (mode & wanted) !== wanted
}
