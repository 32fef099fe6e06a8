import { existsSync } from 'node:fs'
import process from 'node:process'
import { defaultWalPath, type WalDamage, type WalEntry, WalReader, type WalRecord } from '../wal/index.ts'
import { parseCount } from './numbers.ts'
import { printJson } from './print-json.ts'
import { table } from './render/table.ts'

interface Options {
  readonly n?: string
  readonly job?: string
  readonly json?: boolean
}

/** Damage is shown where it stands, and makes the exit code 1. */
export async function logs(options: Options): Promise<void> {
  const count = options.n === undefined ? 20 : parseCount('-n', options.n)
  const path = defaultWalPath()
  const entries = existsSync(path) ? await lastEntries(path, count, options.job) : []
  if (entries.some(({ ok }) => !ok)) process.exitCode = 1
  if (options.json === true) {
    const rows = entries.map((entry) =>
      entry.ok ? entry.record : { damaged: true, offset: entry.offset, reason: entry.reason },
    )
    printJson(rows)
  } else if (entries.length === 0) process.stdout.write(`no records in ${path}\n`)
  else
    process.stdout.write(table(['SEQ', 'TIME', 'TYPE', 'CAPABILITY', 'OUTCOME', 'JOB'], entries.map(toRow)))
}

async function lastEntries(
  path: string,
  count: number,
  job: string | undefined,
): Promise<(WalEntry | WalDamage)[]> {
  const kept: (WalEntry | WalDamage)[] = []
  for await (const entry of new WalReader(path).entries()) {
    if (entry.ok && job !== undefined && entry.record['job_id'] !== job) continue
    kept.push(entry)
    if (kept.length > count) kept.shift()
  }
  return kept
}

function toRow(entry: WalEntry | WalDamage): readonly string[] {
  if (!entry.ok) return ['-', '-', 'DAMAGED', `at byte ${entry.offset}: ${entry.reason}`, '', '']
  const { seq, ts, type } = entry.record
  const time = new Date(ts * 1000).toISOString().replace('.000Z', 'Z')
  return [
    String(seq),
    time,
    type,
    text(entry.record, 'capability'),
    text(entry.record, 'outcome'),
    text(entry.record, 'job_id'),
  ]
}

function text(record: WalRecord, member: string): string {
  const value = record[member]
  return typeof value === 'string' ? value : '-'
}
