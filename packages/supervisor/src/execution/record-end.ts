import { hash } from 'node:crypto'
import { type JsonObject, RuntimoError } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import { type Usage, usageOf } from '../accounting/index.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Attributed } from './attribute.ts'
import type { Capture } from './capture.ts'
import type { Course, Ending } from './ending.ts'
import type { Job } from './job.ts'
import { describeJob } from './record-start.ts'
import type { JobOutput, JobResult } from './result.ts'
import type { Services } from './services.ts'

type Unrecorded = Omit<JobResult, 'walSeq'>

/** Of an output that takes more, only the hash and length of its data are written. */
const maxOutputBytes = 65_536
/** So many of the processes are written; `usage.processes` counts all. */
const maxSpawned = 200

/** All that is known of a job when nobody of it is left. */
export interface Finished {
  readonly job: Job
  readonly run: JobRun
  readonly before: Capture
  readonly after: Capture
  readonly course: Course
  readonly attributed: Attributed
  readonly ending: Ending
}

/** Step 10: durable before the caller hears. @throws RT_WAL_… */
export async function recordEnd(finished: Finished, services: Services): Promise<JobResult> {
  const { job } = finished
  const result = toResult(finished, await readUsage(finished))
  const { output, spawned, ...rest } = result
  try {
    const walSeq = await services.wal.append({
      type: result.success ? 'job_completed' : 'job_failed',
      ...describeJob(job, services),
      ...toWire({ ...rest, spawned: spawned.slice(0, maxSpawned) }),
      output: boundOutput(output),
    })
    return { ...result, walSeq }
  } catch (error) {
    throw error instanceof RuntimoError ? afterTheFact(error, result) : error
  }
}

function toResult(
  { job, run, before, after, course, attributed, ending }: Finished,
  usage: Usage,
): Unrecorded {
  const { custody } = run
  const { durationMs } = course
  const { spawned, method, isLossy } = attributed
  return {
    jobId: job.id,
    capability: job.capability.name,
    outcome: ending.outcome,
    success: ending.outcome === 'completed',
    output: ending.output,
    ...(ending.error === undefined ? {} : { error: ending.error.toReport() }),
    telemetryBefore: before.telemetry,
    telemetryAfter: after.telemetry,
    processBefore: before.processes.summary,
    processAfter: after.processes.summary,
    spawned,
    attribution: method,
    ...(isLossy ? { attributionLost: true } : {}),
    ...(custody === undefined ? {} : { posture: custody.posture }),
    usage,
    startedAt: job.startedAt,
    durationMs,
    ...(job.options.sessionId === undefined ? {} : { sessionId: job.options.sessionId }),
  }
}

async function readUsage({ run, course, attributed }: Finished): Promise<Usage> {
  const { count } = attributed
  const { durationMs } = course
  if (run.custody !== undefined) return await run.custody.usage(count, durationMs)
  return usageOf({ sampled: nothingUsed, processes: count, wallMs: durationMs, outputBytes: 0 })
}

/** Nothing was started. */
const nothingUsed = {
  userMs: 0,
  systemMs: 0,
  maxRssBytes: 0,
  memoryPeakBytes: 0,
  readBytes: 0,
  writtenBytes: 0,
}

/** The job has run all the same: whoever reads the error must be able to tell which and how it went. */
function afterTheFact(error: RuntimoError, { jobId, outcome }: Unrecorded): RuntimoError {
  const message = `job ${jobId} ran (${outcome}), but its end is not recorded: ${error.message}`
  return new RuntimoError(error.code, message, { ...error.details, job_id: jobId, outcome }, { cause: error })
}

/** A record stays small enough to be read as a line: large data are named by the hash of their JSON. */
function boundOutput(output: JobOutput): JsonObject {
  if (Buffer.byteLength(JSON.stringify(output)) <= maxOutputBytes) return toWire(output)
  const data = JSON.stringify(output.data)
  const omitted = { bytes: Buffer.byteLength(data), sha256: hash('sha256', data) }
  return { success: output.success, message: output.message ?? null, omitted }
}
