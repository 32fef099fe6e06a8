import { createReadStream } from 'node:fs'
import { decodeLine, hashLine } from './line.ts'
import { firstPrev, type WalRecord } from './record.ts'

/** A place where the log is not as it was written. */
export interface WalDamage {
  readonly ok: false
  /** Byte offset of the line. */
  readonly offset: number
  readonly reason: string
}

export interface WalEntry {
  readonly ok: true
  readonly offset: number
  readonly record: WalRecord
}

/** No record is longer: what a reader holds of a damaged log stays bounded. */
const maxLineBytes = 67_108_864
const newline = 0x0a

/**
 * Reads a log from its beginning, one record at a time, in constant memory. Damage is never skipped in
 * silence: each damaged line and each break of the chain comes as an entry of its own.
 */
export class WalReader {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Throws the system error when the log cannot be opened. */
  async *entries(): AsyncGenerator<WalEntry | WalDamage, void> {
    let seq = 1
    let prev: string | undefined = firstPrev
    for await (const { line, offset, complete } of readLines(this.path)) {
      if (!complete) {
        yield { ok: false, offset, reason: 'a torn last record' }
        return
      }
      const record = decodeLine(line)
      if (typeof record === 'string') {
        yield { ok: false, offset, reason: record }
        prev = undefined
        continue
      }
      if (prev !== undefined && (record.seq !== seq || record.prev !== prev)) {
        yield {
          ok: false,
          offset,
          reason: `the chain is broken before seq ${record.seq}: expected seq ${seq}`,
        }
      }
      yield { ok: true, offset, record }
      seq = record.seq + 1
      prev = hashLine(line)
    }
  }
}

interface Line {
  readonly line: Buffer
  readonly offset: number
  readonly complete: boolean
}

async function* readLines(path: string): AsyncGenerator<Line, void> {
  let offset = 0
  let parts: Buffer[] = []
  let held = 0
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 262_144 })
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)])
      yield { line, offset, complete: true }
      offset += line.length + 1
      parts = []
      held = 0
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    held += chunk.length - start
    if (held > maxLineBytes) break
  }
  if (held > 0) yield { line: Buffer.concat(parts), offset, complete: false }
}
