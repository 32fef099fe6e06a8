import type { LaunchPolicy } from '../policy.ts'
import type { Syscall } from '../syscalls.ts'
import type { Condition } from './condition.ts'

/** Calls that a profile refuses. */
export interface Refusal {
  readonly names: readonly Syscall[]
  readonly answer: 'EPERM' | 'ENOSYS'
  /** Undefined: always. */
  readonly when?: Condition
  /** The condition in words, beginning with "with" or "of". */
  readonly whenText?: string
  /** Undefined: at both. */
  readonly level?: LaunchPolicy['level']
  /** A sentence. */
  readonly reason: string
}
