import { existsSync, statSync } from 'node:fs'
import process from 'node:process'
import type { Level } from '@runtimo/capabilities'
import type { JobPolicy, LaunchPolicy, LaunchUser, Mount } from '@runtimo/worker'
import { type LimitPlan, tmpfsDefaults } from '../limits/index.ts'
import { compileCacheView } from '../view/compile-cache.ts'
import { orderMounts } from '../view/order.ts'
import { type Protection, protect } from '../view/protect.ts'
import { sandboxView } from '../view/sandbox-view.ts'
import { openWorkspace, type Workspace } from '../view/workspace.ts'
import { between, isWithin } from '../view/within.ts'
import { arch } from './arch.ts'
import { refusal } from './requirement.ts'
import { jobEnvironment } from './environment.ts'
import type { IsolationHost } from './host.ts'
import { caller, isRoot, jobUser } from './job-user.ts'
import { grantable, type Posture } from './posture.ts'

/** What a job is to be held by, before anything of it is started. */
export interface BoundaryRequest {
  readonly level: Level
  /** Code of ours, which is as trusted as the supervisor: it has the caller's rights unless it is in a sandbox. */
  readonly isTrusted: boolean
  readonly workingDir: string
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** Level sandbox: single files that it may read. */
  readonly files: readonly string[]
  /** Names of our variables that it may see, beside the usual ones. */
  readonly env: readonly string[]
  readonly limits: LimitPlan
  /** Entry file of a worker of ours; undefined of a command. */
  readonly entry: string | undefined
  /** Paths of our own state: in no job's view. */
  readonly state: readonly string[]
  /** How a job of root's has the workspace: see `PolicyOptions.user`. */
  readonly user: 'mapped' | 'handed_over' | 'caller'
}

/** The same as the kernel will be told it. */
export interface BoundaryPlan {
  readonly launch: Omit<LaunchPolicy, 'joins' | 'killSwitch'>
  readonly job: Omit<JobPolicy, 'argv'>
  readonly protection: Protection | undefined
  readonly posture: Posture
  /** Where it may write, on the host. */
  readonly writable: readonly string[]
  /** Directories that belong to the job's user while it runs. */
  readonly handedOver: readonly string[]
}

/** What programs ask of the machine, at level process: names of users, hosts and services, and git's settings. */
const settings = [
  'passwd',
  'group',
  'hosts',
  'hostname',
  'nsswitch.conf',
  'resolv.conf',
  'host.conf',
  'gitconfig',
].map((name) => `/etc/${name}`)
/** Of the machine's, at level process: those that hold nothing and lead nowhere. */
const devices = ['null', 'zero', 'full', 'random', 'urandom'].map((name) => `/dev/${name}`)

/** @throws RT_INVALID_OPTION, RT_POSTURE_UNAVAILABLE */
export function planBoundary(request: BoundaryRequest, host: IsolationHost): BoundaryPlan {
  return request.level === 'sandbox' ? planSandbox(request, host) : planProcess(request, host)
}

function planSandbox(request: BoundaryRequest, host: IsolationHost): BoundaryPlan {
  const user = jobUser()
  const workspace = workspaceOf(request, host, user)
  const code = request.entry === undefined ? undefined : host.codeOf(request.entry)
  const cache = request.entry === undefined ? undefined : compileCacheView(user.uid, user.isDropped)
  const view = sandboxView({
    host: host.root,
    workspace,
    code,
    extra: [...(cache?.mounts ?? []), ...request.files.map(toFileMount)],
    uid: user.uid,
    gid: user.gid,
    scratch: scratchCaps(request.limits),
    sharedMemory: tmpfsDefaults['/dev/shm'],
  })
  const protection = protect({ mounts: view.mounts, asked: workspace.asked, state: request.state })
  const mounts = orderMounts([...view.mounts, ...protection.pins])
  const writable = mounts.filter(({ access }) => access === 'write').map(({ target }) => target)
  const scratch = view.root.tmpfs.map(({ path }) => path)
  return {
    launch: {
      arch: arch(),
      supervisorPid: process.pid,
      level: 'sandbox',
      user,
      mounts,
      root: view.root,
      landlockAbi: host.landlockAbi,
    },
    job: {
      env: { ...jobEnvironment({ level: 'sandbox', home: view.home, names: request.env }), ...cache?.env },
      cwd: workspace.cwd,
      limits: request.limits.rlimits,
      landlock: { read: ['/'], write: [...writable, ...scratch, '/dev'] },
      hasFilter: true,
      masks: protection.masks,
      frozen: protection.frozen,
    },
    protection,
    posture: posture(request, host, user, { pidNamespace: true, network: 'none', landlock: true }),
    writable,
    handedOver: user.isDropped && request.user === 'handed_over' ? writable : [],
  }
}

/**
 * Without a view of its own a job goes to its workspace by the host's path, as its own user.
 * @throws RT_POSTURE_UNAVAILABLE
 */
