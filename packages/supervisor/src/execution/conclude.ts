import type { RuntimoError } from '@runtimo/capabilities'
import type { Conclusion, JobRun } from '../isolation/job-run.ts'
import { breachError } from '../limits/index.ts'
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
  const over = await overLimit(run)
  return toEnding({ ...course, error: survivors ?? over ?? course.error ?? conclusion.error }, conclusion)
}

/** A job that went over a ceiling has done so, however it ended: the last look is taken when nobody is left. */
async function overLimit({ custody }: JobRun): Promise<RuntimoError | undefined> {
  try {
    const breach = await custody?.breach()
    return breach === undefined ? undefined : breachError(breach)
  } catch (error) {
    return toRuntimoError(error)
  }
}
