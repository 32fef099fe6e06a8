import { unlink } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import { linkDescriptor } from '../linux/link.ts'
import { renameNoReplace } from '../linux/rename.ts'
import type { Place } from '../paths/place.ts'
import type { Draft } from './draft.ts'
import { exchange, overwrite } from './exchange.ts'
import { changedError } from './changed-error.ts'
import type { Identity } from './identity.ts'
import { syncDirectory } from '../paths/sync-directory.ts'

/**
 * Puts the draft at its place in one step, if `expected` is still what stands there; durable when it resolves.
 * @throws RT_FILE_CHANGED, and then nothing is changed; else what the system said
 */
export async function commitDraft(place: Place, draft: Draft, expected: Identity | 'absent'): Promise<void> {
  if (expected === 'absent') await create(place, draft)
  else await replace(place, draft, expected)
  await syncDirectory(place)
}

async function create(place: Place, draft: Draft): Promise<void> {
  try {
    if (draft.hasName) renameNoReplace(place.directory, draft.temporary, place.directory, place.name)
    else linkDescriptor(draft.file.fd, place.directory, place.name)
    draft.leave()
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw changedError(place.path, 'nothing there', 'a file')
    if (errnoOf(error) !== 'EINVAL') throw error
    await overwrite(place, draft, 'absent')
  }
}

async function replace(place: Place, draft: Draft, expected: Identity): Promise<void> {
  draft.name()
  try {
    exchange(place, draft, expected)
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error
    await overwrite(place, draft, expected)
    return
  }
  await unlink(draft.at)
  draft.leave()
}
