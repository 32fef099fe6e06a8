import { decodeLine, hashLine, type Link, seqIn } from '../line.ts'
import type { WalRecord } from '../record.ts'
import type { StoreFile } from '../store/store.ts'
import { batchOf } from '../tear.ts'

const newline = 0x0a
const blockBytes = 65_536
/** A batch and the record before it are never longer. */
const maxBytes = 8_388_608

/** The last record of a segment that ends with an intact batch. */
export interface Tail {
  readonly record: WalRecord
  /** What the record after it must link to. */
  readonly next: Link
}

/**
 * Reads backwards from the end to the record before the last batch: only in that batch can a power cut have left a
 * hole, for it alone may not have been synced. Undefined: there is no intact record, or not all of them are.
 */
export async function readTail(file: StoreFile): Promise<Tail | undefined> {
  let tail: Tail | undefined
  let later: WalRecord | undefined
  for await (const line of linesBackwards(file)) {
    const record = line === undefined ? 'no end' : decodeLine(line)
    if (line === undefined || typeof record === 'string') return undefined
    const hash = hashLine(line)
    if (later !== undefined && (later.prev !== hash || later.seq !== record.seq + 1)) return undefined
    tail ??= { record, next: { seq: record.seq + 1, prev: hash } }
    if (batchOf(record) !== batchOf(tail.record)) break
    later = record
  }
  return tail
}

/** The lines from the last to the first; undefined for what is none, or so long that it is not ours. */
async function* linesBackwards(file: StoreFile): AsyncGenerator<Buffer | undefined, void> {
  let held: Buffer = Buffer.alloc(0)
  let isEnd = true
  for (let start = file.size(); start > 0;) {
    const length = Math.min(blockBytes, start)
    start -= length
    held = Buffer.concat([await file.read(start, length), held])
    if ((isEnd && held.at(-1) !== newline) || held.length > maxBytes) {
      yield undefined
      return
    }
    isEnd = false
    for (let at = held.lastIndexOf(newline, -2); at >= 0; at = held.lastIndexOf(newline, -2)) {
      yield held.subarray(at + 1, -1)
      held = held.subarray(0, at + 1)
    }
  }
  if (held.length > 0) yield held.subarray(0, -1)
}

/** The seq in the first record of a segment that begins with one. */
export async function readFirstSeq(file: StoreFile): Promise<number | undefined> {
  return seqIn(await file.read(0, 64))
}
