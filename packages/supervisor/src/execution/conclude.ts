import type { Conclusion, JobRun } from '../isolation/job-run.ts'
import type { Emptied } from './empty-boundary.ts'
import { type Course, type Ending, toEnding } from './ending.ts'
import { toRuntimoError } from './under-deadline.ts'

/** What the job came to, with what it gave back, whole or partial. Never rejects. */
export async function conclude(run: JobRun, course: Course, emptied: Emptied): Promise<Ending> {
  const conclusion: Conclusion = await run
    .conclude()
    .catch((error: unknown) => ({ error: toRuntimoError(error) }))
  return toEnding({ ...course, error: emptied.error ?? course.error ?? conclusion.error }, conclusion)
}
