import fs from 'node:fs'

/** What file systems in memory hold. */
export interface TmpfsUse {
  readonly bytes: number
  /** Files, directories and all else that has an inode, but for the root. */
  readonly inodes: number
}

const tmpfsMagic = 0x01021994

/** Undefined when none of them can be read: the job is over, or has no such file systems. */
export function readTmpfs(paths: readonly string[]): TmpfsUse | undefined {
  const uses = paths.map(read).filter((use) => use !== undefined)
  if (uses.length === 0) return undefined
  return {
    bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0),
    inodes: uses.reduce((sum, { inodes }) => sum + inodes, 0),
  }
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
