import type { LeafUsage } from '../leaf-usage.ts'

export type Version = 1 | 2

/** Text of one file of a group; undefined when it cannot be read. */
export type ReadFile = (file: string) => string | undefined

/** How each number is read; undefined when the group does not tell it. */
export type Counters = { readonly [Name in keyof LeafUsage]?: (read: ReadFile) => number | undefined }

/** A resource that the kernel counts in a group, and may hold to a ceiling. */
export interface Controller {
  /** Its name in /proc/self/cgroup (version 1) and cgroup.controllers (version 2); undefined: always there. */
  readonly names: Readonly<Record<Version, string | undefined>>
  readonly counters: Readonly<Record<Version, Counters>>
}

export interface Ceiling extends Controller {
  /** Holds the group to it. Throws ENOENT when the directory cannot. */
  limit(directory: string, version: Version, value: number): void
  /** A value that may be set in a group nobody is in, to see whether it can be. */
  readonly harmless: number
}
