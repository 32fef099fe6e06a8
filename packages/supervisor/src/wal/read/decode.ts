import { decodeOld } from '../legacy/decode.ts'
import { decodeLine, hashLine, lineBeginning } from '../line.ts'
import type { WalRecord } from '../record.ts'
import { type Trace, traceOf } from '../tear.ts'
import type { Line } from './lines.ts'

/** A line of the log by itself: a record, or what stands in the place of one. */
export type Decoded = DecodedRecord | Undecodable

interface Place {
  readonly file: string
  readonly offset: number
  /** Bytes in the file, with the newline. */
  readonly size: number
}

export interface DecodedRecord extends Place {
  readonly record: WalRecord
  /** What the record after it must have as `prev`. */
  readonly hash: string
}

export interface Undecodable extends Place {
  readonly record: undefined
  readonly reason: string
  /** False: the file ends within it. */
  readonly complete: boolean
  /** It has something that records have, or could be the beginning of one. */
  readonly isLikeRecord: boolean
  /** A whole record with something after it: the newline was altered. */
  readonly hasRecord: boolean
  readonly trace: Trace
}

const marks = [Buffer.from('"seq":'), Buffer.from(',"crc":"')]

export function decode(file: string, { bytes, offset, size, complete }: Line): Decoded {
  const record = complete ? decodeLine(bytes) : 'a torn last record'
  if (typeof record !== 'string') return { file, offset, size, record, hash: hashLine(bytes) }
  const old = complete && record === 'no checksum' ? decodeOld(bytes) : undefined
  if (old !== undefined) return { file, offset, size, record: old, hash: hashLine(bytes) }
  return {
    file,
    offset,
    size,
    record: undefined,
    reason: record,
    complete,
    isLikeRecord: isLikeRecord(bytes),
    hasRecord: !complete && typeof decodeLine(bytes.subarray(0, -1)) !== 'string',
    trace: traceOf(bytes, offset, complete),
  }
}

function isLikeRecord(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, lineBeginning.length)
  const isBeginning = length > 0 && bytes.subarray(0, length).equals(lineBeginning.subarray(0, length))
  return isBeginning || marks.some((mark) => bytes.includes(mark)) || isUnwritten(bytes)
}

/** A block that was given to the file and that a power cut left empty. */
function isUnwritten(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0)
}
