import { type Json, RuntimoError } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import { recordBoundary } from '../recovery/recorded-boundary.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Capture } from './capture.ts'
import { describeArguments, manifestOf } from './describe-arguments.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Step 5: durable before anything of the capability runs. @throws RT_WAL_…, and the job does not run */
export async function recordStart(job: Job, args: Json, before: Capture, services: Services): Promise<void> {
  if (job.options.signal?.aborted === true)
    throw new RuntimoError('RT_CANCELLED', 'cancelled before it began')
  await services.wal.append({
    type: 'job_started',
    ...describeJob(job, services),
    arguments: describeArguments(args, manifestOf(job, services)),
    telemetry_before: toWire(before.telemetry),
    process_before: toWire(before.processes.summary),
  })
}

/**
 * What holds the job, for whoever finds it without an end. Nobody waits for it: the record of the end comes after it,
 * and tells if the log fails.
 */
export function recordValidated(run: JobRun, job: Job, args: Json, services: Services): void {
  const { custody } = run
  const written = services.wal.append({
    type: 'job_validated',
    ...describeJob(job, services),
    boundary: custody === undefined ? null : recordBoundary(custody.boundary),
    ...(job.capability.manifest === undefined
      ? { arguments: describeArguments(args, manifestOf(job, services)) }
      : {}),
  })
  written.catch(() => undefined)
}

/** The members that the records of one job share. */
export function describeJob(job: Job, services: Services): Readonly<Record<string, Json>> {
  return {
    job_id: job.id,
    owner: toWire(services.owner()),
    tenant: services.tenant,
    session_id: job.options.sessionId ?? null,
    capability: job.capability.name,
  }
}
