import { hash } from 'node:crypto'
import { type Json, RuntimoError } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import type { Capture } from './capture.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Step 5: durable before anything of the capability runs. @throws RT_WAL_…, and the job does not run */
export async function recordStart(job: Job, args: Json, before: Capture, services: Services): Promise<void> {
  if (job.options.signal?.aborted === true)
    throw new RuntimoError('RT_CANCELLED', 'cancelled before it began')
  const text = JSON.stringify(args)
  await services.wal.append({
    type: 'job_started',
    ...describeJob(job, services),
    // Not the arguments themselves: what is secret in them is known only to the capability's schema.
    arguments: { sha256: hash('sha256', text), bytes: Buffer.byteLength(text) },
    telemetry_before: toWire(before.telemetry),
    process_before: toWire(before.processes.summary),
  })
}

/** The members that the records of one job share. */
export function describeJob(job: Job, services: Services): Readonly<Record<string, Json>> {
  return {
    job_id: job.id,
    owner: toWire(services.owner),
    tenant: services.tenant,
    session_id: job.options.sessionId ?? null,
    capability: job.capability.name,
  }
}
