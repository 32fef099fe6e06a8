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

/** Our own group in each hierarchy (/proc/self/cgroup): of v2 under '', of v1 under each controller's name. */
export function readOwnGroups(root: string): ReadonlyMap<string, OwnGroup> {
  return parseOwnGroups(readText(root, '/proc/self/cgroup') ?? '')
}

function parseOwnGroups(text: string): ReadonlyMap<string, OwnGroup> {
  const lines = text.split('\n')
  const groups = lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/u.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    return controllers.split(',').map((name): [string, OwnGroup] => [name, { path, controllers }])
  })
  return new Map(groups)
}

export interface OwnGroup {
  /** From the hierarchy's root, as our control group namespace sees it. */
  readonly path: string
  /** All of its hierarchy, as its directory is often named: `cpu,cpuacct`. */
  readonly controllers: string
}

type Controller = 'cpu' | 'cpuacct' | 'memory' | 'pids'

interface Found {
  /** Of /proc/self/cgroup: while we are in the same groups, they are in the same places. */
  readonly text: string
  readonly places: Map<Controller, CgroupHierarchy | undefined>
}

/** By root: telemetry asks four times a capture. */
const known = new Map<string, Found>()

/** Finds our cgroup for a controller: v1 if that has it, else v2, or undefined. */
export function findCgroup(root: string, controller: Controller): CgroupHierarchy | undefined {
  const text = readText(root, '/proc/self/cgroup') ?? ''
  const last = known.get(root)
  const found = last?.text === text ? last : { text, places: new Map() }
  known.set(root, found)
  if (!found.places.has(controller))
    found.places.set(controller, find(root, parseOwnGroups(text), controller))
  return found.places.get(controller)
}

function find(
  root: string,
  groups: ReadonlyMap<string, OwnGroup>,
  controller: Controller,
): CgroupHierarchy | undefined {
  const old = groups.get(controller)
  if (old !== undefined) return place(root, 1, old.path, [old.controllers, controller], 'cgroup.procs')
  const unified = groups.get('')
  // In a hybrid layout the v2 tree is mounted beside the v1 ones.
  return unified && place(root, 2, unified.path, ['', 'unified'], 'cgroup.controllers')
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
