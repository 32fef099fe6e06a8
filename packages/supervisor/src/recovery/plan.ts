import type { WalRecord } from '../wal/index.ts'
import { isJobEnd } from '../wal/record.ts'
import { parseBoundary, type RecordedBoundary } from './recorded-boundary.ts'
import { parseOwner, type RecordedOwner } from './owner.ts'

/** A job that was begun and will not end any more. */
export interface Interruption {
  readonly jobId: string
  readonly capability: string
  readonly tenant: string
  readonly sessionId: string | null
  readonly startSeq: number
  /** Unix seconds. */
  readonly startedAt: number
  readonly owner: RecordedOwner | undefined
  /** What held it, where it came that far. */
  readonly boundary: RecordedBoundary | undefined
}

export interface RecoveryPlan {
  readonly interrupted: readonly Interruption[]
  /** Jobs of those who live, or may live: left alone. */
  readonly running: readonly string[]
}

/**
 * What is to be done about jobs without an end: a pure function of the records, in their order, and of who is dead.
 * Records of ended jobs may be left out. With its own records added it plans nothing any more.
 */
export function planRecovery(
  records: Iterable<WalRecord>,
  isDead: (owner: RecordedOwner) => boolean,
): RecoveryPlan {
  const open = new Map<string, Interruption>()
  for (const record of records) {
    const { type, job_id: jobId } = record
    if (typeof jobId !== 'string') continue
    if (type === 'job_started') open.set(jobId, toInterruption(jobId, record))
    else if (isJobEnd(record)) open.delete(jobId)
    else if (type === 'job_validated') {
      const known = open.get(jobId)
      if (known !== undefined) open.set(jobId, { ...known, boundary: parseBoundary(record['boundary']) })
    }
  }
  const jobs = [...open.values()]
  const interrupted = jobs.filter(({ owner }) => owner !== undefined && isDead(owner))
  const running = jobs.filter((job) => !interrupted.includes(job)).map(({ jobId }) => jobId)
  return { interrupted, running }
}

function toInterruption(jobId: string, record: WalRecord): Interruption {
  const { seq, ts, capability, tenant, session_id: sessionId, owner, boot_id: bootId } = record
  return {
    jobId,
    capability: typeof capability === 'string' ? capability : '',
    tenant: typeof tenant === 'string' ? tenant : '',
    sessionId: typeof sessionId === 'string' ? sessionId : null,
    startSeq: seq,
    startedAt: ts,
    owner: parseOwner(owner, bootId),
    boundary: undefined,
  }
}
