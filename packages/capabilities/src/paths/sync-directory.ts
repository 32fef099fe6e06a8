import { closeSync, constants, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from './place.ts'

const flags = constants.O_RDONLY | constants.O_DIRECTORY

/** Makes durable which names the directory of a place has. */
export async function syncDirectory({ directory }: Pick<Place, 'directory'>): Promise<void> {
  try {
    await using opened = await open(`/proc/self/fd/${directory}`, flags)
    await opened.sync()
  } catch (error) {
    if (!cannotSync(error)) throw error
  }
}

/** The same for who cannot wait, by a descriptor. */
export function syncDirectoryNow(directory: number): void {
  try {
    const fd = openSync(`/proc/self/fd/${directory}`, flags)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (!cannotSync(error)) throw error
  }
}

/**
 * The kernel syncs only what is opened: not a directory that this user may not list (EACCES). Some network and FUSE file
 * systems have no such thing (EINVAL).
 */
function cannotSync(error: unknown): boolean {
  return errnoOf(error) === 'EACCES' || errnoOf(error) === 'EINVAL'
}
