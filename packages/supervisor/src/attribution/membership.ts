import { isOver, type ProcessIdentity, type ProcessStat } from '../processes/index.ts'

/**
 * Whose process is whose by something that no process can leave: a control group's leaf, or being somewhere
 * below a launcher to which all orphans come back. Nobody's parents are followed upwards.
 */
export interface Membership {
  /** `tree` where somebody may have got out of it after all. */
  readonly method: 'sampled' | 'tree'
  /** One quick look at all who are there, also the dead whom nobody has waited for. */
  members(): readonly ProcessStat[]
  /** Their pids alone, where the kernel lists these: much cheaper. */
  pids?(): readonly number[]
  /**
   * Who lives; while they fork, somebody may be missing. Empty only when nobody is left: it looks again while
   * people leave, and after many looks tells of those who left, for whom they had started is not known. `seize`
   * gets each in the moment in which it is met: of processes that fork and leave, nobody is there any more when
   * the look is over.
   */
  living(seize?: Seize): readonly ProcessIdentity[]
}

export type Seize = (process: ProcessIdentity) => void

/** Those of whom something still runs. */
export function livingOf(members: readonly ProcessStat[]): readonly ProcessStat[] {
  return members.filter((stat) => !isOver(stat))
}
