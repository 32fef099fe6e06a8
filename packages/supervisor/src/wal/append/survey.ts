import type { RuntimoError } from '@runtimo/capabilities'
import { decodeLine, hashLine, lineBeginning, type Link } from '../line.ts'
import type { StoreFile } from '../store/store.ts'
import { batchOf } from './batch.ts'
import { corrupt } from './failure.ts'
import { type Line, linesOf } from './lines.ts'

const newline = 0x0a
/** More than this was never unsynced; a batch is smaller. */
const maxTornBytes = 8_388_608
/** What a larger segment has before this was synced long ago. */
const surveyedBytes = 134_217_728
/** The least that a disk loses at once. */
const sectorBytes = 512

/** What of a segment is intact, from its beginning on, and how much after that a crash has torn. */
export interface Survey {
  readonly bytes: number
  /** None where there is no intact record. */
  readonly next: Link | undefined
  readonly tornBytes: number
}

/**
 * Looks at every record of a segment. A crash may leave the beginning of a last record. A power cut may also leave a
 * hole of zeros anywhere in the last batch, which was never acknowledged then; no record has a zero byte in it.
 * Everything else that is not a record is damage, and not ours to cut: it may be somebody's file under a wrong name.
 * @throws RT_WAL_CORRUPT with the offset
 */
export async function survey(file: StoreFile): Promise<Survey> {
  const size = file.size()
  let bytes = await firstLineAfter(file, size - surveyedBytes)
  let next: Link | undefined
  let tear: RuntimoError | undefined
  let batch: string | undefined
  for await (const line of linesOf(file, bytes)) {
    const record = line.isComplete ? decodeLine(line.bytes) : 'a torn last record'
    if (typeof record === 'string') {
      tear ??= corrupt(file.path, line.offset, record)
      if (!isTorn(line) || size - bytes > maxTornBytes) throw tear
    } else if (tear === undefined) {
      if (next !== undefined && (record.seq !== next.seq || record.prev !== next.prev))
        throw corrupt(file.path, line.offset, `the chain is broken before seq ${record.seq}`)
      next = { seq: record.seq + 1, prev: hashLine(line.bytes) }
      bytes = line.offset + line.bytes.length + 1
    } else {
      const name = batchOf(record)
      batch ??= name
      if (batch !== name) throw tear
    }
  }
  if (tear !== undefined && next === undefined && bytes > 0) throw tear
  return { bytes, next, tornBytes: size - bytes }
}

function isTorn({ bytes, offset, isComplete }: Line): boolean {
  if (!isComplete && bytes.subarray(0, lineBeginning.length).equals(lineBeginning.subarray(0, bytes.length)))
    return true
  // Without a record before it, it is not known to be a log at all.
  return offset === 0 ? beginsTorn(bytes) : bytes.includes(0)
}

function beginsTorn(bytes: Buffer): boolean {
  if (bytes[0] === 0) return bytes.subarray(0, sectorBytes).every((byte) => byte === 0)
  return bytes.subarray(0, lineBeginning.length).equals(lineBeginning) && bytes.includes(0)
}

async function firstLineAfter(file: StoreFile, position: number): Promise<number> {
  for (let at = position; at > 0;) {
    const block = await file.read(at, sectorBytes)
    const end = block.indexOf(newline)
    if (end >= 0 || block.length === 0) return at + end + 1
    at += block.length
  }
  return 0
}
