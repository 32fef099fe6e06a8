import type { Level } from '@runtimo/capabilities'

/** What was really in force while a job ran. Null: no limit of that kind. */
export interface Posture {
  readonly level: Level
  readonly pidNamespace: boolean
  readonly network: 'none' | 'host'
  readonly seccomp: boolean
  readonly landlock: boolean
  /** Bytes; of level `thread` the JavaScript heap, which Buffers are outside of. */
  readonly memory: number | null
  readonly pids: number | null
  readonly cpu: number | null
  /** The uid that the job's first process really had. */
  readonly uid: number
  readonly cgroup: string | null
}
