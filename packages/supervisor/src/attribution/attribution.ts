import type { ProcessIdentity } from '../processes/index.ts'
import type { Lineage } from './fork-events/lineage.ts'

/** How well it is known what a job started: by the kernel's own account, that with losses, or by looking often. */
export type Method = 'exact' | 'sampled' | 'tree'

/** Knows the processes that one job's first process started. */
export interface Attribution extends Disposable {
  /** Whether nobody can be missing from `living`. */
  readonly isExact: boolean
  living(): Promise<readonly ProcessIdentity[]>
  lineage(): Promise<Lineage & { readonly method: Method }>
}
