import { readMounts } from '../linux/mount-info.ts'
import type { Version } from './controllers/index.ts'

/** A control group file system as /proc/self/mountinfo tells of it. */
export interface CgroupMount {
  readonly version: Version
  /** Which group the mount shows, seen from our control group namespace. */
  readonly shows: string
  readonly target: string
  /** Of version 1: the controllers among other options. */
  readonly options: readonly string[]
}

const versions: ReadonlyMap<string, Version> = new Map([
  ['cgroup', 1],
  ['cgroup2', 2],
])

/** The newest mount first: it hides those below it. */
export function readCgroupMounts(root: string): CgroupMount[] {
  return readMounts(root)
    .flatMap(({ shows, target, type, options }) => {
      const version = versions.get(type)
      return version === undefined ? [] : [{ version, shows, target, options }]
    })
    .toReversed()
}
