import type { FileHandle } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { openPrivate } from './location.ts'
import type { Tail } from './tail.ts'

/** Every record begins so; what a crash cut off is a beginning of one, or a block that was never written. */
const beginning = Buffer.from('{"v":1,"seq":')

/**
 * Cuts a torn last record off, after a copy of it has reached the disk as `.broken` beside the log. What
 * cannot be the beginning of a record is not ours to cut: it may be somebody's file under a wrong name.
 */
export async function repair(log: FileHandle, path: string, tail: Tail): Promise<void> {
  const { torn, bytes } = tail
  if (!isTorn(torn)) {
    const message = `${path}: what stands at byte ${bytes} is not the beginning of a record`
    throw new RuntimoError('RT_WAL_CORRUPT', message, { path, offset: bytes, reason: 'foreign bytes' })
  }
  try {
    await using broken = await openPrivate(`${path}.broken`)
    await broken.appendFile(torn)
    await broken.sync()
    await log.truncate(bytes)
    await log.sync()
  } catch (error) {
    if (error instanceof RuntimoError) throw error
    const message = `${path}: the torn last record cannot be repaired: ${String(error)}`
    throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path, offset: bytes }, { cause: error })
  }
}

function isTorn(torn: Buffer): boolean {
  const length = Math.min(torn.length, beginning.length)
  return torn.subarray(0, length).equals(beginning.subarray(0, length)) || torn.every((byte) => byte === 0)
}
