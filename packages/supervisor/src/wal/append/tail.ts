import { decodeLine, hashLine, type Link } from '../line.ts'
import type { WalRecord } from '../record.ts'
import type { StoreFile } from '../store/store.ts'

const newline = 0x0a
const blockBytes = 65_536

/** The last record of a segment that ends with a whole one. */
export interface Tail {
  readonly record: WalRecord
  /** What the record after it must link to. */
  readonly next: Link
}

/** Reads backwards from the end; undefined: the file does not end with an intact record. */
export async function readTail(file: StoreFile): Promise<Tail | undefined> {
  let end = Buffer.alloc(0)
  for (let start = file.size(); start > 0;) {
    const length = Math.min(blockBytes, start)
    start -= length
    end = Buffer.concat([await file.read(start, length), end])
    if (end.at(-1) !== newline) return undefined
    const before = end.lastIndexOf(newline, -2)
    if (before < 0 && start > 0) continue
    const line = end.subarray(before + 1, -1)
    const record = decodeLine(line)
    if (typeof record === 'string') return undefined
    return { record, next: { seq: record.seq + 1, prev: hashLine(line) } }
  }
  return undefined
}

/** The seq in the first record of a segment that begins with one. */
export async function readFirstSeq(file: StoreFile): Promise<number | undefined> {
  const [, seq] = /^\{"v":1,"seq":(\d{1,16}),/u.exec((await file.read(0, 64)).toString('latin1')) ?? []
  return seq === undefined ? undefined : Number(seq)
}
