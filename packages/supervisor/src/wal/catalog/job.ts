import type { WalEntry } from '../reader.ts'
import { isJobEnd, type RecordType, type WalRecord } from '../record.ts'

/** What the log says of one job. */
export interface LoggedJob {
  readonly jobId: string
  readonly capability: string | null
  readonly tenant: string | null
  readonly sessionId: string | null
  /** `running`: it has no end in the log; whether its supervisor lives is not looked at. */
  readonly outcome: string
  /** Unix seconds. */
  readonly startedAt: number
  readonly durationMs: number | null
  readonly firstSeq: number
  readonly lastSeq: number
  /** False: history of the Rust original. */
  readonly verified: boolean
}

export const running = 'running'

const begins: ReadonlySet<RecordType> = new Set(['job_submitted', 'job_validated', 'job_started'])

/** Says that there is such a job, as others only mention one. */
export function isOfCourse(record: WalRecord): boolean {
  return isJobEnd(record) || begins.has(record.type)
}

export function outcomeOf(record: WalRecord): string | undefined {
  if (!isJobEnd(record)) return undefined
  return textOf(record, 'outcome') ?? record.type.slice('job_'.length)
}

export function textOf(record: WalRecord, member: string): string | null {
  const value = record[member]
  return typeof value === 'string' ? value : null
}

/** Of the records of one job in their order; undefined when none is of its course. */
export function toJob(jobId: string, entries: readonly WalEntry[]): LoggedJob | undefined {
  const records = entries.map(({ record }) => record).filter(isOfCourse)
  const [first] = records
  const last = records.at(-1)
  if (first === undefined || last === undefined) return undefined
  const end = records.find(isJobEnd)
  return {
    jobId,
    capability: textOf(first, 'capability'),
    tenant: textOf(first, 'tenant'),
    sessionId: textOf(first, 'session_id'),
    outcome: end === undefined ? running : (outcomeOf(end) ?? running),
    startedAt: first.ts,
    durationMs: end === undefined ? null : durationOf(first, end),
    firstSeq: first.seq,
    lastSeq: last.seq,
    verified: first.v === 1,
  }
}

function durationOf(first: WalRecord, end: WalRecord): number | null {
  const { duration_ms: measured } = end
  if (typeof measured === 'number') return measured
  return end.type === 'job_interrupted' ? null : (end.ts - first.ts) * 1000
}
