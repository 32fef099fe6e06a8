import { basename } from 'node:path'
import type { Link } from '../line.ts'
import { firstPrev, type WalEvent } from '../record.ts'
import { endedAmong } from '../segments.ts'
import type { Store } from '../store/store.ts'
import { corrupt } from './failure.ts'
import { readTail } from './tail.ts'

/** Where the next record goes. */
export interface End {
  readonly bytes: number
  readonly next: Link
  /** The record that a segment begins with, as long as it is empty. */
  readonly opening: readonly WalEvent[]
}

/**
 * How an empty segment begins: where the last ended one left off, be it that a crash came between the two, or as the
 * first of a new log. @throws RT_WAL_CORRUPT when the last ended one does not end with an intact record
 */
export async function beginSegment(path: string, store: Store): Promise<End> {
  const last = endedAmong(await store.list(path), path).at(-1)
  if (last === undefined)
    return { bytes: 0, next: { seq: 1, prev: firstPrev }, opening: [{ type: 'wal_opened' }] }
  await using file = await store.openExisting(last.path)
  const tail = file === undefined ? undefined : await readTail(file)
  if (tail === undefined) throw corrupt(last.path, file?.size() ?? 0, 'it does not end with an intact record')
  const { seq, prev: hash } = tail.next
  const continues = { file: basename(last.path), seq: seq - 1, hash }
  return { bytes: 0, next: tail.next, opening: [{ type: 'wal_opened', continues }] }
}
