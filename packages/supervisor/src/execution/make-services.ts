import { join, resolve } from 'node:path'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import { findConfig } from '../config/location.ts'
import { LlmoSafeGuard } from '../guards/llmo-safe-guard.ts'
import { defaultMaxZombies } from '../guards/zombies.ts'
import { Boundary } from '../isolation/boundary.ts'
import { type BoundarySpec, keyOf } from '../isolation/boundary-spec.ts'
import { CommandThreads } from '../isolation/command-threads.ts'
import type { IsolationHost } from '../isolation/host.ts'
import type { SupervisorOptions } from '../options/supervisor-options.ts'
import { Pool } from '../pools/pool.ts'
import { ReusePool } from '../pools/reuse-pool.ts'
import type { Owner } from '../recovery/owner.ts'
import { ManifestCache } from '../registry/manifest-cache.ts'
import type { ManifestCheck } from '../registry/manifest-check.ts'
import { SessionManager } from '../sessions/session-manager.ts'
import { defaultDirectory } from '../wal/location.ts'
import { defaultWalPath, WalWriter } from '../wal/index.ts'
import { OutputStore } from '../wal/outputs.ts'
import { Captures } from './capture.ts'
import type { Services } from './services.ts'

const defaultPrewarmed = 8
/** Most of a job's time is spent waiting: for the log's disk, and for looks at the machine, which jobs share. */
const workersPerCore = 8

/** What comes later than the options: found when the first job needs it. */
export interface Found {
  readonly isolation: () => Promise<IsolationHost>
  readonly forkEvents: () => Promise<ForkEvents | undefined>
  readonly owner: () => Owner | undefined
}

export function makeServices(options: SupervisorOptions, found: Found): Services {
  const { walPath, guards, attribution, tenant, policy, maxPrewarmed, wal, backups, sessionsDir, files } =
    options
  const guard = new LlmoSafeGuard({
    ...(guards?.cpuPercent === undefined ? {} : { cpuPercent: guards.cpuPercent }),
    ...(guards?.memoryPercent === undefined ? {} : { memoryPercent: guards.memoryPercent }),
  })
  const prepare = async (spec: BoundarySpec): Promise<Boundary> =>
    Boundary.prepare(spec, await found.isolation())
  let manifests: Promise<ManifestCheck> | undefined
  const path = walPath === undefined ? defaultWalPath() : resolve(walPath)
  return {
    wal: new WalWriter(path, wal),
    outputs: new OutputStore(path),
    guard,
    captures: new Captures(guard.cpu),
    isolation: found.isolation,
    boundaries: new Pool(prepare, keyOf, { min: 0, max: maxPrewarmed ?? defaultPrewarmed }),
    workers: new ReusePool(prepare, keyOf, workersPerCore * availableParallelism()),
    policy: policy ?? {},
    isGuardOn: guards?.pressure ?? true,
    maxZombies: guards?.maxZombies ?? defaultMaxZombies,
    threads: new CommandThreads(),
    manifests: () => (manifests ??= loadManifestCheck()),
    manifestCache: new ManifestCache(),
    forkEvents: found.forkEvents,
    isTree: attribution === 'tree',
    runs: new Set(),
    owner: () => found.owner() ?? unowned(),
    tenant: tenant ?? 'default',
    files: { roots: files?.roots ?? [], deny: files?.deny ?? [] },
    backups: backupsDirectory(backups?.dir),
    sessions: new SessionManager(sessionsDir),
    configFile: findConfig(process.env)?.path,
  }
}

async function loadManifestCheck(): Promise<ManifestCheck> {
  const { ManifestCheck } = await import('../registry/manifest-check.ts')
  return new ManifestCheck()
}

/** Given, or RUNTIMO_BACKUPS_DIR, or beside the default log. */
function backupsDirectory(given: string = process.env['RUNTIMO_BACKUPS_DIR'] ?? ''): string {
  return given === '' ? join(defaultDirectory(), 'backups') : resolve(given)
}

function unowned(): never {
  throw new RuntimoError('RT_INTERNAL', 'a job was recorded before its owner was known')
}
