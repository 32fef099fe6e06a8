import { RuntimoError } from '@runtimo/capabilities'
import { endedPath } from '../segments.ts'
import type { Store } from '../store/store.ts'
import { corrupt, isFull, poisoned } from './failure.ts'
import type { Segment } from './segment.ts'
import { readFirstSeq } from './tail.ts'

/**
 * Gives the active segment its name as an ended one, durably, before there is a new one: whatever order the disk
 * has, it has one of the two. False: there is no space for the name, and the segment goes on.
 * @throws RT_WAL_POISONED, RT_WAL_CORRUPT, RT_WAL_UNWRITABLE when another file has that name
 */
export async function endSegment(segment: Segment, bytes: number, store: Store): Promise<boolean> {
  const { path } = segment.file
  const firstSeq = await readFirstSeq(segment.file)
  if (firstSeq === undefined) throw corrupt(path, 0, 'no seq')
  const ended = endedPath(path, firstSeq)
  if (store.find(ended) !== undefined) {
    // Under no other name: whoever reads takes both for the log, and only a person can say which of them is.
    const message = `${ended} is there already: another part of the log begins with seq ${firstSeq}, too, or somebody put it there; move it away`
    throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path: ended })
  }
  await segment.seal(bytes)
  try {
    await store.rename(path, ended)
    await store.syncDirectory(path)
    return true
  } catch (error) {
    if (isFull(error) && store.find(ended) === undefined) return false
    throw poisoned(path, error)
  }
}
