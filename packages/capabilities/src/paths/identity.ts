import { type BigIntStats, statSync } from 'node:fs'

/** Device and inode: what a directory is, by whatever name it is reached. */
export function identityOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`
}

/** Of what a path leads to; undefined when that is not there, or not to be seen. */
export function identityAt(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat && identityOf(stat)
  } catch {
    return undefined
  }
}
