import { type BigIntStats, constants } from 'node:fs'
import { access, lstat } from 'node:fs/promises'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { type Identity, toIdentity } from '../files/identity.ts'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'

/**
 * What stands where is to be written, if it may be replaced.
 * @throws RT_FILE_NOT_REGULAR; RT_FILE_LINKED, for a replacement would part the names; errors of the system, such as
 * `EACCES` for a file that this user may not write, though he could replace it
 */
export async function findTarget(place: Place): Promise<Identity | 'absent'> {
  const { path } = place
  const stat = await look(place)
  if (stat === undefined) return 'absent'
  if (!stat.isFile()) {
    throw new RuntimoError('RT_FILE_NOT_REGULAR', `${path} is not a regular file`, { path })
  }
  if (stat.nlink > 1) {
    const names = Number(stat.nlink)
    throw new RuntimoError('RT_FILE_LINKED', `${path} has ${names} names`, { path, names })
  }
  await access(place.at, constants.W_OK)
  return toIdentity(stat)
}

async function look(place: Place): Promise<BigIntStats | undefined> {
  try {
    return await lstat(place.at, { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
