import { listJournals, markEnded, settleJournal, type Settlement } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import { openPrivate } from '../wal/location.ts'
import { tryLock } from '../linux/flock.ts'
import type { WalRecord, WalWriter } from '../wal/index.ts'
import { type Killed, killLeftovers } from './kill-leftovers.ts'
import { isLocked, removeStaleLocks } from './life-lock.ts'
import { isDead, type Owner } from './owner.ts'
import { type Interruption, planRecovery, type RecoveryPlan } from './plan.ts'

export interface RecoveryServices {
  readonly wal: WalWriter
  readonly backups: string
  readonly owner: Owner
  /** The records of the jobs that have no end, in their order. */
  readonly unfinished: () => Promise<readonly WalRecord[]>
  /** Empties and removes the control groups of dead owners. */
  readonly removeStale: () => Promise<void>
}

/** What was done about one job. */
export interface Recovered extends Killed {
  readonly jobId: string
  readonly capability: string
  readonly files: Settlement | null
}

export interface Recovery {
  readonly interrupted: readonly Recovered[]
  /** Jobs of those who live, or may live: left alone. */
  readonly running: readonly string[]
}

/** What would be done. Nothing is. @throws RT_WAL_… */
export async function planOf({
  wal,
  unfinished,
}: Pick<RecoveryServices, 'wal' | 'unfinished'>): Promise<RecoveryPlan> {
  const records = await unfinished()
  return planRecovery(records, (owner) => isDead(owner, (life) => isLocked(wal.path, life)))
}

/**
 * Ends what a dead supervisor left: its processes are killed, its half-done changes of files settled, and only then
 * the job is recorded as interrupted, once. Of several that recover one log at once, one does it. @throws RT_WAL_…
 */
export async function recover(services: RecoveryServices): Promise<Recovery> {
  const { interrupted, running } = await planOf(services)
  if (interrupted.length === 0) return { interrupted: [], running }
  await using lock = await openPrivate(`${services.wal.path}.recovery`)
  if (!tryLock(lock.fd)) return { interrupted: [], running }
  // Somebody may have done it before we had the lock.
  const { interrupted: left } = await planOf(services)
  await services.removeStale()
  const journals = await listJournals(services.backups)
  const recovered: Recovered[] = []
  for (const job of left) recovered.push(await recoverJob(job, journals.includes(job.jobId), services))
  removeStaleLocks(services.wal.path)
  return { interrupted: recovered, running }
}

async function recoverJob(
  job: Interruption,
  hasJournal: boolean,
  { wal, backups, owner }: RecoveryServices,
): Promise<Recovered> {
  const { jobId, capability, tenant, sessionId, startedAt, startSeq } = job
  const killed = await killLeftovers(job)
  const files = hasJournal ? await settleJournal(backups, jobId, { dryRun: false }) : null
  await wal.append({
    type: 'job_interrupted',
    job_id: jobId,
    owner: job.owner === undefined ? null : toWire(job.owner),
    tenant,
    session_id: sessionId,
    capability,
    outcome: 'interrupted',
    started_at: startedAt,
    start_seq: startSeq,
    recovered_by: toWire(owner),
    ...toWire(killed),
    files: files === null ? null : toWire(files),
  })
  await markEnded(backups, jobId)
  return { jobId, capability, files, ...killed }
}
