import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'
import type { Tail } from './tail.ts'

/** Cuts a torn last record off, after a copy of it has reached the disk as `.broken` beside the log. */
export async function repair(log: FileHandle, path: string, tail: Tail): Promise<void> {
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
    await using broken = await open(`${path}.broken`, flags, 0o600)
    await broken.write(tail.torn)
    await broken.sync()
    await log.truncate(tail.bytes)
    await log.sync()
  } catch (error) {
    const message = `${path}: the torn last record cannot be repaired: ${String(error)}`
    throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path, offset: tail.bytes }, { cause: error })
  }
}
