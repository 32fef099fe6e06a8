import type { Json } from '@runtimo/capabilities'
import type { JobRun } from '../isolation/job-run.ts'
import { type Cut, type Deadline } from './deadline.ts'
import type { Job } from './job.ts'

/**
 * Step 6, in the worker: the module is loaded, its manifest checked, the arguments validated. A deadline
 * in the arguments counts where the caller set none, and shortens the caller's.
 * @throws RuntimoError
 */
export async function validate(
  run: JobRun,
  job: Job,
  args: Json,
  deadline: Deadline,
): Promise<Cut | undefined> {
  const prepared = await Promise.race([
    run.prepare(args).then((timeoutMs) => ({ timeoutMs })),
    deadline.cut.then((cut) => ({ cut })),
  ])
  if ('cut' in prepared) return prepared.cut
  const { timeoutMs } = prepared
  if (timeoutMs !== undefined) deadline.reset(Math.min(timeoutMs, job.options.timeoutMs ?? timeoutMs))
  return undefined
}
