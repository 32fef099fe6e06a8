import type { ProcessIdentity } from '../processes/index.ts'
import type { Lineage } from './fork-events/lineage.ts'
import type { Seize } from './membership.ts'

/**
 * How it is known what a job started. `exact`: by the kernel's own account of every fork. `sampled`: by looking
 * often at who is there, and by that account where it has gaps: all are counted where the namespace tells how many
 * there were, but who lived briefly may have no name. `tree`: by looking for relatives; whoever hid is missing.
 */
export type Method = 'exact' | 'sampled' | 'tree'

/** Knows the processes that one job's first process started. */
export interface Attribution extends Disposable {
  /** Whether nobody can be missing from `living`. */
  readonly isExact: boolean
  /** All that must die, also what we started for the job; not the launcher. `seize`: see Membership. */
  living(seize?: Seize): Promise<readonly ProcessIdentity[]>
  /** Of the job itself, at most 1,000 named. */
  lineage(): Promise<Lineage & { readonly method: Method }>
}
