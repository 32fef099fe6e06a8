import type { SpawnedProcess } from '../spawned-process.ts'

/** So many processes of a job are named; all are counted. */
export const mostNamed = 1000

/** Everything that one child of the supervisor started, itself included. */
export interface Lineage {
  /** The root first, then in the order of their forks; at most 1,000, and what may be of ours. */
  readonly processes: readonly SpawnedProcess[]
  /** All of them, also those that are not named. */
  readonly count: number
  /** The most processes and threads that lived at once; absent where nobody counted them. */
  readonly mostAtOnce?: number
  /** All that had not exited, also those that are not named. */
  readonly living: readonly LivingProcess[]
  /**
   * The count is a lower bound: the kernel dropped events while the root lived, or the root itself is unknown, or
   * somebody was found of whom no event had told. What is missed by looking only now and then is not lost: the
   * method says it.
   */
  readonly lost: boolean
}

export interface LivingProcess {
  readonly pid: number
  readonly startTime: number
}
