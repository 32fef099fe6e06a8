import type { Conclusion, JobRun } from '../isolation/job-run.ts'
import type { RuntimoError } from '@runtimo/capabilities'
import { type Course, type Ending, toEnding } from './ending.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/** What the job came to, with what it gave back, whole or partial. Never rejects. */
export async function conclude(
  run: JobRun,
  course: Course,
  survivors: RuntimoError | undefined,
): Promise<Ending> {
  const conclusion: Conclusion = await run
    .conclude()
    .catch((error: unknown) => ({ error: toRuntimoError(error) }))
  return toEnding({ ...course, error: survivors ?? course.error ?? conclusion.error }, conclusion)
}
