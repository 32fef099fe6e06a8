import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { resolveAtOnce } from './at-once.ts'
import type { Resolver } from './found.ts'
import type { Bounds } from './judge.ts'
import { openPlace, type OpenPlaceOptions } from './open-place.ts'
import { walk } from './walk.ts'

/** Both are held to the same: the kernel's call with the walk behind it, and the walk alone. */
export const ways: readonly [string, readonly Resolver[]][] = [
  ['by openat2', [resolveAtOnce, walk]],
  ['name by name', [walk]],
]

export interface Tree {
  /** Of all; itself outside of the roots. */
  readonly top: string
  /** The first root, and the working directory. */
  readonly work: string
  readonly bounds: Bounds
}

/**
 * Roots `work` and `extra`, and `outside` with a secret. Of the entries, with commas between, those that end with a slash are directories, those with `->`
 * links, where `TOP` stands for the directory of all; the others are files that hold their own name.
 */
export function plant(entries = ''): Tree {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'runtimo-paths-')))
  onTestFinished(() => rmSync(top, { recursive: true }))
  for (const entry of `work/, extra/, outside/secret, ${entries}`.split(/,\s+/u).filter(Boolean)) {
    const [name = '', target] = entry.split(' -> ')
    mkdirSync(dirname(join(top, name)), { recursive: true })
    if (target !== undefined) symlinkSync(target.replaceAll('TOP', top), join(top, name))
    else if (name.endsWith('/')) mkdirSync(join(top, name), { recursive: true })
    else writeFileSync(join(top, name), name)
  }
  const roots = [join(top, 'work'), join(top, 'extra')]
  return { top, work: join(top, 'work'), bounds: { roots, deny: [], state: [] } }
}

export type Outcome =
  | { path: string; created: string[] }
  | { code: string; message: string; [detail: string]: unknown }

/** Where a path leads, below the top of the tree, or the error with its details. */
export function lead(
  tree: Tree,
  path: string,
  resolvers: readonly Resolver[],
  options: Partial<OpenPlaceOptions> = {},
): Outcome {
  const given = { access: tree.bounds, workingDir: tree.work, purpose: 'write' as const, ...options }
  const shorten = (text: string): string => text.replace(`${tree.top}/`, '')
  try {
    using place = openPlace(path.replaceAll('TOP', tree.top), given, resolvers)
    return { path: shorten(place.path), created: place.created.map(shorten) }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('details' in error)) throw error
    return { code: String(error.code), message: error.message, ...(error.details as object) }
  }
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}
