import type { LimitPlan } from '../limits/index.ts'
import type { BoundaryPlan } from './plan-boundary.ts'

/** Everything that a boundary is made of before its job is known: jobs of the same may share a pool. */
export interface BoundarySpec {
  readonly tenant: string
  readonly plan: BoundaryPlan
  readonly limits: LimitPlan
  /** A worker of ours, started ahead; undefined: the job's own program. */
  readonly worker: WorkerSpec | undefined
}

export interface WorkerSpec {
  readonly argv: readonly [string, ...string[]]
  /** Only a thread's host may say that the thread has ended: a process says so by ending. */
  readonly hasThread: boolean
  /** Our own code, which may serve several jobs of one tenant, one after the other. */
  readonly isReused: boolean
}

const keys = new WeakMap<BoundarySpec, string>()

/** The name of all that is equal; made once, for a job's pools ask for it when it is taken and when it is given back. */
export function keyOf(spec: BoundarySpec): string {
  const key = keys.get(spec) ?? JSON.stringify(spec)
  keys.set(spec, key)
  return key
}
