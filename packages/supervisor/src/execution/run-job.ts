import type { Json } from '@runtimo/capabilities'
import { RuntimoError } from '@runtimo/capabilities'
import { usageOf } from '../accounting/usage.ts'
import type { Conclusion, JobRun } from '../isolation/job-run.ts'
import { defaultTimeoutMs } from '../options/run-options.ts'
import { attribute } from './attribute.ts'
import { capture } from './capture.ts'
import { Deadline } from './deadline.ts'
import { type Course, toEnding } from './ending.ts'
import { execute } from './execute.ts'
import { guardArguments } from './guard-arguments.ts'
import { guardPressure } from './guard-pressure.ts'
import { guardZombies } from './guard-zombies.ts'
import type { Job } from './job.ts'
import { openRun } from './open-run.ts'
import { recordEnd } from './record-end.ts'
import { recordStart } from './record-start.ts'
import type { JobResult } from './result.ts'
import type { Services } from './services.ts'
import { validate } from './validate.ts'

/**
 * One job, from call to record. Guards and the log reject; once the start is recorded, whatever happens
 * becomes a result.
 */
export async function runJob(job: Job, services: Services): Promise<JobResult> {
  const before = await capture(job, services) // 1
  await guardPressure(job, services) // 2
  guardZombies(before, services) // 3
  const args = guardArguments(job) // 4
  await using run = await openRun(job, services) // what will hold it; nothing is started yet
  await recordStart(job, args, before, services) // 5

  services.runs.add(run)
  const stay = services.accounting.enter()
  const beganAt = performance.now()
  const course = await follow(run, job, args) // 6 and 7
  const durationMs = Math.round(performance.now() - beganAt)

  const emptied = await settle(run.boundary?.empty()) // 8: first nobody is left, then the machine is looked at
  const reapedCpuMs = services.accounting.leave(stay)
  services.runs.delete(run)
  const after = await capture(job, services)
  const { spawned, count, method } = await attribute(run) // 9
  const conclusion = await concluded(run)
  const ending = toEnding(
    { ...course, error: emptied ?? course.error ?? conclusion.error },
    conclusion,
    timeoutOf(job),
  )
  return await recordEnd(
    // 10
    job,
    {
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
      ...(run.boundary === undefined ? {} : { posture: run.boundary.posture }),
      usage: usageOf({ boundary: run.boundary, reapedCpuMs, processes: count, wallMs: durationMs }),
      startedAt: job.startedAt,
      durationMs,
      ...(job.options.sessionId === undefined ? {} : { sessionId: job.options.sessionId }),
    },
    services,
  )
}

/** Steps 6 and 7 under one deadline, which a hostile schema is under as well. */
async function follow(run: JobRun, job: Job, args: Json): Promise<Course> {
  using deadline = new Deadline(timeoutOf(job), job.options.signal)
  try {
    return { cut: (await validate(run, job, args, deadline)) ?? (await execute(run, deadline)) }
  } catch (error) {
    return { error: toRuntimoError(error) }
  }
}

async function concluded(run: JobRun): Promise<Conclusion> {
  try {
    return await run.conclude()
  } catch (error) {
    return { error: toRuntimoError(error) }
  }
}

async function settle(promise: Promise<void> | undefined): Promise<RuntimoError | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return toRuntimoError(error)
  }
}

function toRuntimoError(error: unknown): RuntimoError {
  if (error instanceof RuntimoError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new RuntimoError('RT_INTERNAL', message, {}, { cause: error })
}

function timeoutOf(job: Job): number {
  return job.options.timeoutMs ?? defaultTimeoutMs
}
