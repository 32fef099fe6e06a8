import { existsSync } from 'node:fs'
import process from 'node:process'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import { type Level, type Manifest, RuntimoError } from '@runtimo/capabilities'
import { childEntry, threadHostEntry } from '@runtimo/worker'
import type { BoundarySpec, WorkerSpec } from '../isolation/boundary-spec.ts'
import type { IsolationHost } from '../isolation/host.ts'
import { isRoot } from '../isolation/job-user.ts'
import { nodeFlags } from '../isolation/node-flags.ts'
import { planBoundary } from '../isolation/plan-boundary.ts'
import { findUnmet, refusal } from '../isolation/requirement.ts'
import { defaultLimits, type LimitHost, planLimits } from '../limits/index.ts'
import type { CapabilityEntry } from '../registry/registry.ts'
import { isWithin } from '../view/within.ts'
import { makeLogFiles } from '../wal/log-files.ts'
import { keepsBackups, noBackups } from './file-access.ts'
import type { Job } from './job.ts'
import { permit } from './permit.ts'
import type { Services } from './services.ts'
import { fixedState, statePaths } from './state-paths.ts'

/**
 * What a job must be held by: the policy, what the caller says of this job, and what this machine has.
 * @throws RT_PERMISSION_DENIED, RT_INVALID_OPTION, RT_POSTURE_UNAVAILABLE: then nothing runs
 */
export async function describeBoundary(...asked: Parameters<typeof describe>): Promise<BoundarySpec> {
  try {
    return await describe(...asked)
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    // Such as a directory that we ourselves may not look into.
    throw new RuntimoError(
      'RT_INVALID_OPTION',
      error.message,
      { option: 'workingDir, read or write' },
      { cause: error },
    )
  }
}

async function describe(
  job: Job,
  services: Services,
  manifest: Pick<Manifest, 'level' | 'permissions'> = job.capability.manifest ?? {},
  level: Level = levelOf(job, services),
): Promise<BoundarySpec> {
  const { policy } = services
  const { options, capability } = job
  const { source, kind } = capability
  const isTrusted = kind === 'function' && source.kind === 'builtin'
  const defaults = defaultLimits({ memoryBytes: totalmem() })
  if (level === 'sandbox' && isTrusted && keepsBackups(capability)) throw noBackups(capability.name)
  const permissions = await permit(job, level, manifest, { policy, defaults })
  const host = await services.isolation()
  const limits = planLimits(permissions.limits, defaults, limitHost(job, host, level))
  const { folders, files } = codeOf(capability, level)
  const { path } = services.wal
  const shown = [job.workingDir, ...folders, ...permissions.read, ...permissions.write]
  const isHiddenWhole = fixedState(services).some((other) => other !== path && isWithin(path, other))
  if (!isHiddenWhole && shown.some((directory) => isWithin(path, directory))) {
    await services.wal.prepare()
    await makeLogFiles(path)
  }
  // Only now: from here on no segment is ended while the job sees where they are.
  const state = isHiddenWhole ? fixedState(services) : await statePaths(services)
  const entry = kind === 'command' ? undefined : level === 'thread' ? threadHostEntry : childEntry
  const plan = planBoundary(
    {
      level,
      isTrusted,
      workingDir: job.workingDir,
      read: [...folders, ...permissions.read],
      files,
      write: permissions.write,
      env: permissions.env,
      limits,
      entry,
      state,
      user: policy.user ?? 'mapped',
    },
    host,
  )
  const missing = [policy.require, options.require].flatMap((required = {}) =>
    findUnmet(required, plan.posture),
  )
  if (missing.length > 0) throw refusal(missing)
  const worker: WorkerSpec | undefined =
    entry === undefined
      ? undefined
      : {
          argv: [process.execPath, ...nodeFlags(), entry],
          hasThread: level === 'thread',
          // The kernel counts CPU time over a process's whole life.
          isReused: isTrusted && level !== 'thread' && limits.limits.cpuTimeMs === undefined,
        }
  return { tenant: services.tenant, plan, limits, worker }
}

/** So many files beside a module are shown with it; of more, only the module itself. */
const mostBeside = 256

/**
 * What a job sees of its capability's code: a package as a folder, of a single file only what was held to be it.
 * Without a view of its own, the folder of that file.
 */
function codeOf(
  { source, code }: CapabilityEntry,
  level: Level,
): { folders: readonly string[]; files: readonly string[] } {
  if (source.kind !== 'file') return { folders: [], files: [] }
  if (code === undefined) return { folders: [dirname(source.path)], files: [] }
  const { folder, entry, isWholeFolder } = code.location
  if (isWholeFolder || level !== 'sandbox') return { folders: [folder], files: [] }
  return { folders: [], files: code.paths.length > mostBeside ? [entry] : code.paths }
}

/** Where a job is to run. A command needs a process of its own. */
function levelOf({ capability, options }: Job, { policy }: Services): Level {
  const isOurs = capability.kind === 'function' && capability.source.kind === 'builtin'
  const level = options.level ?? (isOurs ? 'process' : (policy.level ?? 'sandbox'))
  return capability.kind === 'command' && level === 'thread' ? 'process' : level
}

function limitHost({ capability }: Job, { groups }: IsolationHost, level: Level): LimitHost {
  return {
    level,
    groups: groups.kind === 'none' ? undefined : groups.abilities,
    missing: groups.missing,
    isOwnUser: level === 'sandbox' || (isRoot() && capability.source.kind === 'file'),
    hasProcessIo: existsSync('/proc/self/io'),
  }
}