function refuseUnreachable(asked: readonly string[]): void {
  for (const path of asked) {
    const closed = between('/', path).find((parent) => (statSync(parent).mode & 0o001) === 0)
    if (closed === undefined) continue
    const cause = `${closed} lets nobody but its owner through, and the job has a user of its own`
    throw refusal([
      { field: 'workspace', wanted: path, cause, cure: 'run at level sandbox, or open that directory' },
    ])
  }
}

/** Without a view of its own nothing inside a directory can be hidden. @throws RT_POSTURE_UNAVAILABLE */
function refuseNearState(asked: readonly string[], state: readonly string[]): void {
  for (const path of asked) {
    const found = state.find((other) => isWithin(path, other) || isWithin(other, path))
    if (found === undefined) continue
    const cause = `${path} holds ${found}, where Runtimo keeps its own state, and only level sandbox can hide it`
    throw refusal([
      { field: 'workspace', wanted: path, cause, cure: 'run at level sandbox, or name another directory' },
    ])
  }
}

/** So much more fits than may be written: only what is over a ceiling is seen to be. And of size 0 it has no end. */
const scratchSlack = { bytes: 1_048_576, inodes: 64 }

/** What may be written is about all that there is room for. A few inodes are the file system's own. */
function scratchCaps({ limits }: LimitPlan): { readonly bytes: number; readonly inodes: number } {
  const { bytes, inodes } = tmpfsDefaults['/tmp']
  const { writtenBytes = bytes, writtenFiles = inodes } = limits
  return {
    bytes: Math.min(bytes, writtenBytes + scratchSlack.bytes),
    inodes: Math.min(inodes, writtenFiles + scratchSlack.inodes),
  }
}

function toFileMount(path: string): Mount {
  return { source: path, target: path, type: 'file', access: 'read', isIdMapped: false }
}

/** Without namespaces of its own: a mount namespace only where root must give a workspace to another uid. */
function planProcess(request: BoundaryRequest, host: IsolationHost): BoundaryPlan {
  const user = request.isTrusted || request.user === 'caller' ? caller() : jobUser()
  const workspace = workspaceOf(request, host, user)
  const hasLandlock = !request.isTrusted
  if (hasLandlock) refuseNearState(workspace.asked, request.state)
  if (user.isDropped) refuseUnreachable(workspace.asked)
  const writable = workspace.mounts.filter(({ access }) => access === 'write').map(({ target }) => target)
  const { NODE_COMPILE_CACHE } = process.env
  const isCached = request.entry !== undefined && NODE_COMPILE_CACHE !== undefined && !user.isDropped
  const cache = isCached ? { NODE_COMPILE_CACHE } : {}
  return {
    launch: {
      arch: arch(),
      supervisorPid: process.pid,
      level: 'process',
      user,
      keeps: request.isTrusted && isRoot() ? grantable() : [],
      mounts: user.isDropped ? workspace.mounts : [],
      root: undefined,
      landlockAbi: host.landlockAbi,
    },
    job: {
      env: {
        ...jobEnvironment({ level: request.level, home: undefined, names: request.env }),
        ...cache,
      },
      cwd: workspace.cwd,
      limits: request.limits.rlimits,
      landlock: hasLandlock
        ? {
            read: [...seenPaths(request, host, workspace), '/proc', ...Object.values(cache)],
            write: [...writable, ...devices],
          }
        : undefined,
      hasFilter: true,
      masks: [],
      frozen: [],
    },
    protection: undefined,
    posture: posture(request, host, user, { pidNamespace: false, network: 'host', landlock: hasLandlock }),
    writable,
    handedOver: user.isDropped && request.user === 'handed_over' ? writable : [],
  }
}

/** At level process, where Landlock alone hides what is not named. */
function seenPaths({ entry }: BoundaryRequest, host: IsolationHost, workspace: Workspace): string[] {
  const code = entry === undefined ? undefined : host.codeOf(entry)
  const mounted = [...host.root.mounts, ...(code?.mounts ?? []), ...workspace.mounts]
  return [...mounted.map(({ target }) => target), ...settings.filter((path) => existsSync(path))]
}

function workspaceOf(request: BoundaryRequest, host: IsolationHost, { isDropped }: LaunchUser): Workspace {
  const { workingDir, read, write, user } = request
  const isIdMapped = isDropped && user === 'mapped'
  return openWorkspace({ workingDir, read, write, isIdMapped, host: host.root })
}

function posture(
  { level, limits }: BoundaryRequest,
  host: IsolationHost,
  { uid }: LaunchUser,
  held: Pick<Posture, 'pidNamespace' | 'network' | 'landlock'>,
): Posture {
  return {
    level,
    ...held,
    seccomp: true,
    ...limits.held,
    uid,
    cgroup: host.groups.kind === 'none' ? null : host.groups.kind,
  }
}
