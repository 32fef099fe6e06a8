import type { JobPolicy, LaunchPolicy } from './policy.ts'
import { processBase } from './process-base-tape.ts'
import { processJob } from './process-job-tape.ts'
import { sandboxBase } from './sandbox-base-tape.ts'
import { sandboxJob } from './sandbox-job-tape.ts'
import type { Tape } from './tape.ts'

/** The two tapes of a launcher: the first for its start, the second when its job is known. */
export class LaunchPlan {
  readonly base: Tape
  readonly #makeJob: (job: JobPolicy) => Tape

  /** Throws a TypeError when the policy contradicts itself, a RangeError when it is too large for a tape. */
  constructor(policy: LaunchPolicy) {
    const { level, root, user, keeps = [] } = policy
    if (keeps.length > 0 && (level !== 'process' || user.isDropped)) {
      throw new TypeError('capabilities are kept at level process only, by root that stays root')
    }
    if (level === 'process') {
      if (root !== undefined) throw new TypeError('level process has no root of its own')
      this.base = processBase(policy)
      this.#makeJob = (job) => processJob(policy, job)
    } else {
      if (root === undefined) throw new TypeError('a sandbox needs a root')
      const { tape, state } = sandboxBase(policy, root)
      this.base = tape
      this.#makeJob = (job) => sandboxJob(policy, state, job)
    }
  }

  /** Of one job; a launcher plays one. Throws as the constructor does. */
  job(job: JobPolicy): Tape {
    return this.#makeJob(job)
  }
}
