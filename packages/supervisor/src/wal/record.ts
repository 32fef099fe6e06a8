import type { Json, JsonObject } from '@runtimo/capabilities'

const recordTypes = [
  'wal_opened',
  'wal_repaired',
  'wal_pruned',
  'job_submitted',
  'job_validated',
  'job_started',
  'job_completed',
  'job_failed',
  'job_interrupted',
  'job_rolled_back',
  'command_executed',
  'session_created',
  'session_job_added',
  'session_closed',
] as const
export type RecordType = (typeof recordTypes)[number]
const typeNames: ReadonlySet<string> = new Set(recordTypes)

/** What a caller gives to be written: the members of one kind of event, already in snake_case. */
export interface WalEvent {
  readonly type: RecordType
  readonly [member: string]: Json
}

/** One line of the log; the writer adds all but the event's members. */
export interface WalRecord {
  /** 0: history of the Rust original, of which nothing proves anything: mono_ns is 0, boot_id, prev and crc are empty. */
  readonly v: 0 | 1
  readonly seq: number
  /** Unix seconds. */
  readonly ts: number
  /** Monotonic clock of the machine, in nanoseconds. */
  readonly mono_ns: number
  readonly boot_id: string
  readonly type: RecordType
  /** SHA-256 of the record before, without its newline; 64 zeros before the first. */
  readonly prev: string
  /** CRC-32C of the bytes before this member. */
  readonly crc: string
  readonly [member: string]: Json
}

const ends: ReadonlySet<RecordType> = new Set(['job_completed', 'job_failed', 'job_interrupted'])

/** Whether it ends the job that it names: each job has one such record. */
export function isJobEnd({ type }: Pick<WalRecord, 'type'>): boolean {
  return ends.has(type)
}

export const firstPrev: string = '0'.repeat(64)

export function isRecord(value: JsonObject): value is WalRecord {
  return (
    value['v'] === 1 &&
    Number.isSafeInteger(value['seq']) &&
    typeof value['ts'] === 'number' &&
    typeof value['prev'] === 'string' &&
    typeof value['crc'] === 'string' &&
    isRecordType(value['type'])
  )
}

export function isRecordType(value: Json | undefined): value is RecordType {
  return typeof value === 'string' && typeNames.has(value)
}
