import { symlinkSync, unlinkSync } from 'node:fs'
import type { RuntimoError } from '../errors/runtimo-error.ts'
import { changedError } from '../files/changed-error.ts'
import { type Identity, identityAt, isSameContent, isUnchanged } from '../files/identity.ts'
import { syncDirectory } from '../paths/sync-directory.ts'
import { errnoOf } from '../linux/errno.ts'
import { renameExchange, renameNoReplace } from '../linux/rename.ts'
import { beside } from '../paths/beside.ts'
import type { Place } from '../paths/place.ts'

/**
 * Removes a file or a link, if it is what is expected. The kernel cannot compare and remove in one step: so it is given
 * another name first, looked at, and gets its own back when it is not.
 * @throws RT_FILE_CHANGED; errors of the system
 */
export async function takeAway(
  place: Place,
  temporary: string,
  expected: Identity | 'absent',
): Promise<void> {
  const { directory, name } = place
  if (!isUnchanged(identityAt(place.at), expected)) throw changed(place)
  rename(place, () => renameNoReplace(directory, name, directory, temporary))
  if (!isSameContent(identityAt(beside(place, temporary)), expected)) {
    rename(place, () => renameNoReplace(directory, temporary, directory, name))
    throw changed(place)
  }
  unlinkSync(beside(place, temporary))
  await syncDirectory(place)
}

/** Puts a link there, in one step. @throws RT_FILE_CHANGED; errors of the system */
export async function placeLink(
  place: Place,
  {
    temporary,
    target,
    expected,
  }: { readonly temporary: string; readonly target: string; readonly expected: Identity | 'absent' },
): Promise<void> {
  const { directory, name } = place
  symlinkSync(target, beside(place, temporary))
  using left = new DisposableStack()
  left.defer(() => unlinkSync(beside(place, temporary)))
  if (!isUnchanged(identityAt(place.at), expected)) throw changed(place)
  if (expected === 'absent') {
    rename(place, () => renameNoReplace(directory, temporary, directory, name))
    left.move()
  } else {
    rename(place, () => renameExchange(directory, temporary, directory, name))
    if (!isSameContent(identityAt(beside(place, temporary)), expected)) {
      rename(place, () => renameExchange(directory, temporary, directory, name))
      throw changed(place)
    }
  }
  await syncDirectory(place)
}

function rename(place: Place, act: () => void): void {
  try {
    act()
  } catch (error) {
    throw ['ENOENT', 'EEXIST'].includes(errnoOf(error)) ? changed(place) : error
  }
}

function changed({ path }: Place): RuntimoError {
  return changedError(path, 'what stood there at first', 'something else')
}
