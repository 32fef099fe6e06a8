import type { RuntimoError } from '@runtimo/capabilities'
import { hasCode } from '../linux/errno.ts'
import { WalReader, type WalRecord } from '../wal/index.ts'
import { unavailable } from './errors.ts'
import type { DamagedSession, Session } from './session.ts'

/**
 * The session in a file, or what is wrong with it; undefined when there is none: a file in which nothing was ever
 * made durable is no session. What was cut off the end of a file as a whole cannot be seen.
 */
export async function readSession(path: string, id: string): Promise<Session | DamagedSession | undefined> {
  const records: WalRecord[] = []
  let damage: DamagedSession | undefined
  try {
    for await (const entry of new WalReader(path).entries()) {
      if (damage !== undefined) return damage
      if (entry.ok) records.push(entry.record)
      else damage = { id, reason: `${entry.file}, byte ${entry.offset}: ${entry.reason}` }
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    return { id, reason: `${path}: ${error instanceof Error ? error.message : String(error)}` }
  }
  // A last record that is torn was never acknowledged; the next writer mends the file.
  if (damage !== undefined && !damage.reason.endsWith('a torn last record')) return damage
  return records.length === 0 ? undefined : toSession(records, id, path)
}

export function isDamaged(found: Session | DamagedSession): found is DamagedSession {
  return 'reason' in found
}

export function damagedError({ id, reason }: DamagedSession): RuntimoError {
  return unavailable(id, reason)
}

function toSession(records: readonly WalRecord[], id: string, path: string): Session | DamagedSession {
  const created = records.find(({ type }) => type === 'session_created')
  // Of another session when somebody has copied or renamed files.
  if (created?.['session_id'] !== id || typeof created['tenant'] !== 'string') {
    return { id, reason: `${path}: expected it to begin with session ${id}` }
  }
  const name = created['name']
  const closed = records.find(({ type }) => type === 'session_closed')
  const added = records
    .filter(({ type }) => type === 'session_job_added')
    .map((record) => record['job_id'])
    .filter((job) => typeof job === 'string')
  return {
    id,
    ...(typeof name === 'string' ? { name } : {}),
    tenant: created['tenant'],
    createdAt: created.ts,
    ...(closed === undefined ? {} : { closedAt: closed.ts }),
    jobs: [...new Set(added)],
  }
}
