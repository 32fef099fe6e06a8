import { RuntimoError } from '@runtimo/capabilities'
import type { JobRun } from '../isolation/job-run.ts'
import { defaultTimeoutMs } from '../options/run-options.ts'
import { type Cut, Deadline } from './deadline.ts'
import type { Course } from './ending.ts'
import type { Job } from './job.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/**
 * Steps 6 and 7 under one deadline: a hostile schema is under it as well. It counts from when the job's boundary
 * stands: to make that is our affair, and takes no time of the job's. Never rejects.
 */
export async function underDeadline(
  job: Job,
  run: JobRun,
  started: Promise<void>,
  steps: (deadline: Deadline) => Promise<Cut | undefined>,
): Promise<Course> {
  const timeoutMs = job.options.timeoutMs ?? defaultTimeoutMs
  try {
    await startedOrCancelled(started, job.options.signal)
  } catch (error) {
    const cause = toRuntimoError(error)
    if (cause.code === 'RT_CANCELLED') return { cut: 'cancelled', timeoutMs, durationMs: 0 }
    return { error: cause, timeoutMs, durationMs: 0 }
  }
  using deadline = new Deadline(timeoutMs, job.options.signal)
  const beganAt = performance.now()
  const course = steps(deadline).then(
    (cut) => ({ cut }),
    (error: unknown) => ({ error: toRuntimoError(error) }),
  )
  const settled = await (run.custody === undefined
    ? course
    : Promise.race([course, run.custody.watch.tripped.then(() => ({}))])) // which ceiling, it will tell
  const durationMs = Math.round(performance.now() - beganAt)
  return { ...settled, timeoutMs: deadline.timeoutMs, durationMs }
}

/** @throws RT_CANCELLED while it is not there yet, and what starting throws */
async function startedOrCancelled(started: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  const cancel = (): void => reject(new RuntimoError('RT_CANCELLED', 'cancelled by the caller'))
  signal?.addEventListener('abort', cancel, { once: true })
  if (signal?.aborted === true) cancel()
  try {
    await Promise.race([started, promise])
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
