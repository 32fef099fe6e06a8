import { decodeLine, hashLine, type Link } from '../line.ts'
import type { StoreFile } from '../store/store.ts'
import { Tear, traceOf, traceOfRecord } from '../tear.ts'
import { corrupt } from './failure.ts'
import { linesOf } from './lines.ts'

const newline = 0x0a
/** What a larger segment has before this was synced long ago. */
const surveyedBytes = 134_217_728
const blockBytes = 512

/** What of a segment is intact, from its beginning on, and how much after that a crash has torn. */
export interface Survey {
  readonly bytes: number
  /** None where there is no intact record. */
  readonly next: Link | undefined
  readonly tornBytes: number
}

/**
 * Looks at every record of a segment, and tells what a crash has torn from what is damaged.
 * @throws RT_WAL_CORRUPT with the offset
 */
export async function survey(file: StoreFile): Promise<Survey> {
  const size = file.size()
  let bytes = await firstLineAfter(file, size - surveyedBytes)
  let next: Link | undefined
  let tear: Tear | undefined
  let reason = ''
  for await (const line of linesOf(file, bytes)) {
    const decoded = line.isComplete ? decodeLine(line.bytes) : 'a torn last record'
    const record = typeof decoded === 'string' ? undefined : decoded
    if (tear === undefined && record !== undefined) {
      if (next !== undefined && (record.seq !== next.seq || record.prev !== next.prev))
        throw corrupt(file.path, line.offset, `the chain is broken before seq ${record.seq}`)
      next = { seq: record.seq + 1, prev: hashLine(line.bytes) }
      bytes = line.offset + line.bytes.length + 1
      continue
    }
    if (tear === undefined && typeof decoded === 'string') reason = decoded
    tear ??= new Tear(bytes)
    const trace =
      record === undefined ? traceOf(line.bytes, line.offset, line.isComplete) : traceOfRecord(record)
    tear.follow(trace, line.offset + line.bytes.length + (line.isComplete ? 1 : 0))
    if (!tear.isOne) throw corrupt(file.path, bytes, reason)
  }
  if (tear !== undefined && next === undefined && bytes > 0) throw corrupt(file.path, bytes, reason)
  return { bytes, next, tornBytes: size - bytes }
}

async function firstLineAfter(file: StoreFile, position: number): Promise<number> {
  for (let at = position; at > 0;) {
    const block = await file.read(at, blockBytes)
    const end = block.indexOf(newline)
    if (end >= 0 || block.length === 0) return at + end + 1
    at += block.length
  }
  return 0
}
