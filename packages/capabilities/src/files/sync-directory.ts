import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'

/** Makes durable which names the directory has. Not of one that this user may not list: the kernel syncs only what is opened. */
export async function syncDirectory({ directory }: Pick<Place, 'directory'>): Promise<void> {
  try {
    await using opened = await open(`/proc/self/fd/${directory}`, constants.O_RDONLY | constants.O_DIRECTORY)
    await opened.sync()
  } catch (error) {
    // EINVAL: some network and FUSE file systems have no such thing.
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EINVAL') throw error
  }
}
