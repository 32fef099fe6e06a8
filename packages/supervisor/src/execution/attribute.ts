import type { Method } from '../attribution/attribution.ts'
import type { SpawnedProcess } from '../attribution/spawned-process.ts'
import type { JobRun } from '../isolation/job-run.ts'

export interface Attributed {
  readonly spawned: readonly SpawnedProcess[]
  /** All of them, also those that are not named. */
  readonly count: number
  readonly method: Method
  /** Some may be missing. */
  readonly isLossy: boolean
}

/** Step 9: every process that the job started. What we started for it is none of them. */
export async function attribute({ custody }: JobRun): Promise<Attributed> {
  if (custody === undefined) return { spawned: [], count: 0, method: 'exact', isLossy: false }
  const { processes, count, method, lost } = await custody.lineage()
  return { spawned: processes, count, method, isLossy: lost }
}
