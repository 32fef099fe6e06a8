import type { SpawnedProcess } from '../spawned-process.ts'

/** Everything that one child of the supervisor started, itself included. */
export interface Lineage {
  /** The root first, then in the order of their forks; at most 1,000. */
  readonly processes: readonly SpawnedProcess[]
  /** All of them, also those that are not named. */
  readonly count: number
  /** All that had not exited, also those that are not named. */
  readonly living: readonly LivingProcess[]
  /** The kernel dropped events while the root lived, or the root itself is unknown: count is a lower bound. */
  readonly lost: boolean
}

export interface LivingProcess {
  readonly pid: number
  readonly startTime: number
}
