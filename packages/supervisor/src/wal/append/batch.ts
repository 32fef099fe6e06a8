import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { type Clock, encodeLine, hashLine, type Link } from '../line.ts'
import type { WalEvent } from '../record.ts'
import type { End } from './begin-segment.ts'

const newline = Buffer.from('\n')
/** A reader holds one record at a time; larger data belong into the store of outputs. */
const maxRecordBytes = 1_048_576
/** What is unsynced at a time stays bounded; the rest of a batch comes after it. */
const maxBatchBytes = 4_194_304

/** What became of an event: its seq, or why it is not in the log. */
export type Outcome = number | RuntimoError

export interface Batch {
  readonly bytes: Buffer
  /** What the record after the batch links to. */
  readonly next: Link
  /** Of the events, in their order; there are fewer where the batch is full. */
  readonly outcomes: readonly Outcome[]
}

export interface Place {
  readonly path: string
  readonly bootId: string
  readonly end: End
}

/** Encodes events as they go to disk. Those that are refused take no seq. */
export function encodeBatch(
  events: readonly WalEvent[],
  { path, bootId, end }: Place,
  refuse: (event: WalEvent) => RuntimoError | undefined,
): Batch {
  const clock = { ts: Math.floor(Date.now() / 1000), monoNs: Number(process.hrtime.bigint()), bootId }
  const lines: Buffer[] = []
  const outcomes: Outcome[] = []
  let [next, length] = [end.next, 0]
  const add = (line: Buffer): void => {
    lines.push(line, newline)
    length += line.length + 1
    next = { seq: next.seq + 1, prev: hashLine(line) }
  }
  for (const event of end.opening) add(encodeLine(event, next, clock))
  for (const event of events) {
    if (length > maxBatchBytes) break
    const line = refuse(event) ?? tryEncode(event, next, clock, path)
    outcomes.push(line instanceof RuntimoError ? line : next.seq)
    if (!(line instanceof RuntimoError)) add(line)
  }
  const isEmpty = lines.length === end.opening.length * 2
  return isEmpty
    ? { bytes: Buffer.alloc(0), next: end.next, outcomes }
    : { bytes: Buffer.concat(lines), next, outcomes }
}

function tryEncode(event: WalEvent, link: Link, clock: Clock, path: string): Buffer | RuntimoError {
  let line: Buffer
  try {
    line = encodeLine(event, link, clock)
  } catch (cause) {
    return new RuntimoError(
      'RT_WAL_UNWRITABLE',
      `${path}: an event that is no JSON: ${String(cause)}`,
      { path },
      { cause },
    )
  }
  if (line.length <= maxRecordBytes) return line
  const message = `${path}: a record of ${line.length} bytes; at most ${maxRecordBytes} are written`
  const { type, job_id: jobId = null } = event
  return new RuntimoError('RT_WAL_UNWRITABLE', message, {
    path,
    bytes: line.length,
    max_bytes: maxRecordBytes,
    type,
    job_id: jobId,
  })
}
