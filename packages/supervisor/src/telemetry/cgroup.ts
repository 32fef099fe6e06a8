import fs from 'node:fs'
import { readText, under } from './read-text.ts'

/** Where one controller keeps our own cgroup and those above it. */
export interface CgroupHierarchy {
  version: 1 | 2
  /** Mount point, as seen from the root. */
  mount: string
  /** Paths below the mount, our own cgroup first, the mount itself ('') last. */
  paths: readonly string[]
}

/** Finds our cgroup for a controller (/proc/self/cgroup): v1 if that has it, else v2, or undefined. */
export function findCgroup(
  root: string,
  controller: 'cpu' | 'cpuacct' | 'memory',
): CgroupHierarchy | undefined {
  const lines = (readText(root, '/proc/self/cgroup') ?? '')
    .split('\n')
    .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [])
  for (const [, controllers = '', path = ''] of lines) {
    if (!controllers.split(',').includes(controller)) continue
    const names = [controllers, controller]
    return place(root, 1, path, names, 'cgroup.procs')
  }
  const [, , path] = lines.find(([, controllers]) => controllers === '') ?? []
  // In a hybrid layout the v2 tree is mounted beside the v1 ones.
  return path === undefined ? undefined : place(root, 2, path, ['', 'unified'], 'cgroup.controllers')
}

function place(
  root: string,
  version: 1 | 2,
  path: string,
  names: readonly string[],
  proof: string,
): CgroupHierarchy | undefined {
  const mounts = names.map((name) => (name === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${name}`))
  const mount = mounts.find((directory) => fs.existsSync(under(root, `${directory}/${proof}`)))
  return mount === undefined ? undefined : { version, mount, paths: ancestors(root, mount, path) }
}

// The path is told from the hierarchy's root; a container may see only its own subtree there ('/docker/abc' is
// then the mount itself), and a process outside of its cgroup namespace has a path that begins with '/..'.
function ancestors(root: string, mount: string, path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  const isBelow = !segments.includes('..') && fs.existsSync(under(root, [mount, ...segments].join('/')))
  if (!isBelow) return ['']
  return [...segments.keys().map((up) => `/${segments.slice(0, segments.length - up).join('/')}`), '']
}
