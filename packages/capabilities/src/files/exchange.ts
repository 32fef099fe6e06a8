import { rename } from 'node:fs/promises'
import type { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'
import { renameExchange } from '../linux/rename.ts'
import type { Place } from '../paths/place.ts'
import type { Draft } from './draft.ts'
import { changedError } from './changed-error.ts'
import { type Identity, identityAt, isSameContent, isUnchanged } from './identity.ts'

/**
 * Puts the draft where `expected` stands, which afterwards has the temporary name. The kernel cannot compare and
 * exchange in one step: so they are exchanged, and what came out is looked at. If it is not what was expected, it goes
 * back. Until then, for some microseconds, others see the draft.
 * @throws RT_FILE_CHANGED; `EINVAL` where the file system cannot exchange
 */
export function exchange(place: Place, draft: Draft, expected: Identity): void {
  const ours = identityAt(draft.at)
  if (!isUnchanged(identityAt(place.at), expected)) throw changed(place)
  const found = swap(place, draft) ? identityAt(draft.at) : 'absent'
  if (isSameContent(found, expected)) return
  try {
    handBack(place, draft, ours, found)
  } catch (error) {
    draft.leave() // it may be the only copy of what somebody else wrote
    throw error
  }
  throw changed(place)
}

/**
 * For file systems that cannot exchange, such as NFS: compares, then renames. Who replaces the file in between, within
 * some microseconds, is overwritten unseen.
 * @throws RT_FILE_CHANGED
 */
export async function overwrite(place: Place, draft: Draft, expected: Identity | 'absent'): Promise<void> {
  if (!isUnchanged(identityAt(place.at), expected)) throw changed(place)
  await rename(draft.at, place.at)
  draft.leave()
}

/**
 * Puts back what came out, `found`. The newest of all must stand at the place in the end: what comes out instead of what
 * was put there last is newer than that.
 */
export function handBack(
  place: Place,
  draft: Draft,
  ours: Identity | 'absent',
  found: Identity | 'absent',
): void {
  for (let put = ours, held = found; ; [put, held] = [held, identityAt(draft.at)]) {
    if (!swap(place, draft)) return // removed meanwhile: that is newest
    if (isSameContent(identityAt(draft.at), put)) return
  }
}

/** False: nothing stands at the place. */
function swap(place: Place, draft: Draft): boolean {
  try {
    renameExchange(place.directory, draft.temporary, place.directory, place.name)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

function changed({ path }: Place): RuntimoError {
  return changedError(path, 'what stood there at first', 'something else')
}
