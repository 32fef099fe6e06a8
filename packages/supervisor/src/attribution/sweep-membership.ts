import { livingOf, type Membership, type Seize } from './membership.ts'
import { type Marked, sweep } from '../termination/sweep.ts'
import { type ProcessIdentity, type ProcessStat, readStat } from '../processes/index.ts'
import { TreeMembership } from './tree-membership.ts'

/** The last resort, where orphans go astray: a first process, whoever is below it, and who is found to be a relative. */
export class SweepMembership implements Membership {
  readonly method = 'tree'
  readonly #job: Marked
  readonly #tree: TreeMembership

  constructor(job: Marked) {
    this.#job = job
    this.#tree = new TreeMembership(job.root)
  }

  members(): readonly ProcessStat[] {
    return [...this.#first(), ...this.#tree.members()]
  }

  living(seize?: Seize): readonly ProcessIdentity[] {
    const first = livingOf(this.#first())
    if (seize !== undefined) first.forEach(seize)
    const found = sweep(this.#job, [...first, ...this.#tree.living(seize)])
    this.#tree.learn(found)
    return found
  }

  #first(): readonly ProcessStat[] {
    const { pid, startTime } = this.#job.root
    const stat = readStat(pid)
    return stat?.startTime === startTime ? [stat] : []
  }
}
