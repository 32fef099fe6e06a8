import { realpathSync } from 'node:fs'
import process from 'node:process'
import { type JobPolicy, LaunchPlan, type LaunchPolicy, type Mount } from '@runtimo/worker'
import { arch } from '../../isolation/arch.ts'
import { jobUser } from '../../isolation/job-user.ts'
import type { HostRoot } from '../../view/host-root.ts'

const job: JobPolicy = {
  argv: ['/never started'],
  env: {},
  cwd: '/',
  limits: {},
  landlock: undefined,
  hasFilter: true,
  masks: [],
  frozen: [],
}

function policy(landlockAbi: number): Omit<LaunchPolicy, 'level' | 'root'> {
  return {
    arch: arch(),
    supervisorPid: process.pid,
    landlockAbi,
    user: jobUser(),
    joins: [],
    killSwitch: undefined,
    mounts: [],
  }
}

type Tapes = Readonly<Record<'base' | 'job', LaunchPlan['base']>>

/** The launcher without namespaces: another user, no privileges, Landlock if wanted, the filter. */
export function processTapes(landlockAbi: number, hasLandlock: boolean): Tapes {
  const plan = new LaunchPlan({ ...policy(landlockAbi), level: 'process', root: undefined })
  return {
    base: plan.base,
    job: plan.job({ ...job, landlock: hasLandlock ? { read: ['/'], write: [] } : undefined }),
  }
}

/** Level process of root, with a workspace for its job that is another user. */
export function workspaceTapes(workingDir: string): Tapes {
  const source = realpathSync(workingDir)
  const mount: Mount = { source, target: source, type: 'directory', access: 'write', isIdMapped: true }
  const plan = new LaunchPlan({ ...policy(0), level: 'process', mounts: [mount], root: undefined })
  return { base: plan.base, job: plan.job(job) }
}

/** A sandbox with the view that every job has, and no workspace. */
export function sandboxTapes(landlockAbi: number, host: HostRoot): Tapes {
  const plan = new LaunchPlan({
    ...policy(landlockAbi),
    level: 'sandbox',
    mounts: host.mounts,
    root: {
      symlinks: host.symlinks,
      files: [],
      tmpfs: [{ path: '/tmp', bytes: 65_536, inodes: 16, mode: 0o1777 }],
      hostname: 'doctor',
    },
  })
  return { base: plan.base, job: plan.job(job) }
}
