import { hash } from 'node:crypto'
import { type Json, type JsonObject, RuntimoError } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import type { Job } from './job.ts'
import { describeJob } from './record-start.ts'
import type { JobResult } from './result.ts'
import type { Services } from './services.ts'

/** An output that takes more is not written, only its hash and length. */
const maxOutputBytes = 65_536
/** So many of the processes are written; `usage.processes` counts all. */
const maxSpawned = 200

/** Step 10: durable before the caller hears of it. @throws RT_WAL_… */
export async function recordEnd(
  job: Job,
  result: Omit<JobResult, 'walSeq'>,
  services: Services,
): Promise<JobResult> {
  const written = toWire({
    outcome: result.outcome,
    output: boundOutput(toWire(result.output)),
    error: result.error,
    telemetryBefore: result.telemetryBefore,
    telemetryAfter: result.telemetryAfter,
    processBefore: result.processBefore,
    processAfter: result.processAfter,
    spawned: result.spawned.slice(0, maxSpawned),
    attribution: result.attribution,
    posture: result.posture,
    usage: result.usage,
    durationMs: result.durationMs,
  })
  const type = result.success ? 'job_completed' : 'job_failed'
  try {
    const walSeq = await services.wal.append({ type, ...describeJob(job, services), ...written })
    return { ...result, walSeq }
  } catch (error) {
    throw error instanceof RuntimoError ? afterTheFact(error, result) : error
  }
}

/** The job has run all the same: whoever reads the error must be able to tell which and how it went. */
function afterTheFact(error: RuntimoError, { jobId, outcome }: Omit<JobResult, 'walSeq'>): RuntimoError {
  const message = `job ${jobId} ran (${outcome}), but its end is not recorded: ${error.message}`
  return new RuntimoError(error.code, message, { ...error.details, job_id: jobId, outcome }, { cause: error })
}

/** A record stays small enough to be read as a line: what is large is named by its hash. */
function boundOutput(output: JsonObject): JsonObject {
  const text = JSON.stringify(output)
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxOutputBytes) return output
  const message: Json = typeof output['message'] === 'string' ? output['message'].slice(0, 8192) : null
  return { success: output['success'] ?? false, message, omitted: { bytes, sha256: hash('sha256', text) } }
}
