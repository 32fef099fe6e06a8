import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Clock, encodeLine, hashLine, type Link } from '../line.ts'
import { firstPrev, type WalEvent } from '../record.ts'
import { endedPath } from '../segments.ts'

const clock: Clock = { ts: 1_795_000_000, monoNs: 5, bootId: 'b' }

export function logPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-log-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'wal.jsonl')
}

/** Records as a writer would chain them; the first opens the log. */
export function linesOf(events: readonly WalEvent[], start: Link = { seq: 1, prev: firstPrev }): Buffer[] {
  let next = start
  return events.map((event) => {
    const line = encodeLine(event, next, { ...clock, ts: clock.ts + next.seq })
    next = { seq: next.seq + 1, prev: hashLine(line) }
    return Buffer.concat([line, Buffer.from('\n')])
  })
}

/** What jobs leave in a log: each starts and completes, but for the last. */
export function jobEvents(count: number): WalEvent[] {
  const events: WalEvent[] = [{ type: 'wal_opened' }]
  for (let n = 1; events.length < count; n++) {
    const number = Math.ceil(n / 2)
    const session = number % 3 === 0 ? 'S' : null
    const job = { job_id: `J${number}`, session_id: session, capability: 'ShellExec' }
    if (n % 2 === 1) events.push({ type: 'job_started', ...job, tenant: 'ö' })
    else events.push({ type: 'job_completed', ...job, outcome: 'completed', tenant: 'ö' })
  }
  return events
}

export interface Part {
  readonly path: string
  readonly lines: readonly Buffer[]
}

/** The segments of a log, the active one last, as rotation leaves them; nothing is written. */
export function segmentsOf(path: string, parts: readonly (readonly WalEvent[])[]): Part[] {
  const made: Part[] = []
  let next: Link = { seq: 1, prev: firstPrev }
  let before: string | undefined
  for (const [index, events] of parts.entries()) {
    const continues =
      before === undefined ? {} : { continues: { file: before, seq: next.seq - 1, hash: next.prev } }
    const lines = linesOf([{ type: 'wal_opened', ...continues }, ...events], next)
    const file = index === parts.length - 1 ? path : endedPath(path, next.seq)
    made.push({ path: file, lines })
    const last = lines.at(-1) ?? Buffer.from('\n')
    next = { seq: next.seq + lines.length, prev: hashLine(last.subarray(0, -1)) }
    before = basename(file)
  }
  return made
}

export function writeParts(parts: readonly Part[]): void {
  for (const { path, lines } of parts) writeFileSync(path, Buffer.concat(lines), { mode: 0o600 })
}
