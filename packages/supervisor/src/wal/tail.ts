import type { FileHandle } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { decodeLine, hashLine, type Link } from './line.ts'
import { firstPrev } from './record.ts'

const newline = 0x0a
const blockBytes = 65_536

/** The end of a log: where the next record goes and what it links to. */
export interface Tail {
  /** Bytes up to and with the last complete record. */
  readonly bytes: number
  readonly next: Link
  /** Bytes after the last newline: a record that a crash cut short. */
  readonly torn: Buffer
}

/** Reads backwards from the end to the last complete record, which must be whole and intact. */
export async function readTail(file: FileHandle, path: string): Promise<Tail> {
  const { size } = await file.stat()
  let end = Buffer.alloc(0)
  for (let start = size; start > 0;) {
    const length = Math.min(blockBytes, start)
    start -= length
    const block = Buffer.alloc(length)
    await file.read(block, 0, length, start)
    end = Buffer.concat([block, end])
    const last = end.lastIndexOf(newline)
    const before = last <= 0 ? -1 : end.lastIndexOf(newline, last - 1)
    if (last < 0 || (before < 0 && start > 0)) continue
    return toTail(end.subarray(before + 1, last), start + last + 1, end.subarray(last + 1), path)
  }
  return { bytes: 0, next: { seq: 1, prev: firstPrev }, torn: end }
}

function toTail(line: Buffer, bytes: number, torn: Buffer, path: string): Tail {
  const record = decodeLine(line)
  if (typeof record !== 'string') return { bytes, next: { seq: record.seq + 1, prev: hashLine(line) }, torn }
  const offset = bytes - line.length - 1
  throw new RuntimoError(
    'RT_WAL_CORRUPT',
    `${path}: the last record, at byte ${offset}, is damaged: ${record}`,
    {
      path,
      offset,
      reason: record,
    },
  )
}
