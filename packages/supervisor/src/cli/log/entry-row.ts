import { textOf } from '../../wal/catalog/job.ts'
import type { WalDamage, WalEntry } from '../../wal/index.ts'
import { showTime } from './time.ts'

export const entryHead: readonly string[] = ['SEQ', 'TIME', 'TYPE', 'CAPABILITY', 'OUTCOME', 'JOB']

/** Damage stands where it was found. */
export function toRow(entry: WalEntry | WalDamage): readonly string[] {
  if (!entry.ok) return ['-', '-', 'DAMAGED', `${entry.file}, byte ${entry.offset}: ${entry.reason}`, '', '']
  const { record, verified } = entry
  const texts = ['capability', 'outcome', 'job_id'].map((member) => textOf(record, member) ?? '-')
  return [
    String(record.seq),
    showTime(record.ts),
    verified ? record.type : `${record.type} (unverified)`,
    ...texts,
  ]
}

/** The record itself; of the Rust original's history and of damage it says so. */
export function toJson(entry: WalEntry | WalDamage): object {
  if (!entry.ok) return { damaged: true, file: entry.file, offset: entry.offset, reason: entry.reason }
  return entry.verified ? entry.record : { ...entry.record, verified: false }
}
