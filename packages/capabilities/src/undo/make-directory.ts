import { constants, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setIdBits } from '../backups/same-state.ts'
import type { DirectoryAttributes } from '../backups/state.ts'
import { setAttributes } from '../files/attributes.ts'
import { changedError } from '../files/changed-error.ts'
import { syncDirectory } from '../paths/sync-directory.ts'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'

/**
 * Makes a directory again, durably. A set-group-id bit is what the directory above gives it: no job may set one.
 * @throws RT_FILE_CHANGED when there is something by now, RT_FILE_PERMISSION when its owner cannot be kept
 */
export async function makeDirectory(place: Place, { mode, uid, gid }: DirectoryAttributes): Promise<void> {
  try {
    mkdirSync(place.at, mode & 0o777)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw changedError(place.path, 'nothing', 'something else')
    throw error
  }
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
  await using directory = await open(place.at, flags)
  const given = (await directory.stat()).mode & setIdBits
  await setAttributes(directory, place.path, { uid, gid, mode: (mode & ~setIdBits) | given })
  await directory.sync()
  await syncDirectory(place)
}
