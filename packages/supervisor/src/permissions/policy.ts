import type { Level, Limits } from '@runtimo/capabilities'

/** The most that foreign code gets, and what it gets when it does not say. Paths: absolute, or from the working directory. */
export interface HostPolicy {
  readonly read: readonly string[]
  /** To be allowed to write includes reading. */
  readonly write: readonly string[]
  /** Out of reach though inside of what is granted. */
  readonly deny?: readonly string[]
  /** Names of our variables that it may see. */
  readonly env: readonly string[]
  readonly network: 'none' | 'host'
  /** Undefined: no ceiling of that kind. */
  readonly limits: Limits
  /** In force where the policy has no ceiling: not what a capability gets from here, but the most that it may ask for. */
  readonly defaults?: Limits
  /** Where it runs. */
  readonly level: Level
}

/** What one job may do. Paths are absolute and without links. */
export interface EffectivePermissions {
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** To be covered in the job's view: these may lie inside the others. */
  readonly deny: readonly string[]
  readonly env: readonly string[]
  readonly network: 'none' | 'host'
  readonly limits: Limits
  readonly level: Level
}
