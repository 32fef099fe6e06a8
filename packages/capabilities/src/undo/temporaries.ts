import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { captureState } from '../backups/capture.ts'
import { isSameState } from '../backups/same-state.ts'
import type { Change } from '../backups/state.ts'
import { syncDirectory } from '../paths/sync-directory.ts'
import { renameExchange, renameNoReplace } from '../linux/rename.ts'
import { beside } from '../paths/beside.ts'
import type { Place } from '../paths/place.ts'
import { openRecorded } from './recorded-place.ts'
import { temporaryPrefix } from './temporary-name.ts'

/**
 * Removes what a job left for a moment beside the paths that it changed: regular files, or links, of ours whose names
 * only that job gives.
 * @returns their paths
 */
export async function removeTemporaries(
  changes: readonly Change[],
  jobId: string,
  isDry: boolean,
): Promise<string[]> {
  const removed: string[] = []
  for (const [, [change]] of Map.groupBy(changes, ({ path }) => dirname(path))) {
    using place = change && tryOpen(change.path)
    if (change === undefined || place === undefined) continue
    const names = temporariesIn(place, jobId)
    if (!isDry) for (const name of names) unlinkSync(beside(place, name))
    if (!isDry && names.length > 0) await syncDirectory(place)
    removed.push(...names.map((name) => join(dirname(change.path), name)))
  }
  return removed
}

/**
 * A crash in the middle of an exchange may have caught a version of somebody else's under the temporary name. It is the
 * newest, and gets its own name back.
 * @returns whether it was so
 */
export async function handBack(change: Change, isDry: boolean): Promise<boolean> {
  const { path, temporary, before, after } = change
  using place = temporary === undefined ? undefined : tryOpen(path)
  if (place === undefined || temporary === undefined) return false
  const at = beside(place, temporary)
  const aside = await captureState({ ...place, name: temporary, at })
  if (aside.kind === 'absent' || isSameState(aside, before) || isSameState(aside, after)) return false
  // Before the exchange it is a draft that is not whole.
  const now = await captureState(place)
  if (!isSameState(now, after)) return false
  if (isDry) return true
  if (now.kind === 'absent') renameNoReplace(place.directory, temporary, place.directory, place.name)
  else renameExchange(place.directory, temporary, place.directory, place.name)
  await syncDirectory(place)
  return true
}

function temporariesIn(place: Place, jobId: string): string[] {
  const uid = process.geteuid?.()
  return readdirSync(beside(place, '.')).filter((name) => {
    if (!name.startsWith(temporaryPrefix(jobId))) return false
    const stat = lstatSync(beside(place, name))
    return stat.isSymbolicLink() || (stat.isFile() && (stat.uid === uid || uid === 0))
  })
}

function tryOpen(path: string): Place | undefined {
  try {
    return openRecorded(path)
  } catch {
    return undefined
  }
}
