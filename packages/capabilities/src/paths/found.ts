import { lstatSync } from 'node:fs'
import type { Directory, Step } from './directory.ts'
import { identityOf } from './identity.ts'
import type { Judge } from './judge.ts'

export interface ResolveOptions {
  readonly judge: Judge
  readonly followLast: boolean
  readonly createParents: boolean
}

/** The end of a way: a directory held open, and the last name in it. */
export interface Found {
  readonly directory: Directory
  /** Undefined when the path ends with `..`, or is `/`: then it is the directory itself. */
  readonly last: Entry | undefined
  /** A slash or a dot at the end. */
  readonly endsAsDirectory: boolean
  /** The same way by the names of the links on it. */
  readonly aliases: readonly (readonly Step[])[]
  readonly created: readonly string[]
}

/** What stood under the last name when it was looked at; without identity when there was nothing. */
export interface Entry extends Step {
  readonly kind: 'absent' | 'link' | 'directory' | 'other'
}

/** One way to resolve a path. Undefined when it cannot answer: then the next one is asked. */
export type Resolver = (path: string, options: ResolveOptions) => Found | undefined

/** @throws the error of the system */
export function lookAt(directory: Directory, name: string): Entry {
  const stat = lstatSync(directory.at(name), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return { name, kind: 'absent' }
  const kind = stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : 'other'
  return { name, kind, id: identityOf(stat) }
}
