import fs from 'node:fs'

/** What file systems in memory hold. */
export interface TmpfsUse {
  readonly bytes: number
  /** Files, directories and all else that has an inode, but for the root. */
  readonly inodes: number
}

const tmpfsMagic = 0x01021994

/**
 * Through the root of the first of these processes that can be looked into: a normal user cannot look into process 1
 * of a sandbox, but into whoever executed a program in it. Undefined when there is none, or no such file system.
 */
export function readTmpfs(paths: readonly string[], pids: readonly number[]): TmpfsUse | undefined {
  if (paths.length === 0) return undefined
  for (const pid of pids) {
    const uses = paths.map((path) => read(`/proc/${pid}/root${path}`)).filter((use) => use !== undefined)
    if (uses.length === 0) continue
    return {
      bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0),
      inodes: uses.reduce((sum, { inodes }) => sum + inodes, 0),
    }
  }
  return undefined
}

function read(path: string): TmpfsUse | undefined {
  try {
    const { type, blocks, bfree, bsize, files, ffree } = fs.statfsSync(path)
    // Whatever else is there would be the host's, not the job's.
    if (type !== tmpfsMagic) return undefined
    return { bytes: (blocks - bfree) * bsize, inodes: Math.max(0, files - ffree - 1) }
  } catch {
    return undefined
  }
}
