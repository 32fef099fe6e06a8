import type { RootView, TmpfsMount } from '@runtimo/worker'
import type { HostRoot } from './host-root.ts'
import { isWithin } from './within.ts'

export interface RootViewOptions {
  readonly uid: number
  readonly gid: number
  /** See `chooseHome`. */
  readonly home: string
  /** Caps of /tmp and of HOME, each for itself: what is written there is the job's memory. */
  readonly scratch: TmpfsCaps
  readonly sharedMemory: TmpfsCaps
  /** What is mounted over the root later, and where links lead to that: nothing of ours may stand in the way. */
  readonly claimed: readonly string[]
  /** Links beside those of the machine, such as the names by which the caller knows the workspace. */
  readonly symlinks: RootView['symlinks']
}

export interface TmpfsCaps {
  readonly bytes: number
  readonly inodes: number
}

const hostname = 'sandbox'
const runCaps = { bytes: 2 ** 20, inodes: 256 }
/** Of ours: expected by programs, and not worth a mount each. */
const conveniences = [
  { path: '/var/tmp', target: '/tmp' },
  { path: '/var/run', target: '/run' },
]

/** All of the job's root that is made for it: names of users, private directories, links. */
export function rootView(host: HostRoot, options: RootViewOptions): RootView {
  const { home, scratch, sharedMemory, claimed, symlinks } = options
  const isCovered = (path: string): boolean => claimed.some((other) => isWithin(path, other))
  const own = conveniences.filter(
    ({ path }) => !isCovered(path) && !claimed.some((other) => isWithin(other, path)),
  )
  // On a system that keeps its programs there, /run holds the link to them instead.
  const hasRun = !host.symlinks.some(({ path }) => isWithin(path, '/run'))
  const tmpfs: TmpfsMount[] = [
    { path: '/tmp', ...scratch, mode: 0o1777 },
    { path: home, ...scratch, mode: 0o700 },
    { path: '/dev/shm', ...sharedMemory, mode: 0o1777 },
    ...(hasRun ? [{ path: '/run', ...runCaps, mode: 0o755 }] : []),
  ]
  return {
    symlinks: [...host.symlinks, ...own, ...symlinks],
    files: etcFiles(options),
    tmpfs: tmpfs.filter(({ path }) => !isCovered(path)),
    hostname,
  }
}

/** A place for HOME that no mount of the job covers and no link of the host stands for. */
export function chooseHome(claimed: readonly string[]): string {
  const places = ['/home/job', '/var/job', '/opt/job']
  return places.find((place) => !claimed.some((path) => isWithin(place, path))) ?? '/job'
}

/** Users and names as files only: the host's own may ask daemons and networks that are not there. */
function etcFiles({ uid, gid, home }: RootViewOptions): RootView['files'] {
  const users = [
    ['root', 0, 0, '/', '/bin/false'],
    ['job', uid, gid, home, '/bin/sh'],
    ['nobody', 65_534, 65_534, '/', '/bin/false'],
  ] as const
  // The same number under two names would make the job nobody.
  const known = users.filter(([name, id]) => name === 'job' || id !== uid)
  const groups = users.filter(([name, , id]) => name === 'job' || id !== gid)
  const databases = ['passwd', 'group', 'shadow', 'hosts', 'networks', 'protocols', 'services']
  const content = {
    passwd: known.map(([name, id, group, at, shell]) => `${name}:x:${id}:${group}:${name}:${at}:${shell}`),
    group: groups.map(([name, , id]) => `${name === 'nobody' ? 'nogroup' : name}:x:${id}:`),
    hosts: [`127.0.0.1 localhost ${hostname}`, `::1 localhost ${hostname}`],
    hostname: [hostname],
    'nsswitch.conf': databases.map((name) => `${name}: files`),
  }
  return Object.entries(content).map(([name, lines]) => ({
    path: `/etc/${name}`,
    content: `${lines.join('\n')}\n`,
  }))
}
