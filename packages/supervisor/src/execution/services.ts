import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import type { LlmoSafeGuard } from '../guards/llmo-safe-guard.ts'
import type { CommandThreads } from '../isolation/command-threads.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { ProcessIdentity } from '../processes/index.ts'
import type { ManifestCheck } from '../registry/manifest-check.ts'
import type { WalWriter } from '../wal/index.ts'

/** What a supervisor lends to each of its jobs. */
export interface Services {
  readonly wal: WalWriter
  readonly guard: LlmoSafeGuard
  /** False: the guard on CPU and memory is off, by choice. */
  readonly isGuardOn: boolean
  readonly maxZombies: number
  readonly threads: CommandThreads
  readonly manifests: ManifestCheck
  /** The kernel's account of forks; undefined where it cannot be had. */
  readonly forkEvents: () => Promise<ForkEvents | undefined>
  /** The jobs that are between their start and their end. */
  readonly runs: Set<JobRun>
  readonly owner: ProcessIdentity
  readonly tenant: string
}
