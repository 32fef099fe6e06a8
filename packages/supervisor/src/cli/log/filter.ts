import type { WalDamage, WalEntry, WalRecord } from '../../wal/index.ts'
import { parseTime } from './time.ts'

export interface FilterFlags {
  readonly job?: string
  readonly type?: string
  readonly capability?: string
  readonly tenant?: string
  readonly session?: string
  readonly outcome?: string
  readonly since?: string
  readonly until?: string
}

const members = {
  job: 'job_id',
  type: 'type',
  capability: 'capability',
  tenant: 'tenant',
  session: 'session_id',
  outcome: 'outcome',
} as const

/** Which entries are asked for; damage always is, as nobody knows of what it was. @throws RT_USAGE */
export function parseFilter(flags: FilterFlags): (entry: WalEntry | WalDamage) => boolean {
  const wanted = Object.entries(members).flatMap(([flag, member]) => {
    const value: unknown = Reflect.get(flags, flag)
    return value === undefined ? [] : [{ member, value }]
  })
  const since = flags.since === undefined ? Number.NEGATIVE_INFINITY : parseTime('--since', flags.since)
  const until = flags.until === undefined ? Number.POSITIVE_INFINITY : parseTime('--until', flags.until)
  const isWanted = (record: WalRecord): boolean =>
    wanted.every(({ member, value }) => record[member] === value) && record.ts >= since && record.ts <= until
  return (entry) => !entry.ok || isWanted(entry.record)
}

export function isFiltered(flags: FilterFlags): boolean {
  return [...Object.keys(members), 'since', 'until'].some((flag) => Reflect.get(flags, flag) !== undefined)
}
