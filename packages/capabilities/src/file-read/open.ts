import { constants, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'
import { toFileError } from '../paths/file-error.ts'
import type { Place } from '../paths/place.ts'

/** Not following a link: the place is where links have led. Not waiting for the writer of a pipe. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * Opens the regular file at a place; undefined when there is a link by now.
 * @throws RT_FILE_NOT_FOUND, RT_FILE_NOT_REGULAR, RT_FILE_PERMISSION, RT_FILE_LINKED
 */
export async function openRegular(place: Place): Promise<FileHandle | undefined> {
  try {
    const file = await open(place.at, flags)
    try {
      await demandOwnRegular(file, place)
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return undefined
    throw toFileError(error, place.path)
  }
}

/**
 * A second name for somebody else's file may be a way around the roots, as where `fs.protected_hardlinks` is off. The
 * owner's own, as package managers make them, say nothing: who may make such a name may read the file.
 */
async function demandOwnRegular(file: FileHandle, { path, directory }: Place): Promise<void> {
  const stat = await file.stat()
  if (!stat.isFile()) {
    throw new RuntimoError('RT_FILE_NOT_REGULAR', `${path} is not a regular file`, { path })
  }
  const { uid } = fstatSync(directory)
  if (stat.nlink === 1 || stat.uid === uid) return
  const message = `${path} has ${stat.nlink} names, and its owner (user ${stat.uid}) is not that of its directory (user ${uid})`
  throw new RuntimoError('RT_FILE_LINKED', message, { path, names: stat.nlink })
}
