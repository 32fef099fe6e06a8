import { hash } from 'node:crypto'
import { type Json, type JsonObject, RuntimoError, scrub } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import { type Usage, usageOf } from '../accounting/index.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Attributed } from './attribute.ts'
import type { Capture } from './capture.ts'
import { manifestOf, secretsIn } from './describe-arguments.ts'
import type { Course, Ending } from './ending.ts'
import type { Job } from './job.ts'
import { describeJob } from './record-start.ts'
import type { JobResult } from './result.ts'
import type { Services } from './services.ts'

type Unrecorded = Omit<JobResult, 'walSeq' | 'session'>

/** The data of an output that takes more are kept in a file of their own, named by their hash. */
const maxOutputBytes = 65_536
/** So many of the processes are written; `usage.processes` counts all. */
const maxSpawned = 200

/** All that is known of a job when nobody of it is left. */
export interface Finished {
  readonly job: Job
  readonly args: Json
  readonly run: JobRun
  readonly before: Capture
  readonly after: Capture
  readonly course: Course
  readonly attributed: Attributed
  readonly ending: Ending
}

/** Step 10: durable before the caller hears. @throws RT_WAL_… */
export async function recordEnd(finished: Finished, services: Services): Promise<JobResult> {
  const { job, args } = finished
  const result = toResult(finished, await readUsage(finished))
  const { output, spawned, ...rest } = result
  const secrets = secretsIn(args, manifestOf(job, services))
  const written = scrub(toWire({ ...rest, spawned: spawned.slice(0, maxSpawned) }), secrets)
  const kept = await boundOutput(scrub(toWire(output), secrets), services)
  try {
    const walSeq = await services.wal.append({
      type: result.success ? 'job_completed' : 'job_failed',
      ...written,
      ...describeJob(job, services),
      output: kept,
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

/** A record stays small enough to be read as a line. A full disk takes the data, but not the record of the job. */
async function boundOutput(output: JsonObject, { outputs }: Services): Promise<JsonObject> {
  if (Buffer.byteLength(JSON.stringify(output)) <= maxOutputBytes) return output
  const { data = null, ...rest } = output
  const text = JSON.stringify(data)
  const omitted = { bytes: Buffer.byteLength(text), sha256: hash('sha256', text) }
  const isStored = await outputs.put(text).then(
    () => true,
    () => false,
  )
  return { ...boundPrinted(rest), omitted: { ...omitted, stored: isStored } }
}

/** What a function's code printed may be large as well. */
function boundPrinted(output: JsonObject): JsonObject {
  if (Buffer.byteLength(JSON.stringify(output)) <= maxOutputBytes) return output
  const { success = false, message = null } = output
  return { success, message, printed_omitted: true }
}
