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
  // The shortest counts: of the caller, of the arguments, of policy and manifest.
  const ceiling = run.custody?.boundary.spec.limits.limits.timeoutMs
  const given = [prepared.timeoutMs, ceiling].filter((timeoutMs) => timeoutMs !== undefined)
  if (given.length > 0) deadline.reset(Math.min(...given, job.options.timeoutMs ?? Infinity))
  return undefined
}
