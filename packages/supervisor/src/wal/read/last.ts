import type { FileHandle } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { type WalDamage, type WalEntry, toEntries } from '../reader.ts'
import { Chain } from './chain.ts'
import { decode, type Decoded, type DecodedRecord } from './decode.ts'
import { maxLineBytes, settledSize } from './lines.ts'
import { openSegments, openToRead } from './segments.ts'

const newline = 0x0a
const blockBytes = 262_144

/** The last entries of a log, read from its end: as many as asked for, where there are so many. */
export async function lastEntries(path: string, count: number): Promise<(WalEntry | WalDamage)[]> {
  // One more, to see whether the first that is shown follows it.
  const { lines, isAll } = await lastLines(path, count + 1)
  const chain = new Chain()
  const entries = lines.flatMap((line) => toEntries(line, chain.follow(line)))
  const reason = isAll ? chain.unexplained : undefined
  const [first] = lines
  if (first !== undefined && reason !== undefined)
    entries.push({ ok: false, file: first.file, offset: first.offset, reason })
  return count === 0 ? [] : entries.slice(-count)
}

/**
 * The last record, with its hash; undefined in an empty log. A torn one after it is not counted, as it was never
 * acknowledged. @throws RT_WAL_CORRUPT when the last line is no record of ours
 */
export async function readHead(path: string): Promise<DecodedRecord | undefined> {
  const { lines } = await lastLines(path, 2)
  const last = lines.findLast((line) => line.record !== undefined || line.complete)
  if (last === undefined) return undefined
  if (last.record !== undefined && last.record.v === 1) return last
  const { file, offset } = last
  const reason = last.record === undefined ? last.reason : 'history of the Rust original, without a chain'
  const message = `${file}: expected a record at byte ${offset}, the last line: ${reason}`
  throw new RuntimoError('RT_WAL_CORRUPT', message, { path: file, offset, reason })
}

interface Lines {
  readonly lines: readonly Decoded[]
  /** It is the whole log. */
  readonly isAll: boolean
}

async function lastLines(path: string, count: number): Promise<Lines> {
  await using segments = await openSegments(path)
  const { active } = segments
  const lines = active === undefined ? [] : await lastOf(active.file, active.path, count)
  for (const { path: ended } of segments.ended.toReversed()) {
    if (lines.length >= count) return { lines, isAll: false }
    await using file = await openToRead(ended)
    // Pruned meanwhile: what was before it is gone, too.
    if (file === undefined) return { lines, isAll: false }
    lines.unshift(...(await lastOf(file, ended, count - lines.length)))
  }
  return { lines, isAll: lines.length < count }
}

/** Reads backwards, block by block, and decodes what is whole within each. */
async function lastOf(file: FileHandle, path: string, count: number): Promise<Decoded[]> {
  const size = await settledSize(file)
  const lines: Decoded[] = []
  let length = blockBytes
  for (let end = size; end > 0 && lines.length < count;) {
    const start = Math.max(0, end - length)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(end - start), 0, end - start, start)
    const block = buffer.subarray(0, bytesRead)
    // A block that begins in the middle of a line leaves that line to the block before it.
    const begin = start === 0 ? 0 : block.indexOf(newline) + 1
    const isWithinLine = begin === block.length || (start > 0 && begin === 0)
    if (isWithinLine && length < maxLineBytes && start > 0) {
      length *= 2
      continue
    }
    lines.unshift(...decodeBlock(block, start, begin, path))
    end = start + begin
    length = blockBytes
    if (isWithinLine && start > 0) end = start
  }
  return lines.slice(-count)
}

function decodeBlock(block: Buffer, start: number, begin: number, path: string): Decoded[] {
  const lines: Decoded[] = []
  for (let at = begin; at < block.length;) {
    const found = block.indexOf(newline, at)
    const end = found < 0 ? block.length : found
    const complete = found >= 0
    const line = { offset: start + at, bytes: block.subarray(at, end), size: end - at + (complete ? 1 : 0) }
    lines.push(decode(path, { ...line, complete }))
    at = end + 1
  }
  return lines
}
