import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import process from 'node:process'
import type { JobPolicy, LaunchPolicy, Mount, RootView } from '../../packages/worker/src/launch/index.ts'
import { readLandlockAbi } from '../../packages/supervisor/src/linux/landlock.ts'

export const isRoot: boolean = process.getuid?.() === 0
/** This machine's, as launchers name it. */
export const arch: LaunchPolicy['arch'] = process.arch === 'arm64' ? 'arm64' : 'x64'
/** Who the job is, inside and outside. */
export const jobUid: number = isRoot ? 65_534 : (process.getuid?.() ?? -1)
const jobGid = isRoot ? 65_534 : (process.getgid?.() ?? -1)
const landlockAbi = readLandlockAbi()

/** Where Node is inside a sandbox. */
export const insideNode = '/opt/node'

const top = ['/bin', '/sbin', '/lib', '/lib64'].filter((path) => existsSync(path))
const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink()
const etc = ['/etc/ld.so.cache', '/etc/alternatives', '/etc/ssl'].filter((path) => existsSync(path))

export function mount(source: string, target: string = source, access: Mount['access'] = 'read'): Mount {
  const real = realpathSync(source)
  const type = statSync(real).isFile() ? 'file' : 'directory'
  return { source: real, target, type, access, isIdMapped: false }
}

const root: RootView = {
  symlinks: top.filter(isLink).map((path) => ({ path, target: readlinkSync(path) })),
  files: [
    { path: '/etc/passwd', content: `job:x:${jobUid}:${jobGid}:job:/tmp/home:/bin/sh\n` },
    { path: '/etc/hosts', content: '127.0.0.1 localhost\n' },
  ],
  tmpfs: [
    { path: '/tmp', bytes: 1 << 22, inodes: 100, mode: 0o1777 },
    { path: '/tmp/home', bytes: 1 << 20, inodes: 20, mode: 0o700 },
    { path: '/dev/shm', bytes: 1 << 20, inodes: 20, mode: 0o1777 },
  ],
  hostname: 'sandbox',
}

export type Level = LaunchPolicy['level']
export interface Changes {
  readonly policy?: Partial<LaunchPolicy>
  readonly job?: Partial<JobPolicy>
  /** Appended to the usual ones. */
  readonly mounts?: readonly Mount[]
}

/** Of this machine: its programs, this Node, and a workspace; at level sandbox at /work. */
export function launchPolicy(
  level: Level,
  workspace: string,
  { policy, mounts = [] }: Changes,
): LaunchPolicy {
  const usual = [
    mount('/usr'),
    ...top.filter((path) => !isLink(path)).map((path) => mount(path)),
    ...etc.map((path) => mount(path)),
    mount(process.execPath, insideNode),
    mount(workspace, '/work', 'write'),
  ]
  return {
    arch,
    supervisorPid: process.pid,
    level,
    landlockAbi,
    user: { uid: jobUid, gid: jobGid, isDropped: isRoot },
    joins: [],
    killSwitch: undefined,
    mounts: level === 'sandbox' ? [...usual, ...mounts] : mounts,
    root: level === 'sandbox' ? root : undefined,
    ...policy,
  }
}

export function jobPolicy(
  level: Level,
  workspace: string,
  argv: JobPolicy['argv'],
  { job }: Changes,
): JobPolicy {
  const work = level === 'sandbox' ? '/work' : workspace
  const read = level === 'sandbox' ? ['/'] : ['/usr', '/proc', ...top, ...etc]
  return {
    argv,
    env: { PATH: '/usr/bin:/bin', HOME: '/tmp/home' },
    cwd: work,
    limits: { processes: level === 'sandbox' ? 64 : undefined, descriptors: 256 },
    landlock: { read, write: [work, '/tmp', '/dev'] },
    hasFilter: true,
    masks: [],
    frozen: [],
    ...job,
  }
}
