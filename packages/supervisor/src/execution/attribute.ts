import type { Method } from '../attribution/attribution.ts'
import type { SpawnedProcess } from '../attribution/spawned-process.ts'
import type { JobRun } from '../isolation/job-run.ts'

export interface Attributed {
  readonly spawned: readonly SpawnedProcess[]
  /** All of them, also those that are not named. */
  readonly count: number
  readonly method: Method
}

/** Step 9: every process that the job started. The worker that we started for it is not one. */
export async function attribute(run: JobRun): Promise<Attributed> {
  const { boundary, isWorker } = run
  if (boundary === undefined) return { spawned: [], count: 0, method: 'exact' }
  const { processes, count, method } = await boundary.lineage()
  if (!isWorker) return { spawned: processes, count, method }
  const { pid } = boundary.launched.root
  const spawned = processes.filter((process) => process.pid !== pid)
  return { spawned, count: count - (processes.length - spawned.length), method }
}
