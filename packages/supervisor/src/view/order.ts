import type { Mount } from '@runtimo/worker'
import { between, isBelow, isWithin } from './within.ts'

/** Parents before what they contain; of two for one target the later given wins, as it would when mounted. */
export function orderMounts(mounts: readonly Mount[]): Mount[] {
  const last = new Map(mounts.map((mount) => [mount.target, mount]))
  return [...last.values()].toSorted((a, b) => depth(a) - depth(b))
}

function depth({ target }: Mount): number {
  return target.split('/').length
}

/**
 * The directories that lead from a writable mount to something protected in it, each mounted over itself.
 * Without that a job renames the parent, `mv .git x`, and makes a new one with what it likes in it: the kernel
 * refuses to rename only what is itself a mount point.
 */
export function pinParents(mounts: readonly Mount[], protectedPaths: readonly string[]): Mount[] {
  const pins = new Map<string, Mount>()
  for (const path of protectedPaths) {
    const holder = holderOf(mounts, path)
    if (holder?.access !== 'write') continue
    for (const directory of between(holder.target, path)) {
      if (mounts.some(({ target }) => target === directory)) continue
      pins.set(directory, { ...holder, source: sourceOf(holder, directory), target: directory })
    }
  }
  return [...pins.values()]
}

/** The mount that a path is on, other than one right at it. */
export function holderOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ target, type }) => type === 'directory' && isBelow(path, target))
    .toSorted((a, b) => b.target.length - a.target.length)[0]
}

/** Where a path of the host is in the view, as often as it is there. */
export function viewPaths(mounts: readonly Mount[], path: string): string[] {
  return mounts
    .filter(({ source }) => isWithin(path, source))
    .map(({ source, target }) => `${target}${path.slice(source.length)}`)
}

function sourceOf({ source, target }: Mount, path: string): string {
  return `${source}${path.slice(target.length)}`
}
