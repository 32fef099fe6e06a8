import { readOwnGroups } from '../telemetry/cgroup.ts'
import { under } from '../telemetry/read-text.ts'
import { readControl } from './control-file.ts'
import type { Version } from './controllers/index.ts'
import { type CgroupMount, readCgroupMounts } from './mounts.ts'

/** A hierarchy that can be seen from here. */
export interface Hierarchy {
  readonly version: Version
  /** Of version 1: those that live in it. */
  readonly controllers: readonly string[]
  readonly mount: string
  /** Directory of our own group; undefined when it is not below the mount. */
  readonly own: string | undefined
}

// CGROUP2_SUPER_MAGIC and CGROUP_SUPER_MAGIC
const types: Readonly<Record<Version, number>> = { 1: 0x27e0eb, 2: 0x63677270 }
const wanted = ['memory', 'pids', 'cpu', 'cpuacct', 'freezer']

/**
 * The hierarchies of use to us, version 2 first. A mount counts when statfs finds the right file system at its place,
 * for a later mount may hide it.
 */
export function findHierarchies(
  root: string,
  fileSystemType: (path: string) => number | undefined,
): Hierarchy[] {
  const groups = readOwnGroups(root)
  const found = new Map<string, Hierarchy>()
  for (const mount of readCgroupMounts(root)) {
    const directory = under(root, mount.target)
    if (fileSystemType(directory) !== types[mount.version]) continue
    const controllers = mount.version === 2 ? [] : wanted.filter((name) => mount.options.includes(name))
    const key = mount.version === 2 ? '' : controllers[0]
    if (key === undefined || found.get(key)?.own !== undefined) continue
    const own = findOwn(directory, mount, groups.get(key)?.path)
    found.set(key, { version: mount.version, controllers, mount: directory, own })
  }
  return [...found.values()].toSorted((a, b) => b.version - a.version)
}

/** It counts only when the kernel agrees that we are in there. */
function findOwn(directory: string, { shows }: CgroupMount, group: string | undefined): string | undefined {
  const path = group === undefined ? undefined : strip(group, shows)
  if (path === undefined) return undefined
  const own = directory + path
  const members = readControl(own, 'cgroup.procs')?.split('\n') ?? []
  return members.includes(String(process.pid)) ? own : undefined
}

/**
 * The path of a group below a mount that shows only a part of the hierarchy. Paths with '..' lead out of our control
 * group namespace: the names up there are not told.
 */
function strip(group: string, shows: string): string | undefined {
  if (`${group}${shows}/`.includes('/../')) return undefined
  if (shows === '/') return group === '/' ? '' : group
  if (group === shows) return ''
  return group.startsWith(`${shows}/`) ? group.slice(shows.length) : undefined
}
