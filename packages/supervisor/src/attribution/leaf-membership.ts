import { type ProcessIdentity, type ProcessStat, readStat } from '../processes/index.ts'
import { livingOf, type Membership } from './membership.ts'

/** All processes of a control group's leaf. */
export class LeafMembership implements Membership {
  readonly method = 'sampled'
  /** Reads `cgroup.procs` anew each time. */
  readonly pids: () => readonly number[]
  readonly #root: string

  constructor(pids: () => readonly number[], root: string = '/') {
    this.pids = pids
    this.#root = root
  }

  /** Listed again after the look: a pid that a stranger has by now is not in the leaf any more. */
  members(): readonly ProcessStat[] {
    const stats = this.pids()
      .map((pid) => readStat(pid, this.#root))
      .filter((stat) => stat !== undefined)
    if (stats.length === 0) return []
    const still = new Set(this.pids())
    return stats.filter(({ pid }) => still.has(pid))
  }

  /** The kernel adds a child to its parent's leaf within the fork, so one list misses nobody but the very newest. */
  living(): readonly ProcessIdentity[] {
    return livingOf(this.members())
  }
}
