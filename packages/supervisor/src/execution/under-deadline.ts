import { defaultTimeoutMs } from '../options/run-options.ts'
import { type Cut, Deadline } from './deadline.ts'
import type { Course } from './ending.ts'
import type { Job } from './job.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/** Steps 6 and 7 under one deadline: a hostile schema is under it as well. Never rejects. */
export async function underDeadline(
  job: Job,
  steps: (deadline: Deadline) => Promise<Cut | undefined>,
): Promise<Course> {
  using deadline = new Deadline(job.options.timeoutMs ?? defaultTimeoutMs, job.options.signal)
  const beganAt = performance.now()
  const settled = await steps(deadline).then(
    (cut) => ({ cut }),
    (error: unknown) => ({ error: toRuntimoError(error) }),
  )
  const durationMs = Math.round(performance.now() - beganAt)
  return { ...settled, timeoutMs: deadline.timeoutMs, durationMs }
}
