import type { LeafUsage } from '../leaf-usage.ts'

export type Version = 1 | 2

/** A resource that the kernel counts in a group, and may hold to a ceiling. */
export interface Controller {
  /** Its name in /proc/self/cgroup (version 1) and cgroup.controllers (version 2); undefined: always there. */
  readonly names: Readonly<Record<Version, string | undefined>>
  /** What was used; empty when the directory does not tell. */
  read(directory: string, version: Version): LeafUsage
}

export interface Ceiling extends Controller {
  /** Holds the group to it. Throws ENOENT when the directory cannot. */
  limit(directory: string, version: Version, value: number): void
  /** A value that may be set in a group nobody is in, to see whether it can be. */
  readonly harmless: number
}
