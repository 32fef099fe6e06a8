import { open, rename } from 'node:fs/promises'
import { type Clock, encodeLine, hashLine, type Link } from '../packages/supervisor/src/wal/line.ts'
import { firstPrev, type WalEvent } from '../packages/supervisor/src/wal/record.ts'
import { endedPath } from '../packages/supervisor/src/wal/segments.ts'

const segmentBytes = 64 * 1_048_576
const newline = Buffer.from('\n')

/** A log of so many records, each start followed by its end, in segments as the writer would make them. Bytes written. */
export async function makeLog(path: string, records: number, members: WalEvent): Promise<number> {
  const clock: Clock = {
    ts: 1_795_000_000,
    monoNs: 13_685_157_579_750,
    bootId: 'fdae77bd-80f0-4717-bb61-82a8f0b97dc9',
  }
  let next: Link = { seq: 1, prev: firstPrev }
  let total = 0
  while (next.seq <= records) {
    const first = next.seq
    let lines: Buffer[] = []
    let bytes = 0
    await using file = await open(`${path}.making`, 'w', 0o600)
    for (let held = 0; next.seq <= records && bytes < segmentBytes;) {
      const line = encodeLine(
        next.seq === first ? { type: 'wal_opened' } : eventOf(next.seq, members),
        next,
        clock,
      )
      next = { seq: next.seq + 1, prev: hashLine(line) }
      lines.push(line, newline)
      held += line.length + 1
      bytes += line.length + 1
      if (held < 1_048_576 && next.seq <= records && bytes < segmentBytes) continue
      await file.appendFile(Buffer.concat(lines))
      lines = []
      held = 0
    }
    total += bytes
    await rename(`${path}.making`, next.seq > records ? path : endedPath(path, first))
  }
  return total
}

function eventOf(seq: number, members: WalEvent): WalEvent {
  const job = { job_id: `01M873CAMQDZXTH4${String(seq >> 1).padStart(10, '0')}` }
  return seq % 2 === 0
    ? { ...members, ...job, type: 'job_started' }
    : { ...members, ...job, type: 'job_completed', outcome: 'completed' }
}
