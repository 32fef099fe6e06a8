import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import type { LlmoSafeGuard } from '../guards/llmo-safe-guard.ts'
import type { CommandThreads } from '../isolation/command-threads.ts'
import type { Boundary } from '../isolation/boundary.ts'
import type { BoundarySpec } from '../isolation/boundary-spec.ts'
import type { IsolationHost } from '../isolation/host.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Owner } from '../recovery/owner.ts'
import type { ManifestCache } from '../registry/manifest-cache.ts'
import type { ManifestCheck } from '../registry/manifest-check.ts'
import type { Pool } from '../pools/pool.ts'
import type { ReusePool } from '../pools/reuse-pool.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import type { SessionManager } from '../sessions/session-manager.ts'
import type { WalWriter } from '../wal/index.ts'
import type { OutputStore } from '../wal/outputs.ts'
import type { Captures } from './capture.ts'

/** What a supervisor lends to each of its jobs. */
export interface Services {
  readonly wal: WalWriter
  readonly guard: LlmoSafeGuard
  /** False: the guard on CPU and memory is off, by choice. */
  readonly isGuardOn: boolean
  readonly maxZombies: number
  readonly captures: Captures
  readonly threads: CommandThreads
  readonly isolation: () => Promise<IsolationHost>
  /** Boundaries, some of them made ahead. */
  readonly boundaries: Pool<BoundarySpec, Boundary>
  /** Workers of our own code, which serve many jobs of one tenant. */
  readonly workers: ReusePool<BoundarySpec, Boundary>
  readonly policy: PolicyOptions
  /** Loaded for the first foreign module: the compiler of schemas comes with it. */
  readonly manifests: () => Promise<ManifestCheck>
  readonly manifestCache: ManifestCache
  /** Processes are found by their relatives only, by choice. */
  readonly isTree: boolean
  /** The kernel's account of forks; undefined where it cannot be had. */
  readonly forkEvents: () => Promise<ForkEvents | undefined>
  /** The jobs that are between their start and their end. */
  readonly runs: Set<JobRun>
  /** Known from the first job on. */
  readonly owner: () => Owner
  readonly tenant: string
  /** Outputs that are too large for a record. */
  readonly outputs: OutputStore
  /** What the file capabilities may touch beside the usual. */
  readonly files: { readonly roots: readonly string[]; readonly deny: readonly string[] }
  /** Directory of what they replace. */
  readonly backups: string
  readonly sessions: SessionManager
  /** Of the user's configuration, there or not. */
  readonly configFile: string | undefined
}
